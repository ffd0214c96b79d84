//! Signing in: a code, a page, somebody who says yes, and a token that stays.

use cacherr::Error;
use cacherr::demo::plex::{Fault, Title};
use cacherr::domain::secret::Secret;
use cacherr::media::people::{Way, Why};
use cacherr::media::sign_in::{SignIn, State, Whose};
use cacherr::media::tokens::Origin;
use cacherr::plex::cloud::watchlist::Watchlist;

use super::*;

impl Folks {
    async fn begin(&self, whose: Whose) -> SignIn {
        self.household().sign_ins().begin(whose, None, &"test".into()).await.unwrap()
    }

    /// Waits until it is no more as it was.
    async fn ended(&self, begun: &SignIn) -> State {
        let patience = Duration::from_secs(20);
        let ended = async {
            loop {
                let state = self.household().sign_ins().get(begun.id).unwrap().state;
                if !matches!(state, State::Waiting(_)) {
                    return state;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(patience, ended).await.expect("it did not end")
    }

    async fn signs_in(&self, who: PersonId, whose: Whose) -> State {
        let begun = self.begin(whose).await;
        self.world().approve(begun.code.expose(), who).unwrap();
        self.ended(&begun).await
    }
}

fn done(name: &str, whose: Whose) -> State {
    State::Done { name: name.to_owned(), whose }
}

#[tokio::test]
async fn the_owner_signs_in_once_and_for_all_starts_to_come() {
    let mut folks = Folks::with(Configured::default()).await;
    let begun = folks.begin(Whose::Owner).await;
    assert!(
        begun.page.expose().starts_with("https://app.plex.tv/auth#?clientID="),
        "{}",
        begun.page.expose()
    );
    assert!(begun.page.expose().contains(begun.code.expose()));
    assert_eq!(begun.expires_at, folks.now().plus(SignedDuration::from_mins(30)));
    assert_eq!(begun.state, State::Waiting(None));
    folks.world().approve(begun.code.expose(), ANNA).unwrap();
    assert_eq!(folks.ended(&begun).await, done("Anna", Whose::Owner));
    let held = folks.household().tokens().owner().unwrap().unwrap();
    assert_eq!((held.origin, held.since), (Origin::SignedIn, Some(folks.now())));

    folks.restart().await;
    assert_eq!(folks.household().tokens().owner().unwrap(), Some(held));
    let seen = folks.ask().await;
    assert_eq!(seen.people.len(), 5);
    assert_eq!(ways(&seen, "Anna"), [(Way::OwnerToken, None); 5]);
}

#[tokio::test]
async fn who_signs_in_for_themselves_is_known_by_their_own_token() {
    let mut folks = Folks::new().await;
    folks.ask().await;
    folks.world().wish(BOB, Title::movie("Of Bob", 2020));
    assert_eq!(folks.signs_in(BOB, Whose::User).await, done("Bob", Whose::User));
    folks.restart().await;
    let seen = folks.ask().await;
    let own = (Way::OwnSignIn, None);
    assert_eq!(ways(&seen, "Bob")[1..4], [own, own, own]);
    let token = folks.household().people().watchlist_token(person(&seen, "Bob")).unwrap();
    let cloud = folks.household().reach().cloud();
    let Watchlist::Read { entries, .. } = cloud.watchlist(&token, None).await.unwrap() else {
        panic!("nothing was known before");
    };
    assert_eq!(entries[0].title, "Of Bob");
    // What plex.tv does not accept any more is said, and kept: it may be its mistake.
    folks.world().revoke(token.expose());
    let seen = folks.ask().await;
    assert_eq!(ways(&seen, "Bob")[3], (Way::None, Some(Why::TokenRefused)));
    assert_eq!(folks.household().sign_out(Some(BOB), &"test".into()).await.unwrap(), 2);
    assert_eq!(folks.household().tokens().account_of(BOB), None);
}

#[tokio::test]
async fn a_friend_or_the_owner_who_signs_in_for_themselves_is_taken_for_what_they_are() {
    let folks = Folks::with(Configured::default()).await;
    assert_eq!(folks.signs_in(FRED, Whose::User).await, done("Fred", Whose::User));
    let seen = folks.ask().await;
    assert_eq!(ways(&seen, "Fred")[3], (Way::OwnSignIn, None));
    assert_eq!(folks.signs_in(ANNA, Whose::User).await, done("Anna", Whose::Owner));
    let seen = folks.ask().await;
    assert_eq!(seen.people.len(), 5);
    assert_eq!(ways(&seen, "Anna"), [(Way::OwnerToken, None); 5]);
}

#[tokio::test]
async fn who_does_not_own_the_server_is_not_taken_for_its_owner() {
    let folks = Folks::with(Configured::default()).await;
    let State::Refused(problem) = folks.signs_in(BOB, Whose::Owner).await else { panic!("he was let in") };
    assert_eq!(problem.code, Why::NotTheOwner);
    assert_eq!(folks.household().tokens().owner().unwrap(), None);
}

#[tokio::test]
async fn a_code_ends_with_its_time_and_is_forgotten_soon_after() {
    let folks = Folks::with(Configured::default()).await;
    let begun = folks.begin(Whose::Owner).await;
    folks.pass(1);
    assert_eq!(folks.ended(&begun).await, State::Expired);
    folks.pass(1);
    assert!(matches!(folks.household().sign_ins().get(begun.id), Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn so_many_wait_at_once_and_one_that_ends_makes_room() {
    let folks = Folks::with(Configured::default()).await;
    let mut all = vec![];
    for _ in 0..4 {
        all.push(folks.begin(Whose::User).await);
    }
    let sign_ins = folks.household().sign_ins();
    assert!(matches!(
        sign_ins.begin(Whose::User, None, &"test".into()).await,
        Err(Error::TooManySignIns { waiting: 4 })
    ));
    folks.world().approve(all[2].code.expose(), BOB).unwrap();
    folks.ended(&all[2]).await;
    // The seat is given back a moment after the end can be seen.
    let begun = async {
        loop {
            match sign_ins.begin(Whose::User, None, &"test".into()).await {
                Ok(begun) => return begun,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), begun).await.expect("no room was made");
}

#[tokio::test]
async fn what_fails_on_the_way_is_said_and_tried_again() {
    let folks = Folks::with(Configured::default()).await;
    folks.simulator.faults().add("/api/v2/pins", 1, Fault::Page { status: 502 });
    let refused = folks.household().sign_ins().begin(Whose::Owner, None, &"test".into()).await;
    assert!(matches!(refused, Err(Error::PlexUnavailable { .. })), "{refused:?}");
    let begun = folks.begin(Whose::Owner).await;
    folks.simulator.faults().add("/api/v2/user", 2, Fault::Page { status: 502 });
    folks.simulator.faults().add("/api/v2/resources", 2, Fault::Dropped);
    folks.world().approve(begun.code.expose(), ANNA).unwrap();
    assert_eq!(folks.ended(&begun).await, done("Anna", Whose::Owner));
}

#[tokio::test]
async fn who_signs_out_is_forgotten_with_all_that_was_obtained() {
    let mut folks = Folks::with(Configured::default()).await;
    folks.signs_in(ANNA, Whose::Owner).await;
    folks.signs_in(BOB, Whose::User).await;
    folks.ask().await;
    assert!(folks.household().tokens().account_of(BEN).is_some());
    // Hers, two of Ben's, Kid's for the server.
    assert_eq!(folks.household().sign_out(None, &"test".into()).await.unwrap(), 4);
    let check = |folks: &Folks| {
        let tokens = folks.household().tokens();
        assert_eq!(tokens.owner().unwrap(), None);
        assert_eq!((tokens.account_of(BEN), tokens.server_of(KID)), (None, None));
        assert!(tokens.account_of(BOB).is_some(), "he signed in for himself");
        let seen = folks.household().people().snapshot();
        assert_eq!(seen.people.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Bob"]);
    };
    check(&folks);
    folks.ask().await;
    check(&folks);
    folks.restart().await;
    check(&folks);
}

#[tokio::test]
async fn who_signs_out_while_it_is_asked_is_asked_for_no_more() {
    let folks = Folks::with(Configured::default()).await;
    folks.signs_in(ANNA, Whose::Owner).await;
    folks.simulator.faults().add("/api/users", 1, Fault::Slow { millis: 300 });
    let household = folks.household().clone();
    let mut asking = tokio::spawn(async move { household.people().refresh().await });
    // Until it is in the midst of it.
    while !folks.simulator.faults().left().is_empty() {
        assert!(tokio::time::timeout(Duration::from_millis(1), &mut asking).await.is_err());
    }
    folks.household().sign_out(None, &"test".into()).await.unwrap();
    asking.await.unwrap();
    assert_eq!(folks.household().tokens().account_of(BEN), None, "what came too late is not kept");
    assert!(folks.household().people().snapshot().people.is_empty());
    assert!(folks.ask().await.people.is_empty());
}

#[tokio::test]
async fn a_configured_token_wins_and_cannot_be_signed_out() {
    let folks = Folks::new().await;
    let begun = folks.household().sign_ins().begin(Whose::Owner, None, &"test".into()).await;
    assert!(matches!(begun, Err(Error::TokenConfigured)));
    assert!(matches!(folks.household().sign_out(None, &"test".into()).await, Err(Error::TokenConfigured)));
    folks.household().tokens().sign_in_owner(Secret::new("other"), &"test".into()).unwrap();
    let held = folks.household().tokens().owner().unwrap().unwrap();
    assert!(held.token.matches(&anna().account_token) && held.origin == Origin::Configured);
}
