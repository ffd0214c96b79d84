use proptest::prelude::*;

use super::*;

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn network(text: &str) -> Network {
    Network::of(text.parse().unwrap())
}

fn fail(throttle: &mut Throttle, now: Duration, from: &str, name: &str) -> Result<(), Duration> {
    throttle.begin(now, network(from), Some(Target::of(name))).map(|_| ())
}

#[test]
fn five_failures_are_free_and_then_the_wait_doubles_to_a_quarter_of_an_hour() {
    let mut throttle = Throttle::default();
    let mut now = secs(10);
    for _ in 0..5 {
        fail(&mut throttle, now, "192.0.2.1", "user1").unwrap();
    }
    for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
        let wait = fail(&mut throttle, now, "192.0.2.1", "user1").unwrap_err();
        assert_eq!(wait, secs(expected));
        assert_eq!(fail(&mut throttle, now, "192.0.2.1", "user1"), Err(wait), "asking does not prolong it");
        now += wait;
        fail(&mut throttle, now, "192.0.2.1", "user1").unwrap();
    }
}

#[test]
fn a_thousand_at_once_are_no_more_than_one_after_the_other() {
    let mut throttle = Throttle::default();
    let let_in = (0..1000).filter(|_| fail(&mut throttle, secs(1), "192.0.2.1", "user1").is_ok()).count();
    assert_eq!(let_in, 5);
}

#[test]
fn who_spreads_over_addresses_waits_by_the_name_and_over_names_by_the_address() {
    let mut throttle = Throttle::default();
    for n in 0..5 {
        fail(&mut throttle, secs(1), &format!("192.0.2.{n}"), "USER1").unwrap();
        fail(&mut throttle, secs(1), "198.51.100.1", &format!("other{n}")).unwrap();
    }
    assert!(fail(&mut throttle, secs(1), "192.0.2.9", "user1").is_err());
    assert!(fail(&mut throttle, secs(1), "198.51.100.1", "somebody").is_err());
    fail(&mut throttle, secs(1), "192.0.2.9", "user2").unwrap();
}

#[test]
fn neighbours_of_one_ipv6_network_count_together_and_mapped_addresses_as_what_they_are() {
    let mut throttle = Throttle::default();
    for n in 0..5 {
        fail(&mut throttle, secs(1), &format!("2001:db8::{n}"), &format!("name{n}")).unwrap();
    }
    assert!(fail(&mut throttle, secs(1), "2001:db8::ffff:1", "another").is_err());
    fail(&mut throttle, secs(1), "2001:db8:0:1::1", "another").unwrap();
    assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
}

#[test]
fn a_success_clears_the_address_and_leaves_to_the_name_what_others_tried() {
    let mut throttle = Throttle::default();
    for n in 0..5 {
        fail(&mut throttle, secs(1), &format!("192.0.2.{n}"), "user1").unwrap();
    }
    for _ in 0..4 {
        let _ = throttle.begin(secs(1), network("192.0.2.77"), None).unwrap();
    }
    // An address that logged in before is held up by nobody else.
    let attempt = throttle.begin(secs(1), network("192.0.2.77"), None).unwrap();
    throttle.succeeded(attempt);
    for _ in 0..5 {
        let _ = throttle.begin(secs(1), network("192.0.2.77"), None).unwrap();
    }
    assert!(fail(&mut throttle, secs(1), "192.0.2.88", "user1").is_err());
}

#[test]
fn what_found_nothing_out_is_not_counted() {
    let mut throttle = Throttle::default();
    for _ in 0..100 {
        let attempt = throttle.begin(secs(1), network("192.0.2.1"), Some(Target::of("user1"))).unwrap();
        throttle.withdrawn(attempt);
    }
    assert!(throttle.networks.0.is_empty() && throttle.targets.0.is_empty());
}

#[test]
fn after_an_hour_without_an_attempt_all_is_forgotten() {
    let mut throttle = Throttle::default();
    for _ in 0..5 {
        fail(&mut throttle, secs(1), "192.0.2.1", "user1").unwrap();
    }
    let later = secs(1) + FORGOTTEN_AFTER;
    for _ in 0..5 {
        fail(&mut throttle, later, "192.0.2.1", "user1").unwrap();
    }
}

#[test]
fn a_flood_of_addresses_makes_nobody_who_waits_forgotten() {
    let mut throttle = Throttle::default();
    for _ in 0..5 {
        fail(&mut throttle, secs(1), "192.0.2.1", "user1").unwrap();
    }
    for n in 0..20_000_u32 {
        let address = IpAddr::from(n.wrapping_add(0x0a00_0000).to_be_bytes());
        let _ = throttle.begin(secs(1), Network::of(address), Some(Target::of(&n.to_string()))).unwrap();
    }
    assert!(throttle.networks.0.len() <= MOST && throttle.targets.0.len() <= MOST);
    assert!(fail(&mut throttle, secs(1), "192.0.2.1", "user2").is_err());
    assert!(fail(&mut throttle, secs(1), "203.0.113.1", "user1").is_err());
}

proptest! {
    /// However somebody spaces their attempts, they get no further than the waits allow.
    #[test]
    fn within_an_hour_nobody_gets_more_than_a_few_guesses(steps in prop::collection::vec(1..400_u64, 1..400)) {
        let mut throttle = Throttle::default();
        let mut now = secs(0);
        let mut guesses = 0;
        for step in steps {
            now += secs(step);
            if now > secs(3600) {
                break;
            }
            guesses += usize::from(fail(&mut throttle, now, "192.0.2.1", "user1").is_ok());
        }
        prop_assert!(guesses <= 5 + 10 + 4, "{guesses}");
    }
}
