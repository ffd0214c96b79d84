//! The watch of the cache dir, on real folders, with the kernel's own word for what happens there.

use std::collections::HashSet;
use std::fs;
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cacherr::cacher::Cacher;
use cacherr::cacher::accesses::{ACCESS_WINDOW, Access, Changes};
use cacherr::cacher::scan::Depth;
use cacherr::clock::Clock;
use cacherr::domain::event::Event;
use cacherr::domain::file::Status;
use cacherr::domain::id::FileId;
use cacherr::watch::{Blind, Means, Parts, Rhythm, Sight, Watch};
use jiff::SignedDuration;
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps};
use tempfile::TempDir;

use crate::support::house::{GRACE, House, bytes, disk, film};
use crate::support::mounts::{Image, Mounted};

const QUICK: Rhythm = Rhythm {
    write: Duration::from_millis(50),
    quiet: Duration::from_millis(100),
    unrest: Duration::from_secs(2),
    poll: Duration::from_millis(200),
    check: Duration::from_millis(100),
    renew: Duration::from_secs(3600),
};

/// A house whose cache dir is watched.
struct Scene {
    house: Arc<House>,
    watch: Watch,
    library: PathBuf,
    /// How often the cache dir was looked at.
    looks: Arc<AtomicUsize>,
    _dirs: Vec<TempDir>,
}

impl Scene {
    fn new() -> Self {
        Self::with(Means::Kernel, QUICK)
    }

    fn with(means: Means, rhythm: Rhythm) -> Self {
        let (dir, cache) = disk();
        // A cache dir that can be moved away.
        let cache = cache.join("cache");
        fs::create_dir(&cache).unwrap();
        let mut scene = Self::on(&cache, means, rhythm);
        scene._dirs.push(dir);
        scene
    }

    fn on(cache: &Path, means: Means, rhythm: Rhythm) -> Self {
        let (dir, library) = disk();
        let house = Arc::new(House::of(&library, cache));
        let looks = Arc::new(AtomicUsize::new(0));
        let (engine, count) = (house.engine.clone(), looks.clone());
        let watch = Watch::start(Parts {
            cacher: Cacher::at_rest(house.engine.clone()),
            clock: house.clock.clone(),
            dir: cache.to_path_buf(),
            look: Box::new(move || {
                count.fetch_add(1, Ordering::SeqCst);
                engine.scan(Depth::Cache, false).map(drop)
            }),
            means,
            rhythm,
        })
        .unwrap();
        let scene = Self { house, watch, library, looks, _dirs: vec![dir] };
        if means == Means::Kernel {
            scene.wait_for("the watch", || matches!(scene.watch.sight(), Sight::Open { .. }));
        }
        scene
    }

