//! A whole film: there and back in little memory. `CACHERR_BIG_BYTES` says how big it is.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use super::{House, Instance, age, hash, wait_for};

/// What an instance may take at its peak, whatever the size of the files.
const MOST_MEMORY: u64 = 64 << 20;

/// Bytes that no file system packs, and no two blocks of which are alike.
fn fill(path: &Path, length: u64) {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
    let mut bytes = blake3::Hasher::new().finalize_xof();
    let mut block = vec![0; 1 << 20];
    let mut left = length;
    while left > 0 {
        bytes.fill(&mut block);
        let now = left.min(block.len() as u64);
        file.write_all(&block[..usize::try_from(now).unwrap()]).unwrap();
        left -= now;
    }
    file.into_inner().unwrap().sync_all().unwrap();
    age(path);
}

fn peak(instance: &Instance) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", instance.child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

#[test]
fn a_big_file_goes_there_and_back_in_little_memory() {
    let length = std::env::var("CACHERR_BIG_BYTES").map_or((64 << 20) + 1, |text| text.parse().unwrap());
    let house = House::new();
    let film = house.film("big.mkv", b"");
    fill(&film, length);
    let before = house.library();
    let bytes = hash(&film);
    let instance = house.start();
    for mode in ["copy", "move"] {
        let began = Instant::now();
        house.tell(["cache".as_ref(), film.as_os_str(), "--mode".as_ref(), mode.as_ref()]);
        let there = began.elapsed();
        assert!(film.is_symlink());
        assert_eq!(hash(&film), bytes, "{mode}");
        let kept = house.at("library/.big.mkv.cacherr-original");
        if mode == "move" {
            wait_for("the original to be given up", || !kept.exists());
        }
        let began = Instant::now();
        house.tell(["restore", "--all"]);
        println!("{length} bytes, {mode}: there in {there:.2?}, back in {:.2?}", began.elapsed());
        assert!(!film.is_symlink());
        if mode == "copy" {
            assert!(house.library() == before);
        }
        assert_eq!(hash(&film), bytes, "{mode}");
        wait_for("the copy to go", || !house.at("fast/Movies").exists());
    }
    let peak = peak(&instance);
    println!("at most {:.1} MiB of memory", peak as f64 / f64::from(1 << 20));
    assert!(peak < MOST_MEMORY, "{peak} bytes");
    assert_eq!(instance.stop().0, Some(0));
}
