//! What goes wrong for one concerns nobody else, and what was known holds.

use cacherr::demo::plex::Fault;
use cacherr::media::people::{Kind, Source, Way, Why};

use super::*;

#[tokio::test]
async fn a_bad_token_of_one_is_theirs_alone() {
    let folks = Folks::new().await;
    folks.ask().await;
    folks.world().revoke(&bob().server_token);
    folks.pass(1);
    let seen = folks.ask().await;
    assert_eq!(knows(&seen, "Bob", Source::OnDeck).way, Way::ServerHistory);
    assert_eq!(ways(&seen, "Bob")[1].1, Some(Why::TokenRefused));
    assert_eq!(folks.household().tokens().server_of(BOB), None);
    for name in ["Anna", "Ben", "Kid"] {
        assert_eq!(ways(&seen, name)[1].1, None, "{name}");
    }
    // Good again as soon as the server takes it again.
    folks.world().add_person(bob());
    assert_eq!(ways(&*folks.ask().await, "Bob")[1], (Way::SharedToken, None));
}

#[tokio::test]
async fn what_a_switch_gave_is_got_anew_when_it_ends() {
    let folks = Folks::new().await;
    folks.ask().await;
    let first = folks.household().tokens().account_of(BEN).unwrap();
    folks.ask().await;
    assert_eq!(folks.household().tokens().account_of(BEN), Some(first.clone()), "one switch is enough");
    folks.world().revoke(first.expose());
    let seen = folks.ask().await;
    assert_eq!(ways(&seen, "Ben")[3], (Way::HomeSwitch, None));
    assert_ne!(folks.household().tokens().account_of(BEN), Some(first));
}

#[tokio::test]
async fn only_a_401_makes_a_token_bad() {
    let folks = Folks::new().await;
    folks.ask().await;
    let before = folks.household().tokens().account_of(BEN).unwrap();
    for fault in [
        Fault::Page { status: 403 },
        Fault::Page { status: 502 },
        Fault::TooManyRequests { retry_after: Some(600) },
        Fault::TokenExpired,
        Fault::Truncated,
        Fault::Dropped,
    ] {
        folks.simulator.faults().clear();
        folks.simulator.faults().add("/api/v2/ping", 9, fault.clone());
        let seen = folks.ask().await;
        if fault == Fault::Truncated {
            // Its body is not needed.
            continue;
        }
        assert_eq!(ways(&seen, "Ben")[3], (Way::HomeSwitch, Some(Why::CloudUnavailable)), "{fault:?}");
        assert_eq!(ways(&seen, "Ben")[1], (Way::HomeSwitch, None), "the server is another matter");
        assert_eq!(folks.household().tokens().account_of(BEN), Some(before.clone()), "{fault:?}");
    }
}

#[tokio::test]
async fn one_list_that_fails_leaves_the_others_and_what_it_said_before() {
    let folks = Folks::new().await;
    folks.ask().await;
    for path in ["/api/v2/home/users", "/api/users", "/api/servers/", "/api/v2/resources", "/accounts"] {
        folks.simulator.faults().clear();
        folks.simulator.faults().add(path, 1, Fault::Page { status: 502 });
        let seen = folks.ask().await;
        let kinds: Vec<_> = seen.people.iter().map(|one| one.kind).collect();
        assert_eq!(kinds, [Kind::Owner, Kind::Home, Kind::Home, Kind::Shared, Kind::Friend], "{path}");
        assert_eq!(ways(&seen, "Ben")[3], (Way::HomeSwitch, None), "{path}");
        assert_eq!(ways(&seen, "Bob")[1].0, Way::SharedToken, "{path}");
    }
}

