//! Who watches what is told to viewers as the owner chose, through every door; and what is known of somebody can be deleted.

mod forget;
mod told;
mod walk;

use cacherr::demo::plex::{Person, PersonId, Player, SessionKey};
use cacherr::domain::privacy::Attributions;
use reqwest::Method;
use serde_json::{Value, json};

use crate::librarian::{FRIEND, House, KID, OWNER};
use crate::support::app::{Answer, TestApp, send};

/// Is in every name, and in nothing else.
const MARK: &str = "qxz";
/// Somebody of the home whose PIN nobody knows, and a friend with whom nothing is shared: of both it is said by name why they
/// cannot be asked for.
const LOCKED: PersonId = 33_542_085;
const STRANGER: PersonId = 222;

const ANNA: &str = "Annaqxz";
const CARL: &str = "Carlqxz";
const EVA: &str = "Evaqxz";

fn people() -> Vec<Person> {
    vec![
        Person::owner(OWNER, ANNA),
        Person::home(KID, "Benqxz"),
        Person::shared(FRIEND, CARL),
        Person::managed(LOCKED, "Gusqxz").with_pin("1234"),
        Person::friend(STRANGER, "Doraqxz"),
    ]
}

/// A house in which everything has happened that tells of people.
struct Busy {
    house: House,
    /// Files that people want, or wanted.
    files: Vec<String>,
    jobs: Vec<String>,
    viewer: String,
    operator: String,
    playing: SessionKey,
}

impl Busy {
    async fn with(attributions: Attributions) -> Self {
        let house = House::of(people(), |options| options.attributions = attributions).await;
        let app = &house.app;
        let (_, viewer) = app.add_key("looks", "viewer").await;
        // Who acts bears a name as well.
        let (_, operator) = app.add_key(ANNA, "operator").await;
        Self { house, files: vec![], jobs: vec![], viewer, operator, playing: 0 }
    }

    /// Everything happens.
    async fn live(&mut self) {
        let Self { house, operator, .. } = self;
        let (_, episodes) = house.show();
        let [dune, heat, begun] = ["Dune.mkv", "Heat.mkv", "Begun.mkv"].map(|name| house.film(name));
        house.world().mark_seen(OWNER, episodes[1]);
        house.wish(KID, dune);
        house.wish(KID, heat);
        house.begin(OWNER, heat);
        house.cycle().await;

        let app = &house.app;
        let film = app.film("Asked.mkv", 1000);
        let body = json!({ "file_path": film, "user_id": EVA, "operation": "watchlist" });
        let asked = send(app.with_key(operator, Method::POST, "/api/cached/files").json(&body)).await.is(202);
        self.jobs.push(asked["job_id"].as_str().unwrap().to_owned());
        app.ended(&self.jobs[0]).await;
        // Somebody more wants it.
        let body = json!({ "file_path": film, "user_id": CARL });
        send(app.with_key(operator, Method::POST, "/api/cached/files").json(&body)).await.is(200);
        // A person removes what is wished for, and says why: it holds, and the plan turns it down.
        let dune = house.id("Dune.mkv").await;
        let because = json!({ "reason": format!("{CARL} said so"), "user_id": CARL });
        let path = format!("/api/cached/files/{dune}");
        let removed = send(app.with_key(operator, Method::DELETE, &path).json(&because)).await.is(200);
        self.jobs.push(removed["job_id"].as_str().unwrap().to_owned());
        let all = json!({ "action": "pin", "filter": { "user_id": EVA }, "reason": EVA, "user_id": EVA });
        let batch = app.with_key(operator, Method::POST, "/api/cached/files/batch").json(&all);
        let batch = send(batch).await.is(202)["job_id"].as_str().unwrap().to_owned();
        app.ended(&batch).await;
        self.jobs.push(batch);
        let export = format!("/api/cached/export?user_id={EVA}&include_metadata=true");
        let export = app.with_key(operator, Method::GET, &export).send().await.unwrap();
        assert!(export.text().await.unwrap().contains(EVA));

        // What comes next, and what is added to files that are there, as the plan says it now.
        house.begin(FRIEND, begun);
        house.begin(FRIEND, heat);
        app.librarian().ask().await;
        // Somebody plays.
        house.until("the line is open", || async { house.world().listeners() > 0 }).await;
        self.playing = house.world().start(FRIEND, begun, &Player::named("television")).unwrap();
        let plays = || async { sessions(app).await > 0 };
        house.until("it plays", plays).await;
        let is_cached = || async { house.names().await.contains(&"Begun.mkv".to_owned()) };
        house.until("it is cached", is_cached).await;
        house.settled().await;
        let list = app.get("/api/cached/files?limit=500").await.is(200);
        let removed = app.get("/api/cached/files?status=removed").await.is(200);
        for file in [list, removed].iter().flat_map(|list| list["files"].as_array().unwrap()) {
            self.files.push(file["id"].as_str().unwrap().to_owned());
        }
    }

    async fn stop(self) {
        let _ = self.house.world().stop(self.playing);
        let app = &self.house.app;
        self.house.until("nobody plays", || async { sessions(app).await == 0 }).await;
        self.house.settled().await;
        self.house.stop().await;
    }

    fn app(&self) -> &TestApp {
        &self.house.app
    }

    async fn as_viewer(&self, path: &str) -> Answer {
        send(self.app().with_key(&self.viewer, Method::GET, path)).await
    }

    async fn as_operator(&self, path: &str) -> Answer {
        send(self.app().with_key(&self.operator, Method::GET, path)).await
    }
}

async fn sessions(app: &TestApp) -> usize {
    app.get("/api/sessions").await.is(200)["sessions"].as_array().unwrap().len()
}

/// Whether a text tells of somebody, by name or by number.
fn tells(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains(MARK) || [OWNER, KID, LOCKED].iter().any(|id| text.contains(&id.to_string()))
}

fn files(list: &Value) -> &Vec<Value> {
    list.get("files").unwrap_or(&list["results"]).as_array().unwrap()
}
