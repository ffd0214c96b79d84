//! plex.tv, played by a server that stands in its place.

use std::time::Duration;

use cacherr::domain::media::VideoKind;
use cacherr::domain::media::wish::WatchlistEntry;
use cacherr::domain::secret::Secret;
use cacherr::plex::cloud::watchlist::Watchlist;
use cacherr::plex::sign_in::SignIn;
use cacherr::plex::{Cloud, Kind};
use serde_json::json;

use super::server::{Reply, Server};
use super::{cloud, device, patience, token};

#[tokio::test]
async fn who_stands_in_for_plex_tv_is_told_which_host_was_meant() {
    let server = Server::start(|asked, _| match asked.path() {
        "/api/v2/user" => {
            Reply::json(&json!({"id": 7, "uuid": "u", "title": "Owner", "subscription": {"active": true}}))
        }
        "/api/v2/resources" => Reply::json(&json!([])),
        "/library/sections/watchlist/all" => Reply::json(&json!({"MediaContainer": {"size": 0}})),
        path => panic!("{path}"),
    })
    .await;
    let cloud = cloud(&server.origin);
    assert!(cloud.user(&token()).await.unwrap().pass);
    cloud.resources(&token()).await.unwrap();
    cloud.watchlist(&token(), None).await.unwrap();
    let asked = server.asked();
    let meant: Vec<_> = asked.iter().map(|asked| asked.header("x-forwarded-host").unwrap()).collect();
    assert_eq!(meant, ["plex.tv", "clients.plex.tv", "discover.provider.plex.tv"]);
    assert!(asked.iter().all(|asked| asked.header("x-plex-token") == Some(super::TOKEN)));
}