#[tokio::test]
async fn plex_tv_away_takes_nothing_away_and_is_told_with_the_age_of_what_holds() {
    let mut folks = Folks::new().await;
    folks.ask().await;
    let before = folks.now();
    for path in ["/api/v2", "/api/users", "/api/servers"] {
        folks.simulator.faults().add(path, 999, Fault::Dropped);
    }
    let check = |seen: &Snapshot, cloud_at: Option<Time>| {
        assert_eq!(seen.people.len(), 5, "{:?}", seen.people);
        assert_eq!(ways(seen, "Ben")[3].0, Way::HomeSwitch);
        assert_eq!(ways(seen, "Bob")[1].0, Way::SharedToken);
        assert_eq!(seen.cloud_at, cloud_at);
    };
    folks.pass(5);
    let seen = folks.ask().await;
    check(&seen, Some(before));
    assert_eq!(seen.cloud_problem.as_ref().unwrap().code, Why::CloudUnavailable);
    assert_eq!(ways(&seen, "Bob")[1], (Way::SharedToken, None), "the server lets him in as before");
    // Also over a start of the program.
    folks.restart().await;
    check(&folks.household().people().snapshot(), None);
    check(&*folks.ask().await, None);
}

#[tokio::test]
async fn a_server_away_is_told_and_plex_tv_is_asked_nevertheless() {
    let folks = Folks::new().await;
    folks.ask().await;
    let before = folks.now();
    for path in ["/identity", "/accounts", "/library"] {
        folks.simulator.faults().add(path, 999, Fault::Dropped);
    }
    folks.pass(2);
    let seen = folks.ask().await;
    assert_eq!((seen.server_at, seen.cloud_at), (Some(before), Some(folks.now())));
    assert_eq!(seen.server_problem.as_ref().unwrap().code, Why::ServerUnavailable);
    assert_eq!(seen.sections.len(), 1, "as it said before");
    let played = knows(&seen, "Anna", Source::Playback);
    assert_eq!((played.way, played.asked_at), (Way::OwnerToken, Some(before)));
    assert_eq!(played.problem.as_ref().unwrap().code, Why::ServerUnavailable);
}

#[tokio::test]
async fn whatever_types_come_the_same_people_are_seen() {
    let folks = Folks::new().await;
    let plain = folks.ask().await;
    for fault in [Fault::IdsAsText, Fault::IdsAsNumbers, Fault::TruthAsNumbers, Fault::MoreFields] {
        folks.simulator.faults().clear();
        folks.simulator.faults().add("/", 999, fault.clone());
        let seen = folks.ask().await;
        assert_eq!(seen.people, plain.people, "{fault:?}");
    }
}

#[tokio::test]
async fn a_refused_owner_is_told_and_the_others_are_still_known() {
    let folks = Folks::new().await;
    folks.ask().await;
    folks.world().revoke(&anna().account_token);
    let seen = folks.ask().await;
    assert_eq!(ways(&seen, "Anna"), [(Way::None, Some(Why::TokenRefused)); 5]);
    assert_eq!(seen.server_problem.as_ref().unwrap().code, Why::TokenRefused);
    assert_eq!(ways(&seen, "Ben")[3], (Way::HomeSwitch, None), "his token is his");
    assert_eq!(ways(&seen, "Ben")[0], (Way::None, Some(Why::TokenRefused)));
}

#[tokio::test]
async fn a_token_file_is_read_each_time_and_nothing_stands_in_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("token");
    let folks = Folks::with(Configured { token: None, file: Some(file.clone()) }).await;
    let seen = folks.ask().await;
    assert_eq!(seen.owner.as_ref().unwrap_err().code, Why::TokenUnreadable);
    std::fs::write(&file, format!("{}\n", anna().account_token)).unwrap();
    let seen = folks.ask().await;
    assert_eq!(seen.owner.as_ref().unwrap().origin, cacherr::media::tokens::Origin::File);
    assert_eq!(seen.people.len(), 5);
    std::fs::write(&file, "\n").unwrap();
    let seen = folks.ask().await;
    assert_eq!(seen.owner.as_ref().unwrap_err().code, Why::TokenUnreadable);
}
