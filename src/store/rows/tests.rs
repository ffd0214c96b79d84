//! What goes in comes out, and whatever else comes in goes nowhere.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use super::*;
use crate::domain::access::Role;
use crate::domain::account::{AccountRow, Digest, KeyRow, SessionRow};
use crate::domain::actor::Actor;
use crate::domain::answer::{Answer, Item, ItemFile, List};
use crate::domain::batch::{BatchAction, BatchFailure, BatchFile, BatchScope, BatchWork};
use crate::domain::cleanup::{Cleaned, Lost};
use crate::domain::file::{Attribution, FileRow, Metadata, Method, Operation, Placement, Removed, Status};
use crate::domain::id::{AccountId, FileId, IntentId, JobId, KeyId, LogId, PlaybackId, SessionId};
use crate::domain::identity::{Hash, Identity};
use crate::domain::intent::{Intent, Phase};
use crate::domain::job::{Failure, JobKind, JobRow, JobState, Planned, RestoreAction, Wish};
use crate::domain::log::{LogKind, LogRow};
use crate::domain::playback::PlaybackRow;
use crate::domain::query::Filter;
use crate::domain::readers::{ReaderKind, ReaderRow};
use crate::domain::secret::Secret;
use crate::domain::time::{FileTime, Time};
use crate::domain::wanted::{Series, Source};

fn uuid() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

/// Any bytes: names on a NAS need not be UTF-8.
fn name() -> impl Strategy<Value = OsString> {
    prop::collection::vec(any::<u8>(), 0..40).prop_map(OsString::from_vec)
}

fn path() -> impl Strategy<Value = PathBuf> {
    name().prop_map(PathBuf::from)
}

fn time() -> impl Strategy<Value = Time> {
    any::<i64>().prop_map(Time::from_micros)
}

fn file_time() -> impl Strategy<Value = FileTime> {
    (any::<i64>(), any::<u32>()).prop_map(|(secs, nanos)| FileTime { secs, nanos })
}

fn identity() -> impl Strategy<Value = Identity> {
    (any::<[u64; 3]>(), option::of(file_time()), file_time(), file_time(), any::<[u32; 3]>()).prop_map(
        |([fsid, ino, size], btime, mtime, ctime, [mode, uid, gid])| Identity {
            fsid,
            ino,
            btime,
            size,
            mtime,
            ctime,
            mode,
            uid,
            gid,
        },
    )
}

fn placement() -> impl Strategy<Value = Placement> {
    let paths = (path(), name(), option::of(name()), path(), path());
    (paths, identity(), option::of(identity()), any::<[u8; 32]>()).prop_map(
        |((folder, name, kept, cached_path, link_text), original, copy, hash)| Placement {
            folder,
            name,
            kept,
            cached_path,
            link_text,
            original,
            copy,
            hash: Hash(hash),
        },
    )
}

fn metadata() -> impl Strategy<Value = Metadata> {
    let numbers = any::<(Option<i32>, Option<i32>, Option<i32>)>();
    let ids = prop::collection::btree_map(any::<String>(), any::<String>(), 0..3);
    (any::<Option<String>>(), numbers, ids, any::<Option<String>>()).prop_map(
        |(title, (year, season, episode), media_ids, source)| Metadata {
            title,
            year,
            season,
            episode,
            media_ids,
            source,
        },
    )
}

fn file() -> impl Strategy<Value = FileRow> {
    let what = (uuid(), path(), path(), any::<String>(), select(Method::ALL), select(Operation::ALL));
    let when = (time(), option::of(time()), time(), option::of(time()));
    let how = (any::<u64>(), any::<u64>(), select(Status::ALL), any::<bool>(), any::<Option<String>>());
    let removed = option::of((time(), any::<String>()).prop_map(|(at, reason)| Removed { at, reason }));
    (what, when, how, removed, metadata(), placement()).prop_map(
        |(
            (id, file_path, original_path, library, method, operation),
            (cached_at, last_accessed, verified_at, link_missing_since),
            (size, access_count, status, pinned, attention),
            removed,
            metadata,
            place,
        )| FileRow {
            id: FileId(id),
            file_path,
            original_path,
            library,
            method,
            size,
            cached_at,
            last_accessed,
            access_count,
            operation,
            status,
            removed,
            metadata,
            pinned,
            place,
            verified_at,
            link_missing_since,
            attention,
        },
    )
}

