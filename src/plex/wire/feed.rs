//! Watchlists as feeds: RSS, or the same in JSON.

use roxmltree::{Document, Node};
use serde::Deserialize;
use serde_json::Value;

use super::lenient::{list, object, secret, text};
use super::video::kind;
use super::{Incomplete, usable};
use crate::domain::media::VideoKind;
use crate::domain::media::wish::FeedEntry;
use crate::domain::secret::Secret;

/// A page of a feed.
pub struct Page {
    pub entries: Vec<FeedEntry>,
    /// Where the next one is: as secret as the address of the feed.
    pub next: Option<Secret>,
}

/// Reads a page, whichever form it has.
pub fn page(body: &str) -> Result<Page, Incomplete> {
    if !body.trim_start().starts_with('<') {
        let feed: Feed = serde_json::from_str(body).map_err(|_| Incomplete("JSON with items"))?;
        let next = feed.links.and_then(|links| links.next);
        return Ok(Page { entries: usable(feed.items), next });
    }
    let document = Document::parse(body).map_err(|_| Incomplete("XML"))?;
    let channel = document.descendants().find(|node| node.has_tag_name("channel"));
    let channel = channel.ok_or(Incomplete("channel"))?;
    let items = channel.children().filter(|node| node.has_tag_name("item")).collect();
    Ok(Page { entries: usable(items), next: None })
}

#[derive(Deserialize)]
struct Feed {
    #[serde(default, deserialize_with = "object")]
    links: Option<Links>,
    #[serde(deserialize_with = "list")]
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Links {
    #[serde(default, deserialize_with = "secret")]
    next: Option<Secret>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default, deserialize_with = "text")]
    title: Option<String>,
    #[serde(default, deserialize_with = "text")]
    category: Option<String>,
    #[serde(default, deserialize_with = "text")]
    author: Option<String>,
    #[serde(default, deserialize_with = "list")]
    guids: Vec<Value>,
}

impl TryFrom<Item> for FeedEntry {
    type Error = Incomplete;

    fn try_from(item: Item) -> Result<Self, Incomplete> {
        let guids = item.guids.iter().filter_map(Value::as_str);
        entry(item.category.as_deref(), item.title, guids.map(str::to_owned).collect(), item.author)
    }
}

impl TryFrom<Node<'_, '_>> for FeedEntry {
    type Error = Incomplete;

    fn try_from(item: Node<'_, '_>) -> Result<Self, Incomplete> {
        let all = |name: &'static str| {
            let named = item.children().filter(move |child| child.has_tag_name(name));
            named.filter_map(|child| child.text()).map(|text| text.trim().to_owned())
        };
        entry(
            all("category").next().as_deref(),
            all("title").next(),
            all("guid").collect(),
            all("author").next(),
        )
    }
}

fn entry(
    category: Option<&str>,
    title: Option<String>,
    mut guids: Vec<String>,
    author: Option<String>,
) -> Result<FeedEntry, Incomplete> {
    let kind = kind(category);
    if !matches!(kind, VideoKind::Movie | VideoKind::Show) {
        return Err(Incomplete("movie or show as its category"));
    }
    guids.retain(|guid| guid.contains("://"));
    Ok(FeedEntry {
        kind,
        title: title.unwrap_or_default(),
        guids,
        author: author.filter(|author| !author.is_empty()),
    })
}
