//! A plan as people are shown it: with titles, sentences, and how old everybody's word is.
//!
//! **Invariant:** what is counted is all there is, however little of it is listed.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::drawn::Drawn;
use super::known::Standing;
use crate::domain::file::{Operation, closed_names};
use crate::domain::id::FileId;
use crate::domain::path::bytes;
use crate::domain::plan::words::{RefusalKind, title};
use crate::domain::plan::{Cause, Part, Reason, Refused, Room, Step, Wisher};
use crate::domain::time::Time;
use crate::domain::wanted::Source;

/// Which part of each list is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// So many are passed over,
    pub offset: usize,
    /// and at most so many are listed.
    pub limit: usize,
}

impl Window {
    /// Everything.
    pub const ALL: Self = Self { offset: 0, limit: usize::MAX };

    fn of<T>(self, list: &[T]) -> impl Iterator<Item = &T> {
        list.iter().skip(self.offset).take(self.limit)
    }
}

/// A plan as it is shown.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Shown {
    /// When it was drawn up.
    pub drawn_at: Time,
    /// When the sources were last asked by this process.
    pub asked_at: Option<Time>,
    /// Nothing is begun before that: quiet hours.
    pub quiet_until: Option<Time>,
    /// Something could not be looked at, so nothing is given back for want of wishes.
    pub unsure: bool,
    /// The room for copies.
    pub room: ShownRoom,
    /// What comes.
    pub cache: Listed<ShownStep>,
    /// What leaves.
    pub give_back: Listed<ShownStep>,
    /// Who is added to what stays.
    pub attribute: Listed<ShownAttribute>,
    /// What stays.
    pub keep: Kept,
    /// Wishes that bring nothing.
    pub refused: Listed<ShownRefused>,
    /// What is wished for, and is none of our files.
    pub unresolved: Listed<Unresolved>,
    /// How it stands with each source of each user.
    pub sources: Vec<ShownSource>,
}

/// A part of a list, and what all of it comes to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Listed<T> {
    /// The part that is shown.
    pub shown: Vec<T>,
    /// So many there are.
    pub total: u64,
    /// So many files these are.
    pub files: u64,
    /// So many bytes.
    pub bytes: u64,
}

impl<T> Listed<T> {
    fn plain(shown: Vec<T>, total: usize) -> Self {
        let total = total as u64;
        Self { shown, total, files: total, bytes: 0 }
    }
}

/// The room for copies, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShownRoom {
    /// What was set.
    pub limit: Option<u64>,
    /// Stays free on the volume.
    pub min_free: u64,
    /// What copies may take in all: within the limit, and with so much free.
    pub capacity: u64,
    /// What copies take.
    pub used: u64,
    /// Promised to copies that are being made.
    pub pending: u64,
    /// Free on the volume.
    pub free: u64,
}

impl ShownRoom {
    /// What is left of the capacity.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.capacity.saturating_sub(self.used).saturating_sub(self.pending)
    }
}

impl From<&Room> for ShownRoom {
    fn from(room: &Room) -> Self {
        let Room { limit, min_free, free, used, pending } = *room;
        Self { limit, min_free, capacity: room.capacity(), used, pending, free }
    }
}

/// A film or an episode that comes or leaves, with what travels with it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ShownStep {
    /// The library path of the video.
    #[serde(with = "bytes")]
    pub path: PathBuf,
    /// What people call it.
    pub title: Option<String>,
    /// The files that come or leave.
    pub parts: Vec<ShownPart>,
    /// Who wants it and why, the strongest first.
    pub wishers: Vec<ShownWisher>,
    /// What it is worth, 0 to 100,
    pub score: u8,
    /// which is the sum of these.
    pub why: Vec<ShownReason>,
    /// Why it leaves.
    pub cause: Option<Cause>,
}

impl ShownStep {
    /// The bytes of all its parts.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.parts.iter().map(|part| part.size).fold(0, u64::saturating_add)
    }
}

/// A file that comes or leaves.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShownPart {
    /// The library path.
    #[serde(with = "bytes")]
    pub path: PathBuf,
    /// Its bytes.
    pub size: u64,
    /// Its id, for what leaves.
    pub file: Option<FileId>,
}

/// Who wants a file, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShownWisher {
    /// The user.
    pub user: String,
    /// The strongest of their reasons.
    pub operation: Operation,
}

/// Points for or against a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShownReason {
    /// How many.
    pub points: i32,
    /// For what.
    pub text: String,
    /// Because of whom.
    pub user: Option<String>,
}

/// Somebody more wants a file that stays, or for a stronger reason.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShownAttribute {
    /// The file.
    pub file: FileId,
    /// Its library path; none where it is gone by now.
    #[serde(with = "bytes::option")]
    pub path: Option<PathBuf>,
    /// Who, and why.
    pub wisher: ShownWisher,
}

