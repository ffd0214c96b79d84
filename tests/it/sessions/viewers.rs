//! Whose playbacks ask for what: by their rules, by where they watch, and in which versions.

use std::path::PathBuf;

use cacherr::demo::plex::{Player, RatingKey, Video};
use cacherr::domain::rules::{Ahead, Exception, House as Rulebook, Rules};
use cacherr::domain::settings::{Versions, Viewers};
use serde_json::Value;

use super::{House, KID, OWNER, SERVER_PATH};

fn names(files: &[Value]) -> Vec<&str> {
    files.iter().map(|file| file["filename"].as_str().unwrap()).collect()
}

impl House {
    fn play_elsewhere(&self, what: RatingKey) {
        self.world().start(KID, what, &Player::named("telephone").remote()).unwrap();
    }

    /// Everything that was asked for is done.
    async fn at_rest(&self) {
        let open = || async { self.app.get("/api/jobs").await.is(200)["jobs"].as_array().unwrap().clone() };
        self.until("at rest", || async { open().await.iter().all(|job| job["state"] == "done") }).await;
    }
}

#[tokio::test]
async fn who_watches_elsewhere_is_counted_and_asks_for_nothing_where_only_those_at_home_do() {
    let house = House::with(|options| options.plex.as_mut().unwrap().viewers = Viewers::Local).await;
    let (dune, arrival) = (house.film("Dune.mkv", 5000), house.film("Arrival.mkv", 5000));
    house.play_elsewhere(dune);
    house.until("it plays", || async { house.playing().await.len() == 1 }).await;
    house.play(OWNER, arrival);
    house.cached("Arrival.mkv").await;
    house.at_rest().await;
    assert_eq!(names(&house.files().await), ["Arrival.mkv"]);
    // Two starts, no hit; what is cached is a hit for whoever plays it.
    assert_eq!(house.ratio().await, 0.0);
    house.play_elsewhere(arrival);
    house.until("it plays", || async { house.playing().await.len() == 3 }).await;
    assert!((house.ratio().await - 1.0 / 3.0).abs() < 1e-9);
    assert_eq!(house.file("Arrival.mkv").await.unwrap()["users"], serde_json::json!(["user1"]));
    house.stop().await;
}

#[tokio::test]
async fn who_watches_at_home_asks_for_nothing_where_only_those_elsewhere_do() {
    let house = House::with(|options| options.plex.as_mut().unwrap().viewers = Viewers::Remote).await;
    let (dune, arrival) = (house.film("Dune.mkv", 5000), house.film("Arrival.mkv", 5000));
    house.play(OWNER, arrival);
    house.until("it plays", || async { house.playing().await.len() == 1 }).await;
    house.play_elsewhere(dune);
    house.cached("Dune.mkv").await;
    house.at_rest().await;
    assert_eq!(names(&house.files().await), ["Dune.mkv"]);
    house.stop().await;
}

#[tokio::test]
async fn whose_playbacks_shall_not_ask_are_counted_all_the_same() {
    let silent = Exception { playback: Some(false), ..Exception::default() };
    let rules = Rulebook::default().with_person("user2", silent);
    let house = House::with(|options| options.plex.as_mut().unwrap().house = rules).await;
    let (dune, arrival) = (house.film("Dune.mkv", 5000), house.film("Arrival.mkv", 5000));
    house.play(KID, dune);
    house.until("it plays", || async { house.playing().await.len() == 1 }).await;
    house.play(OWNER, arrival);
    house.cached("Arrival.mkv").await;
    house.at_rest().await;
    assert_eq!(names(&house.files().await), ["Arrival.mkv"]);
    assert_eq!(house.ratio().await, 0.0);
    house.play(KID, arrival);
    house.until("it plays", || async { house.playing().await.len() == 3 }).await;
    assert!((house.ratio().await - 1.0 / 3.0).abs() < 1e-9);
    house.stop().await;
}

#[tokio::test]
async fn as_many_episodes_follow_as_the_rules_of_who_plays_say() {
    let minutes = Ahead { episodes: 9, minutes: Some(39) };
    let rules = Rulebook::for_all(Rules { ahead: minutes, ..Rules::default() });
    let house = House::with(|options| options.plex.as_mut().unwrap().house = rules).await;
    // Each is forty minutes long: the second after the current one begins forty minutes after its end.
    let episodes = house.show();
    house.play(KID, episodes[1]);
    house.cached("S01E02.mkv").await;
    house.at_rest().await;
    assert_eq!(names(&house.files().await), ["S01E01.mkv", "S01E02.mkv"]);
    house.stop().await;
}

#[tokio::test]
async fn who_goes_over_to_another_version_plays_both_as_far_as_the_cache_is_concerned() {
    let house = House::new().await;
    let file = |name: &str| {
        house.app.film(name, 5000);
        PathBuf::from(SERVER_PATH).join(name)
    };
    let film = Video::new("Dune").version("4k", &[&file("4k.mkv")]).version("1080", &[&file("hd.mkv")]);
    let film = house.world().add(house.movies, film).unwrap();
    let session = house.play(KID, film);
    house.cached("4k.mkv").await;
    assert!(house.file("hd.mkv").await.is_none());
    house.world().choose(session, 1).unwrap();
    house.cached("hd.mkv").await;
    for name in ["4k.mkv", "hd.mkv"] {
        assert_eq!(house.file(name).await.unwrap()["playing"], true, "{name}");
    }
    assert_eq!((house.playing().await.len(), house.ratio().await), (1, 0.0));
    house.world().stop(session).unwrap();
    house.all_ended().await;
    assert_eq!(house.file("hd.mkv").await.unwrap()["playing"], false);
    house.stop().await;
}

#[tokio::test]
async fn what_plays_comes_with_all_its_parts_and_what_follows_in_all_its_versions() {
    let house = House::with(|options| options.plex.as_mut().unwrap().versions = Versions::All).await;
    let show = house.world().add(house.series, Video::new("The Expanse")).unwrap();
    let file = |name: &str| {
        house.app.film(&format!("Series/{name}.mkv"), 5000);
        PathBuf::from(SERVER_PATH).join(format!("Series/{name}.mkv"))
    };
    let one = Video::new("one").version("1080", &[&file("one - part1"), &file("one - part2")]);
    let two = Video::new("two").version("4k", &[&file("two - 4k")]).version("1080", &[&file("two - hd")]);
    let first = house.world().add_episode(show, 1, 1, one.version("4k", &[&file("one - 4k")])).unwrap();
    house.world().add_episode(show, 1, 2, two).unwrap();
    house.play(KID, first);
    for name in ["one - part1.mkv", "one - part2.mkv"] {
        let file = house.cached(name).await;
        assert_eq!(
            (&file["triggered_by_operation"], &file["playing"]),
            (&"active_watching".into(), &true.into())
        );
    }
    for name in ["two - 4k.mkv", "two - hd.mkv"] {
        let file = house.cached(name).await;
        assert_eq!(
            (&file["triggered_by_operation"], &file["playing"]),
            (&"real_time_watch".into(), &false.into())
        );
    }
    house.at_rest().await;
    assert_eq!(house.files().await.len(), 4, "of what plays, the version that plays");
    house.stop().await;
}
