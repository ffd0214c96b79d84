//! What is stored is found, by every way there is.

use std::ffi::OsStr;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use cacherr::Error;
use cacherr::domain::batch::BatchFile;
use cacherr::domain::file::{FileRow, Method, Operation, Status};
use cacherr::domain::id::FileId;
use cacherr::domain::job::{JobKind, JobRow, JobState, RestoreAction, Wish};
use cacherr::domain::log::LogRow;
use cacherr::store::{Order, Rows};

use super::{in_memory, rows, sound};

#[test]
fn a_path_has_one_file_and_a_second_is_refused_without_a_trace() {
    let store = in_memory();
    store.write(|writer| writer.put_file(&rows::file(1, "/media/a.mkv"))).unwrap();
    let before = store.dump().unwrap();
    let error = store.write(|writer| writer.put_file(&rows::file(2, "/media/a.mkv"))).unwrap_err();
    assert!(matches!(&error, Error::Store { detail, .. } if detail.contains("belongs to")), "{error}");
    // Also for an act that does not mind: what it did besides is kept, and sound.
    store.write(|writer| Ok(writer.put_file(&rows::file(2, "/media/a.mkv")).unwrap_err())).unwrap();
    assert_eq!(store.dump().unwrap(), before);
    sound(&store);
}

#[test]
fn a_path_that_is_left_is_free() {
    let store = in_memory();
    store
        .write(|writer| {
            writer.put_file(&rows::file(1, "/media/a.mkv"))?;
            writer.put_file(&rows::file(1, "/media/moved.mkv"))?;
            writer.put_file(&rows::file(2, "/media/a.mkv"))
        })
        .unwrap();
    let reader = store.read().unwrap();
    let id = |path: &str| reader.file_by_path(path.as_ref()).unwrap().map(|row| row.id);
    assert_eq!(id("/media/moved.mkv"), Some(rows::file_id(1)));
    assert_eq!(id("/media/a.mkv"), Some(rows::file_id(2)));
    assert_eq!(id("/media"), None);
    sound(&store);
}

#[test]
fn a_path_is_bytes_and_is_found_in_any_status() {
    let store = in_memory();
    let path = Path::new(OsStr::from_bytes(b"/media/\xff\xfe.mkv"));
    let mut row = rows::file(1, "/media/a.mkv");
    row.file_path = path.to_path_buf();
    row.status = Status::Removed;
    store.write(|writer| writer.put_file(&row)).unwrap();
    assert_eq!(store.read().unwrap().file_by_path(path).unwrap(), Some(row));
}

