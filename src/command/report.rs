//! Answers, as data. How they look is the command line's business.

use serde::{Deserialize, Serialize};

use super::Named;
use super::access::{KeyDone, User, UserDone};
use crate::doctor::{Diagnosis, Verdict};
use crate::domain::account::KeyRow;
use crate::domain::file::Method;
use crate::domain::id::{FileId, JobId};
use crate::domain::identity::Hash;
use crate::domain::job::{Failure, JobState};
use crate::domain::pause::Pause;
use crate::domain::time::Time;
use crate::librarian::shown::Shown;

/// An answer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Report {
    /// To `cache`: one outcome for each path, in the order of their ends.
    Cached(Vec<Outcome>),
    /// To `restore`.
    Restored(Restored),
    /// To `status`.
    Status(Status),
    /// To `check`.
    Checked(Checked),
    /// To `cache-dir adopt`: the folder.
    Adopted(Named),
    /// To `doctor`.
    Diagnosed(Diagnosis),
    /// To `plan`.
    Planned(Box<Shown>),
    /// To `user list`.
    Users(Vec<User>),
    /// To what else is said of accounts.
    User(Box<UserDone>),
    /// To `apikey list`.
    ApiKeys(Vec<KeyRow>),
    /// To what else is said of keys.
    ApiKey(Box<KeyDone>),
}

impl Report {
    /// The first thing that did not go well, and how many there are out of how many.
    #[must_use]
    pub fn trouble(&self) -> Option<Failure> {
        match self {
            Self::Cached(outcomes) => trouble_in(outcomes, "cached"),
            Self::Restored(restored) => trouble_in(&restored.outcomes, "given back"),
            Self::Checked(checked) => {
                let count = checked.store.len() + checked.findings.len();
                (count > 0).then(|| Failure {
                    code: "needs_attention".to_owned(),
                    message: match count {
                        1 => "one thing needs attention".to_owned(),
                        more => format!("{more} things need attention"),
                    },
                })
            }
            Self::Diagnosed(diagnosis) => {
                let count = diagnosis.count(Verdict::Failure);
                (count > 0).then(|| Failure {
                    code: "needs_attention".to_owned(),
                    message: match count {
                        1 => "one thing does not work".to_owned(),
                        more => format!("{more} things do not work"),
                    },
                })
            }
            // What is refused is as it should be, and a source that is silent keeps what it said.
            Self::Status(_)
            | Self::Adopted(_)
            | Self::Planned(_)
            | Self::Users(_)
            | Self::User(_)
            | Self::ApiKeys(_)
            | Self::ApiKey(_) => None,
        }
    }
}

fn trouble_in(outcomes: &[Outcome], verb: &str) -> Option<Failure> {
    let failures: Vec<&Failure> = outcomes.iter().filter_map(|outcome| outcome.error.as_ref()).collect();
    let first = failures.first()?;
    let message = match (outcomes.len(), failures.len()) {
        (1, _) => first.message.clone(),
        (all, failed) if all == failed => format!("none of {all} files was {verb}"),
        (all, 1) => format!("1 of {all} files was not {verb}"),
        (all, failed) => format!("{failed} of {all} files were not {verb}"),
    };
    Some(Failure { code: first.code.clone(), message })
}

/// How it ended for one file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The path: the library's where it is known, else as it was asked for.
    pub path: Named,
    /// How it ended.
    pub ended: Ended,
    /// Its id, if it has one.
    pub file: Option<FileId>,
    /// The job that did it, if one was needed.
    pub job: Option<JobId>,
    /// How it is cached.
    pub method: Option<Method>,
    /// Bytes.
    pub size: u64,
    /// What went wrong.
    pub error: Option<Failure>,
}

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Ended {
    /// It is served from the cache now.
    Cached,
    /// It was before; a user may have been added.
    AlreadyCached,
    /// The original is back.
    Restored,
    /// It failed; nothing changed.
    Failed,
    /// It cannot go on by itself now, and stays queued.
    Waits,
}

impl Ended {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cached => "cached",
            Self::AlreadyCached => "already_cached",
            Self::Restored => "restored",
            Self::Failed => "failed",
            Self::Waits => "waits",
        }
    }
}

