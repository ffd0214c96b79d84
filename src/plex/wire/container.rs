//! The container around every answer of a media server.

use serde::Deserialize;

use super::lenient::{count, flag, list, text};
use super::video::Metadata;

/// `{"MediaContainer": …}`.
#[derive(Deserialize)]
pub struct Envelope<T> {
    #[serde(rename = "MediaContainer")]
    pub container: T,
}

/// A list of items, or a page of one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Items {
    /// Of the whole list. Missing where paging was not asked for, or is not known.
    #[serde(default, deserialize_with = "count")]
    pub total_size: Option<u64>,
    #[serde(default, rename = "Metadata", deserialize_with = "list")]
    pub items: Vec<Metadata>,
}

/// Lists of items, each under a heading.
#[derive(Deserialize)]
pub struct Hubs {
    #[serde(default, rename = "Hub", deserialize_with = "list")]
    pub hubs: Vec<Hub>,
}

/// A list under a heading.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hub {
    #[serde(default, deserialize_with = "text")]
    pub hub_identifier: Option<String>,
    /// Where the whole list is.
    #[serde(default, deserialize_with = "text")]
    pub key: Option<String>,
    /// Whether this is not the whole list.
    #[serde(default, deserialize_with = "flag")]
    pub more: Option<bool>,
    #[serde(default, rename = "Metadata", deserialize_with = "list")]
    pub items: Vec<Metadata>,
}

impl Hub {
    /// Whether it is the list of what was begun or is next. Its name was written in several ways over the years.
    pub fn continues(&self) -> bool {
        let name = self.hub_identifier.as_deref().unwrap_or_default().to_ascii_lowercase();
        ["home.continue", "continuewatching", "home.ondeck"].contains(&name.as_str())
    }
}
