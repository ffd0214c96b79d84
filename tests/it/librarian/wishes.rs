//! Who gets what: from a wish to a copy, with the right attribution, operation, event and score, and back.

use std::os::unix::fs::MetadataExt;

use cacherr::librarian::Drawn;

use super::*;

/// The score of a file, and its reasons: points, text, user.
async fn worth(house: &House, drawn: &Drawn, name: &str) -> (u8, Vec<(i32, Option<String>)>) {
    let (score, why) = drawn.worth(house.id(name).await).unwrap_or_else(|| panic!("{name} has no score"));
    let sum: i32 = why.iter().map(|reason| reason.points).sum();
    assert_eq!(sum.clamp(0, 100), i32::from(score), "the reasons add up: {why:?}");
    (score, why.iter().map(|reason| (reason.points, reason.user.clone())).collect())
}

#[tokio::test]
async fn the_deck_of_one_and_the_watchlist_of_another_are_cached_as_theirs() {
    let house = House::new().await;
    let (_, episodes) = house.show();
    let dune = house.film("Dune.mkv");
    house.film("Nobody's.mkv");
    house.world().mark_seen(OWNER, episodes[1]);
    house.wish(KID, dune);
    let mut socket = house.app.listen("").await;
    let drawn = house.cycle().await;
    assert_eq!(
        house.lines().await,
        ["Dune.mkv watchlist user2", "S01E02.mkv ondeck user1", "S02E01.mkv ondeck user1"]
    );
    let mut added: Vec<String> = heard(&mut socket, "cache_file_added", 3)
        .await
        .iter()
        .map(|event| {
            let name = event["file_info"]["filename"].as_str().unwrap();
            format!("{name} {} {}", event["reason"].as_str().unwrap(), event["user_id"].as_str().unwrap())
        })
        .collect();
    added.sort();
    assert_eq!(added, ["Dune.mkv watchlist user2", "S01E02.mkv ondeck user1", "S02E01.mkv ondeck user1"]);
    // By hand: 50, a user 5, cached today 5; on a new watchlist 10; on deck 15, new there 5, the current one 15, a next one 10.
    for (name, score) in [("Dune.mkv", 70), ("S01E02.mkv", 95), ("S02E01.mkv", 90)] {
        let (found, why) = worth(&house, &drawn, name).await;
        assert_eq!(found, score, "{name}: {why:?}");
    }
    let detail = house.file("S01E02.mkv").await;
    assert_eq!((&detail["metadata"]["season"], &detail["metadata"]["episode"]), (&1.into(), &2.into()));
    assert!(house.cycle().await.plan.is_empty(), "and that is all");
    house.stop().await;
}

#[tokio::test]
async fn two_who_wish_for_one_film_have_one_copy_with_both_their_names() {
    let house = House::new().await;
    let dune = house.film("Dune.mkv");
    house.begin(OWNER, dune);
    house.wish(KID, dune);
    let drawn = house.cycle().await;
    assert_eq!(house.lines().await, ["Dune.mkv continue_watching user1,user2"]);
    let detail = house.file("Dune.mkv").await;
    let of = |user: &str| {
        let all = detail["attributions"].as_array().unwrap().iter();
        all.filter(|one| one["user_id"] == user || one["user"] == user).count()
    };
    assert_eq!((of("user1"), of("user2")), (1, 1), "{detail}");
    let before = worth(&house, &drawn, "Dune.mkv").await.0;
    let copies = std::fs::read_dir(house.app.library.parent().unwrap().join("cache/Movies")).unwrap().count();
    assert_eq!(copies, 1);
    // A third one needs no copy either, and the film is worth more.
    house.begin(FRIEND, dune);
    let drawn = house.cycle().await;
    assert_eq!(house.lines().await, ["Dune.mkv continue_watching user1,user2,user3"]);
    assert!(worth(&house, &drawn, "Dune.mkv").await.0 >= before);
    let jobs = house.app.get("/api/jobs?state=done").await.is(200);
    let cached = jobs["jobs"].as_array().unwrap().iter().filter(|job| job["kind"] == "cache").count();
    assert_eq!(cached, 1, "{jobs}");
    // One who is through with it takes nothing from the others.
    house.wish_no_more(KID, "Dune.mkv");
    house.cycles().await;
    assert_eq!(house.names().await, ["Dune.mkv"]);
    house.stop().await;
}

