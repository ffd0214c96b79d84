//! plex.tv and its providers.

use cacherr::demo::plex::Title;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::xml::Element;
use super::{ANNA, BOB, House, anna, bob, kid};

const PLEX: &str = "plex.tv";
const DISCOVER: &str = "discover.provider.plex.tv";

impl House {
    async fn told(&self, host: &str, path: &str) -> (StatusCode, Value) {
        let answer = self.cloud(Method::GET, host, path, &anna().account_token).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or_default())
    }
}

#[tokio::test]
async fn an_account_is_known_by_its_own_token_alone() {
    let house = House::new().await;
    let (status, user) = house.told(PLEX, "/api/v2/user").await;
    assert_eq!(status, 200);
    assert_eq!((&user["id"], &user["title"]), (&json!(ANNA), &json!("Anna")));
    assert_eq!(user["subscription"]["active"], true);
    assert!(user["subscription"]["features"].as_array().unwrap().contains(&json!("pass")));
    let answer = house.cloud(Method::GET, PLEX, "/api/v2/user", &bob().server_token).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let error = &answer.json::<Value>().await.unwrap()["errors"][0];
    assert_eq!((&error["code"], &error["status"]), (&json!(1001), &json!(401)));
    house.world().revoke(&anna().account_token);
    assert_eq!(house.told(PLEX, "/api/v2/user").await.0, 401);
    let bare =
        house.request(Method::GET, "/api/v2/user").header("X-Forwarded-Host", PLEX).send().await.unwrap();
    assert_eq!(bare.status(), 400, "without a client identifier");
}

#[tokio::test]
async fn a_resource_leads_to_the_server_by_a_token_of_ones_own() {
    let house = House::new().await;
    let path = "/api/v2/resources?includeHttps=1";
    let answer =
        house.cloud(Method::GET, "clients.plex.tv", path, &bob().account_token).send().await.unwrap();
    let resources: Value = answer.json().await.unwrap();
    let server = &resources[0];
    assert_eq!(server["clientIdentifier"], house.world().machine_identifier());
    assert_eq!((&server["owned"], &server["ownerId"]), (&json!(false), &json!(ANNA)));
    assert_eq!(server["accessToken"], bob().server_token);
    assert_eq!(server["connections"][0]["uri"], house.simulator.url());
}

#[tokio::test]
async fn a_member_of_the_home_is_become_by_pin() {
    let house = House::new().await;
    let (_, home) = house.told(PLEX, "/api/v2/home/users").await;
    let users = home["users"].as_array().unwrap();
    assert_eq!(users.len(), 2);
    assert_eq!((&users[1]["title"], &users[1]["protected"]), (&json!("Kid"), &json!(true)));
    assert!(users[1]["email"].is_null());
    let path = format!("/api/v2/home/users/{}/switch", kid().uuid);
    let switch = |path: &str| house.cloud(Method::POST, PLEX, path, &anna().account_token).send();
    let refused = switch(&path).await.unwrap();
    assert_eq!(refused.status(), 403);
    assert_eq!(refused.json::<Value>().await.unwrap()["errors"][0]["code"], 1041);
    let become_kid = switch(&format!("{path}?pin=1234")).await.unwrap();
    assert_eq!(become_kid.status(), 201);
    let token = become_kid.json::<Value>().await.unwrap()["authToken"].as_str().unwrap().to_owned();
    let resources = house.cloud(Method::GET, PLEX, "/api/v2/resources", &token).send().await.unwrap();
    assert_eq!(resources.json::<Value>().await.unwrap()[0]["accessToken"], kid().server_token);
}

#[tokio::test]
async fn friends_and_shares_are_xml_and_tokens_may_be_missing() {
    let house = House::new().await;
    let xml = async |path: &str| {
        let answer = house.cloud(Method::GET, PLEX, path, &anna().account_token).send().await.unwrap();
        Element::read(&answer.text().await.unwrap())
    };
    let users = xml("/api/users").await;
    let bob_there = users.children.iter().find(|user| user.field("title") == Some("Bob")).unwrap();
    assert!(bob_there.field("thumb").unwrap().contains(&format!("/users/{}/avatar", bob().uuid)));
    assert_eq!(bob_there.children[0].field("numLibraries"), Some("1"));
    let path = format!("/api/servers/{}/shared_servers", house.world().machine_identifier());
    let token = async || {
        let shares = xml(&path).await;
        let share = shares.children.iter().find(|share| share.field("userID") == Some("111")).unwrap();
        share.field("accessToken").map(str::to_owned)
    };
    assert_eq!(token().await, Some(bob().server_token));
    house.world().tell_share_tokens(false);
    assert_eq!(token().await, None);
}

#[tokio::test]
async fn a_program_is_let_in_by_a_code() {
    let house = House::new().await;
    let pins = house.cloud(Method::POST, PLEX, "/api/v2/pins?strong=true", "").send().await.unwrap();
    assert_eq!(pins.status(), 201);
    let pin: Value = pins.json().await.unwrap();
    assert!(pin["authToken"].is_null());
    let path = format!("/api/v2/pins/{}", pin["id"]);
    assert!(house.told(PLEX, &path).await.1["authToken"].is_null());
    house.world().approve(pin["code"].as_str().unwrap(), BOB).unwrap();
    let token = house.told(PLEX, &path).await.1["authToken"].as_str().unwrap().to_owned();
    let user = house.cloud(Method::GET, PLEX, "/api/v2/user", &token).send().await.unwrap();
    assert_eq!(user.json::<Value>().await.unwrap()["title"], "Bob");
    house.pass(1801);
    assert_eq!(house.told(PLEX, &path).await.0, 404);
}

