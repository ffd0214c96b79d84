//! Whatever happened, every way to ask says the same: statistics, lists, searches, user statistics and exports are
//! compared with what `naive` recomputes from the store's text dump, after random acts through the API.

mod dump;
mod naive;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use cacherr::cacher::accesses::Access;
use cacherr::domain::file::{FileRow, Method as FileMethod, Status};
use cacherr::domain::time::Time;
use cacherr::store::Rows;
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reqwest::Method;
use serde_json::{Value, json};

use self::naive::{Film, Wanted};
use crate::support::app::{TestApp, quoted};
use crate::support::tell;

const NAMES: [&str; 12] = [
    "Alien.mkv",
    "ALIENS.mkv",
    "brazil/brazil.mkv",
    "DÜNE.mkv",
    "50%_off.mkv",
    "a_b/c;d,e.mkv",
    "düne 2.mkv",
    "Manual.mkv",
    "b\"q\".mkv",
    "Ann/Ann.mkv",
    "a\\b.mkv",
    "Zoë\u{301}.mkv",
];
/// So many of them are there from the beginning.
const FIRST: usize = 5;
const USERS: [&str; 4] = ["ann", "Bob", "ünal", "a_b"];
const OPERATIONS: [&str; 7] =
    ["active_watching", "real_time_watch", "continue_watching", "ondeck", "watchlist", "trakt", "manual"];
const TEXTS: [&str; 12] = ["", "a", "ALIEN", "düne", "%", "_", "\\", "/b", "n.m", "ann", "watch", " mkv "];
const SORTS: [&str; 6] =
    ["cached_at", "last_accessed", "filename", "file_size_bytes", "access_count", "priority"];

/// What is done.
#[derive(Clone, Debug)]
enum Act {
    /// A film is asked for, for somebody or nobody.
    Cache { film: usize, user: Option<&'static str>, operation: &'static str, mode: &'static str },
    /// It is given back.
    Remove(usize),
    /// Its copy is opened.
    Open(usize),
    /// Somebody says what some are worth.
    Score(Vec<(usize, u8)>),
    /// Its copy is deleted by others, and missed by a cleanup, which may remove orphans.
    Lose(usize, bool),
    /// One act on all that a user wants, or on all there is.
    Batch(&'static str, Option<&'static str>),
    /// The library has one more.
    Arrive,
    /// The instance ends and starts again.
    Restart,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let film = 0..NAMES.len();
    let mode = prop_oneof![3 => Just("copy"), 1 => Just("move")];
    let user = prop::option::weighted(0.8, prop::sample::select(&USERS[..]));
    let cache = (film.clone(), user, prop::sample::select(&OPERATIONS[..]), mode)
        .prop_map(|(film, user, operation, mode)| Act::Cache { film, user, operation, mode });
    let act = prop_oneof![
        12 => cache,
        4 => film.clone().prop_map(Act::Remove),
        3 => film.clone().prop_map(Act::Open),
        2 => (film.clone(), any::<bool>()).prop_map(|(film, removes)| Act::Lose(film, removes)),
        1 => (prop::sample::select(&["pin", "unpin", "remove"][..]), prop::option::of(prop::sample::select(&USERS[..])))
            .prop_map(|(action, user)| Act::Batch(action, user)),
        2 => prop::collection::vec((film, 0..=100_u8), 0..8).prop_map(Act::Score),
        2 => Just(Act::Arrive),
        1 => Just(Act::Restart),
    ];
    prop::collection::vec(act, 8..40)
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let some = |values: &'static [&'static str], weight| {
        prop::option::weighted(weight, prop::sample::select(values))
    };
    let size =
        || prop::option::weighted(0.2, prop::sample::select(&[0_u64, 1_000, 2_023, 3_000, 99_999][..]));
    let filter = (
        some(&TEXTS, 0.4),
        some(&["ann", "Bob", "ünal", "a_b", "nobody"], 0.3),
        some(&["active", "orphaned", "pending_removal", "removed"], 0.3),
        some(&OPERATIONS, 0.2),
        (size(), size(), prop::option::weighted(0.2, 0..NAMES.len())),
    );
    (filter, some(&SORTS, 0.8), some(&["asc", "desc"], 0.8)).prop_map(
        |((search, user, status, operation, (size_min, size_max, since)), sort, order)| Wanted {
            search,
            user,
            status,
            operation,
            size_min,
            size_max,
            since,
            sort,
            order,
        },
    )
}

/// A house of films, and what is known of it from outside.
struct Scene {
    app: TestApp,
    films: usize,
    opened: i64,
}

impl Scene {
    async fn new() -> Self {
        let mut scene = Self { app: TestApp::start().await, films: 0, opened: 0 };
        // What files are worth is said here.
        scene.app.librarian().stop().await;
        (0..FIRST).for_each(|_| scene.arrive());
        scene
    }

