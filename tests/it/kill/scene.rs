//! A library of films under names of every kind, and what is asked of the binary that works on it.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use cacherr::command::client::Instance;
use cacherr::command::{Copies, Named, Reply, Request, Selection};
use cacherr::domain::file::{Method, Operation};
use cacherr::domain::job::Failure;

use super::dice::Dice;
use crate::process::{House, Tree, wait_for};

/// What may be answered to requests that come at any time.
const FAIR: [&str; 5] = ["path_locked", "already_tracked", "not_tracked", "already_removed", "cancelled"];

#[derive(Clone)]
pub struct Film {
    pub path: PathBuf,
    pub bytes: Arc<Vec<u8>>,
}

pub struct Scene {
    pub house: House,
    pub films: Vec<Film>,
    before: Tree,
    /// Films that were given up at some time come back as new files.
    moved: Mutex<HashSet<PathBuf>>,
}

fn names() -> Vec<OsString> {
    let mut names: Vec<OsString> = [
        "Dune (2021)/Dune (2021) [imdb-tt1160419].mkv",
        "Dune (2021)/Dune (2021) - trailer.mkv",
        "Amélie 🎬/Le fabuleux destin d'Amélie 🎬.mkv",
        "a name with spaces .mkv",
        "-rf",
        "new\nline.mkv",
        "Fargo/Season 01/Fargo - S01E01.mkv",
        "Fargo/Season 01/Fargo - S01E02.mkv",
        "Fargo/Season 02/Fargo - S02E01.mkv",
        ".hidden.mkv",
    ]
    .map(OsString::from)
    .to_vec();
    names.push(OsString::from_vec(b"not \xff\xfe text.mkv".to_vec()));
    names.push(format!("{}.mkv", "x".repeat(251)).into());
    names
}

impl Scene {
    /// Films of one to eight megabytes.
    pub fn new(folder: &Path, dice: &mut Dice) -> Self {
        Self::with(folder, dice, 1 << 20, 8 << 20)
    }

    /// Films that are copied within milliseconds.
    pub fn small(folder: &Path, dice: &mut Dice) -> Self {
        Self::with(folder, dice, 10_000, 200_000)
    }

    fn with(folder: &Path, dice: &mut Dice, least: u64, most: u64) -> Self {
        let house = House::below(folder);
        let mut films = Vec::new();
        for name in names() {
            // Most are small: a big one needs more luck to be finished before the next kill.
            let size = dice.between(least, most).min(dice.between(least, most));
            let bytes = dice.bytes(size);
            let path = house.film(&name, &bytes);
            if dice.one_in(2) {
                fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
                rustix::fs::setxattr(&path, "user.note", b"mine", rustix::fs::XattrFlags::CREATE).unwrap();
            }
            films.push(Film { path, bytes: Arc::new(bytes) });
        }
        let before = house.library();
        Self { house, films, before, moved: Mutex::default() }
    }

    pub fn configure(&self, release_grace: &str, bandwidth: &str) {
        self.house.configure_with(release_grace, &format!("bandwidth = \"{bandwidth}\""));
    }

    fn wish(&self, film: &Path, moving: bool) -> Request {
        let method = if moving {
            self.moved.lock().unwrap().insert(film.to_path_buf());
            Method::AtomicSymlink
        } else {
            Method::AtomicCopy
        };
        Request::Cache {
            paths: vec![Named(film.to_path_buf())],
            operation: Operation::Manual,
            user: None,
            method: Some(method),
        }
    }

    /// Asks for a few things at once, and waits for none of them. What is refused without a good reason.
    pub fn ask_for_something(&self, dice: &mut Dice) -> Vec<JoinHandle<Option<Failure>>> {
        let requests = (0..dice.between(3, 6)).map(|_| {
            let film = &self.films[dice.below(self.films.len() as u64) as usize].path;
            if film.is_symlink() { giving_back(film) } else { self.wish(film, dice.one_in(2)) }
        });
        let requests: Vec<Request> = requests.collect();
        let data = self.house.at("data");
        let threads = requests.into_iter().map(|request| {
            let data = data.clone();
            std::thread::spawn(move || {
                let mut refusal = None;
                let instance = Instance::of(&data).ok().flatten()?;
                // It is killed before it has answered everything.
                let _ = instance.ask(&request, &mut |reply| {
                    if let Reply::Finished(outcome) = reply {
                        refusal = outcome.error.filter(|error| !FAIR.contains(&error.code.as_str()));
                    }
                    ControlFlow::Break(())
                });
                refusal
            })
        });
        threads.collect()
    }

    /// Caches a film, to the end.
    pub fn cache(&self, film: &Path, moving: bool) {
        self.have_done(&self.wish(film, moving));
    }

    /// Gives a film back, to the end.
    pub fn give_back(&self, film: &Path) {
        self.have_done(&giving_back(film));
    }

    fn have_done(&self, request: &Request) {
        let mut last = None;
        let instance = Instance::of(&self.house.at("data")).unwrap().unwrap();
        let hear = &mut |reply| {
            last = Some(reply);
            ControlFlow::Continue(())
        };
        instance.ask(request, hear).unwrap();
        match last {
            Some(Reply::Done(report)) => assert_eq!(report.trouble(), None, "{request:?}"),
            other => panic!("{request:?}: {other:?}"),
        }
    }

    /// Waits until nothing is under way and no grace runs; nothing waits for a person.
    pub fn drain(&self) {
        wait_for("everything to be done", || {
            let status = self.house.tell(["status"]);
            assert_eq!(status["attention"], serde_json::json!([]), "{status:#}");
            status["open_jobs"] == 0 && status["releasing"]["files"] == 0
        });
    }

    /// Nothing is left, neither in the library nor in the cache.
    pub fn is_as_before(&self) {
        let mut now = self.house.library();
        for film in &*self.moved.lock().unwrap() {
            let leaf = now.get_mut(film).unwrap();
            (leaf.ino, leaf.blocks) = (self.before[film].ino, self.before[film].blocks);
        }
        assert!(now == self.before, "{now:#?}\n{:#?}", self.before);
        let expected =
            [".cacherr", ".cacherr/store-id", ".cacherr/tmp"].map(|name| self.house.at("fast").join(name));
        assert_eq!(all_names(&self.house.at("fast")), BTreeSet::from(expected));
    }
}

fn giving_back(film: &Path) -> Request {
    Request::Restore { what: Selection::Paths(vec![Named(film.to_path_buf())]), copies: Copies::Expected }
}

/// Everything below a folder, at about one moment.
pub fn all_names(folder: &Path) -> BTreeSet<PathBuf> {
    let mut names = BTreeSet::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            }
            names.insert(entry.path());
        }
    }
    names
}
