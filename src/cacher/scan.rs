//! Looks at active rows: is the copy there, the link, the original? What it finds goes through the same table.
//!
//! **Invariant:** a scan that would conclude too much at once concludes nothing (the brake): a missing volume is the
//! likelier reason.

use std::sync::atomic::Ordering;

use jiff::SignedDuration;

use crate::domain::actor::Actor;
use crate::domain::event::Event;
use crate::domain::file::{FileRow, Placement, Status};
use crate::domain::id::FileId;
use crate::domain::intent::{Intent, Phase};
use crate::domain::job::{Asked, JobKind, JobRow, JobState, RestoreAction};
use crate::domain::log::{LogKind, LogRow};
use crate::error::{Error, Result};
use crate::files::Fd;
use crate::store::{Rows, Writer};

use super::drive::Driven;
use super::engine::Engine;
use super::locks::Key;
use super::outcome::entry_about;
use super::see::{Seen, in_words};
use super::table::{Action, CopyIs, PathIs, RowIs, decide};

/// So many rows are in memory at a time.
const AT_ONCE: usize = 500;
/// How long a link must be missing before it is searched for.
const MISSING_FOR: SignedDuration = SignedDuration::from_mins(10);
/// The brake looks at scans of at least this many files,
const BRAKE_FROM: u64 = 10;
/// and stops one that misses more than this share of them.
const BRAKE_PERCENT: u64 = 20;

/// How far a scan looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Depth {
    /// Only at the cache dir: no library disk is woken.
    Cache,
    /// At every link and kept original as well.
    Deep,
}

/// What a scan found and did.
#[derive(Clone, Debug, Default)]
pub struct Scanned {
    /// Rows looked at.
    pub looked_at: u64,
    /// Originals put back because their copy was missing.
    pub healed: Vec<FileId>,
    /// Rows brought in line with what others did (a file replaced, a link moved or gone, a restore by hand).
    pub settled: Vec<FileId>,
    /// What only a person can decide, in sentences.
    pub findings: Vec<(FileId, String)>,
}

impl Engine {
    /// Looks at all active rows and puts in order what is not. `confirmed`: a person said that the brake shall not hold.
    /// Then what has had its time is forgotten.
    ///
    /// # Errors
    /// `MassOrphanBrake`; `CacheVolumeMissing`; `Cancelled` when the process is about to end; the store fails.
    pub fn scan(&self, depth: Depth, confirmed: bool) -> Result<Scanned> {
        let report = self.look_at_all(depth, confirmed, &|| self.go_on())?;
        self.forget_old_orphans()?;
        Ok(report)
    }

    /// Asks to `go_on` now and then; whoever refuses ends it.
    pub(super) fn look_at_all(
        &self,
        depth: Depth,
        confirmed: bool,
        go_on: &dyn Fn() -> Result<()>,
    ) -> Result<Scanned> {
        let mut round = Round::default();
        let busy = self.store.read()?.files_with_intents()?;
        self.for_some_in(Status::Active, &mut |rows| {
            go_on()?;
            round.look = self.look(depth)?;
            let free = rows.into_iter().filter(|row| !busy.contains(&row.id));
            free.into_iter().try_for_each(|row| self.examine(row, &mut round))
        })?;
        if !confirmed {
            round.brake(0)?;
        }
        self.forget_history()?;
        self.look_for_returned_copies(&mut round.report)?;
        if depth == Depth::Deep {
            self.look_for_unclaimed(&mut round.report)?;
        }
        self.settle_suspects(round, go_on)
    }

    /// Looks at one row.
    pub(super) fn examine(&self, row: FileRow, round: &mut Round) -> Result<()> {
        round.report.looked_at += 1;
        match self.suspect(&row, &round.look) {
            Ok(None) => self.clear_attention(&row)?,
            Ok(Some(gone)) => {
                round.missing += u64::from(gone);
                round.suspects.push((row.id, row.library));
            }
            Err(error @ (Error::Store { .. } | Error::CacheVolumeMissing { .. })) => return Err(error),
            Err(error) => round.report.findings.push((row.id, error.to_string())),
        }
        Ok(())
    }

