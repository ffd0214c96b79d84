//! What a refusal looks like: the closed list of codes, each with its status and its meaning, and the body around it.
//!
//! **Invariant:** this is the only place that knows HTTP statuses of errors. Internal text stays in the log; what a
//! client sent comes back only as a path within a sentence, without control characters and never at full length.

use poem::http::{HeaderValue, StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::registry::{MetaResponses, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, Object};

use super::value::{Timestamp, closed_type, stamp};
use crate::Error;
use crate::domain::file::closed_names;

macro_rules! codes {
    ($($code:ident $name:literal $status:literal $meaning:literal)+) => {
        /// Why a request was refused, or a job failed.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Code { $(#[doc = $meaning] $code),+ }

        closed_names!(Code { $($code => $name),+ });

        impl Code {
            /// Its HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$code => $status),+ }
            }

            /// What it says, for the documentation.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$code => $meaning),+ }
            }
        }
    };
}

codes! {
    InvalidParameter "invalid_parameter" 400 "A parameter or field has a value that is not allowed; the sentence names it and what is."
    UnknownParameter "unknown_parameter" 400 "The query or the body has a name that this operation does not know, or one twice."
    MalformedJson "malformed_json" 400 "The body is not valid JSON, or not an object."
    OutsideLibraries "outside_libraries" 400 "The path is below none of the libraries."
    LeadsOutOfLibrary "leads_out_of_library" 400 "A symlink on the way leads out of the library."
    NotRegularFile "not_regular_file" 400 "The path is not a regular file."
    FileVanished "file_vanished" 400 "Nothing is at the path."
    Excluded "excluded" 400 "Files of this name, or in this folder, are never cached."
    FileProtected "file_protected" 400 "The file must not be renamed: immutable, append-only or in a sticky folder."
    NameNotText "name_not_text" 400 "The name has bytes that are no text (UTF-8), so nobody can ask for it here; the command line can."
    LinkTooLong "link_too_long" 400 "The text of the link would be too long."
    MethodNotSupported "method_not_supported" 400 "The mode is known, and not possible (here)."
    SwapNotSupported "swap_not_supported" 400 "The file system refuses the atomic exchange of two names."
    InvalidSettings "invalid_settings" 400 "The configuration cannot be used, as it is or as it would be; the sentence says why. Nothing was changed."
    WeakPassword "weak_password" 400 "The new password is easily guessed, or not possible; the sentence says what it has to be."
    LogInFailed "log_in_failed" 401 "The name or the password is wrong."
    Unauthorized "unauthorized" 401 "Nobody is logged in, or what was sent to be let in is wrong or over."
    Forbidden "forbidden" 403 "The role is too low; or the request comes from a web page of another origin."
    SetupTokenWrong "setup_token_wrong" 403 "This is not the setup token."
    NotFound "not_found" 404 "There is nothing with this id or path."
    NotTracked "not_tracked" 404 "The path is not cached."
    MethodNotAllowed "method_not_allowed" 405 "The path exists and does not have this method; the header Allow names those it has."
    RequestTimeout "request_timeout" 408 "The body came too slowly: at least 1 MiB within 30 seconds, and something every 10."
    AlreadyTracked "already_tracked" 409 "The file is cached already, and the request adds nothing."
    LibrariesOverlap "libraries_overlap" 409 "Two libraries lead to the same files; one of them has to go."
    AlreadyRemoved "already_removed" 409 "The file was removed from the cache before."
    WrongJobState "wrong_job_state" 409 "The job is in a state that does not allow this."
    MoverRuns "mover_runs" 409 "The NAS's own mover runs; it goes on when that has ended."
    PathLocked "path_locked" 409 "Another job works on this path."
    LinkNotRead "link_not_read" 409 "The media server does not read files of this library through links."
    FileBusy "file_busy" 409 "The file is open for writing, or changed within the last two minutes."
    FilePlaying "file_playing" 409 "Somebody plays the file; nobody needs the room that much."
    FilePinned "file_pinned" 409 "The file is pinned; it is not given back for want of room."
    SourceChanged "source_changed" 409 "The file changed while it was cached."
    Cancelled "cancelled" 409 "Somebody cancelled the job."
    Unrecoverable "unrecoverable" 409 "Neither the original nor the cached copy was found."
    NeedsAttention "needs_attention" 409 "Something only a person can decide; nothing was touched."
    MassOrphanBrake "mass_orphan_brake" 409 "So much seems to be gone that a missing volume is likelier."
    Paused "paused" 409 "Nothing is cached or given back by itself, because somebody said so; it has to be resumed first."
    TokenConfigured "token_configured" 409 "The Plex token comes from the configuration; it has to be removed there."
    SettingsChanged "settings_changed" 409 "The configuration file is another one than was seen."
    SettingPinned "setting_pinned" 409 "A variable or an argument decides about the setting, or it does not belong in the file; the sentence says which."
    AlreadySetUp "already_set_up" 409 "There is an account for an admin already."
    NameTaken "name_taken" 409 "Another account or API key has this name."
    LastAdmin "last_admin" 409 "Nobody else who can log in is an admin."
    PayloadTooLarge "payload_too_large" 413 "The body is larger than 1 MiB, or what the operation says."
    UnsupportedMediaType "unsupported_media_type" 415 "The body is not application/json, or what the operation says."
    UpgradeRequired "upgrade_required" 426 "This is a WebSocket; ask for it with an upgrade."
    TooManySignIns "too_many_sign_ins" 429 "Too many sign-ins wait for somebody to enter their codes."
    TooManyAttempts "too_many_attempts" 429 "Too many failures; the header Retry-After says how many seconds to wait."
    VerifyFailed "verify_failed" 500 "The copy does not read back as it was written; it was dropped."
    IoError "io_error" 500 "The operating system refused something."
    StoreFailed "store_failed" 500 "The store could not be read or written; the log says more."
    StoreTooNew "store_too_new" 500 "A newer version wrote the store."
    ConfigInvalid "config_invalid" 500 "The configuration cannot be used."
    DataDirInUse "data_dir_in_use" 500 "Another process works on the data dir."
    InternalError "internal_error" 500 "A mistake of Cacherr's; the log says more."
    Busy "busy" 503 "Too many ask for this at once; again in a moment."
    CacheVolumeMissing "cache_volume_missing" 503 "The cache volume is not mounted, or not the one of this store."
    LibraryVolumeMissing "library_volume_missing" 503 "The library is not there, or not the one the store knows."
    PlexUnavailable "plex_unavailable" 503 "Plex did not answer, or not as it should; the sentence says what to do."
    NotReady "not_ready" 503 "The instance does not work (any more); the log says why."
    CacheVolumeFull "cache_volume_full" 507 "No room is left on the cache volume, within its limits."
    LibraryVolumeFull "library_volume_full" 507 "No room is left on the library's volume."
}

