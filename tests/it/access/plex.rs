//! Whoever Plex vouches for comes in as themselves.

use cacherr::access::NewAccount;
use cacherr::domain::access::Role;
use cacherr::domain::log::LogKind;
use cacherr::domain::rules::UserKind;
use cacherr::domain::settings::AccessSettings;
use cacherr::{Error, Result};

use super::{House, Open, at, command, fact};

async fn sign_in(open: &Open, plex: i64, title: &str, kind: UserKind) -> Result<cacherr::access::Opened> {
    open.access.by_plex(plex, title, kind, &at("192.0.2.1")).await
}

fn for_others(role: Option<Role>) -> House {
    House { settings: AccessSettings { plex_role: role, ..AccessSettings::default() }, ..House::new() }
}

#[tokio::test]
async fn the_owner_is_an_admin_and_the_same_one_next_time() {
    let house = for_others(None);
    let open = house.open();
    let first = sign_in(&open, 1, "Owner", UserKind::Owner).await.unwrap();
    assert_eq!((first.principal.name.as_str(), first.principal.role), ("Owner", Role::Admin));
    assert!(!house.token_file().exists(), "somebody is an admin now");
    let again = sign_in(&open, 1, "Renamed", UserKind::Owner).await.unwrap();
    assert_eq!(again.principal.account(), first.principal.account());
    assert_eq!(again.principal.name, "Owner", "rows bear the name that they were written with");
    assert_eq!(open.access.accounts().unwrap()[0].plex, Some(1));
    let log: Vec<_> = open.log(LogKind::Login).iter().map(|entry| entry.reason.clone()).collect();
    assert_eq!(log, ["plex", "plex"]);
    assert_eq!(fact(&open.log(LogKind::Account)[0], "plex"), Some("1"));
}

#[tokio::test]
async fn others_are_what_the_owner_chose_or_nothing() {
    let house = for_others(None);
    let open = house.open();
    for kind in [UserKind::Home, UserKind::Shared] {
        assert!(matches!(sign_in(&open, 2, "user2", kind).await, Err(Error::Forbidden(_))));
    }
    assert!(open.access.accounts().unwrap().is_empty());
    let new = NewAccount { name: "user2".to_owned(), role: Role::Operator, password: None, plex: Some(2) };
    open.access.add_account(new, &command()).await.unwrap();
    let invited = sign_in(&open, 2, "user2", UserKind::Shared).await.unwrap();
    assert_eq!(invited.principal.role, Role::Operator, "an admin made this account for them");

    let house = for_others(Some(Role::Viewer));
    let open = house.open();
    let opened = sign_in(&open, 2, "user2", UserKind::Shared).await.unwrap();
    assert_eq!(opened.principal.role, Role::Viewer);
}

#[tokio::test]
async fn whoever_is_called_as_somebody_else_is_gets_a_name_of_their_own() {
    let house = for_others(Some(Role::Viewer));
    let open = house.open();
    open.add("user1", Role::Admin).await;
    let mut names = vec![];
    for (plex, title) in
        [(1, "USER1"), (2, "user1"), (3, "system"), (4, ""), (5, "a:b\u{202e}"), (6, "plex 4")]
    {
        names.push(sign_in(&open, plex, title, UserKind::Home).await.unwrap().principal.name);
    }
    assert_eq!(names, ["USER1 2", "user1 3", "plex 3", "plex 4", "a b", "plex 4 2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_twice_at_once_makes_one_account() {
    let house = for_others(Some(Role::Viewer));
    let open = house.open();
    let both = [(); 2].map(|()| {
        let access = open.access.clone();
        tokio::spawn(async move { access.by_plex(1, "user1", UserKind::Home, &at("192.0.2.1")).await })
    });
    for one in both {
        one.await.unwrap().unwrap();
    }
    assert_eq!(open.access.accounts().unwrap().len(), 1);
}
