//! The first admin is made once, by who can read the log or the data dir.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use cacherr::access::Password;
use cacherr::domain::access::{Role, Way};
use cacherr::domain::log::LogKind;
use cacherr::domain::secret::Secret;
use cacherr::{Error, Result};

use super::{House, Open, PASSWORD, at};

async fn set_up(open: &Open, token: &str, name: &str) -> Result<cacherr::access::Opened> {
    open.access.set_up(token, name, Password::new(PASSWORD), &at("192.0.2.1")).await
}

#[tokio::test]
async fn the_token_makes_one_admin_and_is_gone() {
    let house = House::new();
    let open = house.open();
    assert!(open.access.needs_setup().unwrap());
    let token = fs::read_to_string(house.token_file()).unwrap();
    assert_eq!(fs::metadata(house.token_file()).unwrap().permissions().mode() & 0o777, 0o600);

    let opened = set_up(&open, token.trim(), "Ümit").await.unwrap();
    assert_eq!((opened.principal.name.as_str(), opened.principal.role), ("Ümit", Role::Admin));
    assert_eq!(open.by(&opened).unwrap().role, Role::Admin);
    assert!(!house.token_file().exists());
    assert!(!open.access.needs_setup().unwrap());
    assert!(matches!(set_up(&open, token.trim(), "user2").await, Err(Error::AlreadySetUp)));
    let log = open.log(LogKind::Login);
    assert_eq!((log.len(), log[0].by.name.as_str(), log[0].reason.as_str()), (1, "Ümit", "setup"));
    assert_eq!(log[0].by.address, Some("192.0.2.1".parse().unwrap()));

    drop(open);
    let open = house.open();
    assert!(!house.token_file().exists());
    assert!(open.by(&opened).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_the_same_time_one_wins() {
    let house = House::new();
    let open = house.open();
    let token = fs::read_to_string(house.token_file()).unwrap();
    let tries: Vec<_> = (0..8)
        .map(|n| {
            let (access, token) = (open.access.clone(), token.clone());
            tokio::spawn(async move {
                let from = at(&format!("192.0.2.{n}"));
                access.set_up(&token, &format!("user{n}"), Password::new(PASSWORD), &from).await
            })
        })
        .collect();
    let mut won = 0;
    for one in tries {
        match one.await.unwrap() {
            Ok(_) => won += 1,
            Err(error) => assert!(matches!(error, Error::AlreadySetUp), "{error}"),
        }
    }
    assert_eq!((won, open.access.accounts().unwrap().len()), (1, 1));
}

#[tokio::test]
async fn the_same_token_holds_until_it_is_used_whatever_starts_in_between() {
    let house = House::new();
    drop(house.open());
    let token = fs::read_to_string(house.token_file()).unwrap();
    fs::set_permissions(house.token_file(), fs::Permissions::from_mode(0o644)).unwrap();
    let open = house.open();
    assert_eq!(fs::read_to_string(house.token_file()).unwrap(), token);
    assert_eq!(fs::metadata(house.token_file()).unwrap().permissions().mode() & 0o777, 0o600);
    // As somebody copies it from a log.
    let typed = token.trim().to_uppercase().replace('-', " ");
    set_up(&open, &typed, "user1").await.unwrap();
}

#[tokio::test]
async fn a_file_that_holds_no_token_is_replaced() {
    let house = House::new();
    for broken in [&b""[..], b"12345678-abc", b"\xff\xfe\x00"] {
        fs::write(house.token_file(), broken).unwrap();
        drop(house.open());
        assert!(fs::read_to_string(house.token_file()).unwrap().trim().len() > 64);
    }
}

#[tokio::test]
async fn a_token_that_outlived_its_use_is_removed_by_the_next_start_and_opens_nothing() {
    let house = House::new();
    let open = house.open();
    let token = fs::read_to_string(house.token_file()).unwrap();
    set_up(&open, &token, "user1").await.unwrap();
    drop(open);
    // As if the power had gone between the commit and the removal of the file.
    fs::write(house.token_file(), &token).unwrap();
    let open = house.open();
    assert!(!house.token_file().exists());
    assert!(matches!(set_up(&open, &token, "user2").await, Err(Error::AlreadySetUp)));
}

#[tokio::test]
async fn guesses_are_refused_and_soon_have_to_wait_and_nobody_elses_do() {
    let house = House::new();
    let open = house.open();
    let token = fs::read_to_string(house.token_file()).unwrap();
    for guess in ["", "0", &"0".repeat(64), &"0".repeat(1 << 20), "../../etc/passwd"] {
        let refused = set_up(&open, guess, "user1").await.unwrap_err();
        assert!(matches!(refused, Error::SetupTokenWrong), "{refused}");
    }
    let refused = set_up(&open, &token, "user1").await.unwrap_err();
    assert!(matches!(refused, Error::TooManyAttempts { seconds: 1 }), "{refused}");
    assert_eq!(open.access.password_work(), 0, "a guess costs nothing");
    assert_eq!(open.log(LogKind::Login).len(), 1, "told of once");
    assert!(!open.log(LogKind::Login)[0].success);
    open.access.set_up(&token, "user1", Password::new(PASSWORD), &at("192.0.2.2")).await.unwrap();
}

#[tokio::test]
async fn a_name_or_a_password_that_cannot_be_leaves_the_token_as_it_is() {
    let house = House::new();
    let open = house.open();
    let token = fs::read_to_string(house.token_file()).unwrap();
    for _ in 0..10 {
        let refused = set_up(&open, &token, "system").await.unwrap_err();
        assert!(matches!(refused, Error::Invalid(_)), "{refused}");
        let weak = open.access.set_up(&token, "user1", Password::new("1234567"), &at("192.0.2.1")).await;
        assert!(matches!(weak, Err(Error::WeakPassword { .. })));
    }
    set_up(&open, &token, "user1").await.unwrap();
}

#[tokio::test]
async fn an_admin_made_at_the_command_line_ends_the_setup_and_a_viewer_does_not() {
    let house = House::new();
    let open = house.open();
    open.add("viewer1", Role::Viewer).await;
    assert!(open.access.needs_setup().unwrap() && house.token_file().exists());
    open.add("admin1", Role::Admin).await;
    assert!(!open.access.needs_setup().unwrap() && !house.token_file().exists());
}

#[tokio::test]
async fn a_configured_key_opens_and_the_wizard_can_be_used_all_the_same() {
    let house = House { key: Some(Secret::new("a key of the configuration")), ..House::new() };
    let open = house.open();
    let principal = open.access.by_key("a key of the configuration", &at("192.0.2.1")).unwrap().unwrap();
    assert_eq!((principal.name.as_str(), principal.role), ("api_key", Role::Admin));
    assert_eq!(principal.way, Way::ConfiguredKey);
    assert!(open.access.needs_setup().unwrap());
    let token = fs::read_to_string(house.token_file()).unwrap();
    set_up(&open, &token, "user1").await.unwrap();
}
