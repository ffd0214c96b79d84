//! Accounts: names are unique, and somebody can always change everything.

use std::collections::BTreeSet;

use cacherr::Error;
use cacherr::access::{AccountChange, NewAccount, Password};
use cacherr::domain::access::Role;
use cacherr::domain::log::LogKind;
use proptest::prelude::*;
use proptest::sample::select;

use super::{House, PASSWORD, at, command, fact};

fn role(role: Role) -> AccountChange {
    AccountChange { role: Some(role), ..AccountChange::default() }
}

fn called(name: &str) -> AccountChange {
    AccountChange { name: Some(name.to_owned()), ..AccountChange::default() }
}

#[tokio::test]
async fn no_two_accounts_have_the_same_name_whatever_the_case() {
    let house = House::new();
    let open = house.open();
    let one = open.add("Jörg", Role::Admin).await;
    let other = open.add("user2", Role::Viewer).await;
    let again = NewAccount { name: "JÖRG".to_owned(), role: Role::Viewer, password: None, plex: None };
    assert!(matches!(open.access.add_account(again, &command()).await, Err(Error::NameTaken { .. })));
    assert!(matches!(open.change(&other, called("jörg")).await, Err(Error::NameTaken { .. })));
    assert!(matches!(open.change(&other, called("key:a")).await, Err(Error::Invalid(_))));
    assert_eq!(open.change(&one, called("jörg")).await.unwrap().name, "jörg");
    assert_eq!(open.access.accounts().unwrap().len(), 2);
    let principal = open.access.by_account_name("JöRG", &at("192.0.2.1")).unwrap().unwrap();
    assert_eq!((principal.name.as_str(), principal.account()), ("jörg", Some(one.id)));
    assert_eq!(open.access.by_account_name("nobody", &at("192.0.2.1")).unwrap(), None);
}

