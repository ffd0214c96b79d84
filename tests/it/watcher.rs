//! What the kernel tells a program that watches a library folder (a media server, a download manager) about a swap.
//! `src/ARCHITECTURE.md`, "What a watcher sees", is this test in words.

use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;

use cacherr::domain::file::Method;

use crate::support::house::{GRACE, House, bytes, disk, film};

/// A watch on one folder, for everything but reads.
struct Watcher(OwnedFd);

impl Watcher {
    fn on(folder: &Path) -> Self {
        let fd = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).unwrap();
        let reads = WatchFlags::ACCESS | WatchFlags::OPEN | WatchFlags::CLOSE_NOWRITE;
        inotify::add_watch(&fd, folder, WatchFlags::ALL_EVENTS.difference(reads)).unwrap();
        Self(fd)
    }

    /// What was told since the last look, as `EVENT name`. The two halves of a move carry the same number.
    fn heard(&self) -> Vec<String> {
        let mut buffer = [MaybeUninit::uninit(); 64 << 10];
        let mut reader = inotify::Reader::new(&self.0, &mut buffer);
        let (mut heard, mut cookies) = (Vec::new(), Vec::new());
        loop {
            let event = match reader.next() {
                Err(Errno::AGAIN) => return heard,
                other => other.unwrap(),
            };
            let names = event.events().iter_names().map(|(name, _)| name).collect::<Vec<_>>().join("|");
            let name = event.file_name().map_or("", |name| name.to_str().unwrap());
            let mut line = format!("{names} {name}");
            if event.events().intersects(ReadFlags::MOVED_FROM | ReadFlags::MOVED_TO) {
                let known = cookies.iter().position(|cookie| *cookie == event.cookie());
                let number = known.unwrap_or_else(|| {
                    cookies.push(event.cookie());
                    cookies.len() - 1
                });
                line.push_str(&format!(" {}", number + 1));
            }
            heard.push(line);
        }
    }
}

const CREATED: &str = "CREATE .Dune.mkv.cacherr-original";
/// Owner and time of the link; a change of the modification time alone is told as if bytes had changed.
const DRESSED: [&str; 2] = ["ATTRIB .Dune.mkv.cacherr-original", "MODIFY .Dune.mkv.cacherr-original"];
/// The exchange, in the order in which it is told: the path goes and comes, and what comes is told last.
const EXCHANGED: [&str; 4] = [
    "MOVED_FROM Dune.mkv 1",
    "MOVED_TO .Dune.mkv.cacherr-original 1",
    "MOVED_FROM .Dune.mkv.cacherr-original 2",
    "MOVED_TO Dune.mkv 2",
];
const REMOVED: &str = "DELETE .Dune.mkv.cacherr-original";

#[test]
fn a_watcher_hears_of_the_path_last_and_never_that_it_was_deleted() {
    let ((_one, root), (_two, cache)) = (disk(), disk());
    let path = root.join("Dune.mkv");
    film(&path, &bytes(5, 10_000));
    let house = House::of(&root, &cache);
    let watcher = Watcher::on(&root);

    let file = house.cache(&path).unwrap();
    assert_eq!(watcher.heard(), [&[CREATED], &DRESSED[..], &EXCHANGED].concat());
    house.restore(file).unwrap();
    assert_eq!(watcher.heard(), [&EXCHANGED[..], &[REMOVED]].concat());
    house.later(GRACE);
    assert_eq!(watcher.heard(), [] as [&str; 0], "the end of the copy is none of the library's business");
}

#[test]
fn a_watcher_hears_of_an_original_that_is_given_up_and_comes_back() {
    let ((_one, root), (_two, cache)) = (disk(), disk());
    let path = root.join("Dune.mkv");
    film(&path, &bytes(5, 10_000));
    let house = House::of(&root, &cache);
    let file = house.cache_as(&path, Method::AtomicSymlink).unwrap();
    let watcher = Watcher::on(&root);

    house.later(GRACE);
    assert_eq!(watcher.heard(), [REMOVED]);
    house.restore(file).unwrap();
    let heard = watcher.heard();
    let about_the_path: Vec<_> = heard.iter().filter(|line| line.contains(" Dune.mkv")).collect();
    assert_eq!(about_the_path.len(), 2, "{heard:#?}");
    assert!(heard.ends_with(&[REMOVED.to_owned()]), "{heard:#?}");
}
