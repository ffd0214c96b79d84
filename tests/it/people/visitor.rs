//! Logging in here by signing in to Plex: who they are, and nothing kept of their token.

use std::net::{IpAddr, Ipv4Addr};

use cacherr::domain::rules::UserKind;
use cacherr::media::visitor::{Begun, State, Visitor};

use super::*;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

impl Folks {
    async fn comes(&self) -> Begun {
        self.household().visits().begin(HERE).await.unwrap()
    }

    /// Waits until it is no more as it was, and fetches it.
    async fn fetched(&self, begun: &Begun) -> State {
        let ended = async {
            loop {
                match self.household().visits().fetch(begun.claim.expose()).unwrap() {
                    State::Waiting(_) => tokio::time::sleep(Duration::from_millis(2)).await,
                    ended => return ended,
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), ended).await.expect("it did not end")
    }

    async fn visits(&self, who: PersonId) -> State {
        let begun = self.comes().await;
        self.world().approve(begun.code.expose(), who).unwrap();
        self.fetched(&begun).await
    }
}

fn known(account: PersonId, name: &str, kind: UserKind) -> State {
    State::Known(Visitor { account, name: name.to_owned(), kind })
}

#[tokio::test]
async fn plex_tv_says_who_somebody_is_and_nothing_of_it_is_kept() {
    let folks = Folks::new().await;
    folks.ask().await;
    let (tokens, people) = (folks.household().tokens().cards(), folks.household().people().snapshot());
    assert_eq!(folks.visits(ANNA).await, known(ANNA, "Anna", UserKind::Owner));
    assert_eq!(folks.visits(BEN).await, known(BEN, "Ben", UserKind::Home));
    assert_eq!(folks.visits(BOB).await, known(BOB, "Bob", UserKind::Shared));
    assert_eq!(folks.household().tokens().cards(), tokens);
    assert_eq!(folks.household().people().snapshot().people, people.people);
    let refused = folks.visits(FRED).await;
    assert!(matches!(refused, State::Refused(problem) if problem.code == Why::NotShared));
}

#[tokio::test]
async fn it_is_fetched_once_and_by_nobody_but_who_began() {
    let folks = Folks::new().await;
    folks.ask().await;
    let begun = folks.comes().await;
    let visits = folks.household().visits();
    for guess in ["", begun.code.expose(), &"0".repeat(48)] {
        assert_eq!(visits.fetch(guess).unwrap_err().code(), "not_found");
    }
    folks.world().approve(begun.code.expose(), BOB).unwrap();
    assert_eq!(folks.fetched(&begun).await, known(BOB, "Bob", UserKind::Shared));
    assert_eq!(visits.fetch(begun.claim.expose()).unwrap_err().code(), "not_found");
}

#[tokio::test]
async fn nobody_is_believed_before_the_owner_is_connected_and_too_many_wait_no_longer() {
    let folks = Folks::with(Configured::default()).await;
    assert!(!folks.household().visits().are_possible());
    let refused = folks.household().visits().begin(HERE).await.unwrap_err();
    assert_eq!(refused.code(), "forbidden");

    let folks = Folks::new().await;
    folks.ask().await;
    let mut begun = Vec::new();
    for at in 0..16 {
        let from = IpAddr::from([192, 168, 1, at / 4]);
        begun.push(folks.household().visits().begin(from).await.unwrap());
        if at % 4 == 3 {
            let refused = folks.household().visits().begin(from).await.unwrap_err();
            assert_eq!(refused.code(), "too_many_sign_ins", "of one address");
        }
    }
    let refused = folks.household().visits().begin(HERE).await.unwrap_err();
    assert_eq!(refused.code(), "too_many_sign_ins", "in all");
    // Those who sign in for their wishes have seats of their own.
    let whose = cacherr::media::sign_in::Whose::User;
    folks.household().sign_ins().begin(whose, None, &"test".into()).await.unwrap();
}