closed_type!(Code, "ErrorCode", "Why a request was refused, or a job failed. The list is closed.");

impl Code {
    fn of(error: &Error) -> Self {
        match error {
            Error::Config(_) => Self::ConfigInvalid,
            Error::DataDirInUse { .. } => Self::DataDirInUse,
            Error::OutsideRoots { .. } => Self::OutsideLibraries,
            Error::LeadsOut { .. } => Self::LeadsOutOfLibrary,
            Error::NotRegularFile { .. } => Self::NotRegularFile,
            Error::LibrariesOverlap { .. } => Self::LibrariesOverlap,
            Error::FileVanished { .. } => Self::FileVanished,
            Error::Excluded { .. } => Self::Excluded,
            Error::Protected { .. } => Self::FileProtected,
            Error::LinkTooLong { .. } => Self::LinkTooLong,
            Error::LinkNotRead { .. } => Self::LinkNotRead,
            Error::FileBusy { .. } => Self::FileBusy,
            Error::FilePlaying { .. } => Self::FilePlaying,
            Error::FilePinned { .. } => Self::FilePinned,
            Error::SourceChanged { .. } => Self::SourceChanged,
            Error::VerifyFailed { .. } => Self::VerifyFailed,
            Error::AlreadyTracked { .. } => Self::AlreadyTracked,
            Error::NotTracked { .. } => Self::NotTracked,
            Error::NotFound { .. } => Self::NotFound,
            Error::AlreadyRemoved => Self::AlreadyRemoved,
            Error::WrongJobState { .. } => Self::WrongJobState,
            Error::MoverRuns { .. } => Self::MoverRuns,
            Error::PathLocked { .. } => Self::PathLocked,
            Error::MethodNotSupported { .. } => Self::MethodNotSupported,
            Error::SwapNotSupported { .. } => Self::SwapNotSupported,
            Error::CacheVolumeMissing { .. } => Self::CacheVolumeMissing,
            Error::CacheVolumeFull { .. } => Self::CacheVolumeFull,
            Error::LibraryVolumeMissing { .. } => Self::LibraryVolumeMissing,
            Error::LibraryVolumeFull { .. } => Self::LibraryVolumeFull,
            Error::Unrecoverable { .. } => Self::Unrecoverable,
            Error::NeedsAttention { .. } => Self::NeedsAttention,
            Error::MassOrphanBrake { .. } => Self::MassOrphanBrake,
            Error::PlexUnavailable { .. } => Self::PlexUnavailable,
            Error::TokenConfigured => Self::TokenConfigured,
            Error::Paused => Self::Paused,
            Error::TooManySignIns { .. } => Self::TooManySignIns,
            Error::LogInFailed => Self::LogInFailed,
            Error::TooManyAttempts { .. } => Self::TooManyAttempts,
            Error::SetupTokenWrong => Self::SetupTokenWrong,
            Error::AlreadySetUp => Self::AlreadySetUp,
            Error::NameTaken { .. } => Self::NameTaken,
            Error::LastAdmin => Self::LastAdmin,
            Error::WeakPassword { .. } => Self::WeakPassword,
            Error::Busy => Self::Busy,
            Error::Forbidden(_) => Self::Forbidden,
            Error::Cancelled => Self::Cancelled,
            Error::Invalid(_) => Self::InvalidParameter,
            Error::Io { .. } => Self::IoError,
            Error::Store { .. } => Self::StoreFailed,
            Error::StoreTooNew { .. } => Self::StoreTooNew,
        }
    }
}

