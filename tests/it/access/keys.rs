//! API keys: shown once, good until their time is over or somebody takes them back.

use cacherr::Error;
use cacherr::access::NewKey;
use cacherr::domain::access::{Role, Way};
use cacherr::domain::log::LogKind;
use jiff::SignedDuration;

use super::{House, at, command, fact};

fn new(name: &str) -> NewKey {
    NewKey { name: name.to_owned(), role: Role::Operator, expires_at: None }
}

#[test]
fn a_key_opens_what_its_role_says_also_after_a_restart() {
    let house = House::new();
    let open = house.open();
    let (row, key) = open.access.add_key(new("dashboard"), &command()).unwrap();
    assert!(key.expose().starts_with("ck_") && key.expose().starts_with(&row.begins));
    assert_eq!(row.begins.len(), 7);
    drop(open);
    let open = house.open();
    let principal = open.access.by_key(key.expose(), &at("192.0.2.1")).unwrap().unwrap();
    assert_eq!((principal.name.as_str(), principal.role), ("key:dashboard", Role::Operator));
    assert_eq!(principal.way, Way::Key(row.id));
    assert!(!open.store.dump().unwrap().contains(key.expose()));
    assert_eq!(open.access.by_session(key.expose(), &at("192.0.2.1")).unwrap(), None);
    for wrong in ["", "ck_", &key.expose()[..20], &format!("{}x", key.expose())] {
        assert_eq!(open.access.by_key(wrong, &at("192.0.2.1")).unwrap(), None);
    }
}

#[test]
fn a_key_ends_when_it_expires_and_when_it_is_taken_back() {
    let house = House::new();
    let open = house.open();
    let now = open.clock.as_ref();
    let expires = cacherr::clock::Clock::now(now).plus(SignedDuration::from_hours(1));
    let (row, key) =
        open.access.add_key(NewKey { expires_at: Some(expires), ..new("short") }, &command()).unwrap();
    let (other, stays) = open.access.add_key(new("other"), &command()).unwrap();
    let opens =
        |key: &cacherr::domain::secret::Secret| open.access.by_key(key.expose(), &at("192.0.2.1")).unwrap();
    let principal = opens(&key).unwrap();
    assert!(open.access.still(&principal).unwrap().is_some());
    open.advance(SignedDuration::from_hours(1));
    assert!(opens(&key).is_none() && opens(&stays).is_some());
    assert_eq!(open.access.still(&principal).unwrap(), None);
    assert_eq!(open.access.keys().unwrap().len(), 2, "people see that it expired");
    open.access.revoke_key(row.id, &command()).unwrap();
    open.access.revoke_key(other.id, &command()).unwrap();
    assert!(opens(&stays).is_none() && open.access.keys().unwrap().is_empty());
    assert!(matches!(open.access.revoke_key(row.id, &command()), Err(Error::NotFound { .. })));
    let log = open.log(LogKind::ApiKey);
    let told: Vec<_> = log.iter().map(|entry| (&*entry.reason, fact(entry, "key").unwrap())).collect();
    assert_eq!(told, [("added", "short"), ("added", "other"), ("revoked", "short"), ("revoked", "other")]);
}

#[test]
fn what_cannot_be_a_key_is_refused() {
    let house = House::new();
    let open = house.open();
    open.access.add_key(new("Dashboard"), &command()).unwrap();
    assert!(matches!(open.access.add_key(new("dashboard"), &command()), Err(Error::NameTaken { .. })));
    for name in ["", " a", "a\nb", &"a".repeat(65)] {
        assert!(matches!(open.access.add_key(new(name), &command()), Err(Error::Invalid(_))), "{name:?}");
    }
    let now = cacherr::clock::Clock::now(open.clock.as_ref());
    let past = NewKey { expires_at: Some(now), ..new("past") };
    assert!(matches!(open.access.add_key(past, &command()), Err(Error::Invalid(_))));
    assert_eq!(open.access.keys().unwrap().len(), 1);
}

#[test]
fn when_a_key_was_last_used_is_written_down_every_five_minutes() {
    let house = House::new();
    let open = house.open();
    let (row, key) = open.access.add_key(new("dashboard"), &command()).unwrap();
    let mut seen = vec![];
    for _ in 0..10 {
        for _ in 0..100 {
            open.access.by_key(key.expose(), &at("192.0.2.1")).unwrap().unwrap();
        }
        open.access.settle();
        let used = open.access.keys().unwrap()[0].used_at.unwrap();
        seen.push(used.since(row.made_at).as_mins());
        open.advance(SignedDuration::from_mins(2));
    }
    assert_eq!(seen, [0, 0, 0, 6, 6, 6, 12, 12, 12, 18]);
}
