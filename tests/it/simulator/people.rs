//! What people do shows wherever a client looks.

use cacherr::demo::plex::Visibility;
use serde_json::json;

use super::{ANNA, BOB, House, KID, MINUTE, anna, bob, kid, tv};

#[tokio::test]
async fn the_next_episode_follows_across_seasons_and_never_a_special() {
    let house = House::new().await;
    let [first, second, third] = house.episodes;
    let path = format!("/library/sections/{}/onDeck", house.series);
    for (seen, next) in [(first, vec!["S1E2"]), (second, vec!["S2E1"]), (third, vec![])] {
        house.world().watch(ANNA, seen, &tv()).unwrap();
        assert_eq!(house.titles(&anna(), &path).await, next);
    }
    house.world().watch(ANNA, house.special, &tv()).unwrap();
    assert!(house.titles(&anna(), &path).await.is_empty(), "a special leads nowhere");
}

#[tokio::test]
async fn what_is_in_progress_comes_before_what_is_next_and_nobody_sees_that_of_others() {
    let house = House::new().await;
    let world = house.world();
    world.watch(ANNA, house.episodes[0], &tv()).unwrap();
    house.pass(60);
    let film = world.start(ANNA, house.dune, &tv()).unwrap();
    world.progress(film, 20 * MINUTE).unwrap();
    world.stop(film).unwrap();
    let deck = house.get(&anna(), "/library/onDeck").await;
    assert_eq!(super::titles(&deck), ["Dune & \"Sand\" <1>", "S1E2"]);
    let (film, next) = (&deck["MediaContainer"]["Metadata"][0], &deck["MediaContainer"]["Metadata"][1]);
    assert_eq!(film["viewOffset"], 20 * MINUTE);
    assert!(film.get("viewCount").is_none(), "{film}");
    assert!(next.get("viewOffset").is_none(), "what is next has no offset: {next}");
    assert_eq!(house.titles(&anna(), "/hubs/continueWatching/items").await.len(), 2);
    for other in [bob(), kid()] {
        assert!(house.titles(&other, "/library/onDeck").await.is_empty(), "{}", other.name);
    }
}

#[tokio::test]
async fn an_item_is_seen_at_nine_tenths_and_once_per_session() {
    let house = House::new().await;
    let world = house.world();
    let session = world.start(KID, house.episodes[0], &tv()).unwrap();
    world.progress(session, 9 * MINUTE - 1).unwrap();
    assert_eq!(house.titles(&kid(), "/library/onDeck").await, ["S1E1"]);
    world.progress(session, 9 * MINUTE).unwrap();
    world.progress(session, 10 * MINUTE).unwrap();
    world.stop(session).unwrap();
    assert_eq!(house.titles(&kid(), "/library/onDeck").await, ["S1E2"]);
    let path = format!("/status/sessions/history/all?accountID={KID}");
    let history = house.get(&anna(), &path).await;
    assert_eq!(history["MediaContainer"]["size"], 1);
    let line = &history["MediaContainer"]["Metadata"][0];
    assert_eq!(line["accountID"], KID);
    assert_eq!(line["librarySectionID"], house.series.to_string(), "text, here");
    assert_eq!((&line["parentIndex"], &line["index"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn sessions_are_told_to_the_owner_alone() {
    let house = House::new().await;
    let world = house.world();
    let idle = house.get(&anna(), "/status/sessions").await;
    assert_eq!(idle, json!({ "MediaContainer": { "size": 0 } }));
    let session = world.start_version(BOB, house.dune, 1, &tv().transcoding()).unwrap();
    world.progress(session, 5 * MINUTE).unwrap();
    world.pause(session).unwrap();
    let told = house.get(&anna(), "/status/sessions").await;
    let told = &told["MediaContainer"]["Metadata"][0];
    assert_eq!(told["sessionKey"], session.to_string());
    assert_eq!(told["librarySectionID"], house.movies.to_string(), "text, here");
    assert_eq!(told["viewOffset"], 5 * MINUTE);
    assert_eq!(told["User"]["title"], "Bob");
    assert_eq!(told["Player"]["state"], "paused");
    assert_eq!(told["TranscodeSession"]["videoDecision"], "transcode");
    let media = told["Media"].as_array().unwrap();
    assert_eq!(media.len(), 1, "only what is played");
    assert!(media[0]["id"].is_string() && media[0]["Part"].as_array().unwrap().len() == 2);
    for other in [bob(), kid()] {
        let request = house.request(reqwest::Method::GET, "/status/sessions");
        let answer = request.header("X-Plex-Token", other.server_token).send().await.unwrap();
        assert_eq!(answer.status(), 403);
    }
    world.stop(session).unwrap();
    assert_eq!(house.get(&anna(), "/status/sessions").await, idle);
}

#[tokio::test]
async fn a_section_away_from_home_is_on_its_own_deck_alone() {
    let house = House::new().await;
    house.world().watch(ANNA, house.episodes[0], &tv()).unwrap();
    house.world().offer_section(house.series, Visibility::NotAtHome);
    assert!(house.titles(&anna(), "/library/onDeck").await.is_empty());
    let own = format!("/library/sections/{}/onDeck", house.series);
    assert_eq!(house.titles(&anna(), &own).await, ["S1E2"]);
}

#[tokio::test]
async fn continue_watching_forgets_after_weeks_what_on_deck_keeps() {
    let house = House::new().await;
    house.world().watch(ANNA, house.episodes[0], &tv()).unwrap();
    house.pass(17 * 7 * 24 * 60 * 60);
    assert_eq!(house.titles(&anna(), "/library/onDeck").await, ["S1E2"]);
    assert!(house.titles(&anna(), "/hubs/continueWatching/items").await.is_empty());
    house.world().let_linger(ANNA, house.dune);
    let hub = house.get(&anna(), "/hubs?identifier=home.continue").await;
    let item = &hub["MediaContainer"]["Hub"][0]["Metadata"][0];
    assert_eq!(item["viewOffset"], item["duration"], "seen to the end, and still there");
}

#[tokio::test]
async fn whoever_may_not_see_a_section_sees_nothing_of_it() {
    let house = House::new().await;
    let sections = house.get(&bob(), "/library/sections").await;
    assert_eq!(sections["MediaContainer"]["Directory"].as_array().unwrap().len(), 1);
    let paths =
        [format!("/library/metadata/{}", house.dune), format!("/library/sections/{}/all", house.movies)];
    for path in paths {
        let request = house.request(reqwest::Method::GET, &path).header("X-Plex-Token", bob().server_token);
        assert_eq!(request.send().await.unwrap().status(), 404, "{path}");
    }
}

#[tokio::test]
async fn a_show_tells_its_seasons_its_episodes_and_what_was_seen_of_them() {
    let house = House::new().await;
    house.world().watch(ANNA, house.episodes[0], &tv()).unwrap();
    let show = format!("/library/metadata/{}", house.show);
    let told = house.get(&anna(), &show).await;
    let told = &told["MediaContainer"]["Metadata"][0];
    assert_eq!((&told["childCount"], &told["leafCount"]), (&json!(3), &json!(4)));
    assert_eq!(told["viewedLeafCount"], 1);
    let seasons = house.titles(&anna(), &format!("{show}/children")).await;
    assert_eq!(seasons, ["Specials", "Season 1", "Season 2"]);
    let leaves = house.titles(&anna(), &format!("{show}/allLeaves")).await;
    assert_eq!(leaves, ["S0E1", "S1E1", "S1E2", "S2E1"]);
    house.world().remove(house.episodes[2]);
    assert_eq!(house.titles(&anna(), &format!("{show}/allLeaves")).await.len(), 3);
}