    /// Looks once more at what needs it, and puts it in order.
    pub(super) fn settle_suspects(&self, round: Round, go_on: &dyn Fn() -> Result<()>) -> Result<Scanned> {
        let Round { mut report, suspects, .. } = round;
        for (id, library) in suspects {
            go_on()?;
            match self.put_in_order(id, &library) {
                Ok(Done::Healed) => report.healed.push(id),
                Ok(Done::Settled) => report.settled.push(id),
                Ok(Done::Nothing) => {}
                Ok(Done::Finding(text)) => report.findings.push((id, text)),
                Err(error @ Error::Store { .. }) => return Err(error),
                Err(error) => report.findings.push((id, error.to_string())),
            }
        }
        Ok(report)
    }

    /// Links that nobody could find may be back at their path.
    fn look_for_unclaimed(&self, report: &mut Scanned) -> Result<()> {
        for mut intent in self.store.read()?.intents()? {
            if !matches!(intent.phase, Phase::Unclaimed { .. }) {
                continue;
            }
            let seen = self
                .spot(&intent.library, &intent.place.folder)
                .and_then(|spot| self.see(&mut intent.place, spot.as_ref()));
            match seen {
                Ok(Seen { path: PathIs::Link, copy, .. }) if copy != CopyIs::Missing => {
                    let now = self.clock.now();
                    let due = Intent { phase: Phase::Unclaimed { until: Some(now) }, ..intent };
                    let file = due.file_id;
                    if let Some(Driven::Settled) = self.drive_now(due)? {
                        report.settled.push(file);
                    }
                }
                Err(error @ Error::Store { .. }) => return Err(error),
                Ok(_) => {}
                Err(error) => report.findings.push((intent.file_id, error.to_string())),
            }
        }
        Ok(())
    }

