//! The tools of the tests are tested: the file system in memory behaves as the kernel's does, a power cut takes what
//! was not synced and nothing else, and a plan for failure is followed to the call.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::Arc;

use cacherr::domain::time::FileTime;
use cacherr::files::real::RealFs;
use cacherr::files::{Fd, Fs, Holders, Kind};
use rustix::io::Errno;

use crate::support::faulty::{Died, Faults, Faulty, Gate, Plan, until_death};
use crate::support::sim::SimFs;

fn name(text: &str) -> &OsStr {
    OsStr::new(text)
}

#[track_caller]
fn refused<T>(result: io::Result<T>, errno: Errno) {
    assert_eq!(result.err().and_then(|error| error.raw_os_error()), Some(errno.raw_os_error()));
}

fn sim() -> SimFs {
    SimFs::with_volumes(["/lib", "/cache"])
}

fn read_all(fs: &impl Fs, fd: &Fd) -> Vec<u8> {
    let mut bytes = vec![0; 1 << 16];
    let length = fs.read_at(fd, &mut bytes, 0).unwrap();
    bytes.truncate(length);
    bytes
}

#[test]
fn memory_and_kernel_behave_alike() {
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    for_each_method(&RealFs, &dir.path().canonicalize().unwrap());
    for_each_method(&sim(), Path::new("/lib"));
}

fn for_each_method(fs: &impl Fs, path: &Path) {
    let root = fs.open_folder(path).unwrap();
    assert_eq!(fs.canonicalize(path).unwrap(), path);
    names_are_refused_alike(fs, &root);
    folders_behave_alike(fs, path, &root);
    files_behave_alike(fs, &root);
    names_move_alike(fs, &root);
    attributes_behave_alike(fs, &root);
    assert!(fs.list(&root).unwrap().is_empty(), "each part cleans up");
    let space = fs.space(&root).unwrap();
    assert!(space.available <= space.total);
}

fn names_are_refused_alike(fs: &impl Fs, root: &Fd) {
    for bad in ["", ".", "..", "a/b", "/"] {
        let bad = name(bad);
        refused(fs.open_file(root, bad), Errno::INVAL);
        refused(fs.open_uncached(root, bad), Errno::INVAL);
        refused(fs.create_file(root, bad), Errno::INVAL);
        refused(fs.stat_at(root, bad), Errno::INVAL);
        refused(fs.read_link(root, bad), Errno::INVAL);
        refused(fs.symlink(Path::new("t"), root, bad), Errno::INVAL);
        refused(fs.exchange(root, bad, name("a")), Errno::INVAL);
        refused(fs.rename_new(root, bad, root, name("a")), Errno::INVAL);
        refused(fs.rename_over(root, name("a"), bad), Errno::INVAL);
        refused(fs.hard_link(root, name("a"), bad), Errno::INVAL);
        refused(fs.unlink(root, bad), Errno::INVAL);
        refused(fs.make_folder(root, bad, 0o700), Errno::INVAL);
        refused(fs.remove_folder(root, bad), Errno::INVAL);
        refused(fs.set_owner_at(root, bad, 0, 0), Errno::INVAL);
        refused(fs.set_mtime_at(root, bad, FileTime::default()), Errno::INVAL);
    }
    let (long, none) = ("x".repeat(256), name("none"));
    refused(fs.create_file(root, name(&long)), Errno::NAMETOOLONG);
    refused(fs.stat_at(root, name(&long)), Errno::NAMETOOLONG);
    refused(fs.open_file(root, none), Errno::NOENT);
    refused(fs.open_uncached(root, none), Errno::NOENT);
    refused(fs.stat_at(root, none), Errno::NOENT);
    refused(fs.read_link(root, none), Errno::NOENT);
    refused(fs.unlink(root, none), Errno::NOENT);
    refused(fs.remove_folder(root, none), Errno::NOENT);
    refused(fs.exchange(root, none, name("other")), Errno::NOENT);
    refused(fs.rename_new(root, none, root, name("other")), Errno::NOENT);
    refused(fs.rename_over(root, none, name("other")), Errno::NOENT);
    refused(fs.hard_link(root, none, name("other")), Errno::NOENT);
    refused(fs.set_owner_at(root, none, 0, 0), Errno::NOENT);
    refused(fs.set_mtime_at(root, none, FileTime::default()), Errno::NOENT);
    refused(fs.symlink(Path::new(""), root, none), Errno::NOENT);
    refused(fs.symlink(Path::new(&"y".repeat(4096)), root, none), Errno::NAMETOOLONG);
}