#[tokio::test]
async fn what_was_watched_is_given_back_as_it_was() {
    let house = House::with(|options| {
        // Unwatched it would stay for a day.
        options.librarian.as_mut().unwrap().plan.retention = DAY;
    })
    .await;
    let (_, episodes) = house.show();
    let path = house.app.library.join("Series/S01E01.mkv");
    let before = std::fs::metadata(&path).unwrap().ino();
    house.begin(KID, episodes[1]);
    house.cycle().await;
    assert_eq!(house.names().await, ["S01E01.mkv", "S01E02.mkv", "S02E01.mkv"]);
    assert!(path.is_symlink());
    let mut socket = house.app.listen("").await;
    house.watch(KID, episodes[1]).await;
    house.cycle().await;
    assert_eq!(house.names().await, ["S01E02.mkv", "S02E01.mkv"]);
    let removed = heard(&mut socket, "cache_file_removed", 1).await;
    assert_eq!(removed[0]["reason"], "not_wanted", "{removed:?}");
    let back = std::fs::symlink_metadata(&path).unwrap();
    assert!(back.is_file() && back.ino() == before, "the very original");
    house.stop().await;
}

#[tokio::test]
async fn what_nobody_wishes_for_any_more_stays_for_its_time_and_then_leaves() {
    let house = House::with(|options| {
        options.librarian.as_mut().unwrap().plan.retention = DAY;
    })
    .await;
    let dune = house.film("Dune.mkv");
    house.wish(KID, dune);
    house.cycle().await;
    house.wish_no_more(KID, "Dune.mkv");
    house.cycles().await;
    assert_eq!(house.names().await, ["Dune.mkv"], "it came a few minutes ago");
    house.app.pass(DAY).await;
    house.cycle().await;
    assert_eq!(house.names().await, [] as [&str; 0]);
    house.stop().await;
}

#[tokio::test]
async fn what_is_shown_before_a_run_is_what_the_run_does() {
    let house = House::new().await;
    let (_, episodes) = house.show();
    let films = ["Dune.mkv", "Heat.mkv", "Solaris.mkv"].map(|name| house.film(name));
    house.wish(KID, films[0]);
    house.wish(OWNER, films[1]);
    house.cycle().await;
    assert_eq!(house.names().await, ["Dune.mkv", "Heat.mkv"]);
    // Something leaves, something comes, somebody is added.
    house.wish_no_more(KID, "Dune.mkv");
    house.wish(KID, films[1]);
    house.wish(FRIEND, films[2]);
    house.begin(OWNER, films[2]);
    house.begin(KID, episodes[2]);
    house.app.librarian().ask().await;
    house.app.pass(DOUBT).await;
    house.app.librarian().ask().await;
    let shown = house.app.librarian().draw().await.unwrap();
    let paths = |steps: &[cacherr::domain::plan::Step]| {
        let mut names: Vec<String> =
            steps.iter().map(|step| step.path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(paths(&shown.plan.cache), ["S01E02.mkv", "S02E01.mkv", "Solaris.mkv"]);
    assert_eq!(paths(&shown.plan.give_back), ["Dune.mkv"]);
    assert_eq!(shown.plan.attribute.len(), 1);
    assert_eq!(house.names().await, ["Dune.mkv", "Heat.mkv"], "nothing was done");

    let job = house.app.librarian().run(&"test".into()).await.unwrap();
    house.app.ended(&job.to_string()).await;
    let done = house.app.librarian().latest().unwrap();
    assert_eq!(done.plan, shown.plan, "the very plan");
    house.settled().await;
    assert_eq!(house.names().await, ["Heat.mkv", "S01E02.mkv", "S02E01.mkv", "Solaris.mkv"]);
    assert_eq!(house.lines().await[0], "Heat.mkv watchlist user1,user2");
    house.stop().await;
}

#[tokio::test]
async fn subtitles_travel_with_their_film_both_ways_and_others_stay() {
    let house = House::new().await;
    let dune = house.film("Dune.mkv");
    for name in ["Dune.en.srt", "Dune.de.forced.srt", "Dune 2.en.srt", "Dune.nfo"] {
        house.app.film(name, 700);
    }
    house.wish(KID, dune);
    house.cycle().await;
    assert_eq!(
        house.lines().await,
        ["Dune.de.forced.srt watchlist user2", "Dune.en.srt watchlist user2", "Dune.mkv watchlist user2"]
    );
    assert!(house.cycle().await.plan.is_empty(), "that is all of it");
    house.wish_no_more(KID, "Dune.mkv");
    house.cycles().await;
    assert_eq!(house.names().await, [] as [&str; 0]);
    let there = |name: &str| house.app.library.join(name).symlink_metadata().unwrap().is_file();
    assert!(["Dune.mkv", "Dune.en.srt", "Dune.de.forced.srt"].iter().all(|name| there(name)));
    house.stop().await;
}
