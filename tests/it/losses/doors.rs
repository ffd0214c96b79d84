//! E9: as long as one instance runs, no other gets in, however often it is tried and however the tries end.

use std::thread;
use std::time::{Duration, Instant};

use crate::process::{House, wait_for};

#[test]
fn a_start_that_failed_lets_no_third_one_in() {
    let house = House::new();
    let film = house.film("Dune.mkv", &[1; 200_000]);
    let before = house.library();
    let first = house.start();
    for attempt in 2..6 {
        let refused = house.run(["run"]);
        assert_eq!(refused.code, 4, "start {attempt}: {}", refused.stderr);
        assert!(refused.stderr.contains("code: data_dir_in_use"), "{}", refused.stderr);
        assert_eq!(house.tell(["status"])["running"], true, "after start {attempt} the first still answers");
    }
    // One that is killed before it could say anything, at any moment of its start.
    for pause in (0..60).step_by(4) {
        let mut child = house.command(["run"]).spawn().unwrap();
        thread::sleep(Duration::from_millis(pause));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // Several at once.
    let others: Vec<_> = (0..4).map(|_| house.command(["run"]).spawn().unwrap()).collect();
    for other in others {
        assert_eq!(other.wait_with_output().unwrap().status.code(), Some(4));
    }
    assert_eq!(house.run(["run"]).code, 4);
    // Neither by way of what works without an instance: it goes to the one that runs.
    house.cache([&film]);
    assert!(first.log().contains("cached"), "{}", first.log());
    house.tell(["restore", "--all"]);
    assert!(house.library() == before);
    assert_eq!(first.stop().0, Some(0));
}

#[test]
fn of_several_starts_at_once_one_gets_in_and_its_death_lets_in_one_more() {
    let house = House::new();
    let mut children: Vec<_> = (0..4).map(|_| house.command(["run"]).spawn().unwrap()).collect();
    let until = Instant::now() + Duration::from_secs(30);
    let mut codes = Vec::new();
    while children.len() > 1 {
        assert!(Instant::now() < until, "{} starts are still there", children.len());
        children.retain_mut(|child| match child.try_wait().unwrap() {
            Some(status) => {
                codes.push(status.code());
                false
            }
            None => true,
        });
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(codes, [Some(4); 3]);
    wait_for("the one that got in", || house.at("data/cacherr.sock").exists());
    assert_eq!(house.tell(["status"])["running"], true);
    assert_eq!(house.run(["run"]).code, 4);
    let mut inside = children.remove(0);
    inside.kill().unwrap();
    inside.wait().unwrap();

    let next = house.start();
    assert_eq!(house.run(["run"]).code, 4);
    assert_eq!(next.stop().0, Some(0));
}