fn folders_behave_alike(fs: &impl Fs, path: &Path, root: &Fd) {
    fs.make_folder(root, name("a"), 0o750).unwrap();
    refused(fs.make_folder(root, name("a"), 0o750), Errno::EXIST);
    let a = fs.open_below(root, Path::new("a")).unwrap();
    let stat = fs.stat(&a).unwrap();
    assert_eq!((stat.kind, stat.identity.mode, stat.frozen), (Kind::Folder, 0o750, false));
    assert!(fs.stat_at(root, name("a")).unwrap().same_inode(&stat));
    fs.make_folder(&a, name("b"), 0o755).unwrap();
    fs.symlink(Path::new("a"), root, name("link")).unwrap();
    fs.create_file(&a, name("file")).unwrap();
    let b = fs.open_below(root, Path::new("a/b")).unwrap();
    assert!(
        fs.stat(&fs.open_below(root, Path::new("")).unwrap()).unwrap().same_inode(&fs.stat(root).unwrap())
    );
    for bad in ["..", "a/..", "/a", "a//b", "a/", "./a"] {
        refused(fs.open_below(root, Path::new(bad)), Errno::INVAL);
    }
    refused(fs.open_below(root, Path::new("link")), Errno::LOOP);
    refused(fs.open_below(root, Path::new("link/b")), Errno::LOOP);
    refused(fs.open_below(root, Path::new("a/file")), Errno::NOTDIR);
    refused(fs.open_below(root, Path::new("a/file/x")), Errno::NOTDIR);
    refused(fs.open_below(root, Path::new("a/none")), Errno::NOENT);
    refused(fs.open_folder(&path.join("link")), Errno::LOOP);
    refused(fs.open_folder(&path.join("a/file")), Errno::NOTDIR);
    refused(fs.open_folder(&path.join("none")), Errno::NOENT);
    refused(fs.open_folder(Path::new("relative")), Errno::INVAL);
    assert_eq!(fs.canonicalize(&path.join("link/b")).unwrap(), path.join("a/b"));
    assert_eq!(fs.canonicalize(&path.join("link/b/../file")).unwrap(), path.join("a/file"));
    refused(fs.canonicalize(&path.join("none")), Errno::NOENT);
    let mut names = fs.list(&a).unwrap();
    names.sort();
    assert_eq!(names, ["b", "file"]);

    refused(fs.unlink(&a, name("b")), Errno::ISDIR);
    refused(fs.remove_folder(&a, name("file")), Errno::NOTDIR);
    refused(fs.remove_folder(root, name("a")), Errno::NOTEMPTY);
    refused(fs.remove_folder(root, name("link")), Errno::NOTDIR);
    refused(fs.rename_new(root, name("a"), &b, name("inside")), Errno::INVAL);
    refused(fs.hard_link(&a, name("b"), name("c")), Errno::PERM);
    refused(fs.rename_over(&a, name("file"), name("b")), Errno::ISDIR);
    refused(fs.rename_over(&a, name("b"), name("file")), Errno::NOTDIR);
    fs.sync(&a).unwrap();
    fs.sync_volume(&a).unwrap();
    fs.unlink(&a, name("file")).unwrap();
    fs.remove_folder(&a, name("b")).unwrap();
    // A handle outlives the name, and takes no new ones.
    refused(fs.create_file(&b, name("late")), Errno::NOENT);
    assert!(fs.list(&b).unwrap().is_empty());
    fs.remove_folder(root, name("a")).unwrap();
    fs.unlink(root, name("link")).unwrap();
}

