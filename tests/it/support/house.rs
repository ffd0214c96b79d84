//! [`House`]: the real engine on real folders, with a clock that is moved by hand.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use cacherr::cacher::{Accepted, CacheRequest, Engine, Parts, RestoreRequest};
use cacherr::clock::{Clock, ManualClock, SystemClock};
use cacherr::domain::event::Event;
use cacherr::domain::file::{FileRow, Method, Operation, Status};
use cacherr::domain::id::{FileId, JobId};
use cacherr::domain::job::{JobRow, JobState, RestoreAction};
use cacherr::domain::settings::{CacheSettings, Library, SwapMethod};
use cacherr::files::Fs;
use cacherr::files::real::RealFs;
use cacherr::store::{Rows, Store};
use jiff::SignedDuration;
use tempfile::TempDir;

/// How long a copy outlives its link here.
pub const GRACE: SignedDuration = SignedDuration::from_secs(60);

/// An engine, its clock and its store.
pub struct House {
    pub engine: Arc<Engine>,
    pub clock: Arc<ManualClock>,
    pub cache: PathBuf,
    /// What was published, in order.
    pub heard: Arc<Mutex<Vec<Event>>>,
    /// The store's folder; shared by those who move in later.
    data: Arc<TempDir>,
}

/// A library of this name that swaps by exchange.
pub fn library(name: &str, path: &Path) -> Library {
    let path = path.to_path_buf();
    Library { name: name.to_owned(), server_path: path.clone(), path, swap: SwapMethod::Exchange }
}

/// The defaults, on a volume that may be small.
pub fn settings(cache: &Path) -> CacheSettings {
    CacheSettings { min_free: 0, release_grace: GRACE, ..CacheSettings::at(cache.to_path_buf()) }
}

/// A folder on a disk (the system's temporary folder may be memory), canonical.
pub fn disk() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = dir.path().canonicalize().unwrap();
    (dir, path)
}

/// Bytes that are the same for the same seed and compress badly.
pub fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut out = vec![0; length];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.finalize_xof().fill(&mut out);
    out
}

/// Puts a film there that was finished an hour ago.
pub fn film(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    settle(path);
}

/// Says that the file was last changed an hour ago.
pub fn settle(path: &Path) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
}

impl House {
    /// One library and a cache.
    pub fn of(library_path: &Path, cache: &Path) -> Self {
        Self::with(RealFs, vec![library("Movies", library_path)], settings(cache))
    }

    /// The same with one library that swaps by link and rename.
    pub fn of_union(library_path: &Path, cache: &Path) -> Self {
        let library = Library { swap: SwapMethod::LinkRename, ..library("Movies", library_path) };
        Self::with(RealFs, vec![library], settings(cache))
    }

    /// Whatever is to be tried.
    pub fn with(fs: impl Fs, libraries: Vec<Library>, cache: CacheSettings) -> Self {
        let data = Arc::new(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap());
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        Self::moved_in(data, clock, fs, libraries, cache)
    }

    fn moved_in(
        data: Arc<TempDir>,
        clock: Arc<ManualClock>,
        fs: impl Fs,
        libraries: Vec<Library>,
        cache: CacheSettings,
    ) -> Self {
        let dir = cache.dir.clone();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = heard.clone();
        let parts = Parts {
            fs: Arc::new(fs),
            store: Store::open(&data.path().join("store")).unwrap(),
            clock: clock.clone(),
            cache,
            libraries,
            events: Arc::new(move |event| ears.lock().unwrap().push(event)),
        };
        Self { engine: Arc::new(Engine::new(parts).unwrap()), clock, cache: dir, heard, data }
    }

    /// The next process on the same store.
    pub fn restarted(self, fs: impl Fs, libraries: Vec<Library>, cache: CacheSettings) -> Self {
        let Self { engine, clock, data, .. } = self;
        drop(engine);
        Self::moved_in(data, clock, fs, libraries, cache)
    }

    /// Asks for a file; the code when it is refused at the door.
    pub fn request(&self, path: &Path, method: Method) -> Result<JobId, &'static str> {
        let request = CacheRequest {
            path: path.to_path_buf(),
            operation: Operation::Manual,
            user: None,
            metadata: Default::default(),
            method: Some(method),
            by: "test".into(),
        };
        match self.engine.request_cache(&request) {
            Ok(Accepted::Queued { job, .. }) => Ok(job),
            Ok(Accepted::UserAdded { .. }) => panic!("nobody else asked for {}", path.display()),
            Err(error) => Err(error.code()),
        }
    }

    /// Runs a job once and tells how it stands.
    pub fn run(&self, job: JobId) -> JobRow {
        self.engine.run_job(job).unwrap();
        self.job(job)
    }

    pub fn job(&self, id: JobId) -> JobRow {
        self.engine.store().read().unwrap().job(id).unwrap().unwrap()
    }

    /// Caches a file; the code when it did not come about.
    pub fn cache(&self, path: &Path) -> Result<FileId, String> {
        self.cache_as(path, Method::AtomicCopy)
    }

    pub fn cache_as(&self, path: &Path, method: Method) -> Result<FileId, String> {
        let job = self.request(path, method)?;
        let row = self.run(job);
        match (row.state, row.error) {
            (JobState::Done, _) => Ok(row.file_id),
            (_, Some(failure)) => Err(failure.code),
            (state, None) => panic!("the job is {state} and says nothing"),
        }
    }

    /// Gives a file back; the code when it did not come about.
    pub fn restore(&self, file: FileId) -> Result<(), String> {
        let request = RestoreRequest {
            file,
            action: RestoreAction::Evict,
            reason: "test".to_owned(),
            user: None,
            by: "test".into(),
        };
        let row = self.run(self.engine.request_restore(&request).unwrap());
        match (row.state, row.error) {
            (JobState::Done, _) => Ok(()),
            (_, Some(failure)) => Err(failure.code),
            (state, None) => panic!("the job is {state} and says nothing"),
        }
    }

    /// Moves time and sees to what is due then.
    pub fn later(&self, by: SignedDuration) {
        self.clock.advance(by);
        self.engine.settle_due().unwrap();
    }

    pub fn row(&self, file: FileId) -> FileRow {
        self.engine.store().read().unwrap().file(file).unwrap().unwrap()
    }

    /// Nothing is under way any more, and nothing of it is left on the cache volume.
    #[track_caller]
    pub fn assert_idle(&self) {
        let rows = self.engine.store().read().unwrap();
        assert_eq!(rows.intents().unwrap(), [], "unfinished work");
        let mut active = 0;
        let count = &mut |row: FileRow| {
            active += usize::from(row.status == Status::Active);
            Ok(())
        };
        rows.for_each_file(count).unwrap();
        let ours = self.cache.join(".cacherr");
        let files = names(&self.cache).into_iter().map(|name| self.cache.join(name));
        let copies = files.filter(|path| !path.starts_with(&ours) && path.is_file()).count();
        assert_eq!(copies, active, "copies in {:?}", names(&self.cache));
        if ours.join("tmp").is_dir() {
            assert_eq!(names(&ours.join("tmp")), [] as [String; 0], "unfinished copies");
        }
    }
}

/// Everything below a folder, by its path from there, sorted; nothing below a symlink.
pub fn names(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut stack = vec![folder.to_path_buf()];
    while let Some(here) = stack.pop() {
        for entry in fs::read_dir(&here).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                stack.push(entry.path());
            }
            found.push(entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
        }
    }
    found.sort();
    found
}
