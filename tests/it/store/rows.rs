//! Rows with fixed ids and times, so that what is stored is the same in every run.

use std::ffi::OsString;
use std::path::PathBuf;

use cacherr::Result;
use cacherr::domain::access::Role;
use cacherr::domain::account::{AccountRow, Digest, KeyRow, SessionRow};
use cacherr::domain::answer::{Answer, Item, ItemFile, List};
use cacherr::domain::batch::{BatchAction, BatchFile, BatchScope, BatchWork};
use cacherr::domain::file::{Attribution, FileRow, Metadata, Method, Operation, Placement, Status};
use cacherr::domain::id::{AccountId, FileId, IntentId, JobId, KeyId, LogId, PlaybackId, SessionId, TrashId};
use cacherr::domain::identity::{Hash, Identity};
use cacherr::domain::intent::{Intent, Phase, Reading, RootRow, TrashRow};
use cacherr::domain::job::{JobKind, JobRow, JobState, Wish};
use cacherr::domain::log::{LogKind, LogRow};
use cacherr::domain::playback::PlaybackRow;
use cacherr::domain::readers::{ReaderKind, ReaderRow};
use cacherr::domain::secret::Secret;
use cacherr::domain::time::{FileTime, Time};
use cacherr::domain::wanted::Source;
use cacherr::store::Writer;

fn id(kind: u8, n: u8) -> [u8; 16] {
    let mut bytes = [0; 16];
    (bytes[0], bytes[15]) = (kind, n);
    bytes
}

pub fn file_id(n: u8) -> FileId {
    FileId::from_bytes(id(1, n))
}

pub fn job_id(n: u8) -> JobId {
    JobId::from_bytes(id(2, n))
}

pub fn log_id(n: u8) -> LogId {
    LogId::from_bytes(id(3, n))
}

pub fn at(seconds: i64) -> Time {
    Time::from_micros((1_700_000_000 + seconds) * 1_000_000)
}

pub fn place(path: &str) -> Placement {
    let path = PathBuf::from(path);
    let name = path.file_name().map(OsString::from).unwrap_or_default();
    let time = FileTime { secs: 1_600_000_000, nanos: 5 };
    let original = Identity {
        fsid: 1,
        ino: 2,
        btime: None,
        size: 3,
        mtime: time,
        ctime: time,
        mode: 0o644,
        uid: 1000,
        gid: 1000,
    };
    Placement {
        folder: path.parent().map(PathBuf::from).unwrap_or_default(),
        kept: Some(cacherr::domain::path::kept_name(&name)),
        cached_path: PathBuf::from("/fast/Movies").join(&name),
        link_text: PathBuf::from("/fast/Movies").join(&name),
        name,
        original,
        copy: Some(original),
        hash: Hash([7; 32]),
    }
}

pub fn file(n: u8, path: &str) -> FileRow {
    FileRow {
        id: file_id(n),
        file_path: path.into(),
        original_path: path.into(),
        library: "Movies".to_owned(),
        method: Method::AtomicCopy,
        size: 3,
        cached_at: at(0),
        last_accessed: None,
        access_count: 0,
        operation: Operation::Manual,
        status: Status::Active,
        removed: None,
        metadata: Metadata::default(),
        pinned: false,
        place: place(path),
        verified_at: at(0),
        link_missing_since: None,
        attention: None,
    }
}

pub fn attribution(user: &str, ordinal: u32) -> Attribution {
    Attribution { user: user.to_owned(), reason: Operation::Ondeck, added_at: at(1), ordinal }
}

pub fn job(n: u8, state: JobState) -> JobRow {
    let wishes = vec![Wish { user: Some("user1".to_owned()), operation: Operation::Ondeck }];
    JobRow {
        id: job_id(n),
        kind: JobKind::Cache { method: Method::AtomicCopy, wishes },
        state,
        paused: false,
        file_id: file_id(n),
        path: format!("/media/{n}.mkv").into(),
        by: cacherr::domain::actor::Actor::system(),
        created_at: at(i64::from(n)),
        finished_at: None,
        bytes_total: 3,
        bytes_done: 0,
        error: None,
        metadata: Metadata::default(),
    }
}

pub fn batch(n: u8) -> JobRow {
    let kind = JobKind::Batch {
        action: BatchAction::Remove,
        scope: BatchScope::Named,
        reason: "manual".to_owned(),
        user: None,
        work: BatchWork { listed: true, ..BatchWork::default() },
    };
    JobRow { kind, file_id: FileId::NONE, path: PathBuf::new(), ..job(n, JobState::Queued) }
}

pub fn log(n: u8, file: Option<u8>, when: Time) -> LogRow {
    LogRow {
        id: log_id(n),
        kind: LogKind::Cache,
        file_id: file.map(file_id),
        file_path: "/media/a.mkv".into(),
        by: cacherr::domain::actor::Actor::system(),
        user: None,
        reason: "ondeck".to_owned(),
        success: true,
        error: None,
        metadata: Vec::new(),
        at: when,
    }
}