#[tokio::test]
async fn a_token_is_kept_alive_and_a_bad_one_is_told() {
    let server = Server::start(|asked, before| match (asked.path(), before) {
        ("/api/v2/ping", 0) => Reply::status(200, r#"{"pong":true}"#),
        ("/api/v2/ping", _) => Reply::status(401, ""),
        other => panic!("{other:?}"),
    })
    .await;
    let cloud = cloud(&server.origin);
    cloud.ping(&token()).await.unwrap();
    assert_eq!(cloud.ping(&token()).await.unwrap_err().kind(), Kind::Unauthorized);
    let asked = server.asked();
    assert_eq!(asked[0].header("x-forwarded-host"), Some("plex.tv"));
    assert_eq!(asked[0].header("x-plex-token"), Some(super::TOKEN));
}

#[tokio::test]
async fn a_home_is_listed_and_switched_in() {
    let server = Server::start(|asked, _| match (asked.method.as_str(), asked.target.as_str()) {
        ("GET", "/api/v2/home/users") => Reply::json(&json!({"users": [{"id": 1, "uuid": "a", "title": "A", "protected": true}]})),
        ("POST", "/api/v2/home/users/a/switch?pin=1234") => {
            let user = json!({"id": 1, "uuid": "a", "title": "A", "authToken": "token-of-a"});
            Reply { status: 201, ..Reply::json(&user) }
        }
        ("POST", "/api/v2/home/users/a/switch") => Reply::status(403, r#"{"errors":[{"code":1041,"message":"A valid PIN is required to perform this action","status":403}]}"#),
        other => panic!("{other:?}"),
    })
    .await;
    let cloud = cloud(&server.origin);
    let users = cloud.home_users(&token()).await.unwrap();
    assert!(users[0].protected);
    let account = cloud.switch(&token(), "a", Some(&Secret::new("1234"))).await.unwrap();
    assert_eq!(account.token, Some(Secret::new("token-of-a")));
    assert!(!format!("{account:?}").contains("token-of-a"));
    let fault = cloud.switch(&token(), "a", None).await.unwrap_err();
    assert_eq!(fault.kind(), Kind::Refused);
    assert!(fault.to_string().contains("A valid PIN is required"), "{fault}");
}

#[tokio::test]
async fn what_changes_something_is_not_sent_twice_unless_it_was_refused_unread() {
    let server = Server::start(|_, _| Reply::status(502, "<h1>Bad Gateway</h1>")).await;
    let fault = cloud(&server.origin).switch(&token(), "a", None).await.unwrap_err();
    assert_eq!((fault.kind(), server.asked().len()), (Kind::ServerError, 1));
    let server = Server::start(|_, before| match before {
        0 => Reply::status(429, "").with("retry-after", "0"),
        _ => Reply::json(&json!({"id": 1, "authToken": "t"})),
    })
    .await;
    cloud(&server.origin).switch(&token(), "a", None).await.unwrap();
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn friends_and_shares_are_xml() {
    let server = Server::start(|asked, _| {
        assert_eq!(asked.header("accept"), Some("application/xml"));
        Reply::status(200, match asked.path() {
            "/api/users" => r#"<MediaContainer><User id="5" title="Ann" thumb="https://plex.tv/users/u5/avatar?c=1"><Server machineIdentifier="m"/></User></MediaContainer>"#,
            "/api/servers/m/shared_servers" => r#"<MediaContainer><SharedServer userID="5" username="ann"/></MediaContainer>"#,
            _ => "<oops/>",
        })
    })
    .await;
    let cloud = cloud(&server.origin);
    assert_eq!(cloud.friends(&token()).await.unwrap()[0].uuid.as_deref(), Some("u5"));
    assert_eq!(cloud.shared_users(&token(), "m").await.unwrap()[0].token, None);
    let fault = cloud.shared_users(&token(), "other").await.unwrap_err();
    assert_eq!(fault.kind(), Kind::BadAnswer);
}

#[tokio::test]
async fn a_watchlist_comes_whole_and_only_when_it_changed() {
    let server = Server::start(|asked, _| {
        if asked.header("if-none-match") == Some("W/\"one\"") {
            return Reply::status(304, "");
        }
        let entries: Vec<_> = asked
            .page(350)
            .map(|number| json!({"ratingKey": format!("k{number}"), "guid": format!("plex://movie/k{number}"), "type": "movie", "title": "T", "year": 2022}))
            .collect();
        let list = json!({"MediaContainer": {"librarySectionID": "watchlist", "totalSize": 350, "size": entries.len(), "Metadata": entries}});
        Reply::json(&list).with("etag", "W/\"one\"")
    })
    .await;
    let cloud = cloud(&server.origin);
    let Watchlist::Read { entries, mark } = cloud.watchlist(&token(), None).await.unwrap() else {
        panic!("nothing was known");
    };
    assert_eq!((entries.len(), entries[349].key()), (350, "k349"));
    assert_eq!(server.asked().len(), 2);
    assert_eq!(cloud.watchlist(&token(), mark.as_ref()).await.unwrap(), Watchlist::Unchanged);
}

#[tokio::test]
async fn an_entry_is_known_elsewhere_by_its_guids() {
    let server = Server::start(|asked, _| {
        assert_eq!(asked.path(), "/library/metadata/5d7768ba96b655001fdc0408");
        Reply::json(&json!({"MediaContainer": {"Metadata": [{"Guid": [{"id": "imdb://tt1"}, {"id": "tmdb://2"}, {}]}]}}))
    })
    .await;
    let entry = WatchlistEntry {
        guid: "plex://movie/5d7768ba96b655001fdc0408".to_owned(),
        kind: VideoKind::Movie,
        title: String::new(),
        year: None,
    };
    assert_eq!(cloud(&server.origin).guids(&token(), &entry).await.unwrap(), ["imdb://tt1", "tmdb://2"]);
}

#[tokio::test]
async fn a_pin_becomes_a_token_or_expires() {
    let pin = |token: Option<&str>| json!({"id": 564_964_751, "code": "8lzjq", "expiresIn": 1800, "authToken": token});
    let server = Server::start(move |asked, before| match (asked.method.as_str(), before) {
        ("POST", _) => Reply { status: 201, ..Reply::json(&pin(None)) },
        (_, 1) => Reply::json(&pin(None)),
        (_, 2) => Reply::json(&pin(Some("token-of-the-person"))),
        _ => Reply::status(
            404,
            r#"{"errors":[{"code":1020,"message":"Code not found or expired","status":404}]}"#,
        ),
    })
    .await;
    let cloud = cloud(&server.origin);
    let pin = cloud.begin_sign_in().await.unwrap();
    assert_eq!(pin.valid_for, Duration::from_secs(1800));
    let page = cloud.sign_in_page(&pin, Some("http://nas:8080/a b")).unwrap();
    assert_eq!(
        page,
        "https://app.plex.tv/auth#?clientID=8b7c&code=8lzjq&context%5Bdevice%5D%5Bproduct%5D=Cacherr&forwardUrl=http%3A%2F%2Fnas%3A8080%2Fa+b"
    );
    assert_eq!(cloud.poll_sign_in(&pin).await.unwrap(), SignIn::Waiting);
    assert_eq!(cloud.poll_sign_in(&pin).await.unwrap(), SignIn::Done(Secret::new("token-of-the-person")));
    assert_eq!(cloud.poll_sign_in(&pin).await.unwrap(), SignIn::Expired);
    assert_eq!(server.asked()[0].target, "/api/v2/pins?strong=true");
    assert!(server.asked().iter().all(|asked| asked.header("x-plex-client-identifier") == Some("8b7c")));
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_at_once() {
    assert!(Cloud::new("plex.tv", Duration::ZERO, device(), patience()).is_err());
    assert!(Cloud::new("ftp://plex.tv", Duration::ZERO, device(), patience()).is_err());
}
