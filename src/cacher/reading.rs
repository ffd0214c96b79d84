//! Step 9: does the media server read what was swapped in? A link leads where *its* view of the disks says, which may be
//! nowhere; only the server itself can tell.
//!
//! Until it was seen reading one file of a library, one file of it is swapped at a time: the first that is ready. When the
//! server says that it cannot read one, that file is given back at once and no other of the library is swapped in until
//! somebody tries again: a start, or a person who asks for a file.
//!
//! **Invariant:** no answer is no refusal: what cannot be asked changes nothing but that the others go on. **Invariant:** where
//! a media server is expected, no original is given up before the server was seen reading the copy.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::actor::Actor;
use crate::domain::file::{FileRow, Status};
use crate::domain::id::FileId;
use crate::domain::intent::{Phase, Reading};
use crate::domain::job::{JobRow, RestoreAction};
use crate::error::{Error, Result};
use crate::store::Rows;

use super::control::Control;
use super::engine::Engine;
use super::request::RestoreRequest;

/// How often a job that waits for the server's word looks whether it came.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// The server is waited for no longer than this: somebody wants to see the next film, too.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the media server says of a file that was swapped in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It reads it.
    Reads,
    /// It does not, and how it says so.
    Refuses(String),
    /// It could not be asked, or does not know the file.
    Unknown,
}

/// What is remembered of libraries and files until the process ends.
#[derive(Default)]
pub(super) struct Readers(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// By library: the file that is tried, and since when.
    tried: HashMap<String, (FileId, Instant)>,
    /// Libraries of which the server could not be asked: nothing is waited for any more.
    unasked: HashSet<String>,
    /// Libraries that had their second chance since the server refused one of their files.
    refused: HashSet<String>,
    /// Files that the server was seen reading.
    seen: HashSet<FileId>,
}

impl Readers {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// From now on a media server is expected to read what is swapped in, or none is.
    pub fn expect_reader(&self, expected: bool) {
        self.is_read.store(expected, Ordering::Release);
    }

    fn is_read(&self) -> bool {
        self.is_read.load(Ordering::Acquire)
    }

    /// The files that the media server should be asked about, newest first: those of libraries in which it was not seen reading
    /// yet, and those whose original would be given up.
    ///
    /// # Errors
    /// The store fails.
    pub fn to_be_read(&self) -> Result<Vec<FileRow>> {
        let rows = self.store.read()?;
        let (mut asked, mut files) = (Vec::new(), Vec::new());
        {
            let known = self.readers.known();
            asked.extend(known.tried.values().map(|(file, _)| *file));
            for intent in rows.intents()? {
                if matches!(intent.phase, Phase::Releasing { .. }) && !known.seen.contains(&intent.file_id) {
                    asked.push(intent.file_id);
                }
            }
        }
        asked.sort_unstable();
        asked.dedup();
        for id in asked.into_iter().rev() {
            files.extend(rows.file(id)?.filter(|row| row.status == Status::Active));
        }
        Ok(files)
    }

    /// Takes down what the media server says of a file.
    ///
    /// # Errors
    /// The store fails.
    pub fn reader_says(&self, file: FileId, verdict: &Verdict) -> Result<()> {
        let Some(row) = self.store.read()?.file(file)?.filter(|row| row.status == Status::Active) else {
            return Ok(());
        };
        let library = &row.library;
        match verdict {
            Verdict::Reads => {
                self.note_reading(library, Reading::Seen)?;
                let mut known = self.readers.known();
                known.seen.insert(file);
                known.refused.remove(library);
                known.tried.remove(library);
            }
            Verdict::Unknown => {
                let mut known = self.readers.known();
                known.unasked.insert(library.clone());
                known.tried.remove(library);
            }
            Verdict::Refuses(says) => {
                tracing::error!(path = %row.file_path.display(), says, "the media server does not read this file");
                self.note_reading(library, Reading::Refused { says: says.clone() })?;
                {
                    let mut known = self.readers.known();
                    known.refused.insert(library.clone());
                    known.tried.remove(library);
                }
                self.request_restore(&RestoreRequest {
                    file,
                    action: RestoreAction::Restore,
                    reason: "not_read_by_media_server".to_owned(),
                    user: None,
                    by: Actor::system(),
                })?;
            }
        }
        Ok(())
    }

    fn note_reading(&self, library: &str, reading: Reading) -> Result<()> {
        let is_new = |known: &Reading| *known != reading;
        if !self.store.read()?.root(library)?.is_some_and(|root| is_new(&root.reading)) {
            return Ok(());
        }
        self.store.write(|w| match w.root(library)? {
            Some(mut root) => {
                root.reading = reading.clone();
                w.put_root(library, &root)
            }
            None => Ok(()),
        })
    }

    /// What the media server does with the links of a library, as far as is known.
    ///
    /// # Errors
    /// The store fails.
    pub fn reading(&self, library: &str) -> Result<Reading> {
        Ok(self.store.read()?.root(library)?.map(|root| root.reading).unwrap_or_default())
    }

    /// A person asks for a file of a library: it may be tried again.
    pub(super) fn give_second_chance(&self, library: &str) {
        self.readers.known().refused.remove(library);
    }

    /// Refuses a library whose files the media server does not read.
    pub(super) fn refuse_unread(&self, library: &str) -> Result<()> {
        if !self.is_read() || !self.readers.known().refused.contains(library) {
            return Ok(());
        }
        match self.reading(library)? {
            Reading::Refused { says } => Err(Error::LinkNotRead { library: library.to_owned(), says }),
            Reading::Unknown | Reading::Seen => Ok(()),
        }
    }

    /// Before the names change: lets one file of a library through of which nothing is known yet, and the others when the
    /// server was seen reading it, or cannot be asked.
    pub(super) fn await_reader(&self, library: &str, job: &JobRow, control: &Control) -> Result<()> {
        let begun = Instant::now();
        loop {
            self.refuse_unread(library)?;
            if !self.is_read() || self.reading(library)? == Reading::Seen || begun.elapsed() >= PATIENCE {
                return Ok(());
            }
            if self.is_tried(library, job)? {
                return Ok(());
            }
            control.hold(LOOK_AGAIN)?;
        }
    }

    /// Whether this job's file is the one to be tried, or nothing is to be waited for.
    fn is_tried(&self, library: &str, job: &JobRow) -> Result<bool> {
        let (file, since) = {
            let mut known = self.readers.known();
            if known.unasked.contains(library) {
                return Ok(true);
            }
            let new = || (job.file_id, Instant::now());
            *known.tried.entry(library.to_owned()).or_insert_with(new)
        };
        if file == job.file_id || since.elapsed() >= PATIENCE {
            return Ok(true);
        }
        // What was to be tried did not come about: this one is.
        let rows = self.store.read()?;
        let is_active = rows.file(file)?.is_some_and(|row| row.status == Status::Active);
        if !is_active && rows.open_jobs_of(file)?.is_empty() {
            self.readers.known().tried.insert(library.to_owned(), (job.file_id, Instant::now()));
            return Ok(true);
        }
        Ok(false)
    }

    /// Whether an original may be given up, as far as readers are concerned.
    pub(super) fn was_read(&self, file: FileId) -> bool {
        !self.is_read() || self.readers.known().seen.contains(&file)
    }
}