fn files_behave_alike(fs: &impl Fs, root: &Fd) {
    let film = name("film");
    let file = fs.create_file(root, film).unwrap();
    refused(fs.create_file(root, film), Errno::EXIST);
    assert_eq!(fs.stat(&file).unwrap().identity.mode, 0o600);
    fs.write_at(&file, b"bytes", 3).unwrap();
    assert_eq!(read_all(fs, &file), b"\0\0\0bytes");
    fs.set_len(&file, 4).unwrap();
    fs.set_len(&file, 6).unwrap();
    for reader in [fs.open_file(root, film).unwrap(), fs.open_uncached(root, film).unwrap()] {
        assert_eq!(read_all(fs, &reader), b"\0\0\0b\0\0");
        let mut two = [9; 2];
        assert_eq!(fs.read_at(&reader, &mut two, 3).unwrap(), 2);
        assert_eq!((two, fs.read_at(&reader, &mut two, 6).unwrap()), (*b"b\0", 0));
        assert_eq!(fs.read_at(&reader, &mut two, 100).unwrap(), 0);
        refused(fs.write_at(&reader, b"x", 0), Errno::BADF);
        refused(fs.set_len(&reader, 0), Errno::INVAL);
        fs.sync(&reader).unwrap();
        fs.drop_pages(&reader, 0..6).unwrap();
    }
    fs.set_len(&file, 1 << 20).unwrap();
    fs.write_at(&file, b"data", 1 << 19).unwrap();
    let range = fs.next_data(&file, 1 << 19).unwrap().unwrap();
    assert!(range.start == 1 << 19 && range.end >= (1 << 19) + 4);
    assert_eq!(fs.next_data(&file, 1 << 20).unwrap(), None);
    fs.sync_data(&file).unwrap();

    refused(fs.read_at(root, &mut [0; 1], 0), Errno::ISDIR);
    refused(fs.create_file(&file, name("x")), Errno::NOTDIR);
    refused(fs.stat_at(&file, name("x")), Errno::NOTDIR);
    refused(fs.list(&file), Errno::NOTDIR);
    refused(fs.read_link(root, film), Errno::INVAL);
    fs.unlink(root, film).unwrap();
    let orphan = fs.stat(&file).unwrap();
    assert_eq!((orphan.nlink, orphan.identity.size), (0, 1 << 20), "a handle keeps an unlinked file");
    let nobody = fs.holders(&orphan).unwrap();
    assert_eq!((nobody.writers, nobody.readers), (0, 0), "our own handles do not count");
}

fn names_move_alike(fs: &impl Fs, root: &Fd) {
    fs.make_folder(root, name("sub"), 0o755).unwrap();
    let sub = fs.open_below(root, Path::new("sub")).unwrap();
    let (film, kept) = (name("film"), name("kept"));
    let file = fs.create_file(root, film).unwrap();
    fs.write_at(&file, b"film", 0).unwrap();
    fs.symlink(Path::new("/cache/film"), root, kept).unwrap();
    refused(fs.symlink(Path::new("again"), root, kept), Errno::EXIST);
    refused(fs.open_file(root, kept), Errno::LOOP);
    refused(fs.open_uncached(root, kept), Errno::LOOP);
    let link = fs.stat_at(root, kept).unwrap();
    assert_eq!((link.kind, link.identity.size, link.nlink), (Kind::Link, 11, 1));
    let held = fs.stat(&file).unwrap();

    fs.exchange(root, film, kept).unwrap();
    assert!(fs.stat_at(root, kept).unwrap().same_inode(&held));
    assert!(fs.stat_at(root, film).unwrap().same_inode(&link));
    assert_eq!(fs.read_link(root, film).unwrap(), Path::new("/cache/film"));
    assert!(
        fs.stat(&file).unwrap().identity.unchanged(&held.identity),
        "an exchange changes no bytes or times"
    );
    refused(fs.exchange(root, film, name("none")), Errno::NOENT);
    fs.exchange(root, film, film).unwrap();

    refused(fs.rename_new(root, kept, root, film), Errno::EXIST);
    refused(fs.rename_new(root, kept, root, kept), Errno::EXIST);
    fs.rename_new(root, kept, &sub, name("moved")).unwrap();
    refused(fs.stat_at(root, kept), Errno::NOENT);
    assert!(fs.stat_at(&sub, name("moved")).unwrap().same_inode(&held));
    refused(fs.hard_link(&sub, name("moved"), name("moved")), Errno::EXIST);
    fs.hard_link(&sub, name("moved"), name("second")).unwrap();
    assert_eq!(fs.stat(&file).unwrap().nlink, 2);
    fs.rename_over(&sub, name("moved"), name("second")).unwrap();
    assert_eq!(fs.list(&sub).unwrap().len(), 2, "two names of one inode: nothing happens");
    fs.create_file(&sub, name("other")).unwrap();
    fs.rename_over(&sub, name("other"), name("second")).unwrap();
    assert_eq!(fs.stat(&file).unwrap().nlink, 1);
    for left in ["moved", "second"] {
        fs.unlink(&sub, name(left)).unwrap();
    }
    fs.unlink(root, film).unwrap();
    fs.remove_folder(root, name("sub")).unwrap();
}

