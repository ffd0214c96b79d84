//! What the programs that people would otherwise run were seen to lose, each tried on us: on real file systems, mostly
//! with the real binary.
//!
//! | | what happened there | here |
//! |---|---|---|
//! | E1, E2 | a copy that was cut short was believed, the good one deleted | `cut_short` |
//! | E3 | files whose names begin alike were taken for one | `neighbours` |
//! | E4 | a look for the original followed the program's own link | `only_copy` |
//! | E5 | what could not be written down was deleted, and nobody was told | `unwritable` |
//! | E6 | a file that was replaced was brought back over the new one | `replaced` |
//! | E7, E8 | a user who was refused, or a list that came empty, had their files moved back | `silent` |
//! | E9 | a start that failed let the next one in | `doors` |
//! | E10 | the path was missing, or short, whenever names changed | `gaps` |

mod cut_short;
mod doors;
mod gaps;
mod neighbours;
mod only_copy;
mod replaced;
mod silent;
mod unwritable;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use cacherr::domain::path::kept_name;

use crate::kill::dice::Dice;
use crate::kill::scene::Film;
use crate::process::House;

const MIB: u64 = 1 << 20;

/// A film of the house.
fn film(house: &House, name: &str, length: u64) -> Film {
    let bytes = Dice::new(name.bytes().map(u64::from).sum()).bytes(length);
    Film { path: house.film(name, &bytes), bytes: bytes.into() }
}

/// Where a film's original is kept while it is cached.
fn kept(film: &Path) -> PathBuf {
    film.with_file_name(kept_name(film.file_name().unwrap()))
}

/// How many bytes were written to files of a folder whose names begin so. A copy has its whole length from the beginning.
fn bytes_in(folder: &Path, beginning: &str) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let meant = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(beginning));
    meant.filter_map(|entry| entry.metadata().ok()).map(|found| found.blocks() * 512).sum()
}

/// Waits until the instance has nothing to do any more and no copy outlives its link.
fn drain(house: &House) {
    crate::process::wait_for("everything to be done", || {
        let status = house.tell(["status"]);
        assert_eq!(status["attention"], serde_json::json!([]), "{status:#}");
        status["open_jobs"] == 0 && status["releasing"]["files"] == 0
    });
}
