//! Where room is tight: the least valuable leave first, and only as many as needed.

use super::*;

/// A house with room for so many films: from nine tenths of its limit on, something leaves for what comes.
async fn with_room_for(films: u64) -> House {
    House::with(|options| options.limit = Some((films * SIZE as u64).div_ceil(9) * 10)).await
}

#[tokio::test]
async fn the_least_valuable_leave_first_and_only_as_many_as_needed() {
    let house = with_room_for(3).await;
    let [plain, shared, fresh] = ["plain.mkv", "shared.mkv", "young.mkv"].map(|name| house.film(name));
    let better = [house.film("first.mkv"), house.film("second.mkv")];
    house.wish(KID, plain);
    house.wish(KID, shared);
    house.wish(OWNER, shared);
    house.cycle().await;
    // Two months later both are worth less than sixty: 50 + 5 − 10, and 5 more for the second who wishes.
    for _ in 0..61 {
        house.app.pass(DAY).await;
        house.app.librarian().ask().await;
    }
    house.wish(KID, fresh);
    house.cycle().await;
    assert_eq!(house.names().await, ["plain.mkv", "shared.mkv", "young.mkv"]);

    house.begin(OWNER, better[0]);
    let mut socket = house.app.listen("").await;
    house.cycle().await;
    house.until("it has come", || async { house.names().await.contains(&"first.mkv".to_owned()) }).await;
    assert_eq!(house.names().await, ["first.mkv", "shared.mkv", "young.mkv"], "the one of one person");
    let removed = heard(&mut socket, "cache_file_removed", 1).await;
    assert_eq!(removed[0]["reason"], "room_needed", "{removed:?}");

    house.begin(OWNER, better[1]);
    house.cycle().await;
    house.until("it has come", || async { house.names().await.contains(&"second.mkv".to_owned()) }).await;
    assert_eq!(house.names().await, ["first.mkv", "second.mkv", "young.mkv"], "then that of two");
    let drawn = house.cycle().await;
    assert!(drawn.plan.is_empty(), "{:?}", drawn.plan);
    house.stop().await;
}

#[tokio::test]
async fn what_is_worth_more_than_what_would_come_stays() {
    let house = with_room_for(1).await;
    let (deck, list) = (house.film("deck.mkv"), house.film("list.mkv"));
    house.begin(OWNER, deck);
    house.cycle().await;
    house.wish(KID, list);
    let drawn = house.cycle().await;
    assert_eq!(house.names().await, ["deck.mkv"]);
    assert!(drawn.plan.is_empty());
    assert!(drawn.plan.refused.iter().any(|refused| refused.path.ends_with("list.mkv")), "and it is said");
    house.stop().await;
}

#[tokio::test]
async fn pinned_files_stay_whatever_would_come() {
    let house = with_room_for(1).await;
    let (old, new) = (house.film("old.mkv"), house.film("new.mkv"));
    house.wish(KID, old);
    house.cycle().await;
    let id = house.file("old.mkv").await["id"].clone();
    let body = serde_json::json!({ "action": "pin", "ids": [id] });
    let job = house.app.post("/api/cached/files/batch", &body).await.is(202);
    house.app.ended(job["job_id"].as_str().unwrap()).await;
    house.wish_no_more(KID, "old.mkv");
    house.begin(OWNER, new);
    house.begin(FRIEND, new);
    house.cycles().await;
    assert_eq!(house.names().await, ["old.mkv"]);
    house.stop().await;
}
