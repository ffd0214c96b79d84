//! The operating system behind [`Fs`]: what the kernel is relied upon for, tried on the kernel.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use cacherr::domain::time::FileTime;
use cacherr::files::folder::prune;
use cacherr::files::real::RealFs;
use cacherr::files::real::open::{below, walk};
use cacherr::files::{Fd, Fs, Kind};
use rustix::io::Errno;
use std::os::fd::AsFd;
use tempfile::TempDir;

/// The fs, a folder, and its handle.
fn folder() -> (RealFs, TempDir, Fd) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().canonicalize().unwrap();
    let fd = RealFs.open_folder(&path).unwrap();
    (RealFs, dir, fd)
}

#[track_caller]
fn refused<T>(result: io::Result<T>, errno: Errno) {
    assert_eq!(result.err().and_then(|error| error.raw_os_error()), Some(errno.raw_os_error()));
}

fn name(text: &str) -> &OsStr {
    OsStr::new(text)
}

#[test]
fn nothing_below_a_root_leads_out_of_it_in_either_way_of_walking() {
    let (_, dir, root) = folder();
    fs::create_dir_all(dir.path().join("a/b")).unwrap();
    fs::write(dir.path().join("a/file"), "").unwrap();
    symlink("a", dir.path().join("inside")).unwrap();
    symlink("/", dir.path().join("outside")).unwrap();
    type Way = fn(std::os::fd::BorrowedFd<'_>, &Path) -> io::Result<std::os::fd::OwnedFd>;
    for way in [below as Way, walk as Way] {
        let go = |path: &str| way(root.as_fd(), Path::new(path));
        let inode = |path: &str| RealFs.stat(&go(path).unwrap().into()).unwrap().identity.ino;
        assert_eq!(inode("a/b"), fs::metadata(dir.path().join("a/b")).unwrap().ino());
        assert_eq!(inode(""), fs::metadata(dir.path()).unwrap().ino());
        for bad in ["..", "a/..", "a/../..", "/", "/etc", "a//b", "a/", "./a", "a/./b"] {
            refused(go(bad), Errno::INVAL);
        }
        for link in ["inside", "inside/b", "outside", "outside/etc"] {
            refused(go(link), Errno::LOOP);
        }
        refused(go("none"), Errno::NOENT);
        refused(go("a/file"), Errno::NOTDIR);
        refused(go("a/file/x"), Errno::NOTDIR);
    }
}

#[test]
fn a_root_is_an_absolute_path_that_is_not_a_symlink() {
    let (fs_, dir, _) = folder();
    symlink(dir.path(), dir.path().join("link")).unwrap();
    refused(fs_.open_folder(&dir.path().join("link")), Errno::LOOP);
    refused(fs_.open_folder(Path::new("src")), Errno::INVAL);
    assert_eq!(fs_.canonicalize(&dir.path().join("link")).unwrap(), dir.path().canonicalize().unwrap());
}

#[test]
fn a_name_with_two_components_reaches_no_call() {
    let (fs_, dir, root) = folder();
    fs::create_dir(dir.path().join("a")).unwrap();
    fs::write(dir.path().join("a/x"), "x").unwrap();
    for bad in ["a/x", "a/", "/", "", ".", ".."] {
        let bad = name(bad);
        refused(fs_.unlink(&root, bad), Errno::INVAL);
        refused(fs_.open_file(&root, bad), Errno::INVAL);
        refused(fs_.create_file(&root, bad), Errno::INVAL);
        refused(fs_.exchange(&root, bad, name("a")), Errno::INVAL);
        refused(fs_.rename_new(&root, name("a"), &root, bad), Errno::INVAL);
        refused(fs_.make_folder(&root, bad, 0o755), Errno::INVAL);
        refused(fs_.remove_folder(&root, bad), Errno::INVAL);
        refused(fs_.symlink(Path::new("t"), &root, bad), Errno::INVAL);
    }
}

#[test]
fn creating_is_exclusive_and_follows_no_link() {
    let (fs_, dir, root) = folder();
    let file = fs_.create_file(&root, name("new")).unwrap();
    assert_eq!(fs_.stat(&file).unwrap().identity.mode, 0o600);
    refused(fs_.create_file(&root, name("new")), Errno::EXIST);
    symlink(dir.path().join("elsewhere"), dir.path().join("link")).unwrap();
    refused(fs_.create_file(&root, name("link")), Errno::EXIST);
    refused(fs_.open_file(&root, name("link")), Errno::LOOP);
    assert!(!dir.path().join("elsewhere").exists());
}

#[test]
fn exchange_keeps_both_inodes_and_needs_both_names() {
    let (fs_, dir, root) = folder();
    fs::write(dir.path().join("film"), "film").unwrap();
    fs_.symlink(Path::new("/cache/film"), &root, name("kept")).unwrap();
    let (film, link) = (fs_.stat_at(&root, name("film")).unwrap(), fs_.stat_at(&root, name("kept")).unwrap());
    assert_eq!((film.kind, link.kind), (Kind::File, Kind::Link));
    fs_.exchange(&root, name("film"), name("kept")).unwrap();
    assert!(fs_.stat_at(&root, name("kept")).unwrap().same_inode(&film));
    assert!(fs_.stat_at(&root, name("film")).unwrap().same_inode(&link));
    assert_eq!(fs_.read_link(&root, name("film")).unwrap(), Path::new("/cache/film"));
    refused(fs_.exchange(&root, name("film"), name("none")), Errno::NOENT);
}

#[test]
fn a_rename_to_a_new_name_refuses_a_taken_one() {
    let (fs_, dir, root) = folder();
    for (file, text) in [("a", "a"), ("b", "b")] {
        fs::write(dir.path().join(file), text).unwrap();
    }
    refused(fs_.rename_new(&root, name("a"), &root, name("b")), Errno::EXIST);
    assert_eq!(fs::read(dir.path().join("b")).unwrap(), b"b");
    refused(fs_.hard_link(&root, name("a"), name("b")), Errno::EXIST);
    fs_.rename_over(&root, name("a"), name("b")).unwrap();
    assert_eq!(fs::read(dir.path().join("b")).unwrap(), b"a");
    fs_.hard_link(&root, name("b"), name("c")).unwrap();
    assert_eq!(fs_.stat_at(&root, name("c")).unwrap().nlink, 2);
    assert_eq!(fs_.list(&root).unwrap().len(), 2);
}

#[test]
fn data_ranges_hold_all_bytes_of_a_sparse_file() {
    let (fs_, _dir, root) = folder();
    let file = fs_.create_file(&root, name("sparse")).unwrap();
    fs_.set_len(&file, 8 << 20).unwrap();
    fs_.write_at(&file, b"middle", 4 << 20).unwrap();
    let range = fs_.next_data(&file, 0).unwrap().unwrap();
    assert!(range.start <= 4 << 20 && range.end >= (4 << 20) + 6 && range.end <= 8 << 20);
    if range.start > 0 {
        assert_eq!(fs_.next_data(&file, range.end).unwrap(), None, "only a hole is left");
    }
    assert_eq!(fs_.next_data(&file, 8 << 20).unwrap(), None);
    let mut bytes = [1; 6];
    assert_eq!(fs_.read_at(&file, &mut bytes, 0).unwrap(), 6);
    assert_eq!(bytes, [0; 6]);
    fs_.drop_pages(&file, 0..8 << 20).unwrap();
    fs_.sync_data(&file).unwrap();
    fs_.sync(&file).unwrap();
    fs_.sync(&root).unwrap();
    fs_.sync_volume(&root).unwrap();
}

#[test]
fn extended_attributes_come_back_whatever_their_length() {
    let (fs_, _dir, root) = folder();
    let file = fs_.create_file(&root, name("x")).unwrap();
    assert!(!fs_.list_xattrs(&file).unwrap().iter().any(|name| name.as_bytes().starts_with(b"user.")));
    refused(fs_.get_xattr(&file, name("user.none")), Errno::NODATA);
    for (attribute, value) in [("user.empty", vec![]), ("user.long", vec![7; 2000])] {
        match fs_.set_xattr(&file, name(attribute), &value) {
            Err(error) if error.raw_os_error() == Some(Errno::OPNOTSUPP.raw_os_error()) => return,
            other => other.unwrap(),
        }
        assert_eq!(fs_.get_xattr(&file, name(attribute)).unwrap(), value);
        assert!(fs_.list_xattrs(&file).unwrap().contains(&OsString::from(attribute)));
    }
}

#[test]
fn names_are_bytes_up_to_255_of_them() {
    let (fs_, _dir, root) = folder();
    let odd = [OsString::from_vec(vec![0xff; 255]), OsString::from_vec(b"\xc3\x28 new\nline".to_vec())];
    for odd in &odd {
        fs_.create_file(&root, odd).unwrap();
        assert_eq!(fs_.stat_at(&root, odd).unwrap().kind, Kind::File);
    }
    let mut names = fs_.list(&root).unwrap();
    names.sort();
    assert_eq!(names, [odd[1].clone(), odd[0].clone()]);
    refused(fs_.create_file(&root, &OsString::from_vec(vec![b'x'; 256])), Errno::NAMETOOLONG);
}

#[test]
fn a_fifo_without_a_writer_does_not_block() {
    let (fs_, _dir, root) = folder();
    rustix::fs::mknodat(&root, "fifo", rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    let fifo = fs_.open_file(&root, name("fifo")).unwrap();
    assert_eq!(fs_.stat(&fifo).unwrap().kind, Kind::Special);
    assert_eq!(fs_.stat_at(&root, name("fifo")).unwrap().kind, Kind::Special);
}

#[test]
fn modes_owners_and_times_are_set_on_the_thing_itself() {
    let (fs_, dir, root) = folder();
    fs_.make_folder(&root, name("open"), 0o2777).unwrap();
    assert_eq!(fs::metadata(dir.path().join("open")).unwrap().permissions().mode() & 0o7777, 0o2777);
    fs_.remove_folder(&root, name("open")).unwrap();

    let file = fs_.create_file(&root, name("f")).unwrap();
    let mtime = FileTime { secs: 1_000_000_000, nanos: 123_456_789 };
    fs_.set_mode(&file, 0o640).unwrap();
    fs_.set_mtime(&file, mtime).unwrap();
    let before = fs_.stat(&file).unwrap();
    fs_.set_owner(&file, before.identity.uid, before.identity.gid).unwrap();
    assert_eq!((before.identity.mode, before.identity.mtime), (0o640, mtime));
    assert_eq!(before.dev, fs::metadata(dir.path()).unwrap().dev());

    fs_.symlink(Path::new("f"), &root, name("l")).unwrap();
    let earlier = FileTime { secs: -5, nanos: 1 };
    fs_.set_mtime_at(&root, name("l"), earlier).unwrap();
    fs_.set_owner_at(&root, name("l"), before.identity.uid, before.identity.gid).unwrap();
    assert_eq!(fs_.stat_at(&root, name("f")).unwrap().identity.mtime, mtime, "the target stays");
    let link = fs_.stat_at(&root, name("l")).unwrap();
    assert_eq!((link.kind, link.identity.size), (Kind::Link, 1));
    refused(fs_.set_owner(&file, u32::MAX, 0), Errno::INVAL);
}

#[test]
fn uncached_reads_give_the_same_bytes_at_odd_offsets_and_lengths() {
    // In the target folder: the system's temporary folder may be a tmpfs, which knows no uncached reads.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let root = RealFs.open_folder(&dir.path().canonicalize().unwrap()).unwrap();
    let file = RealFs.create_file(&root, name("f")).unwrap();
    for size in [0_usize, 1, 511, 4095, 4096, 4097, (3 << 20) + 17] {
        let bytes: Vec<u8> = (0..size).map(|at| (at * 31 % 251) as u8).collect();
        RealFs.set_len(&file, 0).unwrap();
        RealFs.write_at(&file, &bytes, 0).unwrap();
        let uncached = RealFs.open_uncached(&root, name("f")).unwrap();
        for (offset, length) in [(0, 2 << 20), (1, 1), (4095, 2), (4096, 4096), (100, 1 << 20), (777, 5000)] {
            let mut buffer = vec![0; length];
            let found = RealFs.read_at(&uncached, &mut buffer, offset as u64).unwrap();
            let expected = bytes.get(offset..).unwrap_or_default();
            assert_eq!(found == 0, expected.is_empty(), "{size} {offset}");
            assert!(expected.starts_with(&buffer[..found]), "{size} {offset} {length}");
        }
        let (mut all, mut buffer) = (Vec::new(), vec![0; 100_003]);
        loop {
            match RealFs.read_at(&uncached, &mut buffer, all.len() as u64).unwrap() {
                0 => break,
                found => all.extend_from_slice(&buffer[..found]),
            }
        }
        assert!(all == bytes, "{size} bytes read in odd steps");
    }
}

#[test]
fn space_is_told_in_bytes() {
    let (fs_, _dir, root) = folder();
    let space = fs_.space(&root).unwrap();
    assert!(space.available <= space.total && space.total > 1 << 20);
}

/// A python process that runs `code` and then waits to be killed.
struct Holder(Child);

impl Holder {
    fn of(path: &Path, code: &str) -> Self {
        let script = format!(
            "import sys, mmap, os\np = sys.argv[1]\n{code}\nprint('ready', flush=True)\nsys.stdin.read()"
        );
        let mut child = Command::new("python3")
            .args([OsStr::new("-c"), OsStr::new(&script), path.as_os_str()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Self(child)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn holders_are_seen_by_handle_and_by_mapping_with_what_they_may_do() {
    let (fs_, dir, root) = folder();
    let path = dir.path().join("a film (deleted)");
    fs::write(&path, "film").unwrap();
    let film = name("a film (deleted)");
    let ours = fs::File::options().read(true).write(true).open(&path).unwrap();
    ours.write_all_at(b"FILM", 0).unwrap();
    let count = || {
        let seen = fs_.holders(&fs_.stat_at(&root, film).unwrap()).unwrap();
        (seen.writers, seen.readers)
    };
    assert_eq!(count(), (0, 0), "handles of this process do not count");
    for (code, expected) in [
        ("f = open(p, 'rb')", (0, 1)),
        ("f = open(p, 'ab')", (1, 0)),
        ("f = open(p, 'r+b'); g = open(p, 'rb')", (1, 1)),
        ("fd = os.open(p, os.O_RDWR); m = mmap.mmap(fd, 4); os.close(fd)", (2, 0)),
        ("fd = os.open(p, os.O_RDONLY); m = mmap.mmap(fd, 4, prot=mmap.PROT_READ); os.close(fd)", (0, 2)),
    ] {
        let holder = Holder::of(&path, code);
        assert_eq!(count(), expected, "{code}");
        drop(holder);
        assert_eq!(count(), (0, 0), "after {code}");
    }
}

#[test]
fn a_mapping_alone_holds_a_file() {
    let (fs_, dir, root) = folder();
    let path = dir.path().join("library.so");
    // A copy of a shared library: the loader maps it and closes its handle.
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let library =
        maps.lines().filter_map(|line| line.split_whitespace().nth(5)).find(|path| path.contains("libm.so"));
    let library = library.or_else(|| {
        maps.lines().filter_map(|line| line.split_whitespace().nth(5)).find(|path| path.contains("libc.so"))
    });
    let Some(library) = library else { return };
    fs::copy(library, &path).unwrap();
    let _holder = Holder::of(&path, "import ctypes; ctypes.CDLL(p)");
    let seen = fs_.holders(&fs_.stat_at(&root, name("library.so")).unwrap()).unwrap();
    assert_eq!(seen.writers, 0);
    assert!(seen.readers > 0, "{seen:?}");
}

#[test]
fn a_process_whose_first_thread_ended_still_holds_its_files() {
    let (fs_, dir, root) = folder();
    fs::write(dir.path().join("film"), "film").unwrap();
    let code = "import ctypes, threading
f = open(p, 'rb')
def rest():
    first = f'/proc/self/task/{os.getpid()}/stat'
    while open(first).read().rsplit(')', 1)[1].split()[0] != 'Z': pass
    print('ready', flush=True)
    sys.stdin.read()
threading.Thread(target=rest).start()
ctypes.CDLL(None).pthread_exit(None)";
    let _holder = Holder::of(&dir.path().join("film"), code);
    let seen = fs_.holders(&fs_.stat_at(&root, name("film")).unwrap()).unwrap();
    assert_eq!((seen.writers, seen.readers), (0, 1));
}

#[test]
fn where_no_uncached_reads_are_known_ordinary_ones_serve() {
    let root = RealFs.open_folder(Path::new("/proc/sys/kernel")).unwrap();
    let file = RealFs.open_uncached(&root, name("ostype")).unwrap();
    let mut bytes = [0; 16];
    let length = RealFs.read_at(&file, &mut bytes, 0).unwrap();
    assert_eq!(&bytes[..length], b"Linux\n");
}

#[test]
fn an_answer_is_complete_only_where_the_first_process_can_be_read() {
    let (fs_, _dir, root) = folder();
    let first_is_seen = fs::read("/proc/1/maps").is_ok()
        && fs::read_link("/proc/self/ns/pid").unwrap() == Path::new("pid:[4026531836]");
    let seen = fs_.holders(&fs_.stat(&root).unwrap()).unwrap();
    assert!(first_is_seen || !seen.complete, "{seen:?}");
}

#[test]
fn empty_folders_go_up_to_the_first_that_holds_something() {
    let (fs_, dir, root) = folder();
    let at = |below: &str| dir.path().join(below);
    fs::create_dir_all(at("a/b/c")).unwrap();
    fs::write(at("a/kept"), "").unwrap();
    prune(&fs_, &root, dir.path(), Path::new("a/b/c/gone.mkv")).unwrap();
    assert!(at("a/kept").exists() && !at("a/b").exists());
    // Gone already, in part or altogether.
    fs::remove_file(at("a/kept")).unwrap();
    prune(&fs_, &root, dir.path(), Path::new("a/b/c/gone.mkv")).unwrap();
    assert!(!at("a").exists() && dir.path().exists());
    prune(&fs_, &root, dir.path(), Path::new("gone.mkv")).unwrap();
}

#[test]
fn a_folder_that_cannot_be_removed_is_an_error_and_not_one_that_holds_something() {
    let (fs_, dir, root) = folder();
    fs::create_dir(dir.path().join("elsewhere")).unwrap();
    symlink("elsewhere", dir.path().join("a")).unwrap();
    for file in ["a/gone.mkv", "a/b/gone.mkv"] {
        let error = prune(&fs_, &root, dir.path(), Path::new(file)).unwrap_err();
        assert_eq!(error.code(), "io_error", "{error}");
        assert!(error.to_string().contains("/a"), "{error}");
    }
    assert!(dir.path().join("elsewhere").exists());
}
