//! Who sees what of people.

use std::net::IpAddr;

use super::*;

const KEY: PseudonymKey = PseudonymKey::new([7; 32]);

fn viewer(privacy: Privacy) -> View {
    View::of(Role::Viewer, &privacy)
}

/// Everybody there can be: admin and operator, and viewers who are told everything, pseudonyms, nothing.
fn views() -> [View; 5] {
    let hidden = Privacy::Hidden;
    [
        View::of(Role::Admin, &hidden),
        View::of(Role::Operator, &hidden),
        viewer(Privacy::Full),
        viewer(Privacy::Pseudonym(KEY)),
        viewer(hidden),
    ]
}

fn texts(shown: [Option<Shown>; 5]) -> [Option<String>; 5] {
    shown.map(|shown| shown.map(|shown| shown.to_string()))
}

#[test]
fn operators_and_admins_see_names_whatever_viewers_see() {
    let anna = Some("anna".to_owned());
    let pseudonym = Some(KEY.pseudonym("anna"));
    let shown = texts(views().map(|view| view.user("anna")));
    assert_eq!(shown, [anna.clone(), anna.clone(), anna.clone(), pseudonym, None]);
    let really = texts(views().map(|view| view.true_name("anna")));
    assert_eq!(really, [anna.clone(), anna.clone(), anna, None, None]);
    assert_eq!(viewer(Privacy::Pseudonym(KEY)).user(DELETED_USER).as_deref(), Some(DELETED_USER));
}

#[test]
fn who_asked_is_a_name_as_well() {
    let shown = |actor: Actor| views().map(|view| view.by(&actor).to_string());
    assert_eq!(shown("anna".into()), ["anna", "anna", "anna", "someone", "someone"]);
    assert_eq!(shown(Actor::system()), ["system"; 5]);
}

#[test]
fn addresses_are_for_admins() {
    let address = IpAddr::from([192, 168, 1, 7]);
    let actor = Actor { address: Some(address), ..Actor::from("anna") };
    let shown = views().map(|view| view.address(&actor));
    assert_eq!(shown, [Some("192.168.1.7".to_owned()), None, None, None, None]);
}

#[test]
fn what_a_person_wrote_may_name_anybody() {
    let by = Actor::from("anna");
    let shown = |by: &Actor, reason: &str| views().map(|view| view.reason(by, reason));
    assert_eq!(shown(&by, "for ben"), ["for ben", "for ben", "for ben", "manual", "manual"]);
    assert_eq!(shown(&by, "watchlist"), ["watchlist"; 5]);
    assert_eq!(shown(&Actor::system(), "room_needed"), ["room_needed"; 5]);
}

#[test]
fn facts_that_may_name_somebody_are_kept_from_those_who_see_no_names() {
    let facts =
        || ["method", "user_id", "whatever"].map(|name| (name.to_owned(), "anna".to_owned())).to_vec();
    let kept = |view: &View| view.facts(facts()).into_iter().map(|fact| fact.1).collect::<Vec<_>>();
    let [admin, operator, full, pseudonym, hidden] = views().map(|view| kept(&view));
    assert!([admin, operator, full].iter().all(|kept| *kept == ["anna", "anna", "anna"]));
    assert_eq!(pseudonym, ["anna".to_owned(), KEY.pseudonym("anna")]);
    assert_eq!(hidden, ["anna"]);
}

#[test]
fn how_the_house_is_run_is_told_to_no_viewer() {
    for kind in [LogKind::Login, LogKind::Account, LogKind::ApiKey, LogKind::Settings, LogKind::Forget] {
        assert_eq!(views().map(|view| view.sees(kind)), [true, true, false, false, false], "{kind}");
    }
    assert_eq!(views().map(|view| view.sees(LogKind::Cache)), [true; 5]);
    assert_eq!(views().map(|view| view.need_staff().is_ok()), [true, true, false, false, false]);
    let brought = || Some("watchlist".to_owned());
    assert_eq!(views().map(|view| view.source(brought()).is_some()), [true, true, false, false, false]);
}

#[test]
fn nobody_is_asked_for_where_nobody_is_told_apart() {
    assert_eq!(views().map(|view| view.need_people().is_ok()), [true, true, true, true, false]);
}

#[test]
fn a_request_of_nobody_is_one_of_a_viewer_who_is_told_nothing() {
    let view = View::of_request(&Request::default(), None);
    assert_eq!(view, viewer(Privacy::Hidden));
}

#[test]
fn what_is_kept_ready_is_shared_by_those_alone_who_see_the_same() {
    let ears = views().map(|view| view.ear());
    assert_eq!(ears, [Ear::Staff, Ear::Staff, Ear::Viewer, Ear::Viewer, Ear::Viewer]);
}
