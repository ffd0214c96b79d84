use std::fs::OpenOptions;
use std::io;
use std::ops::Bound;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{scope, yield_now};

use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};

use crate::domain::file::{Attribution, FileRow, Operation};
use crate::domain::id::FileId;
use crate::domain::time::Time;
use crate::store::backend::Boxed;
use crate::store::rows::sample;
use crate::store::{Rows, Store, Writer};
use crate::{Error, Result};

/// A file that counts how often it is made durable, and can be told to fail at that.
#[derive(Debug)]
struct Counted {
    inner: Boxed,
    switch: Arc<Switch>,
}

#[derive(Default, Debug)]
struct Switch {
    syncs: AtomicUsize,
    fails: AtomicBool,
}

impl StorageBackend for Counted {
    fn sync_data(&self) -> io::Result<()> {
        self.switch.syncs.fetch_add(1, Ordering::SeqCst);
        if self.switch.fails.load(Ordering::SeqCst) {
            return Err(io::Error::other("as the test wants it"));
        }
        self.inner.sync_data()
    }
    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.inner.read(offset, out)
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        self.inner.set_len(len)
    }
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.inner.write(offset, data)
    }
    fn close(&self) -> io::Result<()> {
        self.inner.close()
    }
    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.try_lock_range(start, end)
    }
    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.try_lock_shared_range(start, end)
    }
    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.lock_range(start, end)
    }
    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.lock_shared_range(start, end)
    }
    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.unlock_range(start, end)
    }
    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.query_lock_range(start, end)
    }
}

struct World {
    store: Store,
    switch: Arc<Switch>,
    _dir: tempfile::TempDir,
}

fn world() -> World {
    let dir = tempfile::tempdir().unwrap();
    let (file, switch) = (dir.path().join("store"), Arc::new(Switch::default()));
    let of_backend = switch.clone();
    let store = Store::open_with(move || {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&file)?;
        let inner = Boxed(Box::new(FileBackend::new(file).map_err(io::Error::other)?));
        Ok(Box::new(Counted { inner, switch: of_backend.clone() }))
    });
    World { store: store.unwrap(), switch, _dir: dir }
}

fn file(n: u8) -> FileRow {
    let path = PathBuf::from(format!("/media/{n}.mkv"));
    FileRow { id: FileId::from_bytes([n; 16]), original_path: path.clone(), file_path: path, ..sample() }
}

fn wish(user: &str) -> Attribution {
    Attribution {
        user: user.to_owned(),
        reason: Operation::Manual,
        added_at: Time::from_micros(5),
        ordinal: 0,
    }
}

fn put(w: &mut Writer<'_>, n: u8) -> Result<()> {
    w.put_wanted_file(&file(n), vec![wish("user1")])
}

fn files(store: &Store) -> Vec<u8> {
    store.read().unwrap().files().unwrap().iter().map(|row| row.id.bytes()[0]).collect()
}