pub fn intent(n: u8) -> Intent {
    Intent {
        id: IntentId::from_bytes(id(4, n)),
        file_id: file_id(n),
        job_id: job_id(n),
        library: "Movies".to_owned(),
        phase: Phase::Released { not_before: at(60) },
        place: place("/media/a.mkv"),
        strayed: false,
        attention: None,
    }
}

pub fn trash(n: u8) -> TrashRow {
    TrashRow {
        id: TrashId::from_bytes(id(5, n)),
        library: "Movies".to_owned(),
        folder: "/media".into(),
        name: ".a.mkv.cacherr-trash".into(),
        was: "a.mkv".into(),
        identity: place("/media/a.mkv").original,
        purge_at: at(7 * 86_400),
    }
}

pub fn root() -> RootRow {
    RootRow { path: "/media".into(), fsid: 1, ino: 2, reading: Reading::Seen }
}

pub fn playback(n: u8, ended_at: Option<Time>) -> PlaybackRow {
    PlaybackRow {
        id: PlaybackId::from_bytes(id(6, n)),
        session: n.to_string(),
        video: "101".to_owned(),
        user: Some("user1".to_owned()),
        path: "/media/a.mkv".into(),
        library: "Movies".to_owned(),
        title: "A".to_owned(),
        hit: n.is_multiple_of(2),
        started_at: at(i64::from(n)),
        ended_at,
        others: vec!["/media/a - part2.mkv".into()],
    }
}

pub fn reader() -> ReaderRow {
    ReaderRow { kind: ReaderKind::DownloadManager, sees_cache: Some(true), noted_at: at(1) }
}

pub fn answer() -> Answer {
    let item = Item {
        key: "201".to_owned(),
        guid: Some("plex://movie/dune".to_owned()),
        files: vec![ItemFile { path: "/media/dune.mkv".to_owned(), size: 7 }],
        operation: Operation::Watchlist,
        ahead: 0,
        minutes: 0,
        series: None,
        metadata: Metadata::default(),
        first_said: at(1),
    };
    let list =
        List { name: "dune".to_owned(), at: Some(at(2)), doubt: None, silent: None, items: vec![item] };
    let user = "user1".to_owned();
    Answer { at: Some(at(2)), lists: vec![list], ..Answer::unheard(1, Source::Watchlist, user, at(1)) }
}

pub fn account() -> AccountRow {
    AccountRow {
        id: AccountId::from_bytes([7; 16]),
        name: "user1".to_owned(),
        role: Role::Admin,
        plex: Some(1),
        made_at: at(1),
        password_at: Some(at(1)),
        last_login: Some(at(2)),
        known: vec!["192.0.2.1".parse().unwrap()],
        password: Some(Secret::new("$argon2id$as-it-is")),
    }
}

pub fn session() -> SessionRow {
    SessionRow {
        id: SessionId::from_bytes([8; 16]),
        account: account().id,
        made_at: at(2),
        seen_at: at(3),
        address: "192.0.2.1".parse().unwrap(),
        agent: Some("a browser".to_owned()),
    }
}

pub fn api_key() -> KeyRow {
    KeyRow {
        id: KeyId::from_bytes([9; 16]),
        name: "dashboard".to_owned(),
        role: Role::Viewer,
        begins: "ck_abcd".to_owned(),
        made_by: "user1".to_owned(),
        made_at: at(2),
        expires_at: Some(at(9)),
        used_at: None,
    }
}

/// At least one row of each kind.
pub fn fill(writer: &mut Writer<'_>) -> Result<()> {
    writer.put_file(&file(1, "/media/a.mkv"))?;
    writer.put_file(&file(2, "/media/b.mkv"))?;
    writer.put_attribution(file_id(1), &attribution("user2", 1))?;
    writer.put_attribution(file_id(1), &attribution("user1", 0))?;
    writer.put_attribution(file_id(2), &attribution("user1", 0))?;
    writer.put_job(&job(1, JobState::Queued))?;
    writer.put_job(&job(2, JobState::Done))?;
    writer.put_job(&batch(3))?;
    writer.put_batch_file(job_id(3), file_id(2), &BatchFile { job: Some(job_id(2)) })?;
    writer.put_intent(&intent(1))?;
    writer.put_trash(&trash(1))?;
    writer.put_root("Movies", &root())?;
    writer.put_log(&log(1, Some(1), at(2)))?;
    writer.put_log(&log(2, None, at(1)))?;
    writer.put_playback(&playback(1, Some(at(9))))?;
    writer.put_playback(&playback(2, None))?;
    writer.put_secret("plex/token", &Secret::new("as-it-is"))?;
    writer.put_reader("Radarr", &reader())?;
    writer.put_answer(&answer())?;
    writer.put_account(&account())?;
    writer.put_session(Digest::of("cs_token"), &session())?;
    writer.put_api_key(Digest::of("ck_token"), &api_key())?;
    writer.set_cache_marked(true)
}