    fn arrive(&mut self) {
        if let Some(name) = NAMES.get(self.films) {
            // Some are of the same size.
            self.app.film(name, 1_000 + self.films / 2 * 1_023);
            self.films += 1;
        }
    }

    fn path(&self, film: usize) -> PathBuf {
        self.app.library.join(NAMES[film % self.films])
    }

    /// The film as the store has it.
    fn row(&self, film: usize) -> Option<FileRow> {
        self.app.cacher().engine().store().read().unwrap().file_by_path(&self.path(film)).unwrap()
    }

    async fn play(&mut self, act: &Act) {
        match act {
            Act::Cache { film, user, operation, mode } => {
                let body = json!({ "file_path": self.path(*film), "user_id": user, "operation": operation, "mode": mode });
                let answer = self.app.post("/api/cached/files", &body).await;
                match answer.status {
                    200 | 202 => self.wait_for(&answer.body["data"]["job_id"]).await,
                    _ => drop(answer.refuses(409, "already_tracked")),
                }
            }
            Act::Remove(film) => {
                let Some(row) = self.row(*film) else { return };
                let answer = self.app.delete(&format!("/api/cached/files/{}", row.id)).await;
                match answer.status {
                    200 | 202 => self.wait_for(&answer.body["data"]["job_id"]).await,
                    _ => drop(answer.refuses(409, "already_removed")),
                }
            }
            Act::Open(film) => {
                let Some(row) = self.row(*film) else { return };
                self.opened += 1;
                let at =
                    Time::from_jiff(jiff::Timestamp::now()).plus(SignedDuration::from_mins(15 * self.opened));
                let access = Access { copy: row.place.cached_path, at };
                self.app.cacher().engine().count_accesses(&[access]).unwrap();
            }
            Act::Score(scores) => {
                let score = |(film, score): &(usize, u8)| Some((self.row(*film)?.id, *score));
                let scores = scores.iter().filter_map(score).collect();
                self.app.cacher().engine().store().set_scores(&scores).unwrap();
            }
            Act::Lose(film, removes) => {
                // With its original given up it would be lost indeed.
                let is_safe =
                    |row: &FileRow| (row.status, row.method) == (Status::Active, FileMethod::AtomicCopy);
                let Some(row) = self.row(*film).filter(is_safe) else { return };
                fs::remove_file(&row.place.cached_path).unwrap();
                let patience = Instant::now() + Duration::from_secs(20);
                // What an earlier act left to be done about it comes first.
                while self.row(*film).is_some_and(|row| row.status == Status::Active) {
                    assert!(Instant::now() < patience, "{row:?} is not missed");
                    let body = json!({ "remove_orphaned": removes, "confirm": true });
                    self.app.post("/api/cached/cleanup", &body).await.is(200);
                }
            }
            Act::Batch(action, user) => {
                let filter = if user.is_some() { json!({ "user_id": user }) } else { json!({}) };
                let body = json!({ "action": action, "filter": filter, "all": true });
                let meant = Wanted { user: *user, ..Wanted::default() }.list(&self.films());
                let accepted = self.app.post("/api/cached/files/batch", &body).await.is(202);
                let job = self.app.ended(accepted["job_id"].as_str().unwrap()).await;
                let done =
                    json!({ "action": action, "done_count": meant.len(), "failed_count": 0, "failures": [] });
                assert_eq!((&job["state"], &job["batch"]), (&json!("done"), &done));
            }
            Act::Arrive => self.arrive(),
            Act::Restart => {
                self.app.restart().await;
                self.app.librarian().stop().await;
            }
        }
    }

    async fn wait_for(&self, job: &Value) {
        if let Some(job) = job.as_str() {
            let job = self.app.ended(job).await;
            assert_eq!(job["state"], "done", "{job}");
        }
    }

    /// Every file, as the dump has it, and what it is worth: that is not durable, so no dump has it.
    fn films(&self) -> Vec<Film> {
        let store = self.app.cacher().engine().store();
        let mut films = naive::films(&store.dump().unwrap());
        for film in &mut films {
            film.score = store.score(film.id.parse().unwrap()).unwrap();
        }
        films
    }

