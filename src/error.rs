//! The one error that crosses modules: closed, with its data in each variant, and a stable code.
//!
//! **Invariant:** a code, once released, keeps its meaning. An io error never travels without the operation and
//! the path. Internal text (a backtrace, a query, another person's path) never enters a message.

use std::io;
use std::path::{Path, PathBuf};

/// Shorthand used by every module.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong, in the words a person reads: what happened, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration cannot be used.
    #[error("{0}")]
    Config(String),
    /// Another process works on this data directory.
    #[error(
        "the data dir {dir} is in use by another process; stop it, or let it do the work (commands talk to it by themselves)"
    )]
    DataDirInUse {
        /// The data directory.
        dir: PathBuf,
    },
    /// The path lies below none of the configured libraries.
    #[error("{path} is below none of the configured libraries; add its folder as a [[library]]")]
    OutsideRoots {
        /// The path as it was asked for.
        path: PathBuf,
    },
    /// A folder on the way is a symlink that leads out of the library.
    #[error(
        "{path} leads out of its library through a symlink, to {target}; add its target as a [[library]]"
    )]
    LeadsOut {
        /// The path as it was asked for.
        path: PathBuf,
        /// Where it really lies.
        target: PathBuf,
    },
    /// Not a regular file: a folder, device, socket, fifo or foreign symlink.
    #[error("{path} is {kind}, only regular files can be cached")]
    NotRegularFile {
        /// The path.
        path: PathBuf,
        /// What it is instead, with its article.
        kind: &'static str,
    },
    /// Nothing is at the path (its folder was read: this is absence, not an error).
    #[error("{path} does not exist (any more); nothing was changed")]
    FileVanished {
        /// The path.
        path: PathBuf,
    },
    /// The name is one of ours, or lies in a snapshot or recycle folder.
    #[error("{path} is not cached: {reason}")]
    Excluded {
        /// The path.
        path: PathBuf,
        /// Why.
        reason: &'static str,
    },
    /// The file carries the immutable or append-only attribute, or lies in a sticky folder of somebody else.
    #[error("{path} must not be renamed: {reason}")]
    Protected {
        /// The path.
        path: PathBuf,
        /// Why.
        reason: &'static str,
    },
    /// The text of the link would exceed what file systems keep.
    #[error(
        "the link for {path} would be {length} bytes long, at most 1023 are possible; shorten cache.dir or the path"
    )]
    LinkTooLong {
        /// The path.
        path: PathBuf,
        /// Its length.
        length: usize,
    },
    /// The media server does not read the files of a library through links.
    #[error(
        "the media server does not read files of {library} through links ({says}); let it see the cache dir where links lead, \
         or set cache.link_target, then cache one file or start anew"
    )]
    LinkNotRead {
        /// Name of the library.
        library: String,
        /// How the server said so.
        says: String,
    },
    /// Somebody writes to the file, or did a moment ago.
    #[error("{path} is open for writing or still changing; try again when it is finished")]
    FileBusy {
        /// The path.
        path: PathBuf,
    },
    /// Somebody plays the file, so it is not given back for want of room.
    #[error("{path} is being played; it stays cached until that ends")]
    FilePlaying {
        /// The path.
        path: PathBuf,
    },
    /// A person said that the file stays, so it is not given back for want of room.
    #[error("{path} is pinned; it stays cached until somebody unpins or removes it")]
    FilePinned {
        /// The path.
        path: PathBuf,
    },
    /// The file changed while it was copied.
    #[error("{path} changed while it was being cached; the new file stays, the copy was dropped")]
    SourceChanged {
        /// The path.
        path: PathBuf,
    },
    /// Bytes read back differ from bytes written.
    #[error(
        "the copy of {path} does not read back as it was written; the copy was dropped, the file was not touched. Check the cache volume"
    )]
    VerifyFailed {
        /// The path.
        path: PathBuf,
    },
    /// The path is tracked already and the request adds nothing.
    #[error("{path} is cached already, and the request adds nothing to it")]
    AlreadyTracked {
        /// The path.
        path: PathBuf,
    },
    /// The path is not tracked.
    #[error("{path} is not cached")]
    NotTracked {
        /// The path.
        path: PathBuf,
    },
    /// No such file, job or other thing.
    #[error("there is no {what} with this id")]
    NotFound {
        /// What was looked for.
        what: &'static str,
    },
    /// The file was removed from the cache before.
    #[error("this file was removed from the cache already")]
    AlreadyRemoved,
    /// The job is in a state that does not allow the request.
    #[error("the job is {state} and cannot be {verb}")]
    WrongJobState {
        /// Its state.
        state: &'static str,
        /// What was asked.
        verb: &'static str,
    },
    /// The NAS's own mover runs, and nothing is moved meanwhile.
    #[error("the NAS's own mover is running ({sign}); this goes on by itself when it has ended")]
    MoverRuns {
        /// What tells of it.
        sign: String,
    },
    /// A job or a release still works on this path.
    #[error("{path} is being worked on; try again when that is finished")]
    PathLocked {
        /// The path.
        path: PathBuf,
    },
    /// The method is known but not possible.
    #[error("the method {method} is not supported: {reason}")]
    MethodNotSupported {
        /// Its name.
        method: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// The file system refuses the atomic exchange of two names.
    #[error(
        "the file system of {path} refuses the atomic exchange of two names ({source}); set swap = \"link_rename\" for this library after reading what that means"
    )]
    SwapNotSupported {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The cache volume is not the one this store knows.
    #[error(
        "the cache dir {dir} {reason}; nothing was changed. Mount the volume, or run `cacherr cache-dir adopt` if this is meant to be the cache from now on"
    )]
    CacheVolumeMissing {
        /// The cache directory.
        dir: PathBuf,
        /// What was seen.
        reason: &'static str,
    },
    /// There is no room on the cache volume, or the limit is reached.
    #[error(
        "the cache volume has no room for {path}: {needed} bytes are needed, {available} available within cache.limit and cache.min_free"
    )]
    CacheVolumeFull {
        /// The file.
        path: PathBuf,
        /// Bytes needed.
        needed: u64,
        /// Bytes that may still be used.
        available: u64,
    },
    /// The library is not there, or is not the one the store knows.
    #[error("the library {library} at {path} {reason}; nothing was concluded or changed there")]
    LibraryVolumeMissing {
        /// Name of the library.
        library: String,
        /// Where it should be.
        path: PathBuf,
        /// What was seen.
        reason: &'static str,
    },
    /// The library's volume has no room for a link or for the file that comes back.
    #[error(
        "the volume of {path} has no room left, not even for a link (on mergerfs a branch below its minfreespace, 4 GB unless set, refuses links too); free some space or lower minfreespace"
    )]
    LibraryVolumeFull {
        /// The path.
        path: PathBuf,
    },
    /// Two libraries are one folder under two names.
    #[error(
        "the libraries {one} and {other} lead to the same files (a bind mount, or a union and its branch?); remove one of them from the configuration"
    )]
    LibrariesOverlap {
        /// A library.
        one: String,
        /// The other one.
        other: String,
    },
    /// The kept original is not there: only the cached copy holds these bytes.
    #[error("neither a kept original nor a cached copy of {path} was found; nothing was removed. {detail}")]
    Unrecoverable {
        /// The path.
        path: PathBuf,
        /// What was seen where.
        detail: String,
    },
    /// Something stands where nothing of the sort was expected; the job stays locked and shown.
    #[error("{path} is in a state that Cacherr does not resolve by itself: {seen}. Nothing was touched")]
    NeedsAttention {
        /// The path.
        path: PathBuf,
        /// What was seen.
        seen: String,
    },
    /// A scan would orphan so much that a missing volume is the likelier reason.
    #[error(
        "{missing} of {total} cached files seem to be gone at once; that looks like a missing volume, so nothing was marked. Repeat with confirm if it is true"
    )]
    MassOrphanBrake {
        /// How many seem missing.
        missing: u64,
        /// Out of how many.
        total: u64,
    },
    /// Plex did not answer, or not as it should.
    #[error("{sentence}")]
    PlexUnavailable {
        /// What happened, and what to do.
        sentence: String,
    },
    /// The token comes from the configuration, so nobody can sign out.
    #[error(
        "the Plex token was not signed in, it is configured; remove plex.token or plex.token_file (also from the environment) and start anew"
    )]
    TokenConfigured,
    /// Nothing happens by itself, because a person said so.
    #[error("nothing is cached or given back by itself, because somebody paused that; end the pause first")]
    Paused,
    /// So many codes wait for a person already.
    #[error(
        "{waiting} sign-ins wait for somebody to enter their codes; finish one, or wait until they expire"
    )]
    TooManySignIns {
        /// How many.
        waiting: usize,
    },
    /// No such account, or another password. Which of them is nobody's business.
    #[error("the name or the password is wrong")]
    LogInFailed,
    /// Somebody tried and failed so often that they have to wait.
    #[error("too many attempts; try again in {seconds} seconds")]
    TooManyAttempts {
        /// How long.
        seconds: u64,
    },
    /// The first account is made with the setup token, and this is not it.
    #[error(
        "this is not the setup token; the log of the first start shows it, and so does the file setup-token in the data dir"
    )]
    SetupTokenWrong,
    /// There is an admin, so nobody needs to be made one.
    #[error("there is an account for an admin already; log in with it")]
    AlreadySetUp,
    /// Another account or key has this name.
    #[error("there is {what} of this name already; choose another one")]
    NameTaken {
        /// What has it, with its article.
        what: &'static str,
    },
    /// Nobody could change anything any more.
    #[error("this is the last admin who can log in; make somebody else an admin first")]
    LastAdmin,
    /// A new password that is easily guessed, or not possible.
    #[error("the password {reason}")]
    WeakPassword {
        /// What it is, or has to be.
        reason: &'static str,
    },
    /// More log-ins at once than there is room for.
    #[error("too many ask for this at once; try again in a moment")]
    Busy,
    /// Known, and not allowed to do this.
    #[error("{0}")]
    Forbidden(String),
    /// A person stopped it.
    #[error("cancelled; the file stays as it was")]
    Cancelled,
    /// A request that says something impossible.
    #[error("{0}")]
    Invalid(String),
    /// The operating system refused.
    #[error("cannot {operation} {path}: {source}")]
    Io {
        /// What was tried, as a verb.
        operation: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The store could not be read or written.
    #[error("the store failed while trying to {operation}: {detail}")]
    Store {
        /// What was tried, as a verb.
        operation: &'static str,
        /// What it said.
        detail: String,
    },
    /// The store was written by a newer version.
    #[error(
        "the store has schema version {found}, this program knows up to {known}; use the newer Cacherr, or restore a backup"
    )]
    StoreTooNew {
        /// Version found.
        found: u32,
        /// Newest known version.
        known: u32,
    },
}