fn attributes_behave_alike(fs: &impl Fs, root: &Fd) {
    let file = fs.create_file(root, name("f")).unwrap();
    let before = fs.stat(&file).unwrap().identity;
    let mtime = FileTime { secs: 1_234_567_890, nanos: 987_654_321 };
    fs.set_mode(&file, 0o6755).unwrap();
    assert_eq!(fs.stat(&file).unwrap().identity.mode, 0o6755);
    fs.set_owner(&file, before.uid, before.gid).unwrap();
    assert_eq!(
        fs.stat(&file).unwrap().identity.mode,
        0o755,
        "a change of owner takes setuid and setgid away"
    );
    fs.set_mtime(&file, mtime).unwrap();
    refused(fs.set_owner(&file, u32::MAX, 0), Errno::INVAL);
    let after = fs.stat(&file).unwrap().identity;
    assert_eq!((after.mtime, after.btime, after.ino), (mtime, before.btime, before.ino));
    assert!(after.ctime >= before.ctime);

    fs.symlink(Path::new("f"), root, name("l")).unwrap();
    let earlier = FileTime { secs: 1000, nanos: 1 };
    fs.set_mtime_at(root, name("l"), earlier).unwrap();
    fs.set_owner_at(root, name("l"), before.uid, before.gid).unwrap();
    assert_eq!(fs.stat_at(root, name("l")).unwrap().identity.mtime, earlier);
    assert_eq!(fs.stat(&file).unwrap().identity.mtime, mtime);

    refused(fs.get_xattr(&file, name("user.none")), Errno::NODATA);
    fs.set_xattr(&file, name("user.one"), b"1").unwrap();
    fs.set_xattr(&file, name("user.one"), b"").unwrap();
    assert_eq!(fs.get_xattr(&file, name("user.one")).unwrap(), b"");
    assert!(fs.list_xattrs(&file).unwrap().iter().any(|attribute| attribute == "user.one"));
    fs.unlink(root, name("f")).unwrap();
    fs.unlink(root, name("l")).unwrap();
}

#[test]
fn volumes_are_apart_and_links_lead_across_them() {
    let fs = sim();
    fs.put_file("/cache/copy", "film");
    fs.put_link("/lib/film", "/cache/copy");
    fs.put_link("/lib/relative", "../cache/./copy");
    fs.put_link("/lib/loop", "loop");
    assert_eq!(fs.read("/lib/film").unwrap(), b"film");
    assert_eq!(fs.read("/lib/relative").unwrap(), b"film");
    refused(fs.read("/lib/loop"), Errno::LOOP);
    let (lib, cache) = (fs.lstat("/lib").unwrap(), fs.lstat("/cache").unwrap());
    assert!(lib.dev != cache.dev && lib.identity.fsid != cache.identity.fsid);
    assert_eq!(lib.identity.ino, cache.identity.ino, "only the device tells them apart");
    refused(fs.rename("/cache/copy", "/lib/copy"), Errno::XDEV);

    fs.unmount("/cache");
    refused(fs.read("/lib/film"), Errno::NOENT);
    assert_ne!(fs.lstat("/cache").unwrap().identity.fsid, cache.identity.fsid);
    fs.remount("/cache");
    assert_eq!(fs.read("/lib/film").unwrap(), b"film");
    fs.write_in_place("/lib/film", "tagged").unwrap();
    assert_eq!(fs.read("/cache/copy").unwrap(), b"tagged");
    refused(fs.remove("/lib"), Errno::BUSY);
}

