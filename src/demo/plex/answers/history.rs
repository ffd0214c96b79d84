//! What was seen, and by whom.

use super::View;
use crate::demo::plex::node::Node;
use crate::demo::plex::reply::Reply;
use crate::demo::plex::world::{Kind, Seen, State};

/// The owner sees everybody's lines, others their own.
pub(super) fn all(state: &State, view: &View) -> Reply {
    let asked = view.asked;
    let number = |name| asked.param(name).and_then(|text| text.parse::<i64>().ok());
    let account = number("accountID");
    let (section, item) = (number("librarySectionID"), number("metadataItemID"));
    let (at_least, after) = (number("viewedAt>"), number("viewedAt>>"));
    let fits = |seen: &&Seen| {
        let whose = state.people.get(&seen.person).map(|person| person.local_id());
        (view.person.is_owner() || seen.person == view.person.id)
            && account.is_none_or(|account| whose.and_then(|id| i64::try_from(id).ok()) == Some(account))
            && item.is_none_or(|item| i64::try_from(seen.item).is_ok_and(|key| key == item))
            && section.is_none_or(|section| {
                state.items.get(&seen.item).is_some_and(|item| i64::from(item.section) == section)
            })
            && at_least.is_none_or(|at| seen.at >= at)
            && after.is_none_or(|at| seen.at > at)
    };
    let mut lines: Vec<&Seen> = state.history.iter().filter(fits).collect();
    if asked.param("sort") == Some("viewedAt:desc") {
        lines.reverse();
    }
    let nodes = lines.into_iter().filter_map(|seen| node(state, seen)).collect();
    view.list(Node::only("MediaContainer"), nodes)
}

fn node(state: &State, seen: &Seen) -> Option<Node> {
    let item = state.items.get(&seen.item)?;
    let person = state.people.get(&seen.person)?;
    let season = item.parent.and_then(|key| state.items.get(&key));
    let show = season.and_then(|season| season.parent).and_then(|key| state.items.get(&key));
    let own = format!("/library/metadata/{}", item.key);
    let node = Node::metadata("Video")
        .with("historyKey", format!("/status/sessions/history/{}", seen.number))
        .with("key", own)
        .with("ratingKey", item.key.to_string())
        .with("librarySectionID", item.section.to_string())
        .maybe("parentKey", season.map(|season| format!("/library/metadata/{}", season.key)))
        .maybe("grandparentKey", show.map(|show| format!("/library/metadata/{}", show.key)))
        .with("title", item.title.as_str())
        .maybe("grandparentTitle", show.map(|show| show.title.as_str()))
        .with("type", item.kind.word());
    let node = if item.kind == Kind::Episode {
        node.maybe("index", item.index).maybe("parentIndex", season.and_then(|season| season.index))
    } else {
        node
    };
    Some(node.with("viewedAt", seen.at).with("accountID", person.local_id()).with("deviceID", 5_i64))
}