/// What stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Kept {
    /// Files.
    pub files: u64,
    /// Those of them that somebody wants.
    pub wanted: u64,
}

/// A wish that brings nothing.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ShownRefused {
    /// The library path.
    #[serde(with = "bytes")]
    pub path: PathBuf,
    /// Whose wish it is.
    pub user: String,
    /// Why not, for programs,
    pub kind: RefusalKind,
    /// and for people.
    pub sentence: String,
    /// What the file is worth, where the wish is in force,
    pub score: Option<u8>,
    /// which is the sum of these.
    pub why: Vec<ShownReason>,
}

/// What is wished for, and is none of our files.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Unresolved {
    /// Where it lies, as the media server says.
    pub server_path: String,
    /// Where that is for us, if it lies in a library.
    #[serde(with = "bytes::option")]
    pub path: Option<PathBuf>,
    /// Why it is none of ours.
    pub lack: Lack,
}

/// Why something that is wished for is none of our files.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Lack {
    /// It lies in none of the libraries.
    NoLibrary,
    /// Nothing is there.
    Missing,
}

closed_names!(Lack {
    NoLibrary => "no_library",
    Missing => "missing",
});

impl Lack {
    /// In words.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NoLibrary => "it lies in none of the libraries; is a `server_path` wrong?",
            Self::Missing => "nothing is at its path",
        }
    }
}

/// How it stands with one source of one user.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShownSource {
    /// The user.
    pub user: String,
    /// The source.
    pub source: Source,
    /// When it last answered; none where it never did.
    pub answered_at: Option<Time>,
    /// What it says was confirmed at this time, or since; none where nothing of it holds.
    pub holds_since: Option<Time>,
    /// It is silent, and what it said holds until then if it stays so; none while it answers.
    pub holds_until: Option<Time>,
    /// So many films and episodes it names.
    pub items: u64,
    /// It cannot be said what it does not want, so nothing that it may want is given back.
    pub is_blind: bool,
    /// Whether it was asked in the last round.
    pub is_asked: bool,
    /// Why the last question has no answer, or not a whole one.
    pub trouble: Option<Trouble>,
}

/// Why a source did not answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Trouble {
    /// For programs.
    pub code: TroubleCode,
    /// For people.
    pub sentence: String,
}

/// Why a source did not answer, closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum TroubleCode {
    /// The token is bad.
    Unauthorized,
    /// It may not be seen with this token.
    Refused,
    /// There is no such thing.
    NotFound,
    /// No answer in time.
    Timeout,
    /// No connection, or it broke.
    Unreachable,
    /// Asked too often.
    RateLimited,
    /// The answer is none that Plex gives.
    BadAnswer,
    /// The answer is too large.
    TooLarge,
    /// No encrypted connection that can be trusted.
    Tls,
    /// The server has a mistake of its own.
    ServerError,
    /// Nobody signed in.
    SignInNeeded,
    /// Plex does not accept the token any more.
    TokenRefused,
    /// The file with the token cannot be used.
    TokenUnreadable,
    /// A PIN protects this user of the home.
    PinProtected,
    /// There is no token of theirs.
    NoToken,
    /// This server is not shared with them.
    NotShared,
    /// plex.tv does not tell of them.
    NotAtPlexTv,
    /// The account does not own this server.
    NotTheOwner,
    /// plex.tv did not answer.
    PlexTvUnavailable,
    /// The media server did not answer.
    ServerUnavailable,
    /// The rest is asked for in the next rounds.
    Later,
    /// Something else; the sentence says what.
    Other,
}

closed_names!(TroubleCode {
    Unauthorized => "unauthorized",
    Refused => "refused",
    NotFound => "not_found",
    Timeout => "timeout",
    Unreachable => "unreachable",
    RateLimited => "rate_limited",
    BadAnswer => "bad_answer",
    TooLarge => "too_large",
    Tls => "tls",
    ServerError => "server_error",
    SignInNeeded => "sign_in_needed",
    TokenRefused => "token_refused",
    TokenUnreadable => "token_unreadable",
    PinProtected => "pin_protected",
    NoToken => "no_token",
    NotShared => "not_shared",
    NotAtPlexTv => "not_at_plex_tv",
    NotTheOwner => "not_the_owner",
    PlexTvUnavailable => "plex_tv_unavailable",
    ServerUnavailable => "server_unavailable",
    Later => "later",
    Other => "other",
});

