//! The whole of it, once: from the wishes of two people to their copies, through a limit that is reached, and back.

use super::*;

#[tokio::test]
async fn a_season_in_a_house_with_room_for_five() {
    let house = House::with(|options| options.limit = Some(5 * SIZE as u64)).await;
    let (_, episodes) = house.show();
    let [dune, heat, first] = ["Dune.mkv", "Heat.mkv", "First.mkv"].map(|name| house.film(name));
    let mut socket = house.app.listen("").await;

    // What is next for one, what the other has on their list, and a film that both want.
    house.world().mark_seen(OWNER, episodes[1]);
    house.wish(KID, dune);
    house.begin(OWNER, heat);
    house.wish(KID, heat);
    let drawn = house.cycle().await;
    assert_eq!(
        house.lines().await,
        [
            "Dune.mkv watchlist user2",
            "Heat.mkv continue_watching user1,user2",
            "S01E02.mkv ondeck user1",
            "S02E01.mkv ondeck user1"
        ]
    );
    let added = heard(&mut socket, "cache_file_added", 4).await;
    let mut reasons: Vec<&str> = added.iter().filter_map(|event| event["reason"].as_str()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["continue_watching", "ondeck", "ondeck", "watchlist"]);
    // By hand: see `wishes`; on deck and on a new list, for two: 50 + 15 + 5 + 5 + 10 + 5, and 5 for a copy of today.
    for (name, score) in [("Dune.mkv", 70), ("Heat.mkv", 95), ("S01E02.mkv", 95), ("S02E01.mkv", 90)] {
        assert_eq!(drawn.worth(house.id(name).await).map(|(score, _)| score), Some(score), "{name}");
        assert_eq!(house.file(name).await["priority"], score, "{name}");
    }

    // Two months later what only stands on a list is worth the least, and leaves alone for what somebody begins.
    for _ in 0..61 {
        house.app.pass(DAY).await;
        house.app.librarian().ask().await;
    }
    house.begin(FRIEND, first);
    house.cycle().await;
    let has_come = || async { house.names().await.contains(&"First.mkv".to_owned()) };
    house.until("it has come", has_come).await;
    assert_eq!(house.names().await, ["First.mkv", "Heat.mkv", "S01E02.mkv", "S02E01.mkv"]);
    assert_eq!(heard(&mut socket, "cache_file_removed", 1).await[0]["reason"], "room_needed");

    // What was watched is given back.
    house.watch(OWNER, episodes[2]).await;
    house.cycle().await;
    let watched = house.app.library.join("Series/S01E02.mkv");
    assert!(watched.symlink_metadata().unwrap().is_file());
    let removed = heard(&mut socket, "cache_file_removed", 1).await;
    assert_eq!(removed[0]["reason"], "not_wanted");
    assert!(removed[0]["file_path"].as_str().unwrap().ends_with("S01E02.mkv"), "{removed:?}");
    house.stop().await;
}
