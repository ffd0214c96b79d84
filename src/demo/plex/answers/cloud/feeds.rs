//! Watchlists as feeds: first at rss.plex.tv, since July 2026 at the provider, which sends readers on to a store.

use serde_json::{Value, json};

use super::unauthorized;
use crate::demo::plex::asked::Asked;
use crate::demo::plex::node::escape;
use crate::demo::plex::reply::{Content, Reply};
use crate::demo::plex::world::{Feed, FeedKind, Kind, Person, State, Title, Wish, World};
use crate::domain::time::Time;

/// Where feeds lie that readers are sent on to: somebody else's machine, by the simulator's own address.
pub(in super::super) const STORAGE: &str = "/_storage/";

/// So many stand on one page.
const PAGE: usize = 50;

/// Makes a feed; for those who pay alone.
pub(super) fn create(world: &World, asked: &Asked, person: &Person) -> Reply {
    if !person.is_owner() {
        return Reply::cloud(403, 1003, "Plex Pass is required");
    }
    let wanted: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    let kind = match wanted["feedType"].as_str() {
        Some("watchlist") => FeedKind::Own,
        Some("friendsWatchlist") => FeedKind::Friends,
        _ => return Reply::cloud(400, 1004, "feedType is invalid"),
    };
    let hash = blake3::hash(format!("feed {} {kind:?}", person.id).as_bytes()).to_hex();
    let feed =
        format!("{}-{}-{}-{}-{}", &hash[..8], &hash[8..12], &hash[12..16], &hash[16..20], &hash[20..32]);
    world.state().feeds.insert(feed.clone(), Feed { person: person.id, kind });
    Reply::json(json!({ "RSSInfo": [{ "url": format!("https://rss.plex.tv/{feed}") }] }))
}

/// rss.plex.tv: everybody who knew the address could read. Then it asked for a token, and knew no feed any more.
pub(super) fn at_the_old_place(world: &World, asked: &Asked) -> Reply {
    let state = world.state();
    let feed = asked.parts().first().and_then(|feed| state.feeds.get(*feed));
    match feed {
        _ if state.feeds_moved && asked.token().is_none() => unauthorized(),
        Some(feed) if !state.feeds_moved => read(&state, asked, feed),
        _ => Reply::cloud(404, 1002, "Not found"),
    }
}

pub(super) fn at_the_new_place(world: &World, asked: &Asked, feed: &str) -> Reply {
    if !world.state().feeds.contains_key(feed) {
        return Reply::cloud(404, 1002, "Not found");
    }
    let format = asked.param("format").map(|format| format!("&format={format}")).unwrap_or_default();
    let to = format!("http://{}{STORAGE}{feed}?X-Amz-Signature=0123456789abcdef{format}", asked.origin);
    Reply::empty(302).header("location", to)
}

/// Somebody else's machine: whoever shows it a token has given it away.
pub(in super::super) fn stored_feed(world: &World, asked: &Asked) -> Reply {
    if asked.token().is_some() {
        return Reply::html(400);
    }
    let state = world.state();
    let feed = asked.path.strip_prefix(STORAGE).and_then(|feed| state.feeds.get(feed));
    match feed {
        Some(feed) if asked.param("X-Amz-Signature").is_some() => read(&state, asked, feed),
        _ => Reply::html(403),
    }
}

fn read(state: &State, asked: &Asked, feed: &Feed) -> Reply {
    let whose = |wish: &&Wish| match feed.kind {
        FeedKind::Own => wish.person == feed.person,
        FeedKind::Friends => wish.person != feed.person,
    };
    let wishes = state.wishes.iter().rev().filter(whose);
    let wishes: Vec<(&Wish, &Title)> =
        wishes.filter_map(|wish| Some((wish, state.titles.get(&wish.key)?))).collect();
    let cursor: usize = asked.param("cursor").and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
    let page = wishes.iter().skip(cursor).take(PAGE);
    if asked.param("format") == Some("json") {
        let items: Vec<Value> = page.map(|(wish, title)| item_json(wish, title)).collect();
        let link =
            |cursor: usize| format!("http://{}{}?format=json&cursor={cursor}", asked.origin, asked.path);
        let mut links = json!({ "self": link(cursor) });
        if cursor + PAGE < wishes.len() {
            links["next"] = link(cursor + PAGE).into();
        }
        return Reply::json(json!({ "title": "Plex Watchlist", "links": links, "items": items }));
    }
    let items: String = page.map(|(wish, title)| item_xml(wish, title)).collect();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss xmlns:media=\"http://search.yahoo.com/mrss/\" version=\"2.0\">\
         <channel><title>Plex Watchlist</title><link>https://watch.plex.tv</link>{items}</channel></rss>\n"
    );
    Reply::new(200, Content::Text("application/rss+xml", text))
}

fn date(wish: &Wish) -> String {
    Time::from_micros(wish.at * 1_000_000).to_jiff().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn named(title: &Title) -> String {
    title.year.map_or_else(|| title.title.clone(), |year| format!("{} ({year})", title.title))
}

fn item_json(wish: &Wish, title: &Title) -> Value {
    json!({
        "title": named(title), "pubDate": date(wish), "link": link(title), "guids": title.ids,
        "category": category(title), "author": wish.person.to_string(), "keywords": [], "credits": [],
    })
}

/// `guid` is missing where nothing is known.
fn item_xml(wish: &Wish, title: &Title) -> String {
    let guid = title.ids.first().map(|id| format!("<guid isPermaLink=\"false\">{}</guid>", escape(id)));
    format!(
        "<item><title>{}</title><pubDate>{}</pubDate><link>{}</link>{}<category>{}</category><author>{}</author></item>",
        escape(&named(title)),
        date(wish),
        link(title),
        guid.unwrap_or_default(),
        category(title),
        wish.person
    )
}

fn category(title: &Title) -> &'static str {
    if title.kind == Kind::Movie { "movie" } else { "show" }
}

fn link(title: &Title) -> String {
    format!("https://watch.plex.tv/{}/{}", title.kind.word(), title.key())
}
