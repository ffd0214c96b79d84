//! A session goes on through restarts, and ends when it is meant to.

use cacherr::access::{AccountChange, Password};
use cacherr::domain::access::{Role, Way};
use cacherr::domain::log::LogKind;
use cacherr::store::Rows;
use cacherr::{Error, access::Caller};
use jiff::SignedDuration;

use super::{House, PASSWORD, at, command, fact};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

#[tokio::test]
async fn a_restart_keeps_sessions_and_no_token_is_at_rest() {
    let house = House::new();
    let open = house.open();
    let account = open.add("user1", Role::Operator).await;
    let opened = open.log_in("USER1").await;
    assert!(opened.token.expose().starts_with("cs_"));
    drop(open);

    let open = house.open();
    let principal = open.by(&opened).unwrap();
    assert_eq!((principal.name.as_str(), principal.role), ("user1", Role::Operator));
    assert_eq!(principal.way, Way::Session { id: opened.session.id, account: account.id });
    assert_eq!(principal.address, Some("198.51.100.7".parse().unwrap()));
    assert_eq!(open.access.sessions(None).unwrap()[0].agent.as_deref(), Some("a browser[31m"));

    let dump = open.store.dump().unwrap();
    assert!(!dump.contains(opened.token.expose()) && !dump.contains("$argon2id"), "{dump}");
    drop(open);
    let bytes = std::fs::read(house.store_file()).unwrap();
    for secret in [opened.token.expose(), PASSWORD] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
}

#[tokio::test]
async fn what_is_no_token_opens_nothing() {
    let house = House::new();
    let open = house.open();
    open.add("user1", Role::Admin).await;
    let opened = open.log_in("user1").await;
    let token = opened.token.expose();
    let long = "a".repeat(100_000);
    for other in ["", "cs_", &token[..token.len() - 1], &token.to_lowercase(), &format!("{token} "), &long] {
        assert_eq!(open.access.by_session(other, &at("192.0.2.1")).unwrap(), None);
    }
    assert_eq!(open.access.by_key(token, &at("192.0.2.1")).unwrap(), None);
    assert_eq!(open.access.by_ticket(token), None);
}

#[tokio::test]
async fn use_moves_the_end_and_idleness_does_not() {
    let house = House::new();
    let open = house.open();
    open.add("user1", Role::Viewer).await;
    let (used, idle) = (open.log_in("user1").await, open.log_in("user1").await);
    open.advance(DAY * 20);
    assert!(open.by(&used).is_some());
    open.access.settle();
    open.advance(DAY * 20);
    assert!(open.by(&used).is_some() && open.by(&idle).is_none());
    assert_eq!(open.access.sessions(None).unwrap().len(), 1);
    // Whoever writes next removes what has ended.
    open.access.settle();
    assert_eq!(open.store.read().unwrap().sessions().unwrap().len(), 1);
}

#[tokio::test]
async fn however_much_it_is_used_a_session_ends_after_ninety_days() {
    let house = House::new();
    let open = house.open();
    open.add("user1", Role::Viewer).await;
    let opened = open.log_in("user1").await;
    assert_eq!(open.access.end_of(&opened.session), opened.session.made_at.plus(DAY * 30));
    for _ in 0..8 {
        open.advance(DAY * 11);
        assert!(open.by(&opened).is_some());
        open.access.settle();
    }
    let row = &open.access.sessions(None).unwrap()[0];
    assert_eq!(open.access.end_of(row), opened.session.made_at.plus(DAY * 90));
    open.advance(DAY * 2);
    assert!(open.by(&opened).is_none());
}

#[tokio::test]
async fn that_it_was_used_is_written_down_every_five_minutes_and_no_more() {
    let house = House::new();
    let open = house.open();
    open.add("user1", Role::Viewer).await;
    let opened = open.log_in("user1").await;
    let seen = || {
        open.access.settle();
        open.access.sessions(None).unwrap()[0].seen_at.since(opened.session.made_at)
    };
    for (passed, written) in [(4, 0), (1, 5), (4, 5), (1, 10), (100, 110)] {
        open.advance(minutes(passed));
        for _ in 0..100 {
            assert!(open.by(&opened).is_some());
        }
        assert_eq!(seen(), minutes(written));
    }
    drop(open);
    assert_eq!(
        house.open().access.sessions(None).unwrap()[0].seen_at.since(opened.session.made_at),
        minutes(110)
    );
}

