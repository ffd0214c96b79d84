//! The story of `tests/clients/README.md`, told by a client that progenitor made.

use std::collections::HashMap;
use std::fmt::Debug;
use std::time::{Duration, Instant};

use reqwest::header::{HeaderMap, HeaderValue};
use uuid::Uuid;

use cacherr_client::types::{
    AddFileRequest, CachedFile, ErrorCode, FileRemovedAnswer, FileSort, FileStatus, JobKind, JobState,
    Operation, Problem, RemoveFileRequest, SortOrder,
};
use cacherr_client::{Client, Error, ResponseValue, builder};

const MIB: i64 = 1024 * 1024;
const FILMS: [(&str, i64, &str); 3] = [
    ("100% Wolf & Co #1.mkv", 3 * MIB, "ann"),
    ("Amélie (2001)/Amélie.mkv", MIB, "ann"),
    ("Dune.mkv", 2 * MIB, "bob"),
];

type Told<T> = Result<ResponseValue<T>, Error<Problem>>;

fn given(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

fn refused<T: Debug>(told: Told<T>, status: u16, code: ErrorCode) {
    match told {
        Err(Error::ErrorResponse(answer)) => {
            assert_eq!((answer.status().as_u16(), answer.code, answer.success), (status, code, false));
        }
        other => panic!("{code} was expected: {other:?}"),
    }
}

async fn until<T: Debug>(read: impl AsyncFn() -> T, done: impl Fn(&T) -> bool) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let value = read().await;
        if done(&value) {
            return value;
        }
        assert!(Instant::now() < deadline, "still {value:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A client, and the library as the instance sees it.
struct Story {
    client: Client,
    library: String,
}

impl Story {
    fn names(&self, files: &[CachedFile]) -> Vec<String> {
        files.iter().map(|file| file.file_path[self.library.len() + 1..].to_owned()).collect()
    }

    async fn add(&self, name: &str, user: &str) {
        let body = AddFileRequest::builder()
            .file_path(format!("{}/{name}", self.library))
            .user_id(Some(user.parse().unwrap()))
            .operation(Operation::Watchlist);
        let accepted = self.client.add_file().body(body).send().await.unwrap();
        let id = accepted.data.job_id.unwrap();
        let read = async || self.client.get_job().job_id(id).send().await.unwrap().into_inner().data;
        let job = until(read, |job| job.finished_at.is_some()).await;
        assert!(job.state == JobState::Done && job.error.is_none(), "{job:?}");
    }

    async fn pages(&self, limit: u32) -> Vec<String> {
        let mut found = Vec::new();
        let mut cursor = None::<String>;
        loop {
            let mut request =
                self.client.list_files().limit(limit).sort(FileSort::Filename).order(SortOrder::Asc);
            if let Some(cursor) = cursor {
                request = request.cursor(cursor);
            }
            let page = request.send().await.unwrap().into_inner().data;
            assert!(page.files.len() <= limit as usize);
            assert_eq!(page.pagination.total_count, FILMS.len() as i64);
            assert_eq!(page.pagination.has_more, page.pagination.next_cursor.is_some());
            found.extend(self.names(&page.files));
            cursor = page.pagination.next_cursor;
            if cursor.is_none() {
                return found;
            }
        }
    }

    async fn remove(&self, id: Uuid) -> Told<FileRemovedAnswer> {
        let body = RemoveFileRequest::builder()
            .reason(Some("the story ends".parse().unwrap()))
            .user_id(Some("ann".parse().unwrap()));
        self.client.remove_file().file_id(id).body(body).send().await
    }
}

async fn listed(request: builder::ListFiles<'_>) -> Vec<CachedFile> {
    request.send().await.unwrap().into_inner().data.files
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let url = given("CACHERR_URL");
    let key = HeaderValue::from_str(&given("CACHERR_API_KEY")).unwrap();
    let headers = HeaderMap::from_iter([("x-api-key".parse().unwrap(), key)]);
    let http = reqwest::Client::builder().default_headers(headers).build().unwrap();
    let story = Story { client: Client::new_with_client(&url, http), library: given("CACHERR_LIBRARY") };
    let client = &story.client;

    // Nothing yet.
    client.get_readiness().send().await.unwrap();
    assert!(listed(client.list_files()).await.is_empty());

    // Added, each by a job.
    for (name, _, user) in FILMS {
        story.add(name, user).await;
    }

    // In pages.
    for limit in 1..=3_u32 {
        assert_eq!(story.pages(limit).await, FILMS.map(|(name, ..)| name));
    }

    // Filtered.
    let newest = listed(client.list_files().limit(1_u32)).await[0].cached_at;
    let far = "2100-01-01T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    for (filter, count) in [
        (client.list_files().user_id("ann"), 2),
        (client.list_files().user_id("nobody"), 0),
        (client.list_files().status(FileStatus::Active), 3),
        (client.list_files().status(FileStatus::Removed), 0),
        (client.list_files().size_min(2 * MIB), 2),
        (client.list_files().size_min(2 * MIB).size_max(2 * MIB), 1),
        (client.list_files().cached_since(newest), 1),
        (client.list_files().cached_since(far), 0),
        (client.list_files().search("amélie"), 1),
    ] {
        let what = format!("{filter:?}");
        assert_eq!(listed(filter).await.len(), count, "{what}");
    }

    // One file, and the numbers.
    let film = listed(client.list_files().search("wolf")).await.remove(0);
    let read = async || client.get_file().file_id(film.id).send().await.unwrap().into_inner().data;
    let detail = read().await;
    assert_eq!(detail.file_size_bytes, 3 * MIB);
    let wishes: HashMap<_, _> = detail.attributions.into_iter().map(|by| (by.user, by.reason)).collect();
    assert_eq!(wishes, HashMap::from([("ann".to_owned(), Operation::Watchlist)]));
    let statistics = async || client.get_statistics().send().await.unwrap().into_inner().data;
    let before = statistics().await;
    assert_eq!((before.active_files, before.total_size_bytes, before.users_count), (3, 6 * MIB, 2));

    // Planned: nobody but a person has wished for anything, and what they asked for stays.
    let plan = client.get_plan().limit(1_u32).send().await.unwrap().into_inner().data;
    assert!(plan.cache.is_empty() && plan.give_back.is_empty() && plan.totals.give_back.steps == 0);
    assert_eq!((plan.keep.files, plan.room.used_bytes, plan.limit), (3, 6 * MIB, 1));
    let cycle = client.run_plan().send().await.unwrap().into_inner().data.job_id;
    let cycle = async || client.get_job().job_id(cycle).send().await.unwrap().into_inner().data;
    let ended = until(cycle, |job| job.finished_at.is_some()).await;
    assert!(ended.kind == JobKind::Plan && ended.state == JobState::Done, "{ended:?}");
    assert_eq!(ended.plan.unwrap().given_back_count, 0);

    // Removed, once.
    let removed = story.remove(film.id).await.unwrap().into_inner().data;
    assert!(matches!(removed.status, FileStatus::Removed | FileStatus::PendingRemoval));
    until(read, |file| file.status == FileStatus::Removed).await;
    refused(story.remove(film.id).await, 409, ErrorCode::AlreadyRemoved);
    let gone = listed(client.list_files().status(FileStatus::Removed)).await;
    assert_eq!(story.names(&gone), [FILMS[0].0]);
    assert_eq!(statistics().await.active_files, 2);

    // Refused, by type.
    let unknown = Uuid::from_u128(0x7000_8000_0000_0000_0000);
    refused(client.get_file().file_id(unknown).send().await, 404, ErrorCode::NotFound);
    refused(client.list_files().cursor("none").send().await, 400, ErrorCode::InvalidParameter);
    let stranger = Client::new(&url);
    refused(stranger.get_statistics().send().await, 401, ErrorCode::Unauthorized);
}
