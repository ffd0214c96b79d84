//! Whoever knows the password comes in; nobody learns anything else, and nobody costs more than they may.

use std::process::Command;

use cacherr::access::{AccountChange, NewAccount, Password};
use cacherr::domain::access::Role;
use cacherr::domain::log::LogKind;
use cacherr::{Error, Result};

use super::{House, Open, PASSWORD, at, command, fact};

async fn try_from(open: &Open, name: &str, password: &str, from: &str) -> Result<()> {
    open.access.log_in(name, Password::new(password), &at(from)).await.map(|_| ())
}

#[tokio::test]
async fn unknown_names_and_wrong_passwords_take_the_same_work_and_get_the_same_answer() {
    let house = House::new();
    let open = house.open();
    open.add("user1", Role::Viewer).await;
    let without = NewAccount { name: "user2".to_owned(), role: Role::Viewer, password: None, plex: Some(1) };
    open.access.add_account(without, &command()).await.unwrap();
    let mut seen = Vec::new();
    for (n, name) in ["user1", "user2", "nobody", "", "a:b", "\0", &"x".repeat(10_000)].iter().enumerate() {
        let before = open.access.password_work();
        let refused = try_from(&open, name, "wrong horse", &format!("192.0.2.{n}")).await.unwrap_err();
        assert!(matches!(refused, Error::LogInFailed), "{refused}");
        seen.push((open.access.password_work() - before, refused.to_string()));
    }
    assert!(seen.iter().all(|one| *one == (1, "the name or the password is wrong".to_owned())), "{seen:?}");
}

#[tokio::test]
async fn whoever_fails_waits_by_address_and_by_name_whether_or_not_there_is_such_a_name() {
    let house = House::new();
    let open = house.open();
    open.add("user1", Role::Viewer).await;
    for name in ["user1", "nobody"] {
        for n in 0..5 {
            let refused =
                try_from(&open, name, "wrong horse", &format!("2001:db8:{}:{n}::1", name.len())).await;
            assert!(matches!(refused, Err(Error::LogInFailed)));
        }
        let before = open.access.password_work();
        let refused = try_from(&open, &name.to_uppercase(), PASSWORD, "2001:db8:9::1").await.unwrap_err();
        assert!(matches!(refused, Error::TooManyAttempts { seconds: 1 }), "{refused}");
        assert_eq!(open.access.password_work(), before, "who waits costs nothing");
    }
}

#[tokio::test]
async fn an_account_under_attack_stays_open_to_where_it_logged_in_before() {
    let house = House::new();
    let open = house.open();
    open.add("user1", Role::Viewer).await;
    try_from(&open, "user1", PASSWORD, "192.0.2.1").await.unwrap();
    for n in 0..5 {
        try_from(&open, "user1", "wrong horse", &format!("198.51.100.{n}")).await.unwrap_err();
    }
    let elsewhere = try_from(&open, "user1", PASSWORD, "203.0.113.1").await;
    assert!(matches!(elsewhere, Err(Error::TooManyAttempts { .. })));
    try_from(&open, "user1", PASSWORD, "192.0.2.1").await.unwrap();
    // Who tries there waits all the same.
    for _ in 0..5 {
        try_from(&open, "user1", "wrong horse", "192.0.2.1").await.unwrap_err();
    }
    let there = try_from(&open, "user1", PASSWORD, "192.0.2.1").await;
    assert!(matches!(there, Err(Error::TooManyAttempts { .. })));
}

#[tokio::test]
async fn log_ins_are_in_the_log_and_failures_once_without_what_was_typed() {
    let house = House::new();
    let open = house.open();
    open.add("user1", Role::Viewer).await;
    try_from(&open, "user1", PASSWORD, "192.0.2.1").await.unwrap();
    for name in ["user1", "user1", "user1", "my secret password"] {
        try_from(&open, name, "wrong horse", "192.0.2.2").await.unwrap_err();
    }
    let log = open.log(LogKind::Login);
    let told: Vec<_> = log
        .iter()
        .map(|entry| {
            (entry.by.name.as_str(), entry.success, fact(entry, "account"), fact(entry, "untold_failures"))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("user1", true, None, None),
            ("system", false, Some("user1"), None),
            ("system", false, None, Some("2"))
        ]
    );
    assert_eq!(log[1].by.address, Some("192.0.2.2".parse().unwrap()));
    assert!(!open.store.dump().unwrap().contains("my secret"));
}

#[tokio::test]
async fn a_password_is_asked_again_as_a_log_in_is() {
    let house = House::new();
    let open = house.open();
    let account = open.add("user1", Role::Viewer).await;
    let from = at("192.0.2.1");
    open.access.confirm(&account, Password::new(PASSWORD), &from).await.unwrap();
    for _ in 0..5 {
        let refused = open.access.confirm(&account, Password::new("wrong horse"), &from).await;
        assert!(matches!(refused, Err(Error::LogInFailed)));
    }
    let refused = open.access.confirm(&account, Password::new(PASSWORD), &from).await;
    assert!(matches!(refused, Err(Error::TooManyAttempts { .. })));
    assert!(open.access.sessions(None).unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_beside_another_password_leaves_no_session_behind() {
    let house = House::new();
    let open = house.open();
    let account = open.add("user1", Role::Viewer).await;
    for round in 0..5 {
        let (old, new) =
            if round % 2 == 0 { (PASSWORD, "another horse") } else { ("another horse", PASSWORD) };
        let access = open.access.clone();
        let log_in =
            tokio::spawn(async move { access.log_in("user1", Password::new(old), &at("192.0.2.1")).await });
        let change = AccountChange { password: Some(Password::new(new)), ..AccountChange::default() };
        open.change(&account, change).await.unwrap();
        // Before the change, after it, or refused: never a session of the old password after it.
        let _ = log_in.await.unwrap();
        assert!(open.access.sessions(None).unwrap().is_empty(), "round {round}");
    }
}

const CHILD: &str = "CACHERR_TEST_MASS_LOG_IN";

/// In a process of its own, so that nobody else's memory is measured.
#[test]
fn two_hundred_log_ins_at_once_take_no_more_memory_than_two() {
    if std::env::var_os(CHILD).is_some() {
        return mass_log_in();
    }
    let name = "access::log_in::two_hundred_log_ins_at_once_take_no_more_memory_than_two";
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(child.status.success(), "{said}{}", String::from_utf8_lossy(&child.stderr));
    assert!(said.contains("1 passed"), "{said}");
}

fn mass_log_in() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let house = House::new();
    let open = house.open();
    runtime.block_on(open.add("user1", Role::Viewer));
    let before = peak();
    let mut refused = 0;
    for round in 0..5 {
        let tries: Vec<_> = (0..200_u32)
            .map(|n| {
                let access = open.access.clone();
                runtime.spawn(async move {
                    let from = at(&format!("10.{round}.{}.{}", n / 200, n % 200));
                    access.log_in(&format!("name{round}-{n}"), Password::new("wrong horse"), &from).await
                })
            })
            .collect();
        for one in tries {
            match runtime.block_on(one).unwrap() {
                Err(Error::Busy) => refused += 1,
                Err(Error::LogInFailed) => {}
                other => panic!("{other:?}"),
            }
        }
        // The one who has a right to comes in as soon as there is room.
        runtime.block_on(async { try_from(&open, "user1", PASSWORD, "192.0.2.1").await }).unwrap();
    }
    let grown = peak() - before;
    assert!(grown < 80 << 10, "{grown} KiB");
    assert!(refused > 0 && refused + open.access.password_work() == 1 + 5 * 201, "{refused}");
}

/// The most memory this process ever had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