fn record() -> impl Strategy<Value = FileRecord> {
    let wish = (any::<String>(), select(Operation::ALL), option::of(time()), any::<u32>());
    (file(), prop::collection::vec(wish, 0..4)).prop_map(|(row, wishes)| {
        let wish = |(user, reason, at, ordinal): (String, Operation, Option<Time>, u32)| Attribution {
            user,
            reason,
            added_at: at.unwrap_or(row.cached_at),
            ordinal,
        };
        let attributions = wishes.into_iter().map(wish).collect();
        FileRecord { row, attributions }
    })
}

fn job_kind() -> impl Strategy<Value = JobKind> {
    let wish = (any::<Option<String>>(), select(Operation::ALL))
        .prop_map(|(user, operation)| Wish { user, operation });
    prop_oneof![
        (select(Method::ALL), prop::collection::vec(wish, 0..3))
            .prop_map(|(method, wishes)| JobKind::Cache { method, wishes }),
        (select(RestoreAction::ALL), any::<String>(), any::<Option<String>>())
            .prop_map(|(action, reason, user)| JobKind::Restore { action, reason, user }),
        (any::<(bool, bool, Option<String>)>(), option::of(cleaned())).prop_map(
            |((remove_orphaned, confirmed, user), cleaned)| JobKind::Cleanup {
                remove_orphaned,
                confirmed,
                user,
                cleaned
            }
        ),
        (select(BatchAction::ALL), scope(), any::<(String, Option<String>)>(), work()).prop_map(
            |(action, scope, (reason, user), work)| JobKind::Batch { action, scope, reason, user, work }
        ),
        any::<Option<[u64; 5]>>().prop_map(|done| JobKind::Plan {
            done: done.map(|[cached, given_back, attributed, waiting, failed]| Planned {
                cached,
                given_back,
                attributed,
                waiting,
                failed
            })
        }),
    ]
}

fn cleaned() -> impl Strategy<Value = Cleaned> {
    let lost = (uuid(), path(), any::<(u64, [u8; 32])>()).prop_map(|(file, path, (size, hash))| Lost {
        file: FileId(file),
        path,
        size,
        hash: Hash(hash),
    });
    (any::<[u64; 3]>(), prop::collection::vec(lost, 0..3)).prop_map(
        |([orphaned, removed, lost], unrecoverable)| Cleaned { orphaned, removed, lost, unrecoverable },
    )
}

fn scope() -> impl Strategy<Value = BatchScope> {
    let texts = any::<[Option<String>; 3]>();
    let names = (option::of(select(Status::ALL)), option::of(select(Operation::ALL)));
    let filter = (texts, names, any::<[Option<u64>; 2]>(), option::of(time())).prop_map(
        |([search, user, library], (status, operation), [size_min, size_max], since)| {
            let filter = Filter { search, user, status, operation, size_min, size_max, since, library };
            BatchScope::Filter(Box::new(filter))
        },
    );
    prop_oneof![Just(BatchScope::Named), filter]
}

fn work() -> impl Strategy<Value = BatchWork> {
    let failure = (uuid(), path(), any::<(String, String)>()).prop_map(|(file, path, (code, message))| {
        BatchFailure { file: FileId(file), path, error: Failure { code, message } }
    });
    let failures = prop::collection::vec(failure, 0..3);
    (any::<bool>(), option::of(uuid()), any::<[u64; 2]>(), failures).prop_map(
        |(listed, acted, [done, failed], failures)| BatchWork {
            listed,
            acted: acted.map(FileId),
            done,
            failed,
            failures,
        },
    )
}

