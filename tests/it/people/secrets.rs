//! What is obtained is kept, and seen by nobody.

use std::collections::BTreeSet;

use cacherr::demo::plex::Fault;
use cacherr::media::sign_in::{State, Whose};

use super::*;
use crate::support::log::Log;

#[tokio::test]
async fn identifier_and_webhook_are_made_once_and_cannot_be_guessed() {
    let mut folks = Folks::new().await;
    let made = |folks: &Folks| {
        let tokens = folks.household().tokens();
        (tokens.identifier().to_owned(), tokens.webhook().expose().to_owned())
    };
    let (identifier, webhook) = made(&folks);
    assert_eq!(identifier.len(), 36);
    assert!(webhook.len() * 4 >= 128 && webhook.chars().all(|c| c.is_ascii_hexdigit()), "{webhook}");
    folks.restart().await;
    assert_eq!(made(&folks), (identifier.clone(), webhook.clone()));
    let other = Folks::new().await;
    assert!(made(&other).0 != identifier && made(&other).1 != webhook);
}

#[tokio::test]
async fn no_token_is_in_the_log_in_what_is_printed_or_in_the_text_of_the_store() {
    let log = Log::overhear();

    let mut folks = Folks::with(Configured::default()).await;
    let mut said = vec![];
    for (who, whose) in [(ANNA, Whose::Owner), (BOB, Whose::User)] {
        let begun = folks.household().sign_ins().begin(whose, None, &"test".into()).await.unwrap();
        folks.world().approve(begun.code.expose(), who).unwrap();
        while matches!(folks.household().sign_ins().get(begun.id).unwrap().state, State::Waiting(_)) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        said.push(format!("{begun:?}"));
    }
    folks.simulator.faults().add("/api/v2/ping", 1, Fault::Page { status: 401 });
    folks.simulator.faults().add("/library/sections", 2, Fault::Page { status: 401 });
    folks.ask().await;
    let seen = folks.ask().await;
    let household = folks.household();
    let (tokens, people) = (household.tokens(), &seen.people);
    let kept = tokens.cards().1;
    said.push(format!("{seen:?} {tokens:?} {kept:?} {:?} {:?}", household.reach(), tokens.owner()));
    let mut secrets: BTreeSet<String> = [anna(), ben(), kid(), bob()]
        .into_iter()
        .flat_map(|one| [one.account_token, one.server_token])
        .collect();
    secrets.insert(tokens.webhook().expose().to_owned());
    secrets.insert(tokens.owner().unwrap().unwrap().token.expose().to_owned());
    for one in people {
        let held = [household.people().watchlist_token(one), household.people().server_token(one)];
        secrets.extend(held.into_iter().flatten().map(|token| token.expose().to_owned()));
    }
    assert!(secrets.len() >= 11, "{}", secrets.len());

    let household = folks.household.take().unwrap();
    household.stop().await;
    drop(household);
    let store = Store::open(&folks.store()).unwrap();
    let dump = store.dump().unwrap();
    assert!(dump.contains("plex_user_111") && dump.contains("***"), "{dump}");
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
    said.push(dump);
    let log = log.text();
    assert!(log.contains("signed in to Plex"), "the log was heard: {log}");
    said.push(log);
    for text in said {
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{secret} in {text}");
        }
        assert!(!text.contains("@example.com"), "{text}");
    }
}
