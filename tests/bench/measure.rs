//! What every contender measures with. The package of the peers has it too, so there is no crate in it.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

pub type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// What was measured, by name; each name ends with its unit.
pub type Figures = BTreeMap<&'static str, f64>;

/// Records to a transaction while loading.
pub const BATCH: u64 = 10_000;
/// So often is each question asked; the median counts.
pub const TIMES: usize = 41;
/// Who takes longer than this is asked less often,
const PATIENCE: Duration = Duration::from_secs(3);
/// but not less than this.
const LEAST: usize = 3;
/// So many write at once, each so many records.
const WRITERS: usize = 16;
const EACH: usize = 64;
/// What this process handed to the kernel, and what the kernel counts as to be written for it: whole folios of the page
/// cache, of which newer kernels make large ones.
const IO: &str = "/proc/self/io";
const HANDED: &str = "wchar:";
const WRITTEN: &str = "write_bytes:";
/// A row with its attribution and its log entry has about so many bytes.
const APPENDED: [u8; 400] = [0x5a; 400];

/// Mixes a number: the same bits for the same number, in every run and language.
pub fn mix(number: u64) -> u64 {
    // SplitMix64.
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Microseconds that `act` takes: the median of so many times, or of fewer where that takes too long.
pub fn time(most: usize, mut act: impl FnMut() -> Outcome) -> Outcome<f64> {
    let (begun, mut times) = (Instant::now(), Vec::new());
    while times.len() < most && (times.len() < LEAST || begun.elapsed() < PATIENCE) {
        let started = Instant::now();
        act()?;
        times.push(started.elapsed().as_secs_f64() * 1e6);
    }
    Ok(median(times))
}

/// Inserts in every way that is measured. `put` makes the records of one call durable in one transaction. It asks which
/// they are when the transaction has begun, so that times of caching rise as those of a clock do, whoever comes first.
pub fn insert<R: Send>(
    figures: &mut Figures,
    mut next: impl FnMut() -> Outcome<R>,
    put: impl Fn(&dyn Fn() -> Vec<R>) -> Result<(), String> + Sync,
) -> Outcome {
    let mut some = |calls: usize, each: usize| -> Outcome<_> {
        let call = |_| (0..each).map(|_| next()).collect::<Outcome<Vec<R>>>();
        let waiting = Mutex::new((0..calls).map(call).collect::<Outcome<Vec<_>>>()?.into_iter());
        Ok(move || waiting.lock().unwrap_or_else(PoisonError::into_inner).next().unwrap_or_default())
    };
    let singles = some(TIMES * 5, 1)?;
    let before = (number_in(IO, HANDED)?, number_in(IO, WRITTEN)?);
    let mut count = 0;
    let single = time(TIMES * 5, || {
        count += 1;
        Ok(put(&singles)?)
    })?;
    figures.insert("insert_us", single);
    figures.insert("insert_handed_bytes", (number_in(IO, HANDED)? - before.0) / f64::from(count));
    figures.insert("insert_written_bytes", (number_in(IO, WRITTEN)? - before.1) / f64::from(count));
    let batches = some(TIMES / 4, 1000)?;
    figures.insert("insert_1000_us", time(TIMES / 4, || Ok(put(&batches)?))?);
    let shared = some(WRITERS * EACH, 1)?;
    let (put, shared) = (&put, &shared);
    let started = Instant::now();
    std::thread::scope(|scope| {
        let writer = || scope.spawn(move || (0..EACH).try_for_each(|_| put(shared)));
        let writers: Vec<_> = (0..WRITERS).map(|_| writer()).collect();
        writers
            .into_iter()
            .try_for_each(|writer| writer.join().map_err(|_| "a writer panicked".to_owned())?)
    })?;
    figures.insert("insert_load_us", started.elapsed().as_secs_f64() * 1e6 / (WRITERS * EACH) as f64);
    Ok(())
}

/// What nobody can undercut: appending a few bytes and making them durable.
pub fn floor(dir: &Path) -> Outcome<Figures> {
    let path = dir.join("floor");
    let mut file = File::create(&path)?;
    let append = time(TIMES * 5, || {
        file.write_all(&APPENDED)?;
        Ok(file.sync_data()?)
    })?;
    fs::remove_file(path)?;
    Ok(Figures::from([("insert_us", append), ("insert_load_us", append)]))
}

/// Runs this program again with these arguments, and kills it in the midst of writing: after its first line.
pub fn kill_while_writing(arguments: &[&str]) -> Outcome {
    let mut child = Command::new(std::env::current_exe()?)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    let heard = child.stdout.take().map_or(Ok(0), |stdout| BufReader::new(stdout).read_line(&mut line));
    child.kill()?;
    child.wait()?;
    if heard? == 0 { Err("nothing was written before it died".into()) } else { Ok(()) }
}

/// The end of a process that [`kill_while_writing`] began: writes until it is killed.
pub fn write_until_killed(mut write: impl FnMut() -> Outcome) -> Outcome {
    for _ in 0..100 {
        write()?;
    }
    println!("writing");
    loop {
        write()?;
    }
}

/// A copy to write to; what it was copied from stays what it is. Gone when dropped.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn of(file: &Path) -> Outcome<Self> {
        let copy = file.with_extension("copy");
        let scratch = Self(copy);
        scratch.clear();
        copy_file(file, &scratch.0)?;
        Ok(scratch)
    }

    fn clear(&self) {
        // SQLite keeps more files beside its own.
        for ending in ["copy", "copy-wal", "copy-shm"] {
            let _ = fs::remove_file(self.0.with_extension(ending));
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Copies, without bytes where the file system can, and durably: what follows shall not pay for it.
pub fn copy_file(from: &Path, to: &Path) -> Outcome {
    let copied = Command::new("cp").arg("--reflink=auto").args([from, to]).status()?;
    if !copied.success() {
        return Err(format!("{} cannot be copied", from.display()).into());
    }
    Ok(File::open(to)?.sync_all()?)
}

/// How long loading took is told by the run that did it, and kept beside what it made.
pub fn load_seconds(file: &Path, load: impl FnOnce(&Path) -> Outcome<f64>) -> Outcome<f64> {
    let told = file.with_extension("load_s");
    if !file.exists() {
        let new = file.with_extension("new");
        let _ = fs::remove_file(&new);
        let seconds = load(&new)?;
        fs::write(&told, seconds.to_string())?;
        fs::rename(&new, file)?;
    }
    Ok(fs::read_to_string(told)?.parse()?)
}

/// Bytes of memory that a process takes.
pub fn resident(process: u32) -> Outcome<f64> {
    number_in(&format!("/proc/{process}/status"), "VmRSS:").map(|kib| kib * 1024.0)
}

fn number_in(file: &str, name: &str) -> Outcome<f64> {
    let text = fs::read_to_string(file)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or("the kernel does not tell")?;
    Ok(line.split_whitespace().next().unwrap_or_default().parse()?)
}