#[tokio::test]
async fn an_unchanged_watchlist_is_not_sent_again() {
    let house = House::new().await;
    let path = "/library/sections/watchlist/all?sort=watchlistedAt:desc";
    let wanted = Title::movie("The Menu", 2022).known_as("imdb://tt9764362");
    house.world().wish(ANNA, wanted.clone());
    house.pass(5);
    house.world().add_to_watchlist(ANNA, house.show).unwrap();
    let ask = |tag: &str| {
        house.cloud(Method::GET, DISCOVER, path, &anna().account_token).header("If-None-Match", tag).send()
    };
    let answer = ask("").await.unwrap();
    let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
    let list: Value = answer.json().await.unwrap();
    assert_eq!(super::titles(&list), ["Bluey", "The Menu"]);
    assert_eq!(list["MediaContainer"]["librarySectionID"], "watchlist");
    assert!(list["MediaContainer"]["Metadata"][1].get("Guid").is_none(), "the list has no names of others");
    assert_eq!(ask(&tag).await.unwrap().status(), 304);
    let (_, title) = house.told(DISCOVER, &format!("/library/metadata/{}", wanted.key())).await;
    assert_eq!(title["MediaContainer"]["Metadata"][0]["Guid"][0]["id"], "imdb://tt9764362");
    house.world().remove_from_watchlist(ANNA, &wanted.guid);
    assert_eq!(ask(&tag).await.unwrap().status(), 200);
    assert_eq!(house.told("metadata.provider.plex.tv", path).await.0, 404, "where it was before 2025");
    let of_bob = house.cloud(Method::GET, DISCOVER, path, &bob().account_token).send().await.unwrap();
    assert!(super::titles(&of_bob.json().await.unwrap()).is_empty());
}

#[tokio::test]
async fn a_feed_has_moved_and_leads_to_somebody_elses_machine() {
    let house = House::new().await;
    house.world().wish(ANNA, Title::movie("The Menu", 2022).known_as("imdb://tt9764362"));
    let make = house.cloud(Method::POST, DISCOVER, "/rss?format=json", &anna().account_token);
    let made: Value =
        make.json(&json!({ "feedType": "watchlist" })).send().await.unwrap().json().await.unwrap();
    let url = made["RSSInfo"][0]["url"].as_str().unwrap();
    let feed = url.strip_prefix("https://rss.plex.tv").unwrap();
    let old = async |token: Option<String>| {
        let request = house.request(Method::GET, feed).header("X-Forwarded-Host", "rss.plex.tv");
        let request = if let Some(token) = token { request.header("X-Plex-Token", token) } else { request };
        request.send().await.unwrap()
    };
    assert_eq!(old(None).await.status(), 401);
    assert_eq!(old(Some(anna().account_token)).await.status(), 404);
    let new = house
        .cloud(Method::GET, DISCOVER, &format!("/rss{feed}"), &anna().account_token)
        .send()
        .await
        .unwrap();
    assert_eq!(new.status(), 302);
    let there = new.headers()["location"].to_str().unwrap().to_owned();
    let leaked = house.client.get(&there).header("X-Plex-Token", anna().account_token).send().await.unwrap();
    assert_eq!(leaked.status(), 400, "a token has no business there");
    let text = house.client.get(&there).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("<title>The Menu (2022)</title>") && text.contains("imdb://tt9764362"), "{text}");
    house.world().move_feeds(false);
    assert_eq!(old(None).await.text().await.unwrap(), text);
}

#[tokio::test]
async fn friends_show_their_watchlists_unless_they_keep_them() {
    let house = House::new().await;
    let ask = async |token: &str, query: &str, variables: Value| -> Value {
        let request = house.cloud(Method::POST, "community.plex.tv", "/api", token);
        let said = json!({ "query": query, "variables": variables });
        request.json(&said).send().await.unwrap().json().await.unwrap()
    };
    let (anna, bob) = (anna(), bob());
    let said =
        ask(&anna.account_token, "query GetAllFriends { allFriendsV2 { user { id username } } }", json!({}))
            .await;
    let friend = json!({ "user": { "id": bob.uuid, "username": "Bob" } });
    assert_eq!(said["data"]["allFriendsV2"], json!([friend]), "the child has no account");
    house.world().wish(BOB, Title::movie("The Menu", 2022));
    house.world().wish(BOB, Title::show("Fargo", 2014));
    let page = async |token: &str, after: Value| {
        let query = "query Hub($user: UserInput!) { userV2(user: $user) { ... on User { watchlist(first: $first) } } }";
        let variables = json!({ "user": { "id": bob.uuid }, "first": 1, "after": after });
        ask(token, query, variables).await["data"]["userV2"]["watchlist"].clone()
    };
    let first = page(&anna.account_token, Value::Null).await;
    assert_eq!(first["nodes"][0]["title"], "Fargo");
    assert_eq!(first["nodes"][0]["type"], "SHOW");
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    let second = page(&anna.account_token, first["pageInfo"]["endCursor"].clone()).await;
    assert_eq!(second["nodes"][0]["id"], Title::movie("The Menu", 2022).key());
    assert_eq!(second["pageInfo"]["hasNextPage"], false);
    house.world().hide_watchlist(BOB);
    assert!(page(&anna.account_token, Value::Null).await.is_null());
    assert_eq!(page(&bob.account_token, Value::Null).await, first, "from oneself nothing is kept");
    let nobody = house.cloud(Method::POST, "community.plex.tv", "/api", "none").send().await.unwrap();
    assert_eq!(nobody.status(), 401);
}
