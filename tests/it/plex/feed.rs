//! Watchlists as feeds, which were moved once and lead on to somebody else.

use cacherr::domain::secret::Secret;
use cacherr::plex::Kind;
use serde_json::json;

use super::server::{Reply, Server};
use super::{cloud, token};

const FEED: &str = "https://rss.plex.tv/11111111-SECRET-2222";

fn page(title: &str, next: Option<&str>) -> Reply {
    let links = next.map_or(json!({}), |next| json!({"next": next}));
    Reply::json(
        &json!({"links": links, "items": [{"title": title, "category": "movie", "guids": ["imdb://tt1"]}]}),
    )
}

#[tokio::test]
async fn a_feed_that_was_moved_is_read_at_its_new_place_and_the_storage_behind_it_learns_nothing() {
    let storage = Server::start(|_, _| page("T", None)).await;
    let target = format!("{}/bucket/feed.json?signature=x", storage.origin);
    let server = Server::start(move |asked, _| match asked.header("x-forwarded-host") {
        Some("rss.plex.tv") => Reply::status(401, ""),
        Some("discover.provider.plex.tv") => Reply::status(302, "").with("location", target.clone()),
        other => panic!("{other:?}"),
    })
    .await;
    let entries = cloud(&server.origin).feed(&Secret::new(FEED), Some(&token())).await.unwrap();
    assert_eq!(entries[0].guids, ["imdb://tt1"]);
    let asked = server.asked();
    assert_eq!(asked.len(), 2, "a 401 is not asked again");
    assert_eq!(asked[1].path(), "/rss/11111111-SECRET-2222");
    assert_eq!(asked[0].header("x-plex-token"), None);
    assert_eq!(asked[1].header("x-plex-token"), Some(super::TOKEN));
    let names = storage.asked()[0].headers.iter().any(|(name, _)| name.starts_with("x-"));
    assert!(!names, "{:?}", storage.asked());
}

#[tokio::test]
async fn pages_are_followed_as_long_as_they_lead_on() {
    let server = Server::start(|asked, _| match asked.target.contains("cursor=2") {
        false => page("one", Some("https://rss.plex.tv/11111111-SECRET-2222?cursor=2")),
        true => page("two", None),
    })
    .await;
    let entries = cloud(&server.origin).feed(&Secret::new(FEED), None).await.unwrap();
    let titles: Vec<_> = entries.iter().map(|entry| entry.title.as_str()).collect();
    assert_eq!(titles, ["one", "two"]);
    assert!(server.asked()[0].target.contains("?format=json&fresh="));
}

#[tokio::test]
async fn a_feed_in_xml_is_read_as_well() {
    let rss = r#"<rss version="2.0"><channel><item><title>T</title><category>show</category><guid>tvdb://5</guid></item></channel></rss>"#;
    let server = Server::start(move |_, _| Reply::status(200, rss)).await;
    let entries = cloud(&server.origin).feed(&Secret::new(FEED), None).await.unwrap();
    assert_eq!(entries[0].guids, ["tvdb://5"]);
}

#[tokio::test]
async fn a_feed_leads_to_no_stranger_and_its_address_is_in_no_fault() {
    let cloud_of = async |reply: Reply| {
        let server = Server::start(move |_, _| reply.clone()).await;
        cloud(&server.origin).feed(&Secret::new(FEED), Some(&token())).await.unwrap_err()
    };
    for (reply, kind) in [
        (page("T", Some("https://elsewhere.example/11111111-SECRET-2222?cursor=2")), Kind::BadAnswer),
        (Reply::status(404, ""), Kind::NotFound),
        (Reply::status(500, ""), Kind::ServerError),
        (Reply::status(302, "").with("location", "ftp://x/"), Kind::BadAnswer),
        (Reply::status(302, ""), Kind::BadAnswer),
        (Reply::status(200, "<html>"), Kind::BadAnswer),
    ] {
        let fault = cloud_of(reply).await;
        assert_eq!(fault.kind(), kind, "{fault}");
        assert!(!fault.to_string().contains("SECRET"), "{fault}");
    }
    let server = Server::start(|_, _| page("T", None)).await;
    let stranger = Secret::new("https://plex.tv.example/1");
    let fault = cloud(&server.origin).feed(&stranger, Some(&token())).await.unwrap_err();
    assert_eq!(fault.kind(), Kind::BadAnswer);
    assert!(server.asked().is_empty());
}
