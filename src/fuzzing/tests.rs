//! What fuzzers begin with holds, and so does what is like it: without this the functions would rot until somebody fuzzes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};

/// What asserts.
type Target = fn(&[u8]);

/// Every target, as `tests/fuzz` names it.
const TARGETS: &[(&str, Target)] = &[
    ("config", super::config),
    ("mapping", super::mapping),
    ("plex", super::plex),
    ("query", super::query),
    ("rows", super::rows),
    ("webhook", super::webhook),
];

/// Mutated variants of each corpus.
const CASES: u32 = 300;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz").join(name)
}

/// Name and content of every seed of a target.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder("corpus").join(target)).unwrap().map(|entry| entry.unwrap().path());
    let mut seeds: Vec<_> =
        entries.map(|path| (path.display().to_string(), fs::read(path).unwrap())).collect();
    seeds.sort();
    seeds
}

/// One thing that a fuzzer does.
#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize),
    Splice(Index, Index, Index),
}

/// What such inputs are made of, more often than chance would have it.
const PIECES: &[&[u8]] = &[
    b"\n",
    b"\t",
    b"\0",
    b"\"",
    b"'",
    b"{",
    b"}",
    b"[",
    b"]",
    b"..",
    b"/",
    b"\\",
    b"null",
    b"-1",
    b"\xff\xff",
];

fn change() -> impl Strategy<Value = Change> {
    let bytes = prop_oneof![
        select(PIECES).prop_map(<[u8]>::to_vec),
        prop::collection::vec(any::<u8>(), 1..4),
        "\\PC{1,3}".prop_map(String::into_bytes),
    ];
    prop_oneof![
        (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (any::<Index>(), bytes).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (any::<Index>(), 1..12_usize).prop_map(|(at, count)| Change::Remove(at, count)),
        (any::<Index>(), 1..24_usize).prop_map(|(at, count)| Change::Repeat(at, count)),
        any::<(Index, Index, Index)>().prop_map(|(from, at, into)| Change::Splice(from, at, into)),
    ]
}

fn changed(mut data: Vec<u8>, changes: &[Change], seeds: &[(String, Vec<u8>)]) -> Vec<u8> {
    for change in changes {
        let place = |at: &Index| at.index(data.len() + 1);
        match change {
            Change::Flip(at, bit) => {
                let at = place(at);
                data.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << bit);
            }
            Change::Insert(at, bytes) => {
                let at = place(at);
                data.splice(at..at, bytes.iter().copied());
            }
            Change::Remove(at, count) => {
                let at = place(at);
                data.drain(at..data.len().min(at + count));
            }
            Change::Repeat(at, count) => {
                let at = place(at);
                let piece = data[at..data.len().min(at + count)].to_vec();
                data.splice(at..at, piece);
            }
            Change::Splice(from, at, into) => {
                let other = &from.get(seeds).1;
                data.truncate(place(into));
                data.extend_from_slice(&other[at.index(other.len() + 1)..]);
            }
        }
    }
    data
}

#[test]
fn every_seed_holds_and_so_does_what_is_like_it() {
    for (name, target) in TARGETS {
        let seeds = corpus(name);
        assert!(seeds.len() >= 3, "{name} has next to no corpus");
        for (file, data) in &seeds {
            let held = std::panic::catch_unwind(|| target(data));
            assert!(held.is_ok(), "{file} does not hold");
        }
        let changes = (any::<Index>(), prop::collection::vec(change(), 1..6));
        let mut runner =
            TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
        let ran = runner.run(&changes, |(seed, changes)| {
            target(&changed(seed.get(&seeds).1.clone(), &changes, &seeds));
            Ok(())
        });
        if let Err(failure) = ran {
            panic!("{name}: {failure}");
        }
    }
}

#[test]
fn every_target_has_a_program_and_no_program_is_without_one() {
    let is = |entry: fs::DirEntry| entry.path().file_stem().unwrap().to_str().unwrap().to_owned();
    let in_folder = |name| fs::read_dir(folder(name)).unwrap().map(|entry| is(entry.unwrap())).collect();
    let programs: BTreeSet<String> = in_folder("targets");
    let corpora: BTreeSet<String> = in_folder("corpus");
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!((&programs, &corpora), (&targets, &targets));
    for target in targets {
        let program = fs::read_to_string(folder("targets").join(format!("{target}.rs"))).unwrap();
        assert!(program.contains(&format!("cacherr::fuzzing::{target}(data)")), "{program}");
    }
}

#[test]
fn corpora_are_small() {
    let seeds: Vec<_> = TARGETS.iter().flat_map(|(name, _)| corpus(name)).collect();
    for (file, data) in &seeds {
        assert!(data.len() < 4096, "{file} is large");
    }
    assert!(seeds.iter().map(|(_, data)| data.len()).sum::<usize>() < 200 << 10);
}
