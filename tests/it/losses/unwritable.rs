//! E5: what cannot be written down is not done. Nobody is told that it was, and nothing is deleted.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rustix::fs::FallocateFlags;

use super::{film, kept};
use crate::kill::scene::Film;
use crate::process::{House, Tree};
use crate::support::mounts::{Image, Mounted};

const SIZE: u64 = 300_000;

/// A house whose store lies on a small volume of its own.
struct Scene {
    house: House,
    data: Mounted,
    /// One that is cached with its original beside it, one of which the copy is all there is, and one that is not here.
    kept: Film,
    moved: Film,
    fresh: Film,
    before: Tree,
}

impl Scene {
    fn new() -> Option<Self> {
        let data = Mounted::image(Image::Ext4, 24)?;
        let house = House::new();
        let text = fs::read_to_string(house.at("cacherr.toml")).unwrap();
        let (ours, theirs) = (house.at("data").display().to_string(), data.path().display().to_string());
        fs::write(house.at("cacherr.toml"), text.replacen(&ours, &theirs, 1)).unwrap();
        let films = ["Kept.mkv", "Moved.mkv", "Fresh.mkv"];
        let [kept, moved, fresh] = films.map(|name| film(&house, name, SIZE));
        house.cache([&kept.path]);
        house.tell(["cache", moved.path.to_str().unwrap(), "--mode", "move"]);
        let before = house.library();
        Some(Self { house, data, kept, moved, fresh, before })
    }

    fn ballast(&self) -> PathBuf {
        self.data.path().join("ballast")
    }

    /// Every block is taken.
    fn fill(&self) {
        let file = File::create(self.ballast()).unwrap();
        for step in [1 << 20, 64 << 10, 4096, 1] {
            let mut length = file.metadata().unwrap().len();
            while rustix::fs::fallocate(&file, FallocateFlags::empty(), length, step).is_ok() {
                length += step;
            }
        }
        file.sync_all().unwrap();
    }

    /// Nothing was deleted or changed: neither links nor originals nor copies.
    #[track_caller]
    fn is_untouched(&self, when: &str) {
        assert!(self.house.library() == self.before, "{when}: {:#?}", self.house.library());
        self.is_whole(when);
    }

    /// Every film is there with all its bytes, and an original that is kept is one.
    #[track_caller]
    fn is_whole(&self, when: &str) {
        for film in [&self.kept, &self.moved, &self.fresh] {
            assert!(fs::read(&film.path).unwrap() == *film.bytes, "{when}: {}", film.path.display());
            if let Ok(original) = fs::read(kept(&film.path)) {
                assert!(original == *film.bytes, "{when}: {}", film.path.display());
            }
        }
    }

    /// With room again, everything goes on as if nothing had been.
    fn recovers(self) {
        let Self { house, kept: one, moved, fresh, .. } = &self;
        let _ = fs::remove_file(self.ballast());
        house.cache([&fresh.path]);
        house.tell(["restore", "--all"]);
        for film in [one, moved, fresh] {
            assert!(!film.path.is_symlink());
            assert!(fs::read(&film.path).unwrap() == *film.bytes);
            assert!(!kept(&film.path).exists());
        }
        assert_eq!(house.copies(), [] as [PathBuf; 0]);
        assert_eq!(house.tell(["check", "--deep"])["findings"], serde_json::json!([]));
    }
}

fn name(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What a person might ask for while nothing can be written down.
fn wishes(scene: &Scene) -> [[String; 2]; 3] {
    [["cache", name(&scene.fresh.path)], ["restore", name(&scene.moved.path)], ["restore", "--all"]]
        .map(|args| args.map(str::to_owned))
}

/// Says whether it failed; then what is wrong was said, and the exit code is not 0. A store may have room within itself on
/// a disk that has none: then it is done, and the film is where it was wished.
#[track_caller]
fn fails(scene: &Scene, args: &[String; 2]) -> bool {
    let ran = scene.house.run(args);
    if ran.code == 0 {
        let film = Path::new(&args[1]);
        assert!(args[1] == "--all" || film.is_symlink() == (args[0] == "cache"), "{args:?}: {}", ran.stdout);
        return false;
    }
    assert!(ran.stderr.contains("code: store_failed"), "{args:?}: {}{}", ran.stdout, ran.stderr);
    true
}

#[test]
fn on_a_full_disk_of_the_store_nothing_is_deleted_and_the_command_fails() {
    let Some(scene) = Scene::new() else { return };
    scene.fill();
    let mut failed = 0;
    for args in wishes(&scene) {
        failed += usize::from(fails(&scene, &args));
        scene.is_whole(&args[0]);
    }
    assert!(failed > 0, "the disk was never full");
    scene.recovers();
}

#[test]
fn on_a_disk_of_the_store_that_became_read_only_nothing_is_deleted_and_the_command_fails() {
    let Some(scene) = Scene::new() else { return };
    let remount = |option: &str| {
        let point = scene.data.path().to_str().unwrap();
        let done = std::process::Command::new("mount").args(["-o", option, point]).status().unwrap();
        assert!(done.success(), "{option}");
    };
    remount("remount,ro");
    for args in wishes(&scene) {
        let ran = scene.house.run(&args);
        assert_ne!(ran.code, 0, "{args:?}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains("ead-only"), "{args:?}: {}", ran.stderr);
        scene.is_untouched(&args[0]);
    }
    remount("remount,rw");
    scene.recovers();
}

#[test]
fn an_instance_whose_disk_fills_up_deletes_nothing_says_so_and_goes_on_when_there_is_room() {
    let Some(scene) = Scene::new() else { return };
    let instance = scene.house.start();
    scene.fill();
    let mut failed = 0;
    for args in wishes(&scene) {
        failed += usize::from(fails(&scene, &args));
        scene.is_whole(&args[0]);
    }
    // Whoever asked was told; what the store has room for within itself was done.
    assert!(failed > 0, "the disk was never full");
    drop(instance.kill());
    scene.is_whole("after the instance");
    scene.recovers();
}