#[test]
fn a_scene_can_be_full_refuse_exchange_or_be_held() {
    let fs = sim();
    fs.put_file("/lib/a", "aa");
    fs.put_file("/lib/b", "bb");
    let root = fs.open_folder(Path::new("/lib")).unwrap();
    fs.refuse_exchange("/lib");
    refused(fs.exchange(&root, name("a"), name("b")), Errno::INVAL);
    fs.set_space("/lib", 3);
    let file = fs.create_file(&root, name("c")).unwrap();
    refused(fs.write_at(&file, b"1234", 0), Errno::NOSPC);
    fs.write_at(&file, b"123", 0).unwrap();
    refused(fs.symlink(Path::new("t"), &root, name("d")), Errno::NOSPC);
    fs.unlink(&root, name("a")).unwrap();
    assert_eq!(fs.space(&root).unwrap().available, 2);
    let writer = Holders { writers: 1, readers: 0, complete: true };
    fs.set_holders(&fs.lstat("/lib/b").unwrap(), writer);
    assert_eq!(fs.holders(&fs.stat_at(&root, name("b")).unwrap()).unwrap(), writer);
    fs.set_frozen("/lib/b", true);
    refused(fs.unlink(&root, name("b")), Errno::PERM);
    refused(fs.rename_over(&root, name("c"), name("b")), Errno::PERM);
}

#[test]
fn a_fork_goes_its_own_way() {
    let fs = sim();
    fs.put_file("/lib/a", "a");
    let other = fs.fork();
    assert_eq!(fs.tree(), other.tree());
    other.put_file("/lib/a", "b");
    assert_eq!((fs.read("/lib/a").unwrap(), other.read("/lib/a").unwrap()), (b"a".to_vec(), b"b".to_vec()));
}

/// What `path` reads as in each state a power cut may leave; `None` where it is absent.
fn after_power_cut(fs: &SimFs, path: &str) -> BTreeSet<Option<Vec<u8>>> {
    fs.power_cut_states(64).iter().map(|state| state.read(path).ok()).collect()
}

#[test]
fn a_power_cut_may_lose_a_rename_until_its_folder_is_synced() {
    let fs = sim();
    fs.put_file("/lib/film", "film");
    fs.put_link("/lib/kept", "/cache/copy");
    fs.settle();
    assert_eq!(fs.power_cut_states(64).len(), 1, "nothing is open to question");
    let root = fs.open_folder(Path::new("/lib")).unwrap();
    fs.exchange(&root, name("film"), name("kept")).unwrap();
    let states = fs.power_cut_states(64);
    assert_eq!(states.len(), 2);
    assert_eq!(states[0].read("/lib/kept").unwrap(), b"film", "everything survived");
    assert_eq!(states[1].read("/lib/film").unwrap(), b"film", "nothing survived");
    fs.sync(&root).unwrap();
    assert_eq!(after_power_cut(&fs, "/lib/kept"), BTreeSet::from([Some(b"film".to_vec())]));
}

#[test]
fn what_was_written_and_not_synced_may_be_old_or_zeros_whatever_its_name() {
    let fs = sim();
    let root = fs.open_folder(Path::new("/cache")).unwrap();
    let file = fs.create_file(&root, name("copy")).unwrap();
    fs.write_at(&file, b"film", 0).unwrap();
    let all = |fs: &SimFs| after_power_cut(fs, "/cache/copy");
    let (whole, empty, zeros) = (Some(b"film".to_vec()), Some(Vec::new()), Some(vec![0; 4]));
    assert_eq!(all(&fs), BTreeSet::from([None, whole.clone(), empty.clone(), zeros.clone()]));
    let (by_name, by_bytes) = (fs.fork(), fs.fork());
    by_name.sync(&root).unwrap();
    assert_eq!(
        all(&by_name),
        BTreeSet::from([whole.clone(), empty, zeros]),
        "a synced folder says nothing of bytes"
    );
    by_bytes.sync(&file).unwrap();
    assert_eq!(all(&by_bytes), BTreeSet::from([None, whole.clone()]), "a synced file may have no name");
    by_bytes.sync(&root).unwrap();
    assert_eq!(all(&by_bytes), BTreeSet::from([whole.clone()]));
    fs.sync_volume(&root).unwrap();
    assert_eq!(all(&fs), BTreeSet::from([whole]));
}

