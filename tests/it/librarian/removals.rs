//! What a person removes stays away for three days, unless it is played or somebody else wishes for it.

use super::*;

/// A house in which a film that user2 wishes for was cached, and removed by a person.
async fn removed() -> (House, RatingKey) {
    let house = House::new().await;
    let dune = house.film("Dune.mkv");
    house.wish(KID, dune);
    house.cycle().await;
    let id = house.file("Dune.mkv").await["id"].as_str().unwrap().to_owned();
    let gone = house.app.delete(&format!("/api/cached/files/{id}")).await;
    assert!([200, 202].contains(&gone.status), "{gone:?}");
    house.settled().await;
    assert_eq!(house.names().await, [] as [&str; 0]);
    (house, dune)
}

#[tokio::test]
async fn a_removal_holds_for_three_days() {
    let (house, _) = removed().await;
    for _ in 0..71 {
        house.app.pass(SignedDuration::from_mins(58)).await;
        house.cycle().await;
        assert_eq!(house.names().await, [] as [&str; 0]);
    }
    house.app.pass(SignedDuration::from_hours(2)).await;
    house.cycle().await;
    assert_eq!(house.names().await, ["Dune.mkv"], "it is still wished for");
    house.stop().await;
}

#[tokio::test]
async fn a_removal_holds_over_a_restart() {
    let (mut house, _) = removed().await;
    house.app.restart().await;
    house.meet().await;
    house.cycle().await;
    assert_eq!(house.names().await, [] as [&str; 0]);
    house.stop().await;
}

#[tokio::test]
async fn a_removal_ends_when_somebody_else_wishes_for_it() {
    let (house, dune) = removed().await;
    house.cycle().await;
    assert_eq!(house.names().await, [] as [&str; 0]);
    house.wish(OWNER, dune);
    house.cycle().await;
    assert_eq!(house.names().await, ["Dune.mkv"]);
    house.stop().await;
}

#[tokio::test]
async fn a_removal_ends_when_it_is_played() {
    let (house, dune) = removed().await;
    house.watch(KID, dune).await;
    assert_eq!(house.names().await, ["Dune.mkv"], "what plays is cached at once");
    // Watched to the end, it stays as long as it stands on their list: the removal is over.
    house.cycle().await;
    assert_eq!(house.names().await, ["Dune.mkv"]);
    house.stop().await;
}