    /// Calls `visit` with some of the files in a state, and with more, until it had all. No snapshot is held meanwhile:
    /// looking at a large library takes minutes, and pages of the store are not used again as long as a snapshot may
    /// read them.
    fn for_some_in(&self, status: Status, visit: &mut dyn FnMut(Vec<FileRow>) -> Result<()>) -> Result<()> {
        let mut after = None;
        loop {
            let mut rows = self.store.read()?.files_after(after, AT_ONCE)?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.id);
            rows.retain(|row| row.status == status);
            if !rows.is_empty() {
                visit(rows)?;
            }
        }
    }

    /// The files in a state.
    pub(super) fn files_in(&self, status: Status) -> Result<Vec<FileRow>> {
        let mut files = Vec::new();
        self.for_some_in(status, &mut |mut some| {
            files.append(&mut some);
            Ok(())
        })?;
        Ok(files)
    }

    /// Where to look from. The cache dir is proven once for some rows, and all of them are looked at through the same
    /// open folder: should the volume go meanwhile, that is an error or the volume still, never an empty folder.
    fn look(&self, depth: Depth) -> Result<Look> {
        Ok(match depth {
            Depth::Deep => Look::Everywhere,
            Depth::Cache if self.cache_lost.load(Ordering::SeqCst) => Look::Nowhere,
            // A look makes nothing ours: the first copy does.
            Depth::Cache => Look::Cache(self.look_at_cache_dir()?.0),
        })
    }

    /// Whether a row needs a closer look; the flag says whether something of it is missing.
    fn suspect(&self, row: &FileRow, look: &Look) -> Result<Option<bool>> {
        match look {
            Look::Nowhere => return Ok(Some(true)),
            Look::Cache(cache) => return Ok(self.copy_is_missing(cache, row)?.then_some(true)),
            Look::Everywhere => {}
        }
        let (seen, _) = self.look_at_row(row)?;
        let fine = decide(RowIs::Active, seen.path, seen.kept, seen.copy) == Action::Fine
            || row.place.kept.is_none() && seen.path == PathIs::Link && seen.copy != CopyIs::Missing;
        let gone = seen.copy == CopyIs::Missing || seen.path == PathIs::Nothing;
        Ok((!fine).then_some(gone))
    }

    pub(super) fn copy_is_missing(&self, cache: &Fd, row: &FileRow) -> Result<bool> {
        let Some(folder) = self.copy_spot(cache, &row.place.cached_path)? else { return Ok(true) };
        let name = row.place.cached_path.file_name().unwrap_or_default();
        crate::files::errno::present(self.fs.stat_at(&folder, name))
            .map(|stat| stat.is_none())
            .map_err(|error| Error::io("look at", &row.place.cached_path, error))
    }

    fn clear_attention(&self, row: &FileRow) -> Result<()> {
        if row.link_missing_since.is_none() {
            return Ok(());
        }
        self.change(row, |row| row.link_missing_since = None)
    }

    fn change(&self, row: &FileRow, change: impl Fn(&mut FileRow)) -> Result<()> {
        self.store.write(|w| change_row(w, row.id, &change))
    }

    fn put_in_order(&self, id: FileId, library: &str) -> Result<Done> {
        let Some(_held) = self.locks.try_hold(vec![Key::File(id)]) else { return Ok(Done::Nothing) };
        self.prove(library)?;
        // The row may have changed since it was looked at, and the world with it.
        let current = self.store.read()?.file(id)?.filter(|now| now.status == Status::Active);
        let Some(row) = current else { return Ok(Done::Nothing) };
        let (seen, place) = self.look_at_row(&row)?;
        let row = FileRow { place, ..row };
        match decide(RowIs::Active, seen.path, seen.kept, seen.copy) {
            Action::Fine => Ok(Done::Nothing),
            Action::ActivateWithoutKept if row.place.kept.is_none() => Ok(Done::Nothing),
            Action::ActivateWithoutKept => self.note_kept_gone(&row),
            Action::Search if !self.missing_long_enough(&row)? => Ok(Done::Nothing),
            Action::Heal => self.begin_order(&row, RestoreAction::Heal, "copy_missing"),
            Action::RestoreStale => self.begin_order(&row, RestoreAction::Heal, "original_changed"),
            Action::Release => self.begin_order(&row, RestoreAction::Reconcile, "found_restored"),
            Action::Supersede => self.begin_order(&row, RestoreAction::Reconcile, "superseded"),
            Action::Search => self.begin_order(&row, RestoreAction::Reconcile, "unclaimed"),
            Action::DropSecondName => self.begin_order(&row, RestoreAction::Reconcile, "found_restored"),
            Action::Lost => self.note_lost(&row, &seen),
            _ => self.note(&row, &seen),
        }
    }

    /// Copy and original are both gone: an orphan, shown until a person decides.
    fn note_lost(&self, row: &FileRow, seen: &Seen) -> Result<Done> {
        let detail = in_words(seen, &row.place);
        let text = Error::Unrecoverable { path: row.file_path.clone(), detail }.to_string();
        let now = self.clock.now();
        self.store.write(|w| {
            change_row(w, row.id, |row_now| {
                row_now.place = row.place.clone();
                row_now.status = Status::Orphaned;
                row_now.attention = Some(text.clone());
            })?;
            w.put_log(&LogRow {
                kind: LogKind::Orphan,
                reason: "copy_missing".to_owned(),
                success: false,
                error: Some(text.clone()),
                ..entry_about(row, &Actor::system(), now)
            })
        })?;
        self.room.free(row.size);
        let (file_id, file_path) = (row.id, row.file_path.clone());
        let (reason, by) = ("copy_missing".to_owned(), Actor::system());
        let removed = Event::FileRemoved { file_id, file_path, user: None, reason, by };
        self.publish([removed, Event::StatisticsChanged]);
        Ok(Done::Finding(text))
    }

    /// Once is no proof: people and programs move things in two steps.
    fn missing_long_enough(&self, row: &FileRow) -> Result<bool> {
        let now = self.clock.now();
        match row.link_missing_since {
            Some(since) => Ok(now.since(since) >= MISSING_FOR),
            None => {
                self.change(row, |row_now| {
                    row_now.place = row.place.clone();
                    row_now.link_missing_since = Some(now);
                })?;
                Ok(false)
            }
        }
    }

    fn note_kept_gone(&self, row: &FileRow) -> Result<Done> {
        let text = "the kept original is gone; only the cached copy has these bytes now".to_owned();
        self.change(row, |row_now| {
            row_now.place = Placement { kept: None, ..row.place.clone() };
            row_now.attention = Some(text.clone());
        })?;
        Ok(Done::Finding(text))
    }

    fn note(&self, row: &FileRow, seen: &Seen) -> Result<Done> {
        let text = in_words(seen, &row.place);
        if row.attention.as_deref() != Some(&text) {
            self.change(row, |row_now| {
                row_now.place = row.place.clone();
                row_now.attention = Some(text.clone());
            })?;
        }
        Ok(Done::Finding(text))
    }

    /// Writes down that a row is worked on without having been asked: a job, past its point of no return, and its intent.
    pub(super) fn begin_for(
        &self,
        row: &FileRow,
        kind: JobKind,
        phase: Phase,
        place: Placement,
    ) -> Result<Intent> {
        let asked = Asked {
            kind,
            file: row.id,
            path: row.file_path.clone(),
            by: Actor::system(),
            at: self.clock.now(),
            bytes: row.size,
        };
        let job = JobRow::new(asked, JobState::Swapping);
        let intent = Intent::new(&job, &row.library, phase, place);
        self.store.write(|w| {
            w.put_job(&job)?;
            w.put_intent(&intent)
        })?;
        Ok(intent)
    }

    /// Writes a job and its intent down, then brings it to its end.
    fn begin_order(&self, row: &FileRow, action: RestoreAction, reason: &str) -> Result<Done> {
        let kind = JobKind::Restore { action, reason: reason.to_owned(), user: None };
        let intent = self.begin_for(row, kind, Phase::Restoring, row.place.clone())?;
        match self.drive(intent)? {
            Driven::Settled if action == RestoreAction::Heal => Ok(Done::Healed),
            Driven::Settled => Ok(Done::Settled),
            Driven::Failed(error) | Driven::Parked(error) => Ok(Done::Finding(error.to_string())),
            Driven::NeedsCopyBack(_) => {
                Ok(Done::Finding("its bytes have to be copied back first".to_owned()))
            }
        }
    }
}