impl Shown {
    /// A plan; of each list, this part. `path_of` says where a file is.
    pub fn of(drawn: &Drawn, window: Window, mut path_of: impl FnMut(FileId) -> Option<PathBuf>) -> Self {
        let plan = &drawn.plan;
        let attribute = window.of(&plan.attribute).map(|one| ShownAttribute {
            file: one.file,
            path: path_of(one.file),
            wisher: (&one.wisher).into(),
        });
        let attribute = attribute.collect();
        let wanted = plan.keep.iter().filter(|kept| kept.wanted).count() as u64;
        Self {
            drawn_at: drawn.at,
            asked_at: drawn.asked_at(),
            quiet_until: drawn.quiet_until,
            unsure: drawn.unsure,
            room: (&drawn.room).into(),
            cache: steps(&plan.cache, window),
            give_back: steps(&plan.give_back, window),
            attribute: Listed::plain(attribute, plan.attribute.len()),
            keep: Kept { files: plan.keep.len() as u64, wanted },
            refused: Listed::plain(window.of(&plan.refused).map(Into::into).collect(), plan.refused.len()),
            unresolved: unresolved(drawn, window),
            sources: drawn.known.standings.iter().map(|standing| source(standing, drawn)).collect(),
        }
    }
}

fn steps(steps: &[Step], window: Window) -> Listed<ShownStep> {
    Listed {
        shown: window.of(steps).map(Into::into).collect(),
        total: steps.len() as u64,
        files: steps.iter().map(|step| step.parts.len() as u64).sum(),
        bytes: steps.iter().map(Step::size).fold(0, u64::saturating_add),
    }
}

fn unresolved(drawn: &Drawn, window: Window) -> Listed<Unresolved> {
    let missing = drawn.missing.iter().map(|(path, server_path)| (Some(path), server_path, Lack::Missing));
    let unmapped = drawn.unmapped.iter().map(|server_path| (None, server_path, Lack::NoLibrary));
    let all = missing.chain(unmapped).skip(window.offset).take(window.limit);
    let shown = all.map(|(path, server_path, lack)| Unresolved {
        server_path: server_path.0.clone(),
        path: path.cloned(),
        lack,
    });
    Listed::plain(shown.collect(), drawn.missing.len() + drawn.unmapped.len())
}

fn source(standing: &Standing, drawn: &Drawn) -> ShownSource {
    let Standing { answer, trouble, is_asked } = standing;
    let grace = drawn.known.grace;
    let holding = || answer.in_force(drawn.at, grace);
    let holds_since = holding().map(|(_, at)| at).min();
    ShownSource {
        user: answer.user.clone(),
        source: answer.source,
        answered_at: answer.at,
        holds_since,
        holds_until: holding().filter_map(|(list, _)| list.silent).min().map(|since| since.plus(grace)),
        items: holding().map(|(list, _)| list.items.len() as u64).sum(),
        is_blind: standing.is_blind(drawn.at, grace),
        is_asked: *is_asked,
        trouble: trouble.as_ref().map(|fault| Trouble {
            code: fault.code.parse().unwrap_or(TroubleCode::Other),
            sentence: fault.sentence.clone(),
        }),
    }
}

/// What people call a film or an episode; where nothing is known of it, its file's name.
#[must_use]
pub fn name_of(title: Option<&str>, path: &Path) -> String {
    let name = || path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    title.map_or_else(name, str::to_owned)
}

impl From<&Step> for ShownStep {
    fn from(step: &Step) -> Self {
        let Step { path, parts, cause, wishes, metadata, score, why } = step;
        Self {
            path: path.clone(),
            title: title(metadata),
            parts: parts.iter().map(Into::into).collect(),
            wishers: wishes.iter().map(Into::into).collect(),
            score: *score,
            why: why.iter().map(Into::into).collect(),
            cause: *cause,
        }
    }
}

impl From<&Part> for ShownPart {
    fn from(part: &Part) -> Self {
        let Part { path, size, file } = part;
        Self { path: path.clone(), size: *size, file: *file }
    }
}

impl From<&Wisher> for ShownWisher {
    fn from(wisher: &Wisher) -> Self {
        let Wisher { operation, user } = wisher;
        Self { user: user.clone(), operation: *operation }
    }
}

impl From<&Reason> for ShownReason {
    fn from(reason: &Reason) -> Self {
        let Reason { points, text, user } = reason;
        Self { points: *points, text: (*text).to_owned(), user: user.clone() }
    }
}

impl From<&Refused> for ShownRefused {
    fn from(refused: &Refused) -> Self {
        let Refused { path, user, refusal, score, why } = refused;
        Self {
            path: path.clone(),
            user: user.clone(),
            kind: refusal.kind(),
            sentence: refusal.sentence(),
            score: *score,
            why: why.iter().map(Into::into).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::people::Why;
    use crate::plex::Kind;

    #[test]
    fn every_trouble_of_a_source_has_its_own_code() {
        let kinds = [
            Kind::Unauthorized,
            Kind::Refused,
            Kind::NotFound,
            Kind::Timeout,
            Kind::Unreachable,
            Kind::RateLimited { retry_after: None },
            Kind::BadAnswer,
            Kind::TooLarge,
            Kind::Tls,
            Kind::ServerError,
        ];
        for code in kinds.map(Kind::name).into_iter().chain(Why::ALL.iter().map(|why| why.name())) {
            assert_eq!(code.parse::<TroubleCode>().unwrap().name(), code);
        }
    }
}