fn actor() -> impl Strategy<Value = Actor> {
    any::<(String, Option<std::net::IpAddr>)>().prop_map(|(name, address)| Actor { name, address })
}

fn job() -> impl Strategy<Value = JobRow> {
    let error = option::of(any::<(String, String)>().prop_map(|(code, message)| Failure { code, message }));
    let ids = (uuid(), uuid(), path(), actor());
    let times = (time(), option::of(time()));
    (ids, times, job_kind(), select(JobState::ALL), any::<(bool, u64, u64)>(), (error, metadata())).prop_map(
        |((id, file, path, by), (created_at, finished_at), kind, state, numbers, (error, metadata))| JobRow {
            id: JobId(id),
            kind,
            state,
            paused: numbers.0,
            file_id: FileId(file),
            path,
            by,
            created_at,
            finished_at,
            bytes_total: numbers.1,
            bytes_done: numbers.2,
            error,
            metadata,
        },
    )
}

fn phase() -> impl Strategy<Value = Phase> {
    prop_oneof![
        Just(Phase::Swapping),
        Just(Phase::CopyingBack),
        Just(Phase::Returning),
        Just(Phase::Restoring),
        time().prop_map(|not_before| Phase::Releasing { not_before }),
        time().prop_map(|not_before| Phase::Released { not_before }),
        option::of(time()).prop_map(|until| Phase::Unclaimed { until }),
    ]
}

fn intent() -> impl Strategy<Value = Intent> {
    (uuid(), uuid(), uuid(), any::<String>(), phase(), placement(), any::<(bool, Option<String>)>()).prop_map(
        |(id, file, job, library, phase, place, (strayed, attention))| Intent {
            id: IntentId(id),
            file_id: FileId(file),
            job_id: JobId(job),
            library,
            phase,
            place,
            strayed,
            attention,
        },
    )
}

fn log() -> impl Strategy<Value = LogRow> {
    let texts = (actor(), any::<(Option<String>, String, Option<String>)>());
    let metadata = prop::collection::vec(any::<(String, String)>(), 0..3);
    (uuid(), select(LogKind::ALL), option::of(uuid()), path(), texts, metadata, any::<bool>(), time())
        .prop_map(|(id, kind, file, file_path, (by, (user, reason, error)), metadata, success, at)| LogRow {
            id: LogId(id),
            kind,
            file_id: file.map(FileId),
            file_path,
            by,
            user,
            reason,
            success,
            error,
            metadata,
            at,
        })
}

fn account() -> impl Strategy<Value = AccountRow> {
    let who = (uuid(), any::<String>(), select(Role::ALL), any::<Option<i64>>());
    let when = (time(), option::of(time()), option::of(time()));
    let known = prop::collection::vec(any::<std::net::IpAddr>(), 0..4);
    (who, when, known, option::of("[a-z0-9]{20,40}")).prop_map(
        |((id, name, role, plex), (made_at, password_at, last_login), known, hash)| AccountRow {
            id: AccountId(id),
            name,
            role,
            plex,
            made_at,
            password_at,
            last_login,
            known,
            password: hash.map(Secret::new),
        },
    )
}

fn session() -> impl Strategy<Value = SessionRow> {
    (uuid(), uuid(), time(), time(), any::<(std::net::IpAddr, Option<String>)>()).prop_map(
        |(id, account, made_at, seen_at, (address, agent))| SessionRow {
            id: SessionId(id),
            account: AccountId(account),
            made_at,
            seen_at,
            address,
            agent,
        },
    )
}

fn api_key() -> impl Strategy<Value = KeyRow> {
    let when = (time(), option::of(time()), option::of(time()));
    (uuid(), any::<(String, String, String)>(), select(Role::ALL), when).prop_map(
        |(id, (name, begins, made_by), role, (made_at, expires_at, used_at))| KeyRow {
            id: KeyId(id),
            name,
            role,
            begins,
            made_by,
            made_at,
            expires_at,
            used_at,
        },
    )
}

