//! E4: a link of ours is never taken for the original, and what it leads to is never deleted while it is all there is.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use cacherr::cacher::scan::Depth;
use cacherr::domain::file::Method;
use cacherr::domain::id::FileId;
use jiff::SignedDuration;
use tempfile::TempDir;

use super::kept;
use crate::support::house::{GRACE, House, bytes, disk, film, names};
use crate::support::world::work_off;

const LENGTH: usize = 300_000;

/// One cached film; of a moved one there is no other copy.
struct Scene {
    house: House,
    path: PathBuf,
    file: FileId,
    copy: PathBuf,
    all: Vec<u8>,
    dirs: [(TempDir, PathBuf); 3],
}

impl Scene {
    fn of(method: Method) -> Self {
        let dirs = [disk(), disk(), disk()];
        let [(_, library), (_, cache), _] = &dirs;
        let (path, all) = (library.join("Dune/Dune.mkv"), bytes(4, LENGTH));
        fs::create_dir(path.parent().unwrap()).unwrap();
        film(&path, &all);
        let house = House::of(library, cache);
        let file = house.cache_as(&path, method).unwrap();
        house.later(GRACE);
        let copy = house.row(file).place.cached_path;
        assert_eq!(kept(&path).exists(), method == Method::AtomicCopy);
        Self { house, path, file, copy, all, dirs }
    }

    /// A folder that is neither of the library nor of the cache.
    fn elsewhere(&self) -> &Path {
        &self.dirs[2].1
    }

    #[track_caller]
    fn reads(&self, when: &str) {
        let read = fs::read(&self.path).unwrap_or_else(|error| panic!("{when}: {error}"));
        assert!(read == self.all, "{when}: {} other bytes", read.len());
    }

    /// Weeks, with everything that an instance does by itself.
    fn weeks_pass(&self, what: &str) {
        for day in 0..30 {
            self.house.later(GRACE);
            self.house.later(SignedDuration::from_hours(24));
            let _ = self.house.engine.scan(Depth::Deep, true);
            work_off(&self.house.engine).unwrap();
            self.house.engine.recover().unwrap();
            self.reads(&format!("{what}, day {day}"));
        }
    }
}

#[test]
fn an_eviction_of_the_only_copy_does_not_follow_its_own_link() {
    let scene = Scene::of(Method::AtomicSymlink);
    assert_eq!(names(&scene.dirs[0].1), ["Dune", "Dune/Dune.mkv"], "the link is all there is");
    scene.house.restore(scene.file).unwrap();
    assert!(!scene.path.is_symlink());
    assert!(scene.copy.exists(), "nothing goes before the grace");
    scene.reads("given back");
    scene.house.later(GRACE);
    assert!(!scene.copy.exists());
    scene.reads("without the copy");
    scene.house.assert_idle();
    assert_eq!(names(&scene.dirs[0].1), ["Dune", "Dune/Dune.mkv"]);
}

#[test]
fn an_original_that_somebody_deleted_is_not_seen_in_the_link() {
    let scene = Scene::of(Method::AtomicCopy);
    fs::remove_file(kept(&scene.path)).unwrap();
    scene.house.restore(scene.file).unwrap();
    assert!(!scene.path.is_symlink());
    scene.house.later(GRACE);
    scene.reads("given back");
    scene.house.assert_idle();
}

/// Somebody put another link at the path, which leads to our copy all the same: by its text, by a second link, or by
/// another name of the cache.
#[test]
fn a_chain_of_links_to_the_only_copy_keeps_it_whatever_is_asked() {
    for method in [Method::AtomicSymlink, Method::AtomicCopy] {
        for (way, name) in
            ["relative", "beside", "elsewhere", "another name of the cache"].into_iter().enumerate()
        {
            for asked in [true, false] {
                let scene = Scene::of(method);
                let (path, copy) = (&scene.path, &scene.copy);
                let text = match way {
                    0 => {
                        let up = path.parent().unwrap().components().skip(1).map(|_| "..");
                        up.collect::<PathBuf>().join(copy.strip_prefix("/").unwrap())
                    }
                    1 => {
                        symlink(copy, path.with_file_name("hop.mkv")).unwrap();
                        "hop.mkv".into()
                    }
                    2 => {
                        symlink(copy, scene.elsewhere().join("hop.mkv")).unwrap();
                        scene.elsewhere().join("hop.mkv")
                    }
                    _ => {
                        symlink(&scene.house.cache, scene.elsewhere().join("cache")).unwrap();
                        scene.elsewhere().join("cache").join(copy.strip_prefix(&scene.house.cache).unwrap())
                    }
                };
                let aside = path.with_file_name("new");
                symlink(&text, &aside).unwrap();
                fs::rename(&aside, path).unwrap();
                let what = format!("{method}, {name}, asked: {asked}");
                scene.reads(&what);
                if asked {
                    // Done or refused, but nothing is lost by it.
                    let _ = scene.house.restore(scene.file);
                    scene.reads(&what);
                }
                scene.weeks_pass(&what);
            }
        }
    }
}