#[test]
fn all_files_are_walked_newest_first_with_those_who_want_them() {
    for count in [0_u16, 1, 255, 256, 257, 600] {
        let store = in_memory();
        let id = |number: u16| {
            let mut bytes = [9; 16];
            bytes[14..].copy_from_slice(&number.to_be_bytes());
            FileId::from_bytes(bytes)
        };
        let wishes = |number: u16| (0..u32::from(number % 4)).map(|n| (format!("user{}", 3 - n), n));
        store
            .write(|writer| {
                for number in 0..count {
                    let path = format!("/media/{number}.mkv");
                    writer.put_file(&FileRow { id: id(number), ..rows::file(1, &path) })?;
                    for (user, ordinal) in wishes(number) {
                        writer.put_attribution(id(number), &rows::attribution(&user, ordinal))?;
                    }
                }
                Ok(())
            })
            .unwrap();
        let reader = store.read().unwrap();
        let mut next = count;
        reader
            .walk_files(Order::Descending, &mut |row, users| {
                next -= 1;
                assert_eq!(row.id, id(next));
                assert_eq!(users, reader.attributions(row.id)?);
                assert_eq!(users.len(), wishes(next).count());
                Ok(ControlFlow::Continue(()))
            })
            .unwrap();
        assert_eq!(next, 0, "of {count}");
        let mut seen = 0;
        let stop = &mut |_: FileRow, _: Vec<_>| {
            seen += 1;
            Ok(if seen == 300 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        };
        reader.walk_files(Order::Descending, stop).unwrap();
        assert_eq!(seen, count.min(300));
    }
}

#[test]
fn attributions_come_in_their_order_and_one_for_each_user() {
    let store = in_memory();
    let id = rows::file_id(1);
    store
        .write(|writer| {
            writer.put_file(&rows::file(1, "/media/a.mkv"))?;
            writer.put_attribution(id, &rows::attribution("user1", 2))?;
            writer.put_attribution(id, &rows::attribution("user9", 0))?;
            writer.put_attribution(id, &rows::attribution("user5", 1))?;
            writer.put_attribution(id, &rows::attribution("user1", 2))
        })
        .unwrap();
    let users = |store: &cacherr::store::Store| -> Vec<String> {
        store.read().unwrap().attributions(id).unwrap().into_iter().map(|one| one.user).collect()
    };
    assert_eq!(users(&store), ["user9", "user5", "user1"]);
    sound(&store);

    store.write(|writer| writer.clear_attributions(id)).unwrap();
    assert!(users(&store).is_empty());
    sound(&store);
}

#[test]
fn a_removed_file_takes_its_attributions_along_and_nobody_elses() {
    let store = in_memory();
    store.write(rows::fill).unwrap();
    store.write(|writer| writer.remove_file(rows::file_id(1))).unwrap();
    store.write(|writer| writer.remove_file(rows::file_id(9))).unwrap();
    let reader = store.read().unwrap();
    assert!(reader.attributions(rows::file_id(1)).unwrap().is_empty());
    assert!(!reader.attributions(rows::file_id(2)).unwrap().is_empty());
    sound(&store);
}

#[test]
fn jobs_move_from_state_to_state() {
    let store = in_memory();
    for n in [3, 1, 2] {
        store.write(|writer| writer.put_job(&rows::job(n, JobState::Queued))).unwrap();
    }
    store.write(|writer| writer.put_job(&rows::job(2, JobState::Swapping))).unwrap();
    let reader = store.read().unwrap();
    let ids = |state| reader.jobs_in(state).unwrap().iter().map(|job| job.id).collect::<Vec<_>>();
    assert_eq!(ids(JobState::Queued), [rows::job_id(1), rows::job_id(3)], "oldest first");
    assert_eq!(ids(JobState::Swapping), [rows::job_id(2)]);
    let newest: Vec<_> = reader.jobs(2).unwrap().iter().map(|job| job.id).collect();
    assert_eq!(newest, [rows::job_id(3), rows::job_id(2)], "newest first");
    store.write(|writer| writer.remove_job(rows::job_id(2))).unwrap();
    assert!(store.read().unwrap().jobs_in(JobState::Swapping).unwrap().is_empty());
    sound(&store);
}

#[test]
fn jobs_that_have_not_ended_are_found_by_what_they_concern_and_in_their_turn() {
    let store = in_memory();
    let turns = || {
        let mut turns = Vec::new();
        let see = &mut |id| {
            turns.push(id);
            false
        };
        store.read().unwrap().next_job(see).unwrap();
        turns
    };
    let kind = |operation| JobKind::Cache {
        method: Method::AtomicCopy,
        wishes: vec![Wish { user: None, operation }],
    };
    let restore = JobKind::Restore { action: RestoreAction::Evict, reason: String::new(), user: None };
    let jobs = [
        JobRow { kind: kind(Operation::Manual), ..rows::job(1, JobState::Queued) },
        JobRow { kind: kind(Operation::ActiveWatching), ..rows::job(2, JobState::Queued) },
        rows::batch(3),
        JobRow { kind: restore, ..rows::job(4, JobState::Queued) },
        JobRow { paused: true, ..rows::job(5, JobState::Queued) },
        JobRow { file_id: rows::file_id(1), ..rows::job(6, JobState::Swapping) },
        JobRow { file_id: rows::file_id(1), ..rows::job(7, JobState::Failed) },
    ];
    store.write(|w| jobs.iter().try_for_each(|job| w.put_job(job))).unwrap();
    assert_eq!(turns(), [4, 3, 2, 1].map(rows::job_id));
    let reader = store.read().unwrap();
    let ids = |jobs: Vec<JobRow>| jobs.iter().map(|job| job.id).collect::<Vec<_>>();
    assert_eq!(ids(reader.open_jobs_of(rows::file_id(1)).unwrap()), [1, 6].map(rows::job_id));
    assert_eq!(ids(reader.open_jobs_at("/media/6.mkv".as_ref()).unwrap()), [rows::job_id(6)]);
    assert!(ids(reader.open_jobs_at("/media/7.mkv".as_ref()).unwrap()).is_empty(), "it has ended");
    assert!(ids(reader.open_jobs_at("/media".as_ref()).unwrap()).is_empty());
    assert!(ids(reader.open_jobs_at("".as_ref()).unwrap()).is_empty(), "a batch is about no single path");
    assert_eq!(reader.next_job(&mut |id| id != rows::job_id(4)).unwrap(), Some(rows::job_id(3)));
    drop(reader);
    store.write(|w| w.put_job(&JobRow { paused: true, ..jobs[3].clone() })).unwrap();
    store.write(|w| w.put_job(&JobRow { state: JobState::Cancelled, ..jobs[1].clone() })).unwrap();
    assert_eq!(turns(), [3, 1].map(rows::job_id));
    sound(&store);
}

#[test]
fn the_list_of_a_batch_is_walked_in_order_and_goes_with_its_job() {
    let store = in_memory();
    let (job, other) = (rows::job_id(3), rows::job_id(4));
    store
        .write(|w| {
            w.put_job(&rows::batch(3))?;
            w.put_job(&rows::batch(4))?;
            for n in [5, 1, 3] {
                w.put_batch_file(job, rows::file_id(n), &BatchFile::default())?;
            }
            w.put_batch_file(other, rows::file_id(9), &BatchFile::default())
        })
        .unwrap();
    let list = |after: Option<u8>, limit| {
        let listed = store.read().unwrap().batch_files(job, after.map(rows::file_id), limit).unwrap();
        listed.into_iter().map(|(file, _)| file).collect::<Vec<_>>()
    };
    assert_eq!(list(None, 9), [1, 3, 5].map(rows::file_id));
    assert_eq!(list(None, 2), [1, 3].map(rows::file_id));
    assert_eq!(list(Some(1), 9), [3, 5].map(rows::file_id));
    assert_eq!(list(Some(5), 9), []);
    sound(&store);
    store.write(|w| w.remove_job(job)).unwrap();
    assert_eq!(list(None, 9), []);
    assert_eq!(store.read().unwrap().batch_files(other, None, 9).unwrap().len(), 1);
    sound(&store);
    let lost = store.write(|w| w.put_batch_file(job, rows::file_id(1), &BatchFile::default()));
    lost.unwrap();
    assert!(store.check().unwrap()[0].contains("belongs to a job that does not exist"));
}

#[test]
fn the_log_is_paged_without_gap_or_repetition_even_at_one_instant() {
    let store = in_memory();
    store
        .write(|writer| {
            // Times do not follow ids, some are equal, one lies before the epoch.
            for (n, seconds) in [(1, 5), (2, 5), (3, 5), (4, 1), (5, 9), (6, -1_800_000_000)] {
                writer.put_log(&rows::log(n, (n % 2 == 0).then_some(1), rows::at(seconds)))?;
            }
            Ok(())
        })
        .unwrap();
    let reader = store.read().unwrap();
    let ids = |rows: &[LogRow]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
    let whole = ids(&reader.log(None, 100).unwrap());
    assert_eq!(whole, [5, 3, 2, 1, 4, 6].map(rows::log_id));
    for size in 1..=whole.len() {
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = reader.log(cursor, size).unwrap();
            let Some(last) = page.last() else { break };
            cursor = Some((last.at, last.id));
            seen.extend(ids(&page));
        }
        assert_eq!(seen, whole, "in pages of {size}");
    }
    assert!(reader.log(None, 0).unwrap().is_empty());
    assert_eq!(ids(&reader.log_of(rows::file_id(1), 2).unwrap()), [2, 4].map(rows::log_id));
    assert!(reader.log_of(rows::file_id(2), 2).unwrap().is_empty());
}

#[test]
fn everything_else_is_put_found_and_removed() {
    let store = in_memory();
    assert!(!store.read().unwrap().cache_marked().unwrap());
    store.write(rows::fill).unwrap();
    let reader = store.read().unwrap();
    assert_eq!(reader.intents().unwrap(), [rows::intent(1)]);
    assert_eq!(reader.intent(rows::intent(1).id).unwrap(), Some(rows::intent(1)));
    assert_eq!(reader.trash().unwrap(), [rows::trash(1)]);
    assert_eq!(reader.root("Movies").unwrap(), Some(rows::root()));
    assert_eq!(reader.root("movies").unwrap(), None);
    assert_eq!(reader.job(rows::job_id(1)).unwrap(), Some(rows::job(1, JobState::Queued)));
    assert!(reader.cache_marked().unwrap());
    store
        .write(|writer| {
            writer.remove_intent(rows::intent(1).id)?;
            writer.remove_trash(rows::trash(1).id)?;
            writer.set_cache_marked(false)
        })
        .unwrap();
    let reader = store.read().unwrap();
    assert!(reader.intents().unwrap().is_empty() && reader.trash().unwrap().is_empty());
    assert!(!reader.cache_marked().unwrap());
    sound(&store);
}