    /// Everything that can be asked, beside what the dump says.
    async fn compare(&self, wishes: &[Wanted]) {
        let films = self.films();
        assert_eq!(self.app.get("/api/cached/statistics").await.is(200), naive::statistics(&films));
        for user in USERS.into_iter().chain(["nobody"]) {
            for days in [1, 3650] {
                let path = format!("/api/cached/users/{}/stats?days={days}", quoted(user));
                assert_eq!(
                    self.app.get(&path).await.is(200),
                    naive::user_statistics(&films, user, days),
                    "{user}"
                );
            }
        }
        for (number, wanted) in wishes.iter().enumerate() {
            self.compare_list(&films, wanted, number + 1).await;
        }
        for (number, text) in TEXTS.into_iter().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
            for kind in ["filename", "path", "user", "operation", "all"] {
                let include_removed = number % 2 == 0;
                let found = naive::search(&films, text, kind, include_removed);
                let query =
                    format!("q={}&type={kind}&include_removed={include_removed}&limit=3", quoted(text));
                let answer = self.app.get(&format!("/api/cached/files/search?{query}")).await.is(200);
                let results: Vec<Value> = found.iter().take(3).map(Film::body).collect();
                assert_eq!(
                    (&answer["total_found"], &answer["results"]),
                    (&json!(found.len()), &json!(results)),
                    "{query}"
                );
            }
        }
        for (user, status) in [(None, None), (Some("ann"), None), (Some("Bob"), Some("removed"))] {
            self.compare_export(&films, &Wanted { user, status, ..Wanted::default() }).await;
        }
    }

    /// One page by its offset, and all pages by cursor.
    async fn compare_list(&self, films: &[Film], wanted: &Wanted, limit: usize) {
        let list = wanted.list(films);
        let bodies: Vec<Value> = list.iter().map(Film::body).collect();
        let query = query(wanted, films);
        let list =
            async |more: String| self.app.get(&format!("/api/cached/files?{query}{more}")).await.is(200);
        let offset = films.len() / 3;
        let page = list(format!("&limit={limit}&offset={offset}")).await;
        let shown: Vec<Value> = bodies.iter().skip(offset).take(limit).cloned().collect();
        assert_eq!(page["files"], json!(shown), "{query} {wanted:?}");
        let paging = &page["pagination"];
        let has_more = offset + limit < bodies.len();
        assert_eq!(
            (&paging["total_count"], &paging["has_more"]),
            (&json!(bodies.len()), &json!(has_more)),
            "{query}"
        );
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = list(format!("&limit={limit}{cursor}")).await;
            walked.extend(page["files"].as_array().unwrap().clone());
            match page["pagination"]["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(walked, bodies, "{query}");
    }

    /// An export has what the list has; its order is that of the ids.
    async fn compare_export(&self, films: &[Film], wanted: &Wanted) {
        let mut list = wanted.list(films);
        list.sort_by(|a, b| b.id.cmp(&a.id));
        let expected: Vec<Value> = list.iter().map(Film::exported).collect();
        let query = query(wanted, films);
        let path = format!("/api/cached/export?{query}&format=json&include_metadata=true");
        let response = self.app.request(Method::GET, &path).send().await.unwrap();
        let export: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(
            (&export["total_files"], &export["cached_files"]),
            (&json!(list.len()), &json!(expected)),
            "{query}"
        );
        let path = format!("/api/cached/export?{query}&format=csv");
        let csv = self.app.request(Method::GET, &path).send().await.unwrap().bytes().await.unwrap();
        let ids: Vec<String> = csv::Reader::from_reader(&csv[..])
            .records()
            .map(|record| record.unwrap()[0].to_owned())
            .collect();
        assert!(ids.iter().eq(list.iter().map(|film| &film.id)), "{query}");
    }
}

fn query(wanted: &Wanted, films: &[Film]) -> String {
    let Wanted { search, user, status, operation, size_min, size_max, since: _, sort, order } = wanted;
    let text = |text: &Option<&'static str>| text.map(quoted);
    let given = [
        ("search", text(search)),
        ("user_id", text(user)),
        ("status", text(status)),
        ("triggered_by_operation", text(operation)),
        ("size_min", size_min.map(|size| size.to_string())),
        ("size_max", size_max.map(|size| size.to_string())),
        ("cached_since", wanted.since(films)),
        ("sort", text(sort)),
        ("order", text(order)),
    ];
    let given = given.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
    given.collect::<Vec<_>>().join("&")
}

#[test]
fn after_any_acts_all_answers_agree_with_a_recomputation_from_the_dump() {
    let cases = std::env::var("CACHERR_AGREEMENT_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 60, ..Config::default() };
    // The same histories in every run, unless a campaign says otherwise.
    let seed = std::env::var("CACHERR_SEED").ok().and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let counts = std::cell::Cell::new((0, 0));
    let outcome = runner.run(&(acts(), prop::collection::vec(wanted(), 6)), |(acts, wishes)| {
        runtime.block_on(async {
            let mut scene = Scene::new().await;
            for (number, act) in acts.iter().enumerate() {
                scene.play(act).await;
                if number % 5 == 4 || number + 1 == acts.len() {
                    scene.compare(&wishes).await;
                    counts.set((counts.get().0, counts.get().1 + 1));
                }
            }
            counts.set((counts.get().0 + acts.len(), counts.get().1));
        });
        Ok(())
    });
    let (acts, compared) = counts.get();
    tell(&format!("{cases} histories of {acts} acts, compared {compared} times"));
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
