//! Whether the media server reads what was swapped in: it is asked, and what it says counts.

use std::fs;

use cacherr::demo::plex::Fault;
use cacherr::domain::file::Method;
use cacherr::domain::intent::Reading;

use super::{House, KID};

impl House {
    fn reading(&self) -> Reading {
        self.app.cacher().engine().reading("Movies").unwrap()
    }

    fn cache_dir(&self) -> std::path::PathBuf {
        self.app.library.parent().unwrap().join("cache")
    }
}

#[tokio::test]
async fn a_server_that_reads_the_first_file_is_taken_at_its_word() {
    let house = House::new().await;
    assert_eq!(house.reading(), Reading::Unknown);
    let dune = house.film("Dune.mkv", 5000);
    house.play(KID, dune);
    house.cached("Dune.mkv").await;
    house.until("it was seen reading", || async { house.reading() == Reading::Seen }).await;
    assert_eq!(house.file("Dune.mkv").await.unwrap()["status"], "active");
    house.stop().await;
}

#[tokio::test]
async fn what_the_server_cannot_read_is_given_back_at_once_and_nothing_else_is_swapped() {
    let house = House::new().await;
    house.world().see(house.cache_dir(), false);
    let (dune, path) = (house.film("Dune.mkv", 5000), house.app.library.join("Dune.mkv"));
    let before = fs::read(&path).unwrap();
    house.play(KID, dune);
    let refused = || async { matches!(house.reading(), Reading::Refused { .. }) };
    house.until("it says so", refused).await;
    house
        .until("it is given back", || async { !path.is_symlink() && house.file("Dune.mkv").await.is_none() })
        .await;
    assert_eq!(fs::read(&path).unwrap(), before);
    // Nobody who plays brings it about again.
    let arrival = house.film("Arrival.mkv", 5000);
    house.play(super::FRIEND, arrival);
    house.until("it is written down", || async { house.playing().await.len() == 2 }).await;
    let request = cacherr::cacher::CacheRequest {
        path: house.app.library.join("Arrival.mkv"),
        operation: cacherr::domain::file::Operation::ActiveWatching,
        user: None,
        method: None,
        metadata: Default::default(),
        by: cacherr::domain::actor::Actor::system(),
    };
    let error = house.app.cacher().request_cache(&request).unwrap_err();
    assert_eq!(error.code(), "link_not_read");
    assert!(house.file("Arrival.mkv").await.is_none());
    // A person tries again, in vain; then the mount is put right, and it works.
    let other = house.app.film("other.mkv", 5000);
    house.film("third.mkv", 5000);
    let third = house.app.library.join("third.mkv");
    let file = serde_json::json!({ "file_path": third });
    let accepted = house.app.post("/api/cached/files", &file).await.is(202);
    house.app.ended(accepted["job_id"].as_str().unwrap()).await;
    let given_back = || async { !third.is_symlink() && house.file("third.mkv").await.is_none() };
    house.until("given back, too", given_back).await;
    house.world().see(house.cache_dir(), true);
    house.app.cache(&third, serde_json::json!({})).await;
    house.until("it was seen reading", || async { house.reading() == Reading::Seen }).await;
    house.app.cache(&other, serde_json::json!({})).await;
    assert!(third.is_symlink() && other.is_symlink());
    house.stop().await;
}

#[tokio::test]
async fn a_server_that_says_nothing_refuses_nothing() {
    let house = House::new().await;
    let dune = house.film("Dune.mkv", 5000);
    house.simulator.faults().add("/library/metadata", u32::MAX, Fault::Page { status: 503 });
    house.play(KID, dune);
    house.cached("Dune.mkv").await;
    let other = house.app.film("other.mkv", 5000);
    house.app.cache(&other, serde_json::json!({})).await;
    assert_eq!(house.reading(), Reading::Unknown);
    assert!(other.is_symlink() && house.app.library.join("Dune.mkv").is_symlink());
    house.stop().await;
}

#[tokio::test]
async fn an_original_is_given_up_only_once_the_server_was_seen_reading_the_copy() {
    let house = House::with(|options| options.plex.as_mut().unwrap().mode = Method::AtomicSymlink).await;
    house.film("Dune.mkv", 5000);
    house.simulator.faults().add("/library", u32::MAX, Fault::Dropped);
    let path = house.app.library.join("Dune.mkv");
    let kept = house.app.library.join(".Dune.mkv.cacherr-original");
    house.app.cache(&path, serde_json::json!({})).await;
    let asked = || async { house.app.cacher().engine().to_be_read().unwrap().len() == 1 };
    house.until("it is to be asked", asked).await;
    let settled = house.app.cacher().clone();
    tokio::task::spawn_blocking(move || settled.engine().settle_due().unwrap()).await.unwrap();
    assert!(kept.exists(), "the grace is over, and nobody was seen reading");
    house.simulator.faults().clear();
    // Whatever is swapped in next is a reason to ask.
    let other = house.app.film("other.mkv", 5000);
    house.app.cache(&other, serde_json::json!({})).await;
    house
        .until("it is given up", || async {
            let settled = house.app.cacher().clone();
            tokio::task::spawn_blocking(move || settled.engine().settle_due().unwrap()).await.unwrap();
            !kept.exists()
        })
        .await;
    assert_eq!(fs::read(&path).unwrap().len(), 5000);
    house.stop().await;
}
