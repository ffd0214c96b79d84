//! What is asked of a media server, and what is understood.

use cacherr::domain::media::{RatingKey, SectionId, VideoKind};
use cacherr::domain::time::Time;
use cacherr::plex::Kind;
use cacherr::plex::client::library::Look;
use cacherr::plex::client::playing::HistoryQuery;
use serde_json::{Value, json};

use super::client;
use super::server::{Reply, Server};

fn film(number: usize) -> Value {
    json!({"ratingKey": number.to_string(), "type": "movie", "title": "F", "librarySectionID": 1})
}

fn films(range: std::ops::Range<usize>) -> Vec<Value> {
    range.map(film).collect()
}

fn list(items: &[Value]) -> Reply {
    Reply::json(&json!({"MediaContainer": {"size": items.len(), "Metadata": items}}))
}

fn section() -> SectionId {
    SectionId("1".to_owned())
}

#[tokio::test]
async fn a_list_comes_whole_in_pages() {
    let server = Server::media(|asked| {
        let page = films(asked.page(700));
        Reply::json(&json!({"MediaContainer": {"size": page.len(), "totalSize": 700, "Metadata": page}}))
    })
    .await;
    let videos = client(&server.origin).section_videos(&section(), VideoKind::Movie).await.unwrap();
    assert_eq!(videos.len(), 700);
    assert_eq!(server.asked().len(), 3);
    assert_eq!(server.asked()[0].target, "/library/sections/1/all?type=1&includeGuids=1");
}

#[tokio::test]
async fn the_total_may_stand_in_a_header_only() {
    let server =
        Server::media(|asked| list(&films(asked.page(450))).with("X-Plex-Container-Total-Size", "450")).await;
    let videos = client(&server.origin).section_videos(&section(), VideoKind::Movie).await.unwrap();
    assert_eq!((videos.len(), server.asked().len()), (450, 2));
}

#[tokio::test]
async fn a_server_that_ignores_paging_is_understood() {
    for count in [0, 7, 300, 700] {
        let server = Server::media(move |_| list(&films(0..count))).await;
        let videos = client(&server.origin).episodes(&RatingKey("5".to_owned())).await.unwrap();
        assert_eq!(videos.len(), count);
        assert!(server.asked().len() <= 2, "{count}");
    }
}

#[tokio::test]
async fn half_a_list_is_never_taken_for_the_whole() {
    let server = Server::media(|_| {
        Reply::json(&json!({"MediaContainer": {"size": 50, "totalSize": 454, "Metadata": films(0..50)}}))
    })
    .await;
    let fault = client(&server.origin).section_videos(&section(), VideoKind::Show).await.unwrap_err();
    assert_eq!(fault.kind(), Kind::BadAnswer);
}

#[tokio::test]
async fn the_deck_of_a_section_has_two_successors() {
    let known = |path: &'static str| {
        Server::media(move |asked| match asked.path() == path {
            true => list(&[film(1), json!({"ratingKey": 2, "librarySectionID": "9"})]),
            false => Reply::status(404, "<html><h1>404 Not Found</h1></html>"),
        })
    };
    for (path, count, asked) in [
        ("/library/sections/1/onDeck", 2, 1),
        ("/hubs/sections/1/continueWatching/items", 2, 2),
        ("/library/onDeck", 1, 3),
    ] {
        let server = known(path).await;
        let deck = client(&server.origin).on_deck(&section()).await.unwrap();
        assert_eq!((deck.len(), server.asked().len()), (count, asked), "{path}");
    }
}

#[tokio::test]
async fn what_was_begun_is_found_in_every_form_of_its_hub() {
    let server = Server::media(|asked| match asked.path() {
        "/hubs/continueWatching" => Reply::json(&json!({"MediaContainer": {"Hub": [
            {"hubIdentifier": "home.Continue", "more": 1, "key": "/hubs/home/continueWatching", "Metadata": [film(1)]},
            {"hubIdentifier": "home.onDeck", "more": false, "Metadata": [film(2), film(3)]},
            {"hubIdentifier": "home.movies.recent", "Metadata": [film(9)]},
        ]}})),
        "/hubs/home/continueWatching" => list(&films(1..3)),
        _ => Reply::status(404, ""),
    })
    .await;
    let begun = client(&server.origin).continue_watching().await.unwrap();
    let keys: Vec<_> = begun.iter().map(|video| video.key.0.as_str()).collect();
    assert_eq!(keys, ["1", "2", "3"]);
}

#[tokio::test]
async fn a_key_that_leads_to_another_server_is_not_followed() {
    let other = Server::start(|_, _| Reply::status(200, "{}")).await;
    let key = format!("{}/hubs/home/continueWatching", other.origin);
    let server = Server::media(move |asked| match asked.path() {
        "/hubs/continueWatching" => Reply::json(&json!({"MediaContainer": {"Hub": [{"hubIdentifier": "home.continue", "more": true, "key": key}]}})),
        _ => Reply::status(404, ""),
    })
    .await;
    let fault = client(&server.origin).continue_watching().await.unwrap_err();
    assert_eq!(fault.kind(), Kind::BadAnswer);
    assert!(other.asked().is_empty());
}

#[tokio::test]
async fn a_server_below_a_path_is_asked_there() {
    let server = Server::media(|asked| match asked.path() {
        "/plex/hubs/continueWatching" => Reply::json(&json!({"MediaContainer": {"Hub": [{"hubIdentifier": "home.continue", "more": true, "key": "/hubs/all"}]}})),
        "/plex/hubs/all" => list(&films(0..2)),
        _ => Reply::status(404, ""),
    })
    .await;
    let below = client(&format!("{}/plex/", server.origin));
    assert_eq!(below.continue_watching().await.unwrap().len(), 2);
}

