//! Evenings, without an engine that watches them.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::clock::ManualClock;
use crate::domain::time::Time;

fn people(seed: u64) -> People {
    let clock = Arc::new(ManualClock::at(Time::from_micros(1_790_000_000_000_000)));
    People::new(Household::of(Path::new("/sample"), clock).unwrap(), seed).unwrap()
}

/// What is watched after each act, and by whom.
fn evening(seed: u64, acts: usize) -> Vec<Vec<(PersonId, RatingKey, u64)>> {
    let mut people = people(seed);
    let mut evening = vec![];
    for _ in 0..acts {
        people.act().unwrap();
        let watching = people.watching.iter();
        evening.push(watching.map(|(person, watching)| (*person, watching.key, watching.offset)).collect());
    }
    evening
}

#[test]
fn the_same_seed_is_the_same_evening() {
    assert_eq!(evening(7, 300), evening(7, 300));
    assert_ne!(evening(7, 300), evening(8, 300));
}

#[test]
fn every_evening_begins_with_what_is_there_and_never_ends() {
    for seed in 0..20 {
        let mut people = people(seed);
        for (person, deed) in OPENING {
            if let Start(part) | Wish(part) = deed {
                assert!(people.household.find(part).is_ok(), "{person}: {part}");
            }
        }
        let mut starts = BTreeSet::new();
        for _ in 0..1000 {
            people.act().unwrap();
            starts.extend(people.watching.iter().map(|(person, watching)| (*person, watching.key)));
        }
        let left = people.household.find(library::UNCACHED).unwrap().key;
        assert!(starts.iter().all(|(_, key)| *key != left), "it is the newcomer's own");
        let pieces = people.films().len() + people.household.shows.iter().map(Vec::len).sum::<usize>();
        assert_eq!(starts.len(), pieces * PEOPLE.len(), "everybody comes to everything");
    }
}

#[test]
fn the_world_has_every_file_of_the_sample_but_subtitles() {
    let people = people(1);
    let Household { films, shows, .. } = &people.household;
    let shown: BTreeSet<&str> = films.iter().chain(shows.iter().flatten()).map(|piece| piece.file).collect();
    let videos: Vec<&str> = library::videos("").collect();
    let folders = |file: &str| {
        videos.iter().filter(|other| other.rsplit('/').nth(1) == file.rsplit('/').nth(1)).count()
    };
    for file in &videos {
        assert!(shown.contains(file) || folders(file) > 1, "{file}");
    }
    assert_eq!(shows.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 3]);
    for show in shows {
        assert!(show.is_sorted_by_key(|piece| piece.file));
    }
}