#[tokio::test]
async fn a_session_that_is_ended_opens_nothing_and_that_is_written_down() {
    let house = House::new();
    let open = house.open();
    open.add("user1", Role::Viewer).await;
    let [mine, theirs, stays] =
        [open.log_in("user1").await, open.log_in("user1").await, open.log_in("user1").await];
    open.access.log_out(mine.session.id, &mine.principal.actor()).unwrap();
    open.access.log_out(mine.session.id, &mine.principal.actor()).unwrap();
    open.access.revoke_session(theirs.session.id, &command()).unwrap();
    let again = open.access.revoke_session(theirs.session.id, &command());
    assert!(matches!(again, Err(Error::NotFound { .. })));
    assert!(open.by(&mine).is_none() && open.by(&theirs).is_none() && open.by(&stays).is_some());
    let log = open.log(LogKind::Logout);
    let told: Vec<_> =
        log.iter().map(|entry| (entry.by.name.as_str(), &*entry.reason, fact(entry, "account"))).collect();
    assert_eq!(told, [("user1", "log-out", Some("user1")), ("local:0", "revoked", Some("user1"))]);
}

#[tokio::test]
async fn another_password_or_role_ends_all_sessions_but_the_one_that_asks() {
    let house = House::new();
    let open = house.open();
    open.add("admin1", Role::Admin).await;
    let account = open.add("user1", Role::Viewer).await;
    let other = open.log_in("admin1").await;
    for change in [
        AccountChange { password: Some(Password::new("another horse")), ..AccountChange::default() },
        AccountChange { password: Some(Password::new(PASSWORD)), ..AccountChange::default() },
        AccountChange { role: Some(Role::Operator), ..AccountChange::default() },
    ] {
        let from = at("192.0.2.1");
        let password = if open.access.log_in("user1", Password::new(PASSWORD), &from).await.is_ok() {
            PASSWORD
        } else {
            "another horse"
        };
        let [one, asks] = [
            open.access.log_in("user1", Password::new(password), &from).await.unwrap(),
            open.access.log_in("user1", Password::new(password), &from).await.unwrap(),
        ];
        open.change(&account, AccountChange { keep: Some(asks.session.id), ..change }).await.unwrap();
        assert!(open.by(&one).is_none() && open.by(&asks).is_some() && open.by(&other).is_some());
    }
    let renamed = AccountChange { name: Some("user2".to_owned()), ..AccountChange::default() };
    let opened = open.log_in("user1").await;
    open.change(&account, renamed).await.unwrap();
    assert_eq!(open.by(&opened).unwrap().name, "user2", "a name opens nothing");
}

#[tokio::test]
async fn what_a_session_may_do_is_what_its_account_may_do_now() {
    let house = House::new();
    let open = house.open();
    open.add("admin1", Role::Admin).await;
    let account = open.add("user1", Role::Admin).await;
    let opened = open.log_in("user1").await;
    let mut changes = open.access.changes();
    changes.mark_unchanged();
    let keep = Some(opened.session.id);
    open.change(&account, AccountChange { role: Some(Role::Viewer), keep, ..AccountChange::default() })
        .await
        .unwrap();
    assert!(changes.has_changed().unwrap());
    assert_eq!(open.by(&opened).unwrap().role, Role::Viewer);
    assert_eq!(open.access.still(&opened.principal).unwrap().unwrap().role, Role::Viewer);
    open.access.remove_account(account.id, &command()).unwrap();
    assert!(open.by(&opened).is_none());
    assert_eq!(open.access.still(&opened.principal).unwrap(), None);
    assert!(open.store.read().unwrap().sessions().unwrap().is_empty());
}

#[tokio::test]
async fn nobody_has_more_sessions_than_fifty() {
    let house = House::new();
    let open = house.open();
    let account = open.add("user1", Role::Viewer).await;
    let first = open.log_in("user1").await;
    open.advance(minutes(1));
    let second = open.log_in("user1").await;
    for _ in 0..49 {
        open.advance(minutes(1));
        open.log_in("user1").await;
    }
    assert_eq!(open.access.sessions(Some(account.id)).unwrap().len(), 50);
    assert!(open.by(&first).is_none() && open.by(&second).is_some());
}

#[tokio::test]
async fn a_ticket_opens_once_and_only_for_who_would_still_be_let_in() {
    let house = House::new();
    let open = house.open();
    open.add("user1", Role::Viewer).await;
    let opened = open.log_in("user1").await;
    let tickets = [(); 2].map(|()| open.access.ticket(&opened.principal).unwrap());
    assert_eq!(open.access.by_ticket(tickets[0].expose()), Some(opened.principal.clone()));
    assert_eq!(open.access.by_ticket(tickets[0].expose()), None);
    open.access.log_out(opened.session.id, &opened.principal.actor()).unwrap();
    assert_eq!(open.access.by_ticket(tickets[1].expose()), None);
}

#[test]
fn what_a_browser_calls_itself_is_shortened_and_cleaned() {
    let of = |agent: &str| Caller::new("::ffff:192.0.2.1".parse().unwrap(), Some(agent));
    assert_eq!(of("a\r\nb\u{1b}[0m\0").agent.as_deref(), Some("ab[0m"));
    assert_eq!(of(&"ä".repeat(10_000)).agent.unwrap().chars().count(), 200);
    assert_eq!(of(" \n").agent, None);
    assert_eq!(of("").address, "192.0.2.1".parse::<std::net::IpAddr>().unwrap());
}