#[test]
fn acts_in_one_folder_survive_in_their_order() {
    let fs = sim();
    for act in ["/lib/1", "/lib/2", "/lib/3"] {
        fs.put_link(act, "t");
    }
    let found: BTreeSet<Vec<bool>> = (fs.power_cut_states(64).iter())
        .map(|state| ["/lib/1", "/lib/2", "/lib/3"].map(|path| state.lstat(path).is_ok()).to_vec())
        .collect();
    let expected = [[false; 3], [true, false, false], [true, true, false], [true; 3]];
    assert_eq!(found, expected.iter().map(|prefix| prefix.to_vec()).collect());
}

#[test]
fn a_rename_across_folders_happened_in_both_or_in_neither() {
    let fs = sim();
    fs.put_file("/lib/a/film", "film");
    fs.mkdir_all("/lib/b");
    fs.settle();
    fs.put_link("/lib/a/before", "t");
    fs.rename("/lib/a/film", "/lib/b/film").unwrap();
    fs.put_link("/lib/b/after", "t");
    for state in fs.power_cut_states(64) {
        let (here, there) = (state.read("/lib/a/film").is_ok(), state.read("/lib/b/film").is_ok());
        assert!(here != there, "exactly one name");
        assert!(
            !there || state.lstat("/lib/a/before").is_ok(),
            "what came before in either folder survived too"
        );
        assert_eq!(state.lstat(if here { "/lib/a/film" } else { "/lib/b/film" }).unwrap().nlink, 1);
    }
    let b = fs.open_folder(Path::new("/lib/b")).unwrap();
    fs.sync(&b).unwrap();
    let states = fs.power_cut_states(64);
    assert!(
        states.iter().all(|state| state.read("/lib/b/film").is_ok() && state.lstat("/lib/a/before").is_ok())
    );
}

#[test]
fn a_file_in_a_folder_whose_own_name_was_lost_is_lost() {
    let fs = sim();
    let root = fs.open_folder(Path::new("/cache")).unwrap();
    fs.make_folder(&root, name("new"), 0o755).unwrap();
    let new = fs.open_below(&root, Path::new("new")).unwrap();
    fs.put_file("/cache/new/copy", "film");
    fs.sync(&fs.open_file(&new, name("copy")).unwrap()).unwrap();
    fs.sync(&new).unwrap();
    assert!(after_power_cut(&fs, "/cache/new/copy").contains(&None));
    fs.sync(&root).unwrap();
    assert_eq!(after_power_cut(&fs, "/cache/new/copy"), BTreeSet::from([Some(b"film".to_vec())]));
}

#[test]
fn too_many_states_are_spread_with_all_and_nothing_among_them() {
    let fs = sim();
    for number in 0..20 {
        fs.put_file(format!("/lib/{number}/film"), "film");
    }
    let states = fs.power_cut_states(30);
    assert_eq!(states.len(), 30);
    assert_eq!(states[0].tree(), fs.tree());
    assert!(states[1].lstat("/lib/0").is_err());
    let again = fs.power_cut_states(30);
    assert!(states.iter().zip(&again).all(|(a, b)| a.tree() == b.tree()), "the same every time");
    assert!(states.iter().all(|state| state.power_cut_states(8).len() == 1), "in each everything is durable");
}

/// Five calls: link, exchange, sync, stat, unlink.
fn scenario(fs: &impl Fs, root: &Fd) -> io::Result<()> {
    fs.symlink(Path::new("/cache/copy"), root, name("kept"))?;
    fs.exchange(root, name("film"), name("kept"))?;
    fs.sync(root)?;
    fs.stat_at(root, name("kept"))?;
    fs.unlink(root, name("film"))
}