/// Longest sentence that leaves the house, in characters: a path of full length fits in.
const LONGEST: usize = 5_000;

/// A refusal.
#[derive(Clone, Debug)]
pub struct Problem {
    code: Code,
    sentence: String,
    /// The methods that a path has, where the wrong one was asked for.
    allow: Option<String>,
    /// Seconds after which it is worth another try.
    retry_after: Option<u64>,
    /// What is wrong with which part of what was sent.
    details: Vec<Detail>,
}

/// What is wrong with a part of what was sent.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The part; none where it is the whole.
    pub key: Option<String>,
    /// What is wrong with it.
    pub message: String,
}

/// What is wrong with a part of what was sent.
#[derive(Object, Clone, Debug)]
#[oai(rename = "ProblemDetail")]
pub struct DetailBody {
    /// The part, such as the name of a setting; null where it is the whole.
    #[oai(nullable)]
    key: Option<String>,
    /// What is wrong with it, and what is allowed.
    message: String,
}

/// The body of every refusal.
#[derive(Object, Clone, Debug)]
#[oai(rename = "Problem", example)]
pub struct ProblemBody {
    /// Always false.
    success: bool,
    /// What happened, and what to do, in a sentence.
    error: String,
    /// The same for programs.
    code: Code,
    /// The same part by part, where what was sent has several.
    #[oai(skip_serializing_if_is_none)]
    details: Option<Vec<DetailBody>>,
    /// When it was answered.
    timestamp: Timestamp,
}

impl poem_openapi::types::Example for ProblemBody {
    fn example() -> Self {
        Self {
            success: false,
            error: "limit must be a whole number from 1 to 500".to_owned(),
            code: Code::InvalidParameter,
            details: None,
            timestamp: Timestamp::EXAMPLE,
        }
    }
}

impl Problem {
    /// A refusal in the given words.
    #[must_use]
    pub fn new(code: Code, sentence: impl Into<String>) -> Self {
        Self { code, sentence: sentence.into(), allow: None, retry_after: None, details: Vec::new() }
    }

    /// With what is wrong part by part.
    #[must_use]
    pub fn with(self, details: Vec<Detail>) -> Self {
        Self { details, ..self }
    }

    /// A value that is not allowed.
    #[must_use]
    pub fn invalid(name: &str, rule: impl std::fmt::Display) -> Self {
        Self::new(Code::InvalidParameter, format!("{name} {rule}"))
    }

