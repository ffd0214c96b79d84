//! Readers that never stop: each takes any film, comes to its bytes in its own way, and compares them.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::dice::Dice;
use super::scene::Film;

/// Whoever takes longer than a grace from reading a link to opening its target is promised nothing.
const GRACE: Duration = Duration::from_millis(950);
const BLOCK: u64 = 64 << 10;

#[derive(Clone, Copy, Debug)]
enum Way {
    Open,
    Readlink,
    Realpath,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    reads: AtomicU64,
    late: AtomicU64,
    failures: Mutex<Vec<String>>,
}

pub struct Audience {
    shared: Arc<Shared>,
    readers: Vec<JoinHandle<()>>,
}

/// What all of them saw.
#[derive(Debug)]
pub struct Seen {
    pub reads: u64,
    /// Failures of whom the scheduler held up for longer than the grace.
    pub late: u64,
    pub failures: Vec<String>,
}

impl Audience {
    pub fn of(films: &[Film], seed: u64) -> Self {
        let shared = Arc::new(Shared::default());
        let ways = [Way::Open, Way::Readlink, Way::Realpath];
        let readers = ways.into_iter().enumerate().map(|(nth, way)| {
            let (shared, films) = (shared.clone(), films.to_vec());
            std::thread::spawn(move || shared.read(&films, way, Dice::new(seed ^ nth as u64)))
        });
        Self { readers: readers.collect(), shared }
    }

    pub fn is_content(&self) -> bool {
        self.shared.failures.lock().unwrap().is_empty()
    }

    pub fn stop(&self) -> Seen {
        self.shared.stop.store(true, Ordering::SeqCst);
        while !self.readers.iter().all(JoinHandle::is_finished) {
            std::thread::yield_now();
        }
        Seen {
            reads: self.shared.reads.load(Ordering::SeqCst),
            late: self.shared.late.load(Ordering::SeqCst),
            failures: self.shared.failures.lock().unwrap().clone(),
        }
    }
}

impl Drop for Audience {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
    }
}

impl Shared {
    fn read(&self, films: &[Film], way: Way, mut dice: Dice) {
        while !self.stop.load(Ordering::SeqCst) {
            let film = &films[dice.below(films.len() as u64) as usize];
            let began = Instant::now();
            let failure = match open(&film.path, way) {
                Ok(file) => differs(&file, &film.bytes, &mut dice),
                Err(_) if began.elapsed() > GRACE && !matches!(way, Way::Open) => {
                    self.late.fetch_add(1, Ordering::SeqCst);
                    None
                }
                Err(error) => Some(error.to_string()),
            };
            self.reads.fetch_add(1, Ordering::SeqCst);
            if let Some(failure) = failure {
                self.failures.lock().unwrap().push(format!("{way:?} {}: {failure}", film.path.display()));
            }
        }
    }
}

fn open(path: &Path, way: Way) -> std::io::Result<File> {
    let at: PathBuf = match way {
        Way::Open => path.to_path_buf(),
        Way::Readlink => match fs::read_link(path) {
            Ok(text) => path.with_file_name(text),
            // Not a link at this moment: the file itself.
            Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => path.to_path_buf(),
            Err(error) => return Err(error),
        },
        Way::Realpath => path.canonicalize()?,
    };
    File::open(at)
}

/// Mostly one block somewhere, so that there are many opens; now and then every byte.
fn differs(file: &File, expected: &[u8], dice: &mut Dice) -> Option<String> {
    let length = expected.len() as u64;
    match file.metadata() {
        Ok(found) if found.len() == length => {}
        other => return Some(format!("{other:?} instead of {length} bytes")),
    }
    let (from, to) = if dice.one_in(32) {
        (0, length)
    } else {
        let from = dice.below(length);
        (from, length.min(from + BLOCK))
    };
    let mut block = vec![0; (to - from) as usize];
    match file.read_exact_at(&mut block, from) {
        Ok(()) if block == expected[from as usize..to as usize] => None,
        Ok(()) => Some(format!("other bytes between {from} and {to}")),
        Err(error) => Some(error.to_string()),
    }
}
