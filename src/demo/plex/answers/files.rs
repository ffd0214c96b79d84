//! The files of an item: versions, parts, streams.

use super::View;
use crate::demo::plex::node::Node;
use crate::demo::plex::world::{Item, Part, State, Version};

/// How far the answer goes, and how its numbers are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// All versions, ids as numbers.
    InLibrary,
    /// The version that is played, ids as text.
    InSession,
}

pub(super) fn media(state: &State, view: &View, item: &Item, version: &Version, manner: Manner) -> Node {
    let (width, height, resolution) = match version.resolution {
        "4k" => (3840_i64, 2160_i64, "4k"),
        "720" => (1280, 720, "720"),
        other => (1920, 1080, other),
    };
    let parts = version.parts.iter().map(|found| part(state, view, item, found, version, manner));
    numbered(Node::each("Media"), version.id, manner)
        .with("duration", item.duration)
        .with("bitrate", 8_000_i64)
        .with("width", width)
        .with("height", height)
        .with("aspectRatio", "1.78")
        .with("audioChannels", 2_i64)
        .with("audioCodec", "aac")
        .with("videoCodec", "hevc")
        .with("videoResolution", resolution)
        .with("container", version.parts.first().map_or("mkv", |part| ending(&part.file)))
        .with("videoFrameRate", "24p")
        .with("videoProfile", "main")
        .maybe("selected", (manner == Manner::InSession).then_some(true))
        .children(parts)
}

fn part(state: &State, view: &View, item: &Item, part: &Part, version: &Version, manner: Manner) -> Node {
    let ending = ending(&part.file);
    let share = item.duration / u64::try_from(version.parts.len()).unwrap_or(1).max(1);
    let playing = manner == Manner::InSession;
    let video = Node::each("Stream")
        .with("id", part.id * 10)
        .with("streamType", 1_i64)
        .with("default", true)
        .with("codec", "hevc")
        .with("index", 0_i64)
        .with("displayTitle", "1080p (HEVC Main)")
        .maybe("location", playing.then_some("direct"));
    let audio = Node::each("Stream")
        .with("id", part.id * 10 + 1)
        .with("streamType", 2_i64)
        .with("selected", true)
        .with("codec", "aac")
        .with("index", 1_i64)
        .with("channels", 2_i64)
        .with("language", "English")
        .with("languageTag", "en")
        .with("displayTitle", "English (AAC Stereo)")
        .maybe("location", playing.then_some("direct"));
    let node = numbered(Node::each("Part"), part.id, manner)
        .with("key", format!("/library/parts/{}/{}/file.{ending}", part.id, item.added_at))
        .with("duration", share)
        .with("file", part.file.as_str())
        .with("size", part.size)
        .with("container", ending)
        .with("videoProfile", "main")
        .maybe("decision", playing.then_some("directplay"))
        .maybe("selected", playing.then_some(true));
    looked_at(state, view, part, node).child(video).child(audio)
}

/// Only where it was asked for: whether the file is there and can be read, by looking.
fn looked_at(state: &State, view: &View, part: &Part, node: Node) -> Node {
    if !view.asked.is_on("checkFiles") {
        return node;
    }
    let path = state.ours(&part.file);
    let exists = state.finds(&path);
    node.with("accessible", exists && std::fs::File::open(&path).is_ok()).with("exists", exists)
}

fn numbered(node: Node, id: u64, manner: Manner) -> Node {
    match manner {
        Manner::InLibrary => node.with("id", id),
        Manner::InSession => node.with("id", id.to_string()),
    }
}

fn ending(file: &str) -> &str {
    file.rsplit_once('.').map_or("mkv", |(_, ending)| ending)
}