#[tokio::test]
async fn a_plex_account_belongs_to_one_account() {
    let house = House::new();
    let open = house.open();
    let new =
        |name: &str| NewAccount { name: name.to_owned(), role: Role::Viewer, password: None, plex: Some(7) };
    open.access.add_account(new("user1"), &command()).await.unwrap();
    assert!(matches!(open.access.add_account(new("user2"), &command()).await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn the_last_admin_who_can_log_in_is_neither_removed_nor_demoted() {
    let house = House::new();
    let open = house.open();
    let admin = open.add("admin1", Role::Admin).await;
    let operator = open.add("user1", Role::Operator).await;
    let locked_out = NewAccount { name: "admin2".to_owned(), role: Role::Admin, password: None, plex: None };
    let locked_out = open.access.add_account(locked_out, &command()).await.unwrap();
    assert!(matches!(open.change(&admin, role(Role::Operator)).await, Err(Error::LastAdmin)));
    assert!(matches!(open.access.remove_account(admin.id, &command()), Err(Error::LastAdmin)));
    open.access.remove_account(locked_out.id, &command()).unwrap();

    open.change(&operator, role(Role::Admin)).await.unwrap();
    open.change(&admin, role(Role::Viewer)).await.unwrap();
    assert!(matches!(open.access.remove_account(operator.id, &command()), Err(Error::LastAdmin)));
    open.access.remove_account(admin.id, &command()).unwrap();
    assert!(matches!(open.access.remove_account(admin.id, &command()), Err(Error::NotFound { .. })));
    assert!(matches!(open.change(&admin, role(Role::Admin)).await, Err(Error::NotFound { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_admins_who_remove_each_other_leave_one() {
    for _ in 0..5 {
        let house = House::new();
        let open = house.open();
        let [one, other] = [open.add("admin1", Role::Admin).await, open.add("admin2", Role::Admin).await];
        let acts = [one.id, other.id].map(|id| {
            let access = open.access.clone();
            tokio::task::spawn_blocking(move || access.remove_account(id, &command()).is_ok())
        });
        let [first, second] = acts;
        assert!(first.await.unwrap() ^ second.await.unwrap());
        assert!(!open.access.needs_setup().unwrap());
    }
}

#[derive(Clone, Debug)]
enum Act {
    Add(usize, Role, bool),
    Role(usize, Role),
    Rename(usize, usize),
    Remove(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let (who, role) = (0..4_usize, || select(Role::ALL));
    prop_oneof![
        3 => (who.clone(), role(), any::<bool>()).prop_map(|(who, role, plex)| Act::Add(who, role, plex)),
        2 => (who.clone(), role()).prop_map(|(who, role)| Act::Role(who, role)),
        1 => (who.clone(), who.clone()).prop_map(|(who, other)| Act::Rename(who, other)),
        1 => who.prop_map(Act::Remove),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Beside a naive list of names, roles, and who can log in.
    #[test]
    fn whatever_is_done_names_stay_unique_and_an_admin_stays(acts in prop::collection::vec(act(), 1..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let house = House::new();
        let open = house.open();
        let mut expected: Vec<(usize, Role, bool)> = vec![];
        let admins = |list: &[(usize, Role, bool)]| {
            list.iter().filter(|(_, role, comes)| *role == Role::Admin && *comes).count()
        };
        for (plex, act) in acts.into_iter().enumerate() {
            let id = |who: usize| open.access.account_named(&format!("NAME{who}")).unwrap();
            let mut next = expected.clone();
            let done = match act {
                Act::Add(who, role, comes) => {
                    next.push((who, role, comes));
                    let plex = comes.then_some(i64::try_from(plex).unwrap());
                    let new = NewAccount { name: format!("name{who}"), role, password: None, plex };
                    runtime.block_on(open.access.add_account(new, &command())).map(|_| ())
                }
                Act::Role(who, to) => {
                    next.iter_mut().filter(|(one, ..)| *one == who).for_each(|(_, is, _)| *is = to);
                    let Some(account) = id(who) else { continue };
                    runtime.block_on(open.change(&account, role(to))).map(|_| ())
                }
                Act::Rename(who, to) => {
                    next.iter_mut().filter(|(one, ..)| *one == who).for_each(|(is, ..)| *is = to);
                    let Some(account) = id(who) else { continue };
                    runtime.block_on(open.change(&account, called(&format!("name{to}")))).map(|_| ())
                }
                Act::Remove(who) => {
                    next.retain(|(one, ..)| *one != who);
                    let Some(account) = id(who) else { continue };
                    open.access.remove_account(account.id, &command())
                }
            };
            let names: BTreeSet<_> = next.iter().map(|(who, ..)| who).collect();
            match done {
                Ok(()) => expected = next.clone(),
                Err(Error::NameTaken { .. }) => prop_assert!(names.len() < next.len()),
                Err(Error::LastAdmin) => prop_assert!(admins(&expected) == 1 && admins(&next) == 0),
                Err(other) => panic!("{other}"),
            }
            prop_assert!(done_rightly(&expected));
            let rows = open.access.accounts().unwrap();
            let mut found: Vec<_> =
                rows.iter().map(|row| (row.name.clone(), row.role, row.plex.is_some())).collect();
            let mut wanted: Vec<_> =
                expected.iter().map(|(who, role, comes)| (format!("name{who}"), *role, *comes)).collect();
            found.sort();
            wanted.sort();
            prop_assert_eq!(found, wanted);
            prop_assert_eq!(open.access.needs_setup().unwrap(), admins(&expected) == 0);
            prop_assert_eq!(house.token_file().exists(), admins(&expected) == 0);
        }
    }
}

fn done_rightly(list: &[(usize, Role, bool)]) -> bool {
    list.iter().map(|(who, ..)| who).collect::<BTreeSet<_>>().len() == list.len()
}

#[tokio::test]
async fn what_was_changed_is_in_the_log_and_no_password_is() {
    let house = House::new();
    let open = house.open();
    open.add("admin1", Role::Admin).await;
    let account = open.add("user1", Role::Viewer).await;
    let change = AccountChange {
        name: Some("user2".to_owned()),
        role: Some(Role::Operator),
        password: Some(Password::new("another horse")),
        keep: None,
    };
    open.change(&account, change).await.unwrap();
    open.change(&account, role(Role::Operator)).await.unwrap();
    open.access.remove_account(account.id, &command()).unwrap();
    let log = open.log(LogKind::Account);
    let told: Vec<_> = log.iter().map(|entry| (&*entry.reason, fact(entry, "account").unwrap())).collect();
    let expected = [("added", "admin1"), ("added", "user1"), ("changed", "user1"), ("removed", "user2")];
    assert_eq!(told, expected, "what changes nothing is not told of");
    assert_eq!(fact(&log[2], "role"), Some("viewer → operator"));
    assert_eq!(fact(&log[2], "name"), Some("user1 → user2"));
    assert_eq!(fact(&log[2], "password"), Some("changed"));
    let dump = open.store.dump().unwrap();
    assert!(!dump.contains(PASSWORD) && !dump.contains("another horse") && !dump.contains("argon2"));
}

#[tokio::test]
async fn a_refused_change_changes_nothing() {
    let house = House::new();
    let open = house.open();
    let account = open.add("admin1", Role::Admin).await;
    let opened = open.log_in("admin1").await;
    let change = AccountChange {
        name: Some("other".to_owned()),
        role: Some(Role::Viewer),
        password: Some(Password::new("another horse")),
        keep: None,
    };
    assert!(matches!(open.change(&account, change).await, Err(Error::LastAdmin)));
    let weak = AccountChange { password: Some(Password::new("short")), ..AccountChange::default() };
    assert!(matches!(open.change(&account, weak).await, Err(Error::WeakPassword { .. })));
    assert_eq!(open.by(&opened).unwrap().name, "admin1");
    open.log_in("admin1").await;
}
