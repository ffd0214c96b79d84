//! What the librarian must not do where others lost files: follow its own link, bring back what was replaced, tell a run that
//! failed as one that was done.

use std::fs;
use std::os::unix::fs::MetadataExt;

use cacherr::domain::file::Method;
use cacherr::domain::path::kept_name;

use super::*;

#[tokio::test]
async fn a_moved_film_that_nobody_wishes_for_any_more_comes_back_with_all_its_bytes() {
    let house = House::with(|options| options.plex.as_mut().unwrap().mode = Method::AtomicSymlink).await;
    let dune = house.film("Dune.mkv");
    let path = house.app.library.join("Dune.mkv");
    let bytes = fs::read(&path).unwrap();
    house.wish(KID, dune);
    house.cycle().await;
    let kept = path.with_file_name(kept_name(path.file_name().unwrap()));
    let given_up = || async {
        house.app.pass(MINUTE).await;
        !kept.exists()
    };
    house.until("the original is given up", given_up).await;
    assert!(path.is_symlink() && fs::read(&path).unwrap() == bytes, "the copy is all there is");

    house.wish_no_more(KID, "Dune.mkv");
    house.cycles().await;
    assert_eq!(house.names().await, [] as [&str; 0]);
    assert!(!path.is_symlink());
    for _ in 0..10 {
        house.app.pass(DAY).await;
        assert!(fs::read(&path).unwrap() == bytes, "no matter how much later");
    }
    house.stop().await;
}

#[tokio::test]
async fn a_film_that_was_replaced_stays_replaced_when_its_wish_ends() {
    let house = House::new().await;
    let dune = house.film("Dune.mkv");
    let path = house.app.library.join("Dune.mkv");
    house.wish(KID, dune);
    house.cycle().await;
    assert!(path.is_symlink());
    // A re-encode, finished elsewhere and put in its place.
    let new = house.app.film("incoming.tmp", SIZE / 2);
    let bytes = fs::read(&new).unwrap();
    fs::rename(&new, &path).unwrap();
    let inode = fs::metadata(&path).unwrap().ino();
    house.wish_no_more(KID, "Dune.mkv");
    house.cycles().await;
    let now = fs::symlink_metadata(&path).unwrap();
    assert!(now.is_file() && now.ino() == inode, "the very file that was put there");
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert_eq!(house.names().await, [] as [&str; 0]);
    house.stop().await;
}

#[tokio::test]
async fn a_cycle_that_fails_is_told_as_failed_and_gives_nothing_back() {
    let house = House::new().await;
    let (dune, heat) = (house.film("Dune.mkv"), house.film("Heat.mkv"));
    house.wish(KID, dune);
    house.cycle().await;
    let cache = house.app.library.parent().unwrap().join("cache");
    let away = cache.with_extension("away");
    fs::rename(&cache, &away).unwrap();
    house.wish_no_more(KID, "Dune.mkv");
    house.wish(OWNER, heat);
    for _ in 0..2 {
        house.app.pass(DOUBT).await;
        let job = house.app.librarian().run(&"test".into()).await.unwrap();
        let job = house.app.ended(&job.to_string()).await;
        assert_eq!(
            (&job["state"], &job["error"]["code"]),
            (&"failed".into(), &"cache_volume_missing".into())
        );
    }
    let log = house.app.get("/api/cached/operations?success=false").await.is(200);
    assert!(log["operations"].as_array().is_some_and(|entries| !entries.is_empty()), "{log}");
    assert!(house.app.library.join("Dune.mkv").is_symlink());
    fs::rename(&away, &cache).unwrap();
    house.cycles().await;
    assert_eq!(house.names().await, ["Heat.mkv"]);
    house.stop().await;
}

#[tokio::test]
async fn whoever_asks_during_a_cycle_gets_one_more_that_all_of_them_share() {
    let house = House::new().await;
    let dune = house.film("Dune.mkv");
    house.wish(KID, dune);
    let mut jobs = vec![];
    for _ in 0..5 {
        jobs.push(house.app.librarian().run(&"test".into()).await.unwrap());
    }
    for job in &jobs {
        let job = house.app.ended(&job.to_string()).await;
        assert_eq!(job["state"], "done", "{job}");
    }
    jobs.dedup();
    assert!(jobs.len() <= 3, "whoever asks meanwhile shares a cycle: {jobs:?}");
    house.settled().await;
    assert_eq!(house.names().await, ["Dune.mkv"]);
    house.stop().await;
}