    /// A mistake of ours. What it was stays in the log.
    #[must_use]
    pub fn internal(what: impl std::fmt::Display) -> Self {
        tracing::error!(%what, "a request could not be answered");
        Self::new(Code::InternalError, "this is a mistake of Cacherr's; its log says more")
    }

    /// The path has other methods.
    #[must_use]
    pub fn method_not_allowed(allowed: Vec<&str>) -> Self {
        let allowed = allowed.join(", ");
        let sentence = format!("this path has only the methods {allowed}");
        Self { allow: Some(allowed), ..Self::new(Code::MethodNotAllowed, sentence) }
    }

    /// What a job failed with.
    #[must_use]
    pub fn of_failure(failure: &crate::domain::job::Failure) -> Self {
        Self::new(failure.code.parse().unwrap_or(Code::InternalError), failure.message.clone())
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// What it says, as it was put.
    #[cfg(any(test, fuzzing))]
    pub fn sentence(&self) -> &str {
        &self.sentence
    }

    /// For an answer that something below us gave in its own words.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            404 => Self::new(Code::NotFound, "there is nothing at this path"),
            405 => Self::new(Code::MethodNotAllowed, "this path does not have this method"),
            413 => Self::new(Code::PayloadTooLarge, "the body is too large"),
            415 => Self::new(Code::UnsupportedMediaType, "the body must be application/json"),
            400..500 => Self::new(Code::InvalidParameter, "the request cannot be understood"),
            _ => Self::internal(status),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let code = Code::of(&error);
        debug_assert_eq!(code.name(), error.code());
        match error {
            Error::Store { .. } | Error::StoreTooNew { .. } | Error::Config(_) => {
                tracing::error!(%error, "a request could not be answered");
                Self::new(code, "the store could not be read or written; the log of Cacherr says more")
            }
            Error::TooManyAttempts { seconds } => {
                Self { retry_after: Some(seconds), ..Self::new(code, error.to_string()) }
            }
            error => Self::new(code, error.to_string()),
        }
    }
}

impl From<&Problem> for ProblemBody {
    fn from(problem: &Problem) -> Self {
        let plain = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
        let plain = |text: &str| text.chars().take(LONGEST).map(plain).collect::<String>();
        let detail = |Detail { key, message }: &Detail| DetailBody {
            key: key.as_deref().map(plain),
            message: plain(message),
        };
        let details = problem.details.iter().map(detail).collect::<Vec<_>>();
        Self {
            success: false,
            error: plain(&problem.sentence),
            code: problem.code,
            details: (!details.is_empty()).then_some(details),
            timestamp: stamp(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = super::answer::json(status, &ProblemBody::from(&self));
        if self.code.status() == 401 {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(allow) = self.allow.as_deref().and_then(|allow| HeaderValue::from_str(allow).ok()) {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response.set_data(self.code);
        response
    }
}

impl From<Problem> for poem::Error {
    fn from(problem: Problem) -> Self {
        let code = problem.code;
        let mut error = Self::from_response(problem.into_response());
        // What a response carries is replaced by what the error around it carries.
        error.set_data(code);
        error
    }
}

/// Which refusals an operation has is said by the table beside it (see [`super::document`]); here only the body.
impl ApiResponse for Problem {
    fn meta() -> MetaResponses {
        MetaResponses { responses: Vec::new() }
    }

    fn register(registry: &mut Registry) {
        ProblemBody::register(registry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_the_code_it_says_itself() {
        let text = include_str!("../error.rs");
        let said: Vec<&str> = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("Self::")?.split_once("=> \""))
            .map(|(_, code)| code.trim_end_matches("\","))
            .collect();
        assert!(said.len() > 25, "the list of codes in error.rs was not found");
        for code in said {
            assert!(code.parse::<Code>().is_ok(), "{code} is not in the list of the API");
        }
    }

    #[test]
    fn what_was_sent_does_not_come_back_raw() {
        let path = format!("/m/{}\n\u{1b}[31m", "x".repeat(9_000));
        let body = ProblemBody::from(&Problem::new(Code::FileVanished, path));
        assert!(body.error.chars().count() <= LONGEST && !body.error.chars().any(char::is_control));
        let store = Error::Store { operation: "read", detail: "secret page 7".to_owned() };
        assert!(!Problem::from(store).sentence.contains("secret"));
    }
}
