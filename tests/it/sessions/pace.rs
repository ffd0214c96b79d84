//! Whoever plays a film must not notice that it is being copied.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{Advice, fadvise};

use super::{House, KID};
use crate::support::tell;

/// What a player reads in a second, and how often it asks.
const RATE: u64 = 10_000_000;
const STEP: u64 = 1_000_000;
/// What a player has read ahead before it shows anything.
const BUFFER: Duration = Duration::from_secs(2);
const FILM: usize = 96 << 20;

/// Reads like a player, from the disk and not from memory. How late it was at worst.
fn play(file: &File, length: u64) -> Duration {
    let begun = Instant::now();
    let mut buffer = vec![0; STEP as usize];
    let mut worst = Duration::ZERO;
    for at in (0..length / STEP).map(|step| step * STEP) {
        let due = Duration::from_secs_f64(at as f64 / RATE as f64);
        std::thread::sleep(due.saturating_sub(begun.elapsed()));
        file.read_exact_at(&mut buffer, at).unwrap();
        fadvise(file, at, std::num::NonZeroU64::new(STEP), Advice::DontNeed).unwrap();
        worst = worst.max(begun.elapsed().saturating_sub(due));
    }
    worst
}

/// Written, and not in memory any more.
fn cold(path: &Path) -> File {
    let file = File::open(path).unwrap();
    file.sync_all().unwrap();
    fadvise(&file, 0, None, Advice::DontNeed).unwrap();
    file
}

#[tokio::test]
async fn a_paced_reader_keeps_every_deadline_while_its_film_is_copied_and_swapped() {
    let house = House::with(|options| options.plex.as_mut().unwrap().bandwidth = 30 << 20).await;
    let dune = house.film("Dune.mkv", FILM);
    let other = house.app.film("Arrival.mkv", FILM / 4);
    let (film, other) = (cold(&house.app.library.join("Dune.mkv")), cold(&other));
    house.play(KID, dune);
    let begun = Instant::now();
    let reading = tokio::task::spawn_blocking(move || play(&film, FILM as u64));
    // What the disk makes of a reader of another film: this machine may have more to do than this test.
    let beside = tokio::task::spawn_blocking(move || play(&other, FILM as u64 / 4));
    house.cached("Dune.mkv").await;
    let copied = begun.elapsed();
    let (worst, beside) = (reading.await.unwrap(), beside.await.unwrap());
    tell(&format!(
        "sessions::pace: {} MiB read at 10 MB/s while they were copied in {copied:.1?}; latest read {worst:.1?} late, of \
         another film {beside:.1?}",
        FILM >> 20
    ));
    assert!(worst < BUFFER.max(beside * 2), "the player's buffer ran dry: {worst:?}, another's {beside:?}");
    let least = Duration::from_secs_f64(FILM as f64 / f64::from(30 << 20)) / 2;
    assert!(copied > least, "it was copied gently: {copied:?}");
    house.stop().await;
}