    #[track_caller]
    fn wait_for(&self, what: &str, mut is: impl FnMut() -> bool) {
        let until = Instant::now() + Duration::from_secs(30);
        while !is() {
            assert!(Instant::now() < until, "waited in vain for {what}; {:?}", self.watch.sight());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Makes a film and caches it, and returns when its folder is watched.
    fn cached(&self, name: &str) -> (PathBuf, FileId) {
        let path = self.library.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        film(&path, &bytes(name.len() as u64, 10_000));
        let file = self.house.cache(&path).unwrap();
        (path, file)
    }

    fn count(&self, file: FileId) -> u64 {
        self.house.row(file).access_count
    }

    fn copy(&self, file: FileId) -> PathBuf {
        self.house.row(file).place.cached_path
    }

    /// Reads a film as a player does, until that has counted. Once, as a rule: what is told later than it is looked for
    /// would be told at another time of the clock. Again, where its folder was made a moment ago and not watched yet.
    #[track_caller]
    fn play(&self, path: &Path, file: FileId) {
        let before = self.count(file);
        let mut again_at = Instant::now();
        self.wait_for("an open to count", || {
            if self.count(file) == before && Instant::now() >= again_at {
                fs::read(path).unwrap();
                again_at = Instant::now() + Duration::from_secs(5);
            }
            self.count(file) > before
        });
    }

    fn is_healed(&self, path: &Path, file: FileId) -> bool {
        !path.is_symlink() && self.house.row(file).status == Status::Orphaned
    }
}

#[test]
fn a_film_opened_by_its_path_counts_once_in_ten_minutes_and_again_after() {
    let scene = Scene::new();
    let (dune, file) = scene.cached("Dune (2021)/Dune.mkv");
    let (alien, fence) = scene.cached("Dune (2021)/Alien.mkv");
    let began = scene.house.clock.now();
    scene.house.heard.lock().unwrap().clear();
    scene.play(&dune, file);
    assert_eq!((scene.count(file), scene.house.row(file).last_accessed), (1, Some(began)));

    scene.house.clock.advance(ACCESS_WINDOW - SignedDuration::from_secs(1));
    for _ in 0..5 {
        fs::read(&dune).unwrap();
    }
    // Events come in their order: when this one has been counted, those before have been judged.
    scene.play(&alien, fence);
    assert_eq!((scene.count(file), scene.house.row(file).last_accessed), (1, Some(began)));

    scene.house.clock.advance(SignedDuration::from_secs(1));
    scene.play(&dune, file);
    assert_eq!((scene.count(file), scene.count(fence)), (2, 1));
    scene.wait_for("the event, which follows the commit", || {
        matches!(scene.house.heard.lock().unwrap().last(), Some(Event::StatisticsChanged))
    });
}

#[test]
fn what_we_read_ourselves_does_not_count() {
    let scene = Scene::new();
    let (dune, file) = scene.cached("Dune.mkv");
    let (alien, fence) = scene.cached("Alien.mkv");
    scene.play(&alien, fence);
    scene.house.clock.advance(ACCESS_WINDOW);
    let copy = scene.copy(file);
    let witness = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).unwrap();
    inotify::add_watch(&witness, &copy, WatchFlags::OPEN).unwrap();
    for seconds in 1..4 {
        // Its time makes the copy suspect: it is read and hashed. Set by name, so it is not opened for that.
        let time = Timespec { tv_sec: seconds, tv_nsec: 0 };
        let times = Timestamps { last_access: time, last_modification: time };
        rustix::fs::utimensat(CWD, &copy, &times, AtFlags::empty()).unwrap();
        scene.house.engine.scan(Depth::Deep, false).unwrap();
        scene.house.engine.scan(Depth::Cache, false).unwrap();
        let mut buffer = [MaybeUninit::uninit(); 1024];
        inotify::Reader::new(&witness, &mut buffer).next().expect("the copy was opened");
    }
    scene.play(&alien, fence);
    assert_eq!(scene.count(file), 0);
    scene.play(&dune, file);
    assert_eq!(scene.count(file), 1, "others still count");
    assert_eq!(scene.looks.load(Ordering::SeqCst), 0);
}

#[test]
fn what_was_opened_before_the_end_is_written_at_the_end() {
    let scene = Scene::with(Means::Kernel, Rhythm { write: Duration::from_secs(3600), ..QUICK });
    let (dune, file) = scene.cached("Dune.mkv");
    let (_, other) = scene.cached("Alien.mkv");
    // That the folder is watched shows when something in it is seen.
    fs::remove_file(scene.copy(other)).unwrap();
    scene.wait_for("a folder that is watched", || {
        let film = scene.library.join("Alien.mkv");
        fs::write(scene.house.cache.join("Movies/stranger"), "").unwrap();
        scene.is_healed(&film, other)
    });
    fs::read(&dune).unwrap();
    assert_eq!(scene.count(file), 0, "it waits for others");
    scene.watch.stop();
    assert_eq!(scene.count(file), 1);
    scene.watch.stop();
}

#[test]
fn a_copy_deleted_behind_our_back_is_healed_without_being_asked() {
    let scene = Scene::new();
    let (dune, file) = scene.cached("Dune.mkv");
    let (alien, other) = scene.cached("Alien/Alien.mkv");
    scene.play(&alien, other);
    scene.house.heard.lock().unwrap().clear();

    fs::remove_file(scene.copy(file)).unwrap();
    scene.wait_for("the original", || scene.is_healed(&dune, file));
    assert_eq!(fs::read(&dune).unwrap(), bytes(8, 10_000));
    // It is told after the commit.
    scene.wait_for("the event", || {
        let heard = format!("{:?}", scene.house.heard.lock().unwrap());
        heard.contains("FileRemoved") && heard.contains("copy_missing")
    });
    assert!(alien.is_symlink());

    fs::remove_dir_all(scene.house.cache.join("Movies")).unwrap();
    scene.wait_for("the other original", || scene.is_healed(&alien, other));
}

#[test]
fn a_copy_that_is_moved_away_is_healed_and_put_to_use_again_when_it_comes_back() {
    let scene = Scene::new();
    let (dune, file) = scene.cached("Dune/Dune.mkv");
    // So that the folder above stays.
    scene.cached("Alien.mkv");
    scene.play(&dune, file);
    let (folder, away) = (scene.house.cache.join("Movies/Dune"), scene.house.cache.with_file_name("away"));
    for _ in 0..2 {
        fs::rename(&folder, &away).unwrap();
        scene.wait_for("the original", || scene.is_healed(&dune, file));
        fs::rename(&away, &folder).unwrap();
        scene.wait_for("the copy's return", || {
            dune.is_symlink() && scene.house.row(file).status == Status::Active
        });
    }
    scene.house.clock.advance(ACCESS_WINDOW);
    scene.play(&dune, file);
    assert_eq!(scene.count(file), 2, "a folder that came back is watched");
}

#[test]
fn our_own_work_is_no_reason_to_look() {
    let scene = Scene::new();
    let (alien, fence) = scene.cached("Alien.mkv");
    let films: Vec<_> = (0..20).map(|n| scene.cached(&format!("{n}/{n}.mkv"))).collect();
    let copies: HashSet<_> = films.iter().map(|(_, file)| scene.copy(*file)).collect();
    let changes = |gone: &HashSet<PathBuf>, came: &HashSet<PathBuf>| {
        scene.house.engine.are_concerned(&Changes { gone: gone.clone(), came: came.clone() }).unwrap()
    };
    let none = HashSet::new();
    assert!(changes(&copies, &none), "they are in use");
    assert!(!changes(&none, &copies), "none of them was missing");
    assert!(changes(&HashSet::from([scene.house.cache.join("Movies")]), &none), "a folder with copies");
    assert!(!changes(&HashSet::from([scene.house.cache.join("Strangers")]), &none));

    for (_, file) in &films {
        scene.house.restore(*file).unwrap();
    }
    scene.house.later(GRACE);
    assert!(copies.iter().all(|copy| !copy.exists()));
    assert!(!changes(&copies, &none), "it was meant");

    fs::remove_file(scene.copy(fence)).unwrap();
    scene.wait_for("the original", || scene.is_healed(&alien, fence));
    assert_eq!(scene.looks.load(Ordering::SeqCst), 1, "for the one that others deleted");
}

#[test]
fn where_nothing_is_told_the_cache_dir_is_looked_at_again_and_again() {
    let scene = Scene::with(Means::Looking, QUICK);
    let (dune, file) = scene.cached("Dune.mkv");
    fs::read(&dune).unwrap();
    scene.wait_for("the first look", || scene.looks.load(Ordering::SeqCst) > 0);
    assert_eq!(scene.watch.sight(), Sight::Blind(Blind::Unused));
    fs::remove_file(scene.copy(file)).unwrap();
    scene.wait_for("the original", || scene.is_healed(&dune, file));
    assert_eq!(scene.count(file), 0);
}

#[test]
fn a_cache_volume_that_was_away_is_watched_again() {
    let scene = Scene::new();
    let (dune, file) = scene.cached("Dune.mkv");
    let (alien, other) = scene.cached("Alien.mkv");
    scene.play(&dune, file);
    let (cache, away) = (&scene.house.cache, scene.house.cache.with_file_name("away"));
    fs::rename(cache, &away).unwrap();
    scene.wait_for("it to be missed", || scene.watch.sight() == Sight::Blind(Blind::Away));
    // The mount point of a volume that is not mounted.
    fs::create_dir(cache).unwrap();
    scene.wait_for("the mount point", || matches!(scene.watch.sight(), Sight::Open { folders: 1, .. }));
    fs::remove_dir(cache).unwrap();
    fs::rename(&away, cache).unwrap();
    scene.wait_for("the volume", || matches!(scene.watch.sight(), Sight::Open { folders: 2, .. }));
    assert_eq!(scene.house.row(file).status, Status::Active, "nothing was concluded");

    scene.house.clock.advance(ACCESS_WINDOW);
    scene.play(&dune, file);
    fs::remove_file(scene.copy(other)).unwrap();
    scene.wait_for("the original", || scene.is_healed(&alien, other));
}

#[test]
fn a_watched_volume_can_be_unmounted_and_is_watched_again_when_it_is_back() {
    let Some(volume) = Mounted::image(Image::Ext4, 16) else { return };
    let scene = Scene::on(volume.path(), Means::Kernel, QUICK);
    let (dune, file) = scene.cached("Dune.mkv");
    scene.play(&dune, file);
    // So soon that device and inode are what they were when it is looked at.
    volume.take_away();
    volume.bring_back();
    scene.house.clock.advance(ACCESS_WINDOW);
    scene.play(&dune, file);

    let looks = || scene.looks.load(Ordering::SeqCst);
    let before = looks();
    volume.take_away();
    scene.wait_for("a look at the mount point", || looks() > before);
    let before = looks();
    volume.bring_back();
    scene.wait_for("a look at the volume", || looks() > before);
    scene.house.clock.advance(ACCESS_WINDOW);
    scene.play(&dune, file);
    assert_eq!((scene.count(file), scene.house.row(file).status), (3, Status::Active));
}

#[test]
fn where_not_everything_is_told_the_cache_dir_is_looked_at_as_well() {
    let (_dir, branch) = disk();
    let Some(union) = Mounted::union(&[&branch], "use_ino,minfreespace=1M") else { return };
    let scene = Scene::on(union.path(), Means::Kernel, QUICK);
    assert_eq!(scene.watch.sight(), Sight::Open { folders: 1, all: false });
    scene.wait_for("a look", || scene.looks.load(Ordering::SeqCst) > 1);
}

#[test]
fn an_open_counts_for_a_copy_wherever_it_lies_and_for_nothing_else() {
    let scene = Scene::with(Means::Looking, QUICK);
    let (dune, file) = scene.cached("Dune.mkv");
    fs::write(scene.house.cache.join("Movies/Alien.mkv"), "a stranger's").unwrap();
    let (_, aside) = scene.cached("Alien.mkv");
    assert_ne!(scene.copy(aside), scene.house.cache.join("Movies/Alien.mkv"), "its place was taken");
    let (_, gone) = scene.cached("Brazil.mkv");
    let gone_copy = scene.copy(gone);
    scene.house.restore(gone).unwrap();

    let at = scene.house.clock.now();
    let open = |copy: PathBuf| Access { copy, at };
    let opens = [
        scene.copy(aside),
        scene.copy(file),
        gone_copy,
        dune,
        scene.house.cache.join("Movies/Alien.mkv"),
        scene.copy(file),
    ]
    .map(open);
    assert_eq!(scene.house.engine.count_accesses(&opens).unwrap(), 2);
    assert_eq!([file, aside, gone].map(|file| scene.count(file)), [1, 1, 0]);
    assert_eq!(
        scene.house.engine.count_accesses(&opens).unwrap(),
        0,
        "also for a process that knows nothing"
    );
}
