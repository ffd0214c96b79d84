//! The watch of the folders where cached files are at home, on real folders, with the kernel's own word.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cacherr::cacher::Cacher;
use cacherr::domain::file::Status;
use cacherr::domain::id::FileId;
use cacherr::store::Rows;
use cacherr::watch::{Originals, OriginalsParts, Rhythm, Sight};
use jiff::SignedDuration;
use tempfile::TempDir;

use crate::support::house::{GRACE, House, bytes, disk, film};
use crate::support::mounts::{Image, Mounted};
use crate::support::tell;

const QUICK: Rhythm = Rhythm {
    write: Duration::from_millis(50),
    quiet: Duration::from_millis(100),
    unrest: Duration::from_secs(2),
    poll: Duration::from_millis(200),
    check: Duration::from_millis(50),
    renew: Duration::from_secs(3600),
};
/// A link that was not at its path is looked for after so long.
const DOUBT: SignedDuration = SignedDuration::from_mins(10);

/// A house whose originals are watched.
struct Scene {
    house: Arc<House>,
    originals: Originals,
    library: PathBuf,
    _dirs: Vec<TempDir>,
}

impl Scene {
    fn new() -> Self {
        let (dir, library) = disk();
        let mut scene = Self::on(&library);
        scene._dirs.push(dir);
        scene
    }

    fn on(library: &Path) -> Self {
        let (dir, cache) = disk();
        let house = Arc::new(House::of(library, &cache));
        let originals = watch(&house);
        Self { house, originals, library: library.to_path_buf(), _dirs: vec![dir] }
    }