/// Changes what only a scan writes. The row is read anew: it may have been opened, or pinned, while it was looked at.
fn change_row(w: &mut Writer<'_>, id: FileId, change: impl Fn(&mut FileRow)) -> Result<()> {
    match w.file(id)? {
        Some(mut row) => {
            change(&mut row);
            w.put_file(&row)
        }
        None => Ok(()),
    }
}

/// What a scan has seen so far.
#[derive(Default)]
pub(super) struct Round {
    look: Look,
    report: Scanned,
    /// Rows that need a closer look, with their library.
    suspects: Vec<(FileId, String)>,
    /// How many of them miss something.
    missing: u64,
}

impl Round {
    /// One that looks everywhere.
    pub(super) fn deep() -> Self {
        Self { look: Look::Everywhere, ..Self::default() }
    }

    /// Refuses to conclude so much at once. Where only some of `active` files were looked at, the others count as there.
    pub(super) fn brake(&self, active: u64) -> Result<()> {
        let (missing, total) = (self.missing, self.report.looked_at.max(active));
        if total >= BRAKE_FROM && missing * 100 > total * BRAKE_PERCENT {
            return Err(Error::MassOrphanBrake { missing, total });
        }
        Ok(())
    }
}

#[derive(Default)]
enum Look {
    /// A person said that the cache is lost.
    #[default]
    Nowhere,
    /// At copies, in the cache dir.
    Cache(Fd),
    /// At links and kept originals as well.
    Everywhere,
}

enum Done {
    Nothing,
    Healed,
    Settled,
    Finding(String),
}