#[tokio::test]
async fn files_are_looked_at_only_when_asked_to() {
    let server = Server::media(|asked| {
        let mut film = film(5);
        film["Media"] = match asked.target.contains("checkFiles=1") {
            true => json!([{"Part": [{"file": "/a.mkv", "exists": "1", "accessible": false}]}]),
            false => json!([{"Part": [{"file": "/a.mkv"}]}]),
        };
        list(&[film])
    })
    .await;
    let client = client(&server.origin);
    let key = RatingKey("5".to_owned());
    let seen = client.video(&key, Look::AtFiles).await.unwrap();
    let part = seen.parts().next().unwrap();
    assert_eq!((part.exists, part.accessible), (Some(true), Some(false)));
    let known = client.video(&key, Look::Remembered).await.unwrap();
    assert_eq!(known.parts().next().unwrap().exists, None);
}

#[tokio::test]
async fn an_item_that_is_not_there_is_not_found() {
    let server = Server::media(|asked| match asked.path() {
        "/library/metadata/1" => Reply::status(404, "<html><h1>Not Found</h1></html>"),
        _ => Reply::json(&json!({"MediaContainer": {"size": 0}})),
    })
    .await;
    let client = client(&server.origin);
    for key in ["1", "2"] {
        let fault = client.video(&RatingKey(key.to_owned()), Look::Remembered).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::NotFound, "{key}");
    }
}

#[tokio::test]
async fn a_key_stays_one_part_of_the_path() {
    let server = Server::media(|_| Reply::json(&json!({"MediaContainer": {}}))).await;
    let key = RatingKey("../../:/prefs?x=1".to_owned());
    assert!(client(&server.origin).children(&key).await.unwrap().is_empty());
    assert_eq!(server.paths(), ["/library/metadata/..%2F..%2F:%2Fprefs%3Fx=1/children"]);
}

#[tokio::test]
async fn only_exact_guids_are_found() {
    let server = Server::media(|_| {
        list(&[
            json!({"ratingKey": 1, "guid": "plex://movie/a"}),
            json!({"ratingKey": 2, "guid": "plex://movie/b"}),
        ])
    })
    .await;
    let found = client(&server.origin).find_by_guid("plex://movie/b").await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].key.0, "2");
    assert!(server.asked()[0].target.starts_with("/library/all?guid=plex%3A%2F%2Fmovie%2Fb"));
}

#[tokio::test]
async fn history_is_asked_for_by_account_and_time_and_repeats_what_was_watched_twice() {
    let server = Server::media(|_| {
        let line = |number: u32| json!({"historyKey": format!("/status/sessions/history/{number}"), "ratingKey": "32171", "type": "episode",
            "title": "E", "grandparentTitle": "Taskmaster", "index": 1, "parentIndex": 13, "viewedAt": 1_654_139_223, "accountID": 1});
        list(&[line(1), line(2)])
    })
    .await;
    let query = HistoryQuery {
        account: Some(1),
        since: Some(Time::from_micros(1_600_000_000_000_000)),
        section: None,
    };
    let history = client(&server.origin).history(&query).await.unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!(
        (history[0].account, history[0].at),
        (Some(1), Some(Time::from_micros(1_654_139_223_000_000)))
    );
    assert_eq!(
        server.asked()[0].target,
        "/status/sessions/history/all?sort=viewedAt%3Adesc&accountID=1&viewedAt%3E=1600000000"
    );
}

#[tokio::test]
async fn sessions_are_for_the_owner_and_none_is_no_error() {
    let server = Server::media(|_| Reply::json(&json!({"MediaContainer": {"size": 0}}))).await;
    assert!(client(&server.origin).sessions().await.unwrap().is_empty());
    let server = Server::media(|_| Reply::status(403, "<html><h1>403 Forbidden</h1></html>")).await;
    let fault = client(&server.origin).sessions().await.unwrap_err();
    assert_eq!(fault.kind(), Kind::Refused, "the token is as good as before");
}

#[tokio::test]
async fn the_server_says_who_it_is_without_a_token() {
    let server = Server::media(|asked| match asked.path() {
        "/identity" => Reply::json(&json!({"MediaContainer": {"size": 0, "claimed": true, "machineIdentifier": "96f2", "version": "1.31.3"}})),
        "/accounts" => Reply::json(&json!({"MediaContainer": {"Account": [{"id": 1, "name": "Owner"}, {"id": "0", "name": ""}]}})),
        "/:/prefs" => Reply::json(&json!({"MediaContainer": {"Setting": [{"id": "autoEmptyTrash", "value": true}, {"id": "x", "value": "y"}]}})),
        "/library/sections" => Reply::json(&json!({"MediaContainer": {"Directory": [{"key": 1, "type": "show", "Location": {"path": "/tv"}}]}})),
        path => panic!("{path}"),
    })
    .await;
    let client = client(&server.origin);
    assert_eq!(client.identity().await.unwrap().machine, "96f2");
    assert_eq!(client.accounts().await.unwrap()[1].id, 0);
    assert_eq!(client.preferences().await.unwrap()[0].value, "true");
    assert_eq!(client.sections().await.unwrap()[0].locations[0].0, "/tv");
    let asked = server.asked();
    assert_eq!(asked[0].header("x-plex-token"), None);
    assert_eq!(asked[1].header("x-plex-client-identifier"), Some("8b7c"));
    assert_eq!(asked[1].header("x-plex-device-name"), Some("Küche"));
}
