//! Logging in by signing in to Plex: the owner is an admin, others are what the owner of Cacherr says, strangers nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use cacherr::clock::SystemClock;
use cacherr::demo::plex::{Person, PersonId, Simulator, World};
use cacherr::domain::access::Role;
use cacherr::domain::settings::AccessSettings;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{Answer, Options, Plex, TestApp, send};

const OWNER: PersonId = 2_737_029;
const BOB: PersonId = 111;
const FRED: PersonId = 222;

struct House {
    simulator: Simulator,
    app: TestApp,
}

impl House {
    async fn new(plex_role: Option<Role>) -> Self {
        let world = World::new(Arc::new(SystemClock));
        let owner = Person::owner(OWNER, "user1");
        let token: &'static str = Box::leak(owner.account_token.clone().into_boxed_str());
        for person in [owner, Person::shared(BOB, "user2"), Person::friend(FRED, "user3")] {
            world.add_person(person);
        }
        let simulator = Simulator::start(SocketAddr::from(([127, 0, 0, 1], 0)), world).unwrap();
        let plex = Some(Plex::at(simulator.url(), token));
        let access = AccessSettings { plex_role, ..AccessSettings::default() };
        let app = TestApp::start_with(Options { plex, access, ..Options::default() }).await;
        app.media().household().people().refresh().await;
        Self { simulator, app }
    }

    async fn begin(&self) -> Value {
        send(self.app.stranger(Method::POST, "/api/auth/plex")).await.is(200)
    }

    async fn claim(&self, claim: &Value) -> Answer {
        let request = self.app.stranger(Method::POST, "/api/auth/plex/claim");
        send(request.json(&json!({ "claim": claim }))).await
    }

    /// Begins, says yes as somebody, and claims until it has ended.
    async fn comes(&self, who: PersonId) -> (Value, Answer) {
        let begun = self.begin().await;
        self.simulator.world().approve(begun["code"].as_str().unwrap(), who).unwrap();
        let ended = async {
            loop {
                let answer = self.claim(&begun["claim"]).await;
                if answer.body["data"]["state"] != "waiting" {
                    return answer;
                }
                assert!(!answer.headers.contains_key("set-cookie"));
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let answer = tokio::time::timeout(Duration::from_secs(20), ended).await.expect("it did not end");
        (begun, answer)
    }
}

#[tokio::test]
async fn who_signs_in_to_plex_is_let_in_as_the_owner_said() {
    let house = House::new(Some(Role::Viewer)).await;
    let state = send(house.app.stranger(Method::GET, "/api/auth/state")).await.is(200);
    assert_eq!(state["methods"], json!(["password", "plex"]));
    for (who, name, role) in [(OWNER, "user1", "admin"), (BOB, "user2", "viewer"), (BOB, "user2", "viewer")] {
        let (begun, answer) = house.comes(who).await;
        let cookie = answer.cookie();
        let done = answer.is(200);
        let principal = json!({ "name": name, "role": role, "way": "session" });
        assert_eq!((&done["state"], &done["principal"]), (&json!("done"), &principal));
        assert_eq!(
            send(house.app.with_cookie(&cookie, Method::GET, "/api/auth/me")).await.is(200),
            principal
        );
        house.claim(&begun["claim"]).await.refuses(404, "not_found");
    }
    let accounts = house.app.get("/api/accounts").await.is(200);
    assert_eq!(accounts["accounts"].as_array().unwrap().len(), 2, "one for each: {accounts}");

    let (_, stranger) = house.comes(FRED).await;
    assert!(!stranger.headers.contains_key("set-cookie"));
    let refused = stranger.is(200);
    assert_eq!((&refused["state"], &refused["problem"]["code"]), (&json!("refused"), &json!("not_shared")));
}

#[tokio::test]
async fn nobody_but_the_owner_is_let_in_where_nothing_is_said() {
    let house = House::new(None).await;
    let (_, shared) = house.comes(BOB).await;
    assert!(!shared.headers.contains_key("set-cookie"));
    shared.refuses(403, "forbidden");
    assert_eq!(house.comes(OWNER).await.1.is(200)["principal"]["role"], "admin");
    // What is waited for is claimed by whoever began, and by nobody who guesses.
    let begun = house.begin().await;
    for guess in [json!(begun["code"]), json!("0".repeat(48))] {
        house.claim(&guess).await.refuses(404, "not_found");
    }
    assert_eq!(house.claim(&begun["claim"]).await.is(200)["state"], "waiting");
}

#[tokio::test]
async fn without_an_owner_who_is_connected_plex_cannot_say_who_somebody_is() {
    let app = TestApp::start().await;
    send(app.stranger(Method::POST, "/api/auth/plex")).await.refuses(403, "forbidden");
    let state = send(app.stranger(Method::GET, "/api/auth/state")).await.is(200);
    assert_eq!(state["methods"], json!(["password"]));
}