/// What came of a restore.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Restored {
    /// One for each file.
    pub outcomes: Vec<Outcome>,
    /// Files whose bytes are nowhere any more.
    pub gone: Vec<Gone>,
    /// Files that waited to be cached and were called off.
    pub called_off: u64,
    /// Put aside in the libraries, to be purged later.
    pub trash: Vec<Aside>,
    /// Copies that stay in the cache, because nobody knows where their links went.
    pub unclaimed: Vec<Aside>,
}

/// A file that no copy is left of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Gone {
    /// Its library path.
    pub path: Named,
    /// Its bytes were so many,
    pub size: u64,
    /// and this is their hash.
    pub hash: Hash,
}

/// Something that stays for a while.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Aside {
    /// Where it is.
    pub path: Named,
    /// Which path it belongs to.
    pub of: Named,
    /// Until then; none: until a person decides.
    pub until: Option<Time>,
}

/// What a check found.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Checked {
    /// What is wrong with the store, in words.
    pub store: Vec<String>,
    /// Files looked at.
    pub looked_at: u64,
    /// Files whose original was put back, because their copy was gone.
    pub healed: Vec<Named>,
    /// Files whose row was brought in line with what others did.
    pub settled: Vec<Named>,
    /// What only a person can decide.
    pub findings: Vec<Finding>,
}

/// Something about one file that a person should know.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// Its library path.
    pub path: Named,
    /// A sentence.
    pub text: String,
}

/// How things are.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Status {
    /// Whether an instance is running.
    pub running: bool,
    /// Nothing happens by itself, because somebody said so.
    pub paused: Option<Pause>,
    /// Files and bytes by life cycle.
    pub active: Tally,
    /// Their copy is missing.
    pub orphaned: Tally,
    /// On their way back.
    pub pending_removal: Tally,
    /// The cache volume.
    pub cache: Volume,
    /// The libraries, as configured.
    pub libraries: Vec<LibraryStatus>,
    /// Jobs that have not ended, oldest first; at most [`Status::MOST_JOBS`].
    pub jobs: Vec<JobStatus>,
    /// How many there are in all.
    pub open_jobs: u64,
    /// What waits for a person.
    pub attention: Vec<Finding>,
    /// Files put aside in the libraries.
    pub trash: u64,
    /// Copies that are deleted when their time has come.
    pub releasing: Tally,
}

impl Status {
    /// More jobs than this nobody reads.
    pub const MOST_JOBS: usize = 50;
}

/// A number of files, and their bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Tally {
    /// One more.
    pub fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes += bytes;
    }
}

/// The cache volume.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Volume {
    /// The cache dir.
    pub dir: Named,
    /// Whether it is the one the store knows.
    pub state: VolumeState,
    /// Bytes free on the volume, for us.
    pub available: Option<u64>,
    /// Bytes of the volume.
    pub total: Option<u64>,
    /// Bytes that copies may take, where there is a limit.
    pub limit: Option<u64>,
    /// Bytes that stay free.
    pub min_free: u64,
}

/// Whether a volume is the one it should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum VolumeState {
    /// It is.
    Ok,
    /// Nothing was cached yet.
    Unused,
    /// It is not there.
    Missing,
    /// It carries the marker of another store.
    Foreign,
}

impl VolumeState {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unused => "unused",
            Self::Missing => "missing",
            Self::Foreign => "foreign",
        }
    }
}

/// One library.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LibraryStatus {
    /// Its name.
    pub name: String,
    /// Its root.
    pub path: Named,
    /// Whether its root is there. Whether it is the right one is seen when something is done in it.
    pub present: bool,
    /// What of it is cached.
    pub cached: Tally,
}

/// One job that has not ended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct JobStatus {
    /// Its id.
    pub id: JobId,
    /// `cache`, `restore`, …
    pub kind: String,
    /// How far it is.
    pub state: JobState,
    /// A person halted it.
    pub paused: bool,
    /// The library path.
    pub path: Named,
    /// Bytes copied.
    pub bytes_done: u64,
    /// Bytes to copy.
    pub bytes_total: u64,
    /// Bytes per second.
    pub rate: u64,
    /// Why it does not go on.
    pub error: Option<Failure>,
}
