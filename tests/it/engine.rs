//! The engine on a simulated file system: the main ways, step by step.

use cacherr::domain::file::Status;
use cacherr::domain::job::{JobState, RestoreAction};
use jiff::SignedDuration;

use crate::support::world::{BY_LINK, COPY, COPYING, FILM, KEPT, MOVING, World, cache, restore};

const BYTES: &[u8] = b"the bytes of a film";

#[test]
fn a_cached_file_is_read_from_the_copy_and_its_original_is_kept() {
    for ways in [COPYING, BY_LINK] {
        let world = World::new(ways, BYTES);
        let before = world.sim.lstat(FILM).unwrap();
        let job = cache(&world.calm(), &world).unwrap();
        assert_eq!(job.state, JobState::Done, "{:?}", job.error);
        assert_eq!(world.read(FILM).unwrap(), BYTES);
        assert_eq!(world.read(COPY).unwrap(), BYTES);
        assert_eq!(world.row().unwrap().status, Status::Active);
        assert_eq!(world.sim.lstat(KEPT).unwrap().identity.ino, before.identity.ino);
        let (link, copy) = (world.sim.lstat(FILM).unwrap(), world.sim.lstat(COPY).unwrap());
        assert_eq!(link.identity.mtime, before.identity.mtime);
        assert_eq!((copy.identity.mode, copy.identity.mtime), (before.identity.mode, before.identity.mtime));
    }
}

#[test]
fn a_restored_file_is_as_before_and_the_copy_goes_after_the_grace() {
    for ways in [COPYING, BY_LINK] {
        let fresh = World::new(ways, BYTES);
        let before = fresh.sim.lstat(FILM).unwrap();
        let mut world = fresh.cached();
        let job = restore(&world.calm(), RestoreAction::Remove).unwrap();
        assert_eq!(job.state, JobState::Done, "{:?}", job.error);
        let after = world.sim.lstat(FILM).unwrap();
        assert!(after.identity.unchanged(&before.identity) && after.nlink == 1);
        assert!(world.read(KEPT).is_err());
        world.settle_for(SignedDuration::from_secs(30));
        assert_eq!(world.read(COPY).unwrap(), BYTES, "a reader may still hold the link's text");
        world.settle_for(SignedDuration::from_secs(31));
        assert!(world.read(COPY).is_err());
        assert!(world.sim.lstat("/fast/cache/Movies").is_err(), "empty folders go with the copy");
        assert_eq!(world.row().unwrap().status, Status::Removed);
    }
}

#[test]
fn move_mode_gives_the_original_up_after_the_grace_and_brings_the_bytes_back() {
    let mut world = World::new(MOVING, BYTES);
    let before = world.sim.lstat(FILM).unwrap();
    cache(&world.calm(), &world).unwrap();
    assert!(world.sim.lstat(KEPT).is_ok(), "until then, move mode is copy mode");
    world.settle_for(SignedDuration::from_secs(61));
    assert!(world.sim.lstat(KEPT).is_err());
    assert_eq!(world.read(FILM).unwrap(), BYTES);
    let job = restore(&world.calm(), RestoreAction::Evict).unwrap();
    assert_eq!(job.state, JobState::Done, "{:?}", job.error);
    let after = world.sim.lstat(FILM).unwrap();
    assert_eq!(world.read(FILM).unwrap(), BYTES);
    assert!(
        after.identity.same_bytes(&before.identity) && after.identity.same_owner_and_mode(&before.identity)
    );
    world.settle_for(SignedDuration::from_secs(61));
    assert!(world.read(COPY).is_err());
}
