//! Waiting for jobs, and for what others still hold.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cacherr::cacher::{Accepted, CacheRequest, Cacher, Engine, Parts, RestoreRequest};
use cacherr::clock::SystemClock;
use cacherr::domain::file::{Method, Operation};
use cacherr::domain::id::{FileId, JobId};
use cacherr::domain::job::{JobState, RestoreAction};
use cacherr::domain::settings::CacheSettings;
use cacherr::files::real::RealFs;
use cacherr::store::Store;
use jiff::SignedDuration;
use tempfile::TempDir;

use crate::support::house::{House, disk, film, library, settle};
use crate::support::other::Other;

/// Longer than a job that waits needs until it is tried again by itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// An engine with its threads, on real folders, in real time.
struct Running {
    dir: TempDir,
    cacher: Cacher,
}

impl Running {
    fn start() -> Self {
        let (dir, root) = disk();
        fs::create_dir(root.join("library")).unwrap();
        fs::create_dir(root.join("cache")).unwrap();
        let engine = Engine::new(Parts {
            fs: Arc::new(RealFs),
            store: Store::open(&root.join("store")).unwrap(),
            clock: Arc::new(SystemClock),
            cache: CacheSettings {
                min_free: 0,
                release_grace: SignedDuration::ZERO,
                ..CacheSettings::at(root.join("cache"))
            },
            libraries: vec![library("Movies", &root.join("library"))],
            events: Arc::new(|_| {}),
        });
        Self { dir, cacher: Cacher::start(Arc::new(engine.unwrap())).unwrap() }
    }

    fn at(&self, below: &str) -> PathBuf {
        self.dir.path().canonicalize().unwrap().join(below)
    }

    /// A film of the library that is served from the cache.
    fn cached(&self, name: &str) -> (PathBuf, FileId) {
        let path = self.at("library").join(name);
        film(&path, b"a film");
        let accepted = self.cacher.request_cache(&wish(&path)).unwrap();
        let Accepted::Queued { job, file, .. } = accepted else { panic!("{accepted:?}") };
        assert_eq!(self.cacher.wait(job, PATIENCE).unwrap().state, JobState::Done);
        (path, file)
    }

    fn give_back(&self, file: FileId) -> JobId {
        self.cacher.request_restore(&returning(file)).unwrap()
    }

    /// A job that found its library away, and waits; and the library, back again.
    fn waiting(&self) -> (PathBuf, FileId, JobId) {
        let (path, file) = self.cached("a.mkv");
        fs::rename(self.at("library"), self.at("away")).unwrap();
        let job = self.give_back(file);
        let row = self.cacher.wait(job, PATIENCE).unwrap();
        assert_eq!(row.error.unwrap().code, "library_volume_missing");
        fs::rename(self.at("away"), self.at("library")).unwrap();
        (path, file, job)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.cacher.stop();
    }
}

fn wish(path: &Path) -> CacheRequest {
    CacheRequest {
        path: path.to_path_buf(),
        operation: Operation::Manual,
        user: None,
        metadata: Default::default(),
        method: None,
        by: "test".into(),
    }
}

fn returning(file: FileId) -> RestoreRequest {
    RestoreRequest {
        file,
        action: RestoreAction::Remove,
        reason: "test".to_owned(),
        user: None,
        by: "test".into(),
    }
}

#[test]
fn a_file_on_its_way_back_is_locked_and_not_called_a_link() {
    let (_library_dir, library_path) = disk();
    let (_cache_dir, cache) = disk();
    let house = House::of(&library_path, &cache);
    let path = library_path.join("a.mkv");
    film(&path, b"a film");
    let file = house.cache(&path).unwrap();
    let job = house.engine.request_restore(&returning(file)).unwrap();
    assert_eq!(house.request(&path, Method::AtomicCopy), Err("path_locked"));
    let named = CacheRequest { user: Some("ann".to_owned()), ..wish(&path) };
    assert_eq!(house.engine.request_cache(&named).unwrap_err().code(), "path_locked");
    assert_eq!(house.run(job).state, JobState::Done);
    house.request(&path, Method::AtomicCopy).unwrap();
}

#[test]
fn who_asks_again_hears_how_the_new_try_ended_and_not_how_the_old_one_did() {
    let running = Running::start();
    let (path, file, job) = running.waiting();
    let asked = Instant::now();
    assert_eq!(running.give_back(file), job, "it is the same job");
    let row = running.cacher.wait(job, PATIENCE).unwrap();
    assert_eq!((row.state, row.error), (JobState::Done, None));
    assert!(asked.elapsed() < Duration::from_secs(5), "it is tried at once: {:?}", asked.elapsed());
    assert!(!path.is_symlink());
}

#[test]
fn a_resumed_job_has_no_error_until_it_fails_again() {
    let running = Running::start();
    let (_, _, job) = running.waiting();
    running.cacher.pause(job, false, &"test".into()).unwrap();
    let row = running.cacher.wait(job, PATIENCE).unwrap();
    assert_eq!((row.state, row.error), (JobState::Done, None));
}

#[test]
fn a_file_that_is_in_use_for_a_moment_is_given_back_a_moment_later() {
    let running = Running::start();
    let path = running.at("library/a.mkv");
    film(&path, b"a film");
    let kept = running.at("library/.a.mkv.cacherr-original");
    for _ in 0..15 {
        let moving = CacheRequest { method: Some(Method::AtomicSymlink), ..wish(&path) };
        let Ok(Accepted::Queued { job, file, .. }) = running.cacher.request_cache(&moving) else { panic!() };
        assert_eq!(running.cacher.wait(job, PATIENCE).unwrap().state, JobState::Done);
        // It is being given up just now.
        let until = Instant::now() + PATIENCE;
        while kept.exists() && Instant::now() < until {}
        let asked = Instant::now();
        let job = running.give_back(file);
        assert_eq!(running.cacher.wait(job, PATIENCE).unwrap().state, JobState::Done);
        assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
        settle(&path);
    }
}

#[test]
fn a_copy_that_somebody_has_open_is_waited_for_no_longer_than_its_grace() {
    let running = Running::start();
    let (path, file) = running.cached("a.mkv");
    let reader = Other::holding(&path, "open");
    let job = running.give_back(file);
    assert_eq!(running.cacher.wait(job, PATIENCE).unwrap().state, JobState::Done);
    // Somebody looked already, and put it off.
    while running.cacher.engine().settle_due().unwrap().is_none() {
        std::thread::yield_now();
    }
    let began = Instant::now();
    let (sender, ended) = std::sync::mpsc::channel();
    let cacher = running.cacher.clone();
    std::thread::spawn(move || sender.send(cacher.wait_out_graces()));
    ended.recv_timeout(PATIENCE).expect("it does not hang").unwrap();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(running.at("cache/Movies/a.mkv").exists());
    drop(reader);
}