    #[track_caller]
    fn wait_for(&self, what: &str, mut is: impl FnMut() -> bool) {
        let until = Instant::now() + Duration::from_secs(60);
        while !is() {
            assert!(Instant::now() < until, "waited in vain for {what}; {:?}", self.originals.sight());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn folders(&self) -> u64 {
        match self.originals.sight() {
            Sight::Open { folders, .. } => folders,
            Sight::Opening | Sight::Blind(_) => 0,
        }
    }

    /// Makes a film and caches it.
    fn cached(&self, name: &str) -> (PathBuf, FileId) {
        let path = self.library.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        film(&path, &bytes(name.len() as u64, 10_000));
        let file = self.house.cache(&path).unwrap();
        (path, file)
    }

    /// The same; returns when its folder is watched and was looked at, as one of so many.
    fn watched(&self, name: &str, folders: u64) -> (PathBuf, FileId) {
        let before = self.originals.looked_at();
        let (path, file) = self.cached(name);
        self.wait_for("the folder", || self.folders() == folders && self.originals.looked_at() > before);
        (path, file)
    }

    fn reason(&self, file: FileId) -> Option<String> {
        self.house.row(file).removed.map(|removed| removed.reason)
    }

    fn is_missed(&self, file: FileId) -> bool {
        self.house.row(file).link_missing_since.is_some()
    }
}

fn watch(house: &House) -> Originals {
    Originals::start(OriginalsParts {
        cacher: Cacher::at_rest(house.engine.clone()),
        clock: house.clock.clone(),
        rhythm: QUICK,
        mounts: cacherr::domain::mounts::LIST.into(),
    })
    .unwrap()
}

#[test]
fn a_film_that_a_download_manager_replaces_is_theirs_within_seconds_and_its_copy_goes() {
    let scene = Scene::new();
    let (dune, file) = scene.watched("Dune (2021)/Dune.mkv", 2);
    let copy = scene.house.row(file).place.cached_path;
    let began = Instant::now();
    // As they do it: the old one, which is our link, is deleted; the new one is moved in from beside.
    let new = scene.library.join("new.mkv");
    film(&new, b"a better encode");
    fs::remove_file(&dune).unwrap();
    fs::rename(&new, &dune).unwrap();
    scene.wait_for("it to be noticed", || scene.reason(file).as_deref() == Some("superseded"));
    tell(&format!("noticed after {:.0?}", began.elapsed()));
    assert_eq!(fs::read(&dune).unwrap(), b"a better encode");
    assert!(copy.exists(), "whoever has read the link may still open it");
    scene.house.later(GRACE);
    assert!(!copy.exists());
    scene.wait_for("nobody to be at home there", || scene.folders() == 0);
}

#[test]
fn a_deleted_film_is_missed_at_once_and_given_up_when_it_stays_away() {
    let scene = Scene::new();
    let (dune, file) = scene.watched("Dune.mkv", 1);
    fs::remove_file(&dune).unwrap();
    scene.wait_for("it to be missed", || scene.is_missed(file));
    assert_eq!(scene.house.row(file).status, Status::Active, "once is no proof");
    scene.house.clock.advance(DOUBT);
    scene.wait_for("it to be given up", || scene.reason(file).as_deref() == Some("unclaimed"));
    assert!(scene.house.row(file).place.cached_path.exists(), "absence is not a decision");
    let trash = scene.house.engine.store().read().unwrap().trash().unwrap();
    assert_eq!(trash.len(), 1);
}

#[test]
fn a_link_that_comes_back_is_not_missed_any_more() {
    let scene = Scene::new();
    let (dune, file) = scene.watched("Dune/Dune.mkv", 2);
    let (folder, away) = (scene.library.join("Dune"), scene.library.join("away"));
    fs::rename(&folder, &away).unwrap();
    scene.wait_for("it to be missed", || scene.is_missed(file));
    fs::rename(&away, &folder).unwrap();
    scene.wait_for("it to be found", || !scene.is_missed(file));
    scene.wait_for("it to be watched again", || scene.folders() == 2);
    fs::remove_file(&dune).unwrap();
    scene.wait_for("it to be missed again", || scene.is_missed(file));
}

#[test]
fn a_renamed_show_takes_its_files_along() {
    let scene = Scene::new();
    let (_, file) = scene.watched("Series/Foo/Season 01/Foo S01E01.mkv", 4);
    // Above the folder that holds the link.
    fs::rename(scene.library.join("Series/Foo"), scene.library.join("Series/Foo (2019)")).unwrap();
    scene.wait_for("it to be missed", || scene.is_missed(file));
    scene.house.clock.advance(DOUBT);
    let now = scene.library.join("Series/Foo (2019)/Season 01/Foo S01E01.mkv");
    scene.wait_for("it to be found", || scene.house.row(file).file_path == now);
    assert_eq!(scene.house.row(file).status, Status::Active);
    scene.wait_for("its new folders to be watched", || scene.folders() == 4);
    film(&scene.library.join("new"), b"other");
    fs::rename(scene.library.join("new"), &now).unwrap();
    scene.wait_for("what happens there to be noticed", || scene.reason(file).is_some());
}

#[test]
fn an_original_that_goes_or_is_written_to_is_noticed() {
    let scene = Scene::new();
    let (dune, file) = scene.watched("Dune.mkv", 1);
    let (alien, other) = scene.cached("Alien.mkv");
    let kept = |file| scene.library.join(scene.house.row(file).place.kept.unwrap());
    fs::remove_file(kept(file)).unwrap();
    scene.wait_for("it to be missed", || scene.house.row(file).place.kept.is_none());
    assert!(dune.is_symlink() && scene.house.row(file).attention.is_some());
    // By an old handle; theirs wins, so it is given back.
    fs::write(kept(other), b"other bytes").unwrap();
    scene.wait_for("it to be noticed", || !alien.is_symlink());
    assert_eq!(fs::read(&alien).unwrap(), b"other bytes");
}

#[test]
fn our_own_swaps_are_no_reason_to_look() {
    let (_dir, library) = disk();
    // Whoever made them did that long ago.
    let films: Vec<PathBuf> = (0..30).map(|number| library.join(format!("{number}.mkv"))).collect();
    films.iter().for_each(|path| film(path, &bytes(1, 10_000)));
    let scene = Scene::on(&library);
    let (fence_path, fence) = scene.watched("Fence.mkv", 1);
    let before = scene.originals.looked_at();
    for some in films.chunks(10) {
        let files: Vec<FileId> = some.iter().map(|path| scene.house.cache(path).unwrap()).collect();
        files.iter().skip(3).for_each(|file| scene.house.restore(*file).unwrap());
        scene.house.later(GRACE);
    }
    fs::write(scene.library.join("Fence.nfo"), "what others put beside it").unwrap();
    fs::read(&fence_path).unwrap();
    fs::remove_file(&fence_path).unwrap();
    scene.wait_for("the fence", || scene.is_missed(fence));
    assert_eq!(scene.originals.looked_at(), before + 1, "at the one that others deleted");
}

#[test]
fn what_happened_before_the_start_is_seen_by_it() {
    let (_library, library) = disk();
    let (_cache, cache) = disk();
    let house = House::of(&library, &cache);
    let path = library.join("Dune.mkv");
    film(&path, b"the film");
    let file = house.cache(&path).unwrap();
    fs::remove_file(&path).unwrap();
    film(&path, b"another");
    let originals = watch(&house);
    let until = Instant::now() + Duration::from_secs(30);
    while house.row(file).status == Status::Active {
        assert!(Instant::now() < until, "{:?}", originals.sight());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_volume_that_is_unmounted_concludes_nothing_and_is_watched_again_when_it_is_back() {
    let Some(volume) = Mounted::image(Image::Ext4, 16) else { return };
    let scene = Scene::on(volume.path());
    let (dune, file) = scene.watched("Dune.mkv", 1);
    volume.take_away();
    scene.wait_for("the watches to be gone", || scene.folders() == 0);
    let looked_at = scene.originals.looked_at();
    assert!(!scene.is_missed(file));
    volume.bring_back();
    scene.wait_for("it to be watched again", || {
        scene.folders() == 1 && scene.originals.looked_at() == looked_at + 1
    });
    assert_eq!((scene.house.row(file).status, scene.is_missed(file)), (Status::Active, false));
    fs::remove_file(&dune).unwrap();
    scene.wait_for("it to be missed", || scene.is_missed(file));
}

#[test]
fn where_others_act_behind_the_file_system_that_is_said_and_what_is_told_is_noticed() {
    let (_dir, branch) = disk();
    let Some(union) = Mounted::union(&[&branch], "use_ino,minfreespace=1M") else { return };
    let (_cache, cache) = disk();
    let house = Arc::new(House::of_union(union.path(), &cache));
    let path = union.path().join("Dune.mkv");
    film(&path, b"the film");
    let file = house.cache(&path).unwrap();
    let scene = Scene { originals: watch(&house), house, library: union.path().to_path_buf(), _dirs: vec![] };
    scene.wait_for("the watch", || scene.originals.sight() == Sight::Open { folders: 1, all: false });
    fs::remove_file(&path).unwrap();
    scene.wait_for("it to be missed", || scene.is_missed(file));
}

#[test]
fn twenty_thousand_files_in_two_thousand_folders_are_watched_within_seconds() {
    let scene = Scene::new();
    let (_, file) = scene.watched("Films/0/0.mkv", 3);
    let row = scene.house.row(file);
    let (folders, each) = (2000_u32, 10_u32);
    for folder in 0..folders {
        fs::create_dir_all(scene.library.join(format!("Films/{folder}"))).unwrap();
    }
    scene
        .house
        .engine
        .store()
        .write(|w| {
            for folder in 0..folders {
                for number in 1..=each {
                    let mut row = row.clone();
                    row.id = FileId::new();
                    row.place.folder = scene.library.join(format!("Films/{folder}"));
                    row.place.name = format!("{number}.mkv").into();
                    row.file_path = row.place.folder.join(&row.place.name);
                    w.put_file(&row)?;
                }
            }
            Ok(())
        })
        .unwrap();
    let (before, began) = (resident(), Instant::now());
    scene.wait_for("all of them", || scene.folders() == u64::from(folders) + 2);
    tell(&format!(
        "{} folders of {} files watched within {:.1?}; {} KiB more than before",
        scene.folders(),
        folders * each,
        began.elapsed(),
        resident().saturating_sub(before)
    ));
    // Their links were never made, and what is missing in such numbers is no deletion.
    assert!(!scene.is_missed(file));
}

/// Of this process, in KiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