impl Error {
    /// The stable, closed-list name of this error, as the API sends it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Config(_) => "config_invalid",
            Self::DataDirInUse { .. } => "data_dir_in_use",
            Self::OutsideRoots { .. } => "outside_libraries",
            Self::LeadsOut { .. } => "leads_out_of_library",
            Self::NotRegularFile { .. } => "not_regular_file",
            Self::FileVanished { .. } => "file_vanished",
            Self::Excluded { .. } => "excluded",
            Self::Protected { .. } => "file_protected",
            Self::LinkTooLong { .. } => "link_too_long",
            Self::LinkNotRead { .. } => "link_not_read",
            Self::FileBusy { .. } => "file_busy",
            Self::FilePlaying { .. } => "file_playing",
            Self::FilePinned { .. } => "file_pinned",
            Self::SourceChanged { .. } => "source_changed",
            Self::VerifyFailed { .. } => "verify_failed",
            Self::AlreadyTracked { .. } => "already_tracked",
            Self::NotTracked { .. } => "not_tracked",
            Self::NotFound { .. } => "not_found",
            Self::AlreadyRemoved => "already_removed",
            Self::WrongJobState { .. } => "wrong_job_state",
            Self::MoverRuns { .. } => "mover_runs",
            Self::PathLocked { .. } => "path_locked",
            Self::MethodNotSupported { .. } => "method_not_supported",
            Self::SwapNotSupported { .. } => "swap_not_supported",
            Self::CacheVolumeMissing { .. } => "cache_volume_missing",
            Self::CacheVolumeFull { .. } => "cache_volume_full",
            Self::LibraryVolumeMissing { .. } => "library_volume_missing",
            Self::LibraryVolumeFull { .. } => "library_volume_full",
            Self::LibrariesOverlap { .. } => "libraries_overlap",
            Self::Unrecoverable { .. } => "unrecoverable",
            Self::NeedsAttention { .. } => "needs_attention",
            Self::MassOrphanBrake { .. } => "mass_orphan_brake",
            Self::PlexUnavailable { .. } => "plex_unavailable",
            Self::TokenConfigured => "token_configured",
            Self::Paused => "paused",
            Self::TooManySignIns { .. } => "too_many_sign_ins",
            Self::LogInFailed => "log_in_failed",
            Self::TooManyAttempts { .. } => "too_many_attempts",
            Self::SetupTokenWrong => "setup_token_wrong",
            Self::AlreadySetUp => "already_set_up",
            Self::NameTaken { .. } => "name_taken",
            Self::LastAdmin => "last_admin",
            Self::WeakPassword { .. } => "weak_password",
            Self::Busy => "busy",
            Self::Forbidden(_) => "forbidden",
            Self::Cancelled => "cancelled",
            Self::Invalid(_) => "invalid_parameter",
            Self::Io { .. } => "io_error",
            Self::Store { .. } => "store_failed",
            Self::StoreTooNew { .. } => "store_too_new",
        }
    }

    /// An io error with what was tried on what.
    pub fn io(operation: &'static str, path: impl AsRef<Path>, source: io::Error) -> Self {
        Self::Io { operation, path: path.as_ref().to_path_buf(), source }
    }
}

/// Adds operation and path to an [`io::Result`].
pub trait IoContext<T> {
    /// Turns the error into [`Error::Io`].
    fn doing(self, operation: &'static str, path: impl AsRef<Path>) -> Result<T>;
}

impl<T> IoContext<T> for io::Result<T> {
    fn doing(self, operation: &'static str, path: impl AsRef<Path>) -> Result<T> {
        self.map_err(|source| Error::io(operation, path, source))
    }
}