/// The scene before, and the scenario under a plan.
fn under(plan: Plan) -> (SimFs, Arc<Faults>, Result<io::Result<()>, Died>) {
    let fs = sim();
    fs.put_file("/lib/film", "film");
    let root = fs.open_folder(Path::new("/lib")).unwrap();
    let faults = Faults::new(plan);
    let faulty = Faulty::new(fs.clone(), &faults);
    let end = until_death(|| scenario(&faulty, &root));
    (fs, faults, end)
}

/// What is there after the first `calls` of the scenario.
fn after(calls: usize) -> Vec<&'static str> {
    match calls {
        0 => vec!["film"],
        5 => vec!["kept"],
        _ => vec!["film", "kept"],
    }
}

fn names_in_lib(fs: &SimFs) -> Vec<String> {
    let root = fs.open_folder(Path::new("/lib")).unwrap();
    fs.list(&root).unwrap().into_iter().map(|name| name.into_string().unwrap()).collect()
}

#[test]
fn death_comes_at_each_call_before_or_after_its_effect() {
    let (_, faults, end) = under(Plan::None);
    assert!(matches!(end, Ok(Ok(()))));
    assert_eq!(faults.count(), 5);
    assert_eq!(faults.calls()[1].op, "exchange");
    assert_eq!(faults.calls()[1].names, ["film", "kept"]);
    for k in 0..5 {
        let (fs, faults, end) = under(Plan::DieAt(k));
        assert_eq!(end.unwrap_err(), Died);
        assert_eq!(
            (names_in_lib(&fs), faults.count()),
            (after(k).iter().map(|s| (*s).to_owned()).collect(), k + 1)
        );
        assert_eq!(faults.gate("commit"), Gate::Die, "the dead do nothing more");
        let (fs, _, end) = under(Plan::DieAfter(k));
        assert_eq!(end.unwrap_err(), Died);
        assert_eq!(names_in_lib(&fs), after(k + 1));
    }
}

#[test]
fn an_error_comes_at_each_call_with_or_without_its_effect() {
    for k in 0..5 {
        let (fs, faults, end) = under(Plan::FailAt(k, Errno::STALE));
        refused(end.unwrap(), Errno::STALE);
        assert_eq!(names_in_lib(&fs), after(k));
        assert_eq!(faults.gate("commit"), Gate::Proceed, "once");
        let (fs, _, end) = under(Plan::FailAfterEffect(k, Errno::IO));
        refused(end.unwrap(), Errno::IO);
        assert_eq!(names_in_lib(&fs), after(k + 1));
        let (_, faults, end) = under(Plan::FailFrom(k, Errno::ROFS));
        refused(end.unwrap(), Errno::ROFS);
        assert_eq!(faults.gate("commit"), Gate::Fail(Errno::ROFS), "from then on");
    }
}

#[test]
fn drops_of_a_dying_process_have_no_effect_and_do_not_abort() {
    struct CleansUp<'a>(&'a Faulty<SimFs>, Fd);
    impl Drop for CleansUp<'_> {
        fn drop(&mut self) {
            refused(self.0.unlink(&self.1, name("film")), Errno::IO);
        }
    }
    let fs = sim();
    fs.put_file("/lib/film", "film");
    let root = fs.open_folder(Path::new("/lib")).unwrap();
    let faulty = Faulty::new(fs.clone(), &Faults::new(Plan::DieAt(0)));
    let end = until_death(|| {
        let _guard = CleansUp(&faulty, root.clone());
        faulty.sync(&root)
    });
    assert_eq!(end.unwrap_err(), Died);
    assert_eq!(names_in_lib(&fs), ["film"]);
    assert_eq!(until_death(|| faulty.sync(&root)).unwrap_err(), Died, "every later call dies again");
}

#[test]
fn another_actor_acts_before_the_call_it_waits_for() {
    let fs = sim();
    fs.put_file("/lib/film", "film");
    let theirs = fs.clone();
    let hook = move |number: usize, _: &_| {
        if number == 1 {
            theirs.put_file("/lib/film", "theirs");
        }
    };
    let faults = Faults::with_hook(Plan::None, Some(Arc::new(hook)));
    let root = fs.open_folder(Path::new("/lib")).unwrap();
    scenario(&Faulty::new(fs.clone(), &faults), &root).unwrap();
    assert_eq!(fs.read("/lib/kept").unwrap(), b"theirs");
}