/// As a dump shows it.
fn shown<R: Row>(key: R::Key, row: &R) -> String {
    let kind = KINDS.iter().find(|kind| kind.table == R::TABLE).unwrap();
    (kind.show)(&key.encode(), &encode(row).unwrap()).unwrap()
}

fn comes_back<R: Row + PartialEq>(key: R::Key, row: &R) -> Result<(), TestCaseError> {
    let key = key.encode();
    let bytes = encode(row).unwrap();
    prop_assert_eq!(&decode::<R>(&key, &bytes).unwrap().1, row);

    let longer = [&bytes[..], &[0]].concat();
    prop_assert!(decode::<R>(&key, &longer).is_err(), "a byte left over");
    let mut newer = bytes.clone();
    newer[0] = R::VERSION + 1;
    let unknown = format!("version {} is unknown", R::VERSION + 1);
    prop_assert!(decode::<R>(&key, &newer).unwrap_err().to_string().contains(&unknown));
    for end in 0..bytes.len() {
        // Some prefixes of a row could be a row; none may be a panic.
        let _ = decode::<R>(&key, &bytes[..end]);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_comes_back_as_it_was(record in record()) {
        comes_back(record.row.id, &record)?;
    }

    #[test]
    fn files_of_earlier_versions_are_still_read(row in file()) {
        let first = postcard::to_extend(&row, vec![1]).unwrap();
        let second = postcard::to_extend(&packed::Packed::of(&row), vec![2]).unwrap();
        for bytes in [first, second] {
            let record = decode::<FileRecord>(&row.id.encode(), &bytes).unwrap().1;
            prop_assert_eq!(record, FileRecord::unwanted(row.clone()));
        }
    }

    #[test]
    fn a_job_comes_back_as_it_was(row in job()) {
        comes_back(row.id, &row)?;
    }

    #[test]
    fn jobs_of_earlier_versions_are_still_read(row in job()) {
        let nowhere = JobRow { by: row.by.name.clone().into(), ..row };
        let first = postcard::to_extend(&nowhere, vec![1]).unwrap();
        let read = decode::<JobRow>(&nowhere.id.encode(), &first).unwrap().1;
        prop_assert_eq!(read, JobRow { metadata: Metadata::default(), ..nowhere.clone() });
        let second = postcard::to_extend(&nowhere, vec![2]).unwrap();
        let second = postcard::to_extend(&nowhere.metadata, second).unwrap();
        prop_assert_eq!(decode::<JobRow>(&nowhere.id.encode(), &second).unwrap().1, nowhere);
    }

    #[test]
    fn an_entry_of_the_log_of_version_1_is_still_read(row in log()) {
        let nowhere = LogRow { by: row.by.name.clone().into(), ..row };
        let bytes = postcard::to_extend(&nowhere, vec![1]).unwrap();
        let key = (nowhere.at, nowhere.id).encode();
        prop_assert_eq!(decode::<LogRow>(&key, &bytes).unwrap().1, nowhere);
    }

    #[test]
    fn a_playback_comes_back_as_it_was(
        ids in (uuid(), any::<[String; 4]>(), path()),
        others in prop::collection::vec(path(), 0..3),
        times in (time(), option::of(time())),
        user in any::<Option<String>>(),
        hit in any::<bool>(),
    ) {
        let (id, [session, video, library, title], path) = ids;
        let (started_at, ended_at) = times;
        let id = PlaybackId(id);
        let row =
            PlaybackRow { id, session, video, user, path, library, title, hit, started_at, ended_at, others };
        comes_back((started_at, id), &row)?;
        // Version 1 knew one file for each.
        let bytes = postcard::to_extend(&row, vec![1]).unwrap();
        let read = decode::<PlaybackRow>(&(started_at, id).encode(), &bytes).unwrap().1;
        prop_assert_eq!(read, PlaybackRow { others: Vec::new(), ..row });
    }

    #[test]
    fn what_a_source_said_comes_back_as_it_was(
        person in any::<u64>(),
        (source, operation) in (select(Source::ALL), select(Operation::ALL)),
        [user, name, key, show, path] in any::<[String; 5]>(),
        guid in any::<Option<String>>(),
        (first, at, doubt) in (time(), option::of(time()), option::of(time())),
        (size, ahead, minutes, season, episode) in any::<(u64, u32, u32, u32, u32)>(),
        metadata in metadata(),
    ) {
        let series = Some(Series { show, season, episode });
        let files = vec![ItemFile { path, size }];
        let item = Item { key, guid, files, operation, ahead, minutes, series, metadata, first_said: first };
        let lists = vec![List { name, at, doubt, silent: doubt, items: vec![item] }];
        let row = Answer { at, lists, ..Answer::unheard(person, source, user, first) };
        comes_back((person, source), &row)?;
    }

    #[test]
    fn a_secret_comes_back_as_it_was_and_is_shown_to_nobody(name in any::<String>(), secret in "[a-z]{12,20}") {
        let row = SecretRow { secret: Secret::new(&*secret) };
        comes_back(name.clone(), &row)?;
        let kind = KINDS.iter().find(|kind| kind.table == Table::Secrets).unwrap();
        let shown = (kind.show)(&name.encode(), &encode(&row).unwrap()).unwrap();
        prop_assert!(shown.contains("***") && !shown.contains(&secret), "{}", shown);
    }

    #[test]
    fn an_account_comes_back_as_it_was_and_its_hash_is_shown_to_nobody(row in account()) {
        comes_back(row.id, &row)?;
        let shown = shown(row.id, &row);
        let hash = row.password.as_ref().map_or("none", Secret::expose);
        prop_assert!(!shown.contains(hash), "{}", shown);
        prop_assert!(!serde_json::to_string(&row).unwrap().contains(hash));
    }

    #[test]
    fn a_session_comes_back_as_it_was_and_its_key_is_shown_to_nobody(row in session(), token in any::<[u8; 32]>()) {
        comes_back(Digest(token), &row)?;
        let hex: String = token.iter().map(|byte| format!("{byte:02x}")).collect();
        prop_assert_eq!(Digest(token).show(), format!("{}…", &hex[..8]));
    }

    #[test]
    fn an_api_key_comes_back_as_it_was(row in api_key(), key in any::<[u8; 32]>()) {
        comes_back(Digest(key), &row)?;
    }

    #[test]
    fn a_reader_comes_back_as_it_was(
        name in any::<String>(), kind in select(ReaderKind::ALL), sees_cache in any::<Option<bool>>(), noted_at in time()
    ) {
        comes_back(name, &ReaderRow { kind, sees_cache, noted_at })?;
    }

    #[test]
    fn a_file_of_a_batch_comes_back_as_it_was(job in uuid(), file in uuid(), asked in option::of(uuid())) {
        comes_back((JobId(job), FileId(file)), &BatchFile { job: asked.map(JobId) })?;
    }

    #[test]
    fn an_intent_comes_back_as_it_was(row in intent()) {
        comes_back(row.id, &row)?;
    }

    #[test]
    fn a_log_row_comes_back_as_it_was(row in log()) {
        comes_back((row.at, row.id), &row)?;
    }

    #[test]
    fn any_bytes_are_a_row_or_an_error(
        key in prop::collection::vec(any::<u8>(), 0..40),
        mut bytes in prop::collection::vec(any::<u8>(), 0..400),
        version in option::of(1..=3_u8),
    ) {
        if let (Some(version), Some(first)) = (version, bytes.first_mut()) {
            *first = version;
        }
        let key = if version.is_some() { vec![7; 16] } else { key };
        for kind in KINDS {
            let _ = (kind.show_key)(&key);
            let _ = (kind.show)(&key, &bytes);
            let _ = (kind.entries)(&key, &bytes);
        }
    }

    #[test]
    fn a_damaged_row_is_a_row_or_an_error(record in record(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut bytes = encode(&record).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let _ = decode::<FileRecord>(&record.row.id.encode(), &bytes);
    }
}

/// A row as an ordinary film has it.
pub fn sample() -> FileRow {
    let original = Identity {
        fsid: u64::MAX,
        ino: 1 << 40,
        btime: Some(FileTime { secs: 1 << 31, nanos: 999_999_999 }),
        size: 1 << 40,
        mtime: FileTime { secs: 1 << 31, nanos: 999_999_999 },
        ctime: FileTime { secs: 1 << 31, nanos: 999_999_999 },
        mode: 0o644,
        uid: 1000,
        gid: 1000,
    };
    let file_path = PathBuf::from("/mnt/array/movies/Dune (2021)/Dune (2021) Bluray-1080p.mkv");
    let cached_path = PathBuf::from("/mnt/fast/cacherr/Movies/Dune (2021)/Dune (2021) Bluray-1080p.mkv");
    let name = file_path.file_name().unwrap().to_owned();
    let at = Time::from_micros(1_700_000_000_000_000);
    FileRow {
        id: FileId::from_bytes([7; 16]),
        original_path: file_path.clone(),
        library: "Movies".to_owned(),
        method: Method::AtomicCopy,
        size: original.size,
        cached_at: at,
        last_accessed: None,
        access_count: 0,
        operation: Operation::Manual,
        status: Status::Active,
        removed: None,
        metadata: Metadata::default(),
        pinned: false,
        place: Placement {
            folder: file_path.parent().unwrap().to_owned(),
            kept: Some(crate::domain::path::kept_name(&name)),
            name,
            link_text: cached_path.clone(),
            cached_path,
            original,
            copy: Some(Identity { ino: 77, ..original }),
            hash: Hash([7; 32]),
        },
        verified_at: at,
        link_missing_since: None,
        attention: None,
        file_path,
    }
}

/// A line of the log, as caching a film writes it.
pub fn sample_log() -> LogRow {
    let row = sample();
    LogRow {
        id: LogId::from_bytes([4; 16]),
        kind: LogKind::Cache,
        file_id: Some(row.id),
        file_path: row.file_path,
        by: Actor::system(),
        user: None,
        reason: String::new(),
        success: true,
        error: None,
        metadata: vec![],
        at: Time::from_micros(77),
    }
}

#[test]
fn what_follows_from_the_rest_of_a_row_is_not_written() {
    let row = sample();
    let record = FileRecord::unwanted(row.clone());
    let bytes = encode(&record).unwrap();
    assert_eq!(decode::<FileRecord>(&row.id.encode(), &bytes).unwrap().1, record);
    let written_out = postcard::to_stdvec(&row).unwrap().len();
    assert!(bytes.len() * 2 < written_out, "{} of {written_out}", bytes.len());
}

#[test]
fn an_error_names_table_and_key() {
    let id = FileId::from_bytes([7; 16]);
    let error = decode::<FileRecord>(&id.encode(), &[]).unwrap_err().to_string();
    assert!(error.contains("files_v1") && error.contains(&id.to_string()), "{error}");
}

#[test]
fn a_row_under_another_key_is_refused() {
    let row = sample_log();
    let bytes = encode(&row).unwrap();
    assert!(decode::<LogRow>(&(row.at, row.id).encode(), &bytes).is_ok());
    for key in [(Time::from_micros(1), row.id), (row.at, LogId::from_bytes([8; 16]))] {
        assert!(decode::<LogRow>(&key.encode(), &bytes).is_err());
    }
}

#[test]
fn every_kind_of_row_is_listed_once() {
    let mut tables: Vec<_> = KINDS.iter().map(|kind| kind.table).collect();
    tables.dedup();
    let rows = Table::ALL.iter().filter(|table| {
        **table != Table::Meta && !crate::store::secondary::tables().any(|index| index == **table)
    });
    assert_eq!(tables, rows.copied().collect::<Vec<_>>());
}
