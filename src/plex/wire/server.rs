//! The server itself: who it is, its sections, its accounts and preferences.

use serde::Deserialize;
use serde_json::Value;

use super::Incomplete;
use super::lenient::{count, flag, list, text};
use crate::domain::media::people::LocalAccount;
use crate::domain::media::{Preference, Section, SectionId, SectionKind, ServerIdentity, ServerPath};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    #[serde(default, deserialize_with = "text")]
    machine_identifier: Option<String>,
    #[serde(default, deserialize_with = "text")]
    version: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    claimed: Option<bool>,
}

impl TryFrom<Identity> for ServerIdentity {
    type Error = Incomplete;

    fn try_from(wire: Identity) -> Result<Self, Incomplete> {
        Ok(Self {
            machine: wire.machine_identifier.ok_or(Incomplete("machineIdentifier"))?,
            version: wire.version.unwrap_or_default(),
            claimed: wire.claimed.unwrap_or_default(),
        })
    }
}

#[derive(Deserialize)]
pub struct Sections {
    #[serde(default, rename = "Directory", deserialize_with = "list")]
    pub sections: Vec<Directory>,
}

#[derive(Deserialize)]
pub struct Directory {
    #[serde(default, deserialize_with = "text")]
    key: Option<String>,
    #[serde(default, rename = "type", deserialize_with = "text")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "text")]
    title: Option<String>,
    #[serde(default, rename = "Location", deserialize_with = "list")]
    locations: Vec<Location>,
}

#[derive(Deserialize)]
struct Location {
    #[serde(default, deserialize_with = "text")]
    path: Option<String>,
}

impl TryFrom<Directory> for Section {
    type Error = Incomplete;

    fn try_from(wire: Directory) -> Result<Self, Incomplete> {
        Ok(Self {
            id: SectionId(wire.key.ok_or(Incomplete("key of a section"))?),
            kind: match wire.kind.as_deref() {
                Some("movie") => SectionKind::Movies,
                Some("show") => SectionKind::Shows,
                _ => SectionKind::Other,
            },
            title: wire.title.unwrap_or_default(),
            locations: wire
                .locations
                .into_iter()
                .filter_map(|location| location.path)
                .map(ServerPath)
                .collect(),
        })
    }
}

#[derive(Deserialize)]
pub struct Accounts {
    #[serde(default, rename = "Account", deserialize_with = "list")]
    pub accounts: Vec<Account>,
}

#[derive(Deserialize)]
pub struct Account {
    #[serde(default, deserialize_with = "count")]
    id: Option<u64>,
    #[serde(default, deserialize_with = "text")]
    name: Option<String>,
}

impl TryFrom<Account> for LocalAccount {
    type Error = Incomplete;

    fn try_from(wire: Account) -> Result<Self, Incomplete> {
        let id = wire.id.ok_or(Incomplete("id of an account"))?;
        Ok(Self { id, name: wire.name.unwrap_or_default() })
    }
}

#[derive(Deserialize)]
pub struct Settings {
    #[serde(default, rename = "Setting", deserialize_with = "list")]
    pub settings: Vec<Setting>,
}

#[derive(Deserialize)]
pub struct Setting {
    #[serde(default, deserialize_with = "text")]
    id: Option<String>,
    #[serde(default)]
    value: Value,
}

impl TryFrom<Setting> for Preference {
    type Error = Incomplete;

    fn try_from(wire: Setting) -> Result<Self, Incomplete> {
        let value = match wire.value {
            Value::String(text) => text,
            Value::Null => String::new(),
            other => other.to_string(),
        };
        Ok(Self { name: wire.id.ok_or(Incomplete("id of a preference"))?, value })
    }
}
