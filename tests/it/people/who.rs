//! Who there is, and by which way each of their wishes is known.

use cacherr::demo::plex::{Person as Somebody, Title};
use cacherr::domain::media::people::Viewer;
use cacherr::media::people::{Kind, Source, Way, Why};
use cacherr::plex::cloud::watchlist::Watchlist;

use super::*;

#[tokio::test]
async fn each_is_known_by_their_own_token_or_it_is_said_why_not() {
    let folks = Folks::new().await;
    let seen = folks.ask().await;
    let kinds: Vec<_> = seen.people.iter().map(|one| (one.name.as_str(), one.kind)).collect();
    let all = [
        ("Anna", Kind::Owner),
        ("Ben", Kind::Home),
        ("Kid", Kind::Home),
        ("Bob", Kind::Shared),
        ("Fred", Kind::Friend),
    ];
    assert_eq!(kinds, all);
    // Playback, On Deck, Continue Watching, watchlist, history.
    let (owner, switch, shared) = (Way::OwnerToken, Way::HomeSwitch, Way::SharedToken);
    assert_eq!(ways(&seen, "Anna"), [(owner, None); 5]);
    let history = (Way::ServerHistory, None);
    assert_eq!(ways(&seen, "Ben"), [(owner, None), (switch, None), (switch, None), (switch, None), history]);
    let no_pin = (Way::None, Some(Why::PinProtected));
    assert_eq!(ways(&seen, "Kid"), [(owner, None), (shared, None), (shared, None), no_pin, history]);
    let no_token = (Way::None, Some(Why::NoToken));
    assert_eq!(ways(&seen, "Bob"), [(owner, None), (shared, None), (shared, None), no_token, history]);
    let not_shared = (Way::None, Some(Why::NotShared));
    assert_eq!(ways(&seen, "Fred"), [not_shared, not_shared, not_shared, no_token, not_shared]);
    let ben = knows(&seen, "Ben", Source::OnDeck);
    assert_eq!((ben.since, ben.asked_at), (Some(folks.now()), Some(folks.now())));
}

#[tokio::test]
async fn a_watchlist_is_read_with_its_own_token_and_never_with_one_for_a_server() {
    let folks = Folks::new().await;
    for (who, title) in [(ANNA, "Of Anna"), (BEN, "Of Ben"), (BOB, "Of Bob"), (KID, "Of Kid")] {
        folks.world().wish(who, Title::movie(title, 2020));
    }
    let seen = folks.ask().await;
    let people = folks.household().people();
    let token = people.watchlist_token(person(&seen, "Ben")).unwrap();
    let Watchlist::Read { entries, .. } =
        folks.household().reach().cloud().watchlist(&token, None).await.unwrap()
    else {
        panic!("nothing was known before");
    };
    assert_eq!(entries.iter().map(|entry| entry.title.as_str()).collect::<Vec<_>>(), ["Of Ben"]);
    for name in ["Bob", "Kid", "Fred"] {
        assert_eq!(people.watchlist_token(person(&seen, name)), None, "{name}");
    }
    let bob = people.server_token(person(&seen, "Bob")).unwrap();
    assert!(bob.matches(&super::bob().server_token));
}

#[tokio::test]
async fn where_plex_tells_no_share_tokens_history_stands_in_and_it_is_said() {
    let folks = Folks::new().await;
    folks.world().tell_share_tokens(false);
    let seen = folks.ask().await;
    let (played, no_token) = ((Way::OwnerToken, None), Some(Why::NoToken));
    assert_eq!(
        ways(&seen, "Bob"),
        [
            played,
            (Way::ServerHistory, no_token),
            (Way::None, no_token),
            (Way::None, no_token),
            (Way::ServerHistory, None)
        ]
    );
    let why = &knows(&seen, "Bob", Source::OnDeck).problem;
    assert!(why.as_ref().unwrap().sentence.contains("let them sign in"), "{why:?}");
    assert_eq!(knows(&seen, "Ben", Source::OnDeck).way, Way::HomeSwitch, "a switch is no share");
}

#[tokio::test]
async fn a_share_token_that_plex_tells_no_more_stays_in_force() {
    let folks = Folks::new().await;
    folks.ask().await;
    folks.world().tell_share_tokens(false);
    let first = folks.now();
    folks.pass(1);
    let seen = folks.ask().await;
    let known = knows(&seen, "Bob", Source::OnDeck);
    assert_eq!((known.way, known.since, known.asked_at), (Way::SharedToken, Some(first), Some(folks.now())));
}

#[tokio::test]
async fn who_is_renamed_keeps_account_and_name() {
    let mut folks = Folks::new().await;
    folks.ask().await;
    folks.world().add_person(Somebody::shared(BOB, "Robert"));
    folks.world().add_person(Somebody::shared(333, "Bob"));
    let check = |seen: &Snapshot| {
        let bob = person(seen, "Bob");
        assert_eq!((bob.account, bob.title.as_str()), (Some(BOB), "Robert"));
        let other = person(seen, "Bob (333)");
        assert_eq!((other.account, other.title.as_str()), (Some(333), "Bob"));
    };
    check(&*folks.ask().await);
    folks.restart().await;
    check(&folks.household().people().snapshot());
    check(&*folks.ask().await);
}

#[tokio::test]
async fn who_plays_is_called_as_everywhere() {
    let folks = Folks::new().await;
    let name = |id: &str, title: &str| {
        let viewer = Viewer { id: id.to_owned(), title: title.to_owned() };
        folks.household().people().viewer_name(&viewer)
    };
    assert_eq!(name("111", "Bobby"), "Bobby", "nobody was asked yet");
    folks.ask().await;
    assert_eq!(name("1", "whatever"), "Anna");
    assert_eq!(name("111", "Bobby"), "Bob");
    assert_eq!(name(&KID.to_string(), ""), "Kid");
    assert_eq!(name("4711", "Stranger"), "Stranger");
    assert_eq!(name("4711", "stranger@example.com"), "stranger");
    assert_eq!(name("4711", ""), "account 4711");
}

#[tokio::test]
async fn who_is_gone_loses_their_tokens_and_keeps_their_name() {
    let folks = Folks::new().await;
    folks.ask().await;
    assert!(folks.household().tokens().server_of(BOB).is_some());
    folks.world().add_person(Somebody::friend(BOB, "Bob"));
    let seen = folks.ask().await;
    assert_eq!(person(&seen, "Bob").kind, Kind::Friend);
    assert_eq!(folks.household().tokens().server_of(BOB), None, "it was for what was shared");
    assert_eq!(ways(&seen, "Bob")[1], (Way::None, Some(Why::NotShared)));
}

#[tokio::test]
async fn without_a_token_nothing_is_known_and_nobody_is_told() {
    let folks = Folks::with(Configured::default()).await;
    let seen = folks.ask().await;
    assert!(seen.people.is_empty());
    assert_eq!(seen.owner.as_ref().unwrap_err().code, Why::SignInNeeded);
    let machine = seen.identity.as_ref().map(|identity| identity.machine.clone());
    assert_eq!(machine, Some(folks.world().machine_identifier()), "it tells that to anybody");
}

#[tokio::test]
async fn the_token_of_somebody_else_is_not_taken_for_the_owners() {
    let token = Some(cacherr::domain::secret::Secret::new(bob().account_token));
    let folks = Folks::with(Configured { token, file: None }).await;
    let seen = folks.ask().await;
    assert_eq!(seen.server_problem.as_ref().map(|problem| problem.code), Some(Why::NotTheOwner));
    assert_eq!(person(&seen, "Bob").kind, Kind::Shared);
}