type Act<'a> = &'a (dyn Fn(&mut Writer<'_>) -> Result<()> + Sync);

/// One act begins a transaction and waits in it until all the others stand in line. What became of each, the first one's
/// first.
fn in_one_commit(store: &Store, others: &[Act<'_>]) -> Vec<std::thread::Result<Result<()>>> {
    let has_begun = AtomicBool::new(false);
    scope(|scope| {
        let first = scope.spawn(|| {
            store.write(|w| {
                has_begun.store(true, Ordering::SeqCst);
                while store.database.waiting() < others.len() {
                    yield_now();
                }
                put(w, 100)
            })
        });
        while !has_begun.load(Ordering::SeqCst) {
            yield_now();
        }
        let others: Vec<_> = others.iter().map(|act| scope.spawn(move || store.write(act))).collect();
        std::iter::once(first).chain(others).map(std::thread::ScopedJoinHandle::join).collect()
    })
}

fn sound(store: &Store) {
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
}

#[test]
fn those_who_wait_share_a_commit() {
    let world = world();
    world.store.write(|w| put(w, 200)).unwrap();
    let syncs = || world.switch.syncs.swap(0, Ordering::SeqCst);
    syncs();
    world.store.write(|w| put(w, 201)).unwrap();
    let one = syncs();
    assert!(one > 0);
    let ended =
        in_one_commit(&world.store, &[&|w| put(w, 1), &|w| put(w, 2), &|w| put(w, 3), &|w| put(w, 4)]);
    assert!(ended.into_iter().all(|ended| ended.unwrap().is_ok()));
    assert_eq!(syncs(), one, "five acts, and no more than for one");
    assert_eq!(files(&world.store), [1, 2, 3, 4, 100, 200, 201]);
    sound(&world.store);
}

#[test]
fn an_act_that_fails_leaves_no_trace_and_the_others_alone() {
    let world = world();
    world.store.write(|w| [10, 11, 12].iter().try_for_each(|n| put(w, *n))).unwrap();
    let fail = |w: &mut Writer<'_>| {
        put(w, 9)?;
        w.put_attribution(file(10).id, &wish("user2"))?;
        w.put_file(&FileRow { file_path: "/media/moved.mkv".into(), ..file(10) })?;
        w.remove_file(file(11).id)?;
        w.clear_attributions(file(12).id)?;
        w.set_cache_marked(true)?;
        w.remove_file(file(9).id)?;
        put(w, 8)?;
        Err(Error::NotFound { what: "file" })
    };
    let ended = in_one_commit(&world.store, &[&|w| put(w, 1), &fail, &|w| put(w, 2), &fail]);
    let ended: Vec<_> = ended.into_iter().map(|ended| ended.unwrap()).collect();
    let went_well: Vec<bool> = ended.iter().map(Result::is_ok).collect();
    assert_eq!(went_well, [true, true, false, true, false]);
    assert!(matches!(ended[2], Err(Error::NotFound { .. })), "its own error: {:?}", ended[2]);
    assert_eq!(files(&world.store), [1, 2, 10, 11, 12, 100]);
    let rows = world.store.read().unwrap();
    for n in [10, 11, 12] {
        assert_eq!(rows.wanted_file(file(n).id).unwrap(), Some((file(n), vec![wish("user1")])));
        assert_eq!(rows.file_by_path(&file(n).file_path).unwrap(), Some(file(n)));
    }
    assert!(!rows.cache_marked().unwrap());
    sound(&world.store);
}

#[test]
fn a_commit_that_fails_fails_for_all_of_them() {
    let world = world();
    world.store.write(|w| put(w, 10)).unwrap();
    let ended = in_one_commit(
        &world.store,
        &[&|w| put(w, 1), &|w| {
            world.switch.fails.store(true, Ordering::SeqCst);
            put(w, 2)
        }],
    );
    for ended in ended {
        let error = ended.unwrap().unwrap_err().to_string();
        assert!(error.contains("as the test wants it"), "{error}");
    }
    world.switch.fails.store(false, Ordering::SeqCst);
    assert_eq!(files(&world.store), [10]);
    world.store.write(|w| put(w, 11)).unwrap();
    assert_eq!(files(&world.store), [10, 11]);
    sound(&world.store);
}

#[test]
fn a_panic_takes_the_acts_of_its_commit_along_and_all_hear_of_it() {
    let world = world();
    world.store.write(|w| put(w, 10)).unwrap();
    let ended = in_one_commit(&world.store, &[&|w| put(w, 1), &|_| panic!("as the test wants it")]);
    let [first, second, third] = ended.try_into().map_err(|_| "three took part").unwrap();
    let kept: Vec<u8> = [(first.unwrap(), 100), (second.unwrap(), 1)]
        .into_iter()
        .filter_map(|(ended, n)| ended.is_ok().then_some(n))
        .collect();
    assert!(third.is_err(), "the panic is passed on");
    // The one that panicked may have had its turn before the second, which then began anew.
    assert!(matches!(*kept, [] | [1]), "{kept:?}");
    assert_eq!(files(&world.store), [&kept[..], &[10]].concat());
    world.store.write(|w| put(w, 11)).unwrap();
    assert_eq!(files(&world.store), [&kept[..], &[10, 11]].concat());
    sound(&world.store);
}

#[test]
fn whoever_hears_that_it_is_done_finds_it_and_whoever_does_not_does_not() {
    let world = world();
    let store = &world.store;
    let act = |n: u8, fails: bool| {
        store.write(|w| {
            put(w, n)?;
            w.put_attribution(file(n).id, &wish("user2"))?;
            if fails { Err(Error::NotFound { what: "file" }) } else { Ok(()) }
        })
    };
    scope(|scope| {
        for thread in 0..8_u8 {
            scope.spawn(move || {
                for turn in 0..24 {
                    let (n, fails) = (1 + thread * 24 + turn, (thread + turn) % 3 == 0);
                    assert_eq!(act(n, fails).is_err(), fails);
                    assert_eq!(store.read().unwrap().file(file(n).id).unwrap().is_none(), fails);
                }
            });
        }
    });
    sound(store);
}
