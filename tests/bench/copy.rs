//! Copying a film: our copy with its hash, the same without, `cp`, and Python's `shutil.copy2`, each until the bytes
//! are durable, each from a cold source, in an order that turns from round to round.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use cacherr::domain::size;
use cacherr::files::Fs;
use cacherr::files::copy::{End, Unpaced, copy, copy_past};
use cacherr::files::real::RealFs;
use rustix::fs::{Advice, fadvise};

use super::measure::Outcome;
use super::place::setting;

const WAYS: [&str; 4] = ["hashed", "unhashed", "cp", "copy2"];
/// Of somebody else's film that is warm while we copy.
const WARM: u64 = 512 << 20;
const COPY2: &str =
    "import os, shutil, sys; shutil.copy2(*sys.argv[1:3]); os.fsync(os.open(sys.argv[2], os.O_RDWR))";

/// What one run of one way cost.
struct Run {
    seconds: f64,
    /// Peak memory of its process, where it tells.
    memory: Option<u64>,
    /// Bytes of the source, the target and the warm film in the page cache afterwards.
    cached: Option<[u64; 3]>,
}

/// Runs all of them and prints what came of it.
pub fn compare(json: bool) -> Outcome {
    let length = size::parse(&setting("SIZE", "4GB"))?;
    let rounds: usize = setting("ROUNDS", "3").parse()?;
    let dir = PathBuf::from(setting("DIR", concat!(env!("CARGO_MANIFEST_DIR"), "/target")));
    let home = Home(dir.join(format!("bench-{}", std::process::id())));
    fs::create_dir_all(&home.0)?;
    let (source, target, warm) = (home.0.join("source"), home.0.join("target"), home.0.join("warm"));
    write_noise(&source, length)?;
    write_noise(&warm, WARM)?;

    let mut runs: Vec<Vec<Run>> = WAYS.iter().map(|_| Vec::new()).collect();
    for round in 0..rounds {
        for turn in 0..WAYS.len() {
            let index = (turn + round) % WAYS.len();
            eprint!("\rround {} of {rounds}: {:<10}", round + 1, WAYS[index]);
            cool(&source)?;
            heat(&warm)?;
            let mut run = timed(WAYS[index], &source, &target)?;
            run.cached = cached([&source, &target, &warm]);
            runs[index].push(run);
            fs::remove_file(&target)?;
        }
    }
    eprintln!("\r{:<30}", "");
    let report = Report::of(length, &runs);
    if json {
        println!("{}", report.json()?)
    } else {
        report.print()
    }
    Ok(())
}

/// Copies once; the last line of the output is the peak memory in bytes.
pub fn one(way: &str, source: &Path, target: &Path) -> Outcome {
    let parts = |path: &Path| -> Outcome<_> {
        let folder = RealFs.open_folder(&path.parent().ok_or("no folder")?.canonicalize()?)?;
        Ok((folder, path.file_name().ok_or("no name")?.to_owned()))
    };
    let ((from, source_name), (to, target_name)) = (parts(source)?, parts(target)?);
    let (read, write) = (RealFs.open_file(&from, &source_name)?, RealFs.create_file(&to, &target_name)?);
    let length = RealFs.stat(&read)?.identity.size;
    let (from, to) = (End { fd: &read, path: source }, End { fd: &write, path: target });
    match way {
        "hashed" => drop(copy(&RealFs, &from, &to, length, &Unpaced)?),
        "unhashed" => copy_past(&RealFs, &from, &to, length, &Unpaced, &mut |_| {})?,
        _ => return Err(format!("there is no way {way}").into()),
    }
    RealFs.sync(&write)?;
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    println!("{}", peak.trim().trim_end_matches(" kB").parse::<u64>()? << 10);
    Ok(())
}

fn timed(way: &str, source: &Path, target: &Path) -> Outcome<Run> {
    let mut command = match way {
        "cp" => Command::new("cp"),
        "copy2" => {
            let mut python = Command::new("python3");
            python.args(["-c", COPY2]);
            python
        }
        _ => {
            let mut ours = Command::new(std::env::current_exe()?);
            ours.args(["copy", "one", way]);
            ours
        }
    };
    let begun = Instant::now();
    let output = command.arg(source).arg(target).output()?;
    if !output.status.success() {
        return Err(format!("{way}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    if way == "cp" {
        File::open(target)?.sync_all()?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let memory = std::str::from_utf8(&output.stdout)?.trim().parse().ok();
    Ok(Run { seconds, memory, cached: None })
}

/// Bytes that neither a file system nor a disk can make smaller.
fn write_noise(path: &Path, length: u64) -> Outcome {
    let mut hasher = blake3::Hasher::new();
    hasher.update(path.as_os_str().as_encoded_bytes());
    let mut noise = hasher.finalize_xof();
    let (mut file, mut buffer, mut left) = (File::create(path)?, vec![0; 1 << 20], length);
    while left > 0 {
        let part = usize::try_from(left.min(1 << 20))?;
        noise.fill(&mut buffer[..part]);
        file.write_all(&buffer[..part])?;
        left -= part as u64;
    }
    Ok(file.sync_all()?)
}

/// Takes a file out of the page cache; with it, where we may, everything else.
fn cool(path: &Path) -> Outcome {
    if fs::write("/proc/sys/vm/drop_caches", "3").is_err() {
        fadvise(File::open(path)?, 0, None, Advice::DontNeed)?;
    }
    Ok(())
}

fn heat(path: &Path) -> Outcome {
    std::io::copy(&mut File::open(path)?, &mut std::io::sink())?;
    Ok(())
}

/// Bytes in the page cache, as `fincore` tells; `None` where there is none.
fn cached(paths: [&Path; 3]) -> Option<[u64; 3]> {
    let mut fincore = Command::new("fincore");
    let output = fincore.args(["--bytes", "--noheadings", "--output", "RES"]).args(paths).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let numbers: Vec<u64> = text.lines().filter_map(|line| line.trim().parse().ok()).collect();
    numbers.try_into().ok()
}

/// Medians, in the order of [`WAYS`].
struct Report {
    length: u64,
    seconds: Vec<f64>,
    memory: Vec<Option<u64>>,
    cached: Vec<Option<[u64; 3]>>,
}

impl Report {
    fn of(length: u64, runs: &[Vec<Run>]) -> Self {
        let seconds = |runs: &Vec<Run>| {
            let mut seconds: Vec<f64> = runs.iter().map(|run| run.seconds).collect();
            seconds.sort_by(f64::total_cmp);
            seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
        };
        Self {
            length,
            seconds: runs.iter().map(seconds).collect(),
            memory: runs.iter().map(|runs| runs.iter().filter_map(|run| run.memory).max()).collect(),
            cached: runs.iter().map(|runs| runs.iter().filter_map(|run| run.cached).next_back()).collect(),
        }
    }

    /// What is promised, whether it holds, and by which figure.
    fn goals(&self) -> Vec<(&'static str, bool, f64)> {
        let ratio = |a: usize, b: usize| self.seconds[a] / self.seconds[b];
        let memory = self.memory[0].unwrap_or(u64::MAX) as f64 / f64::from(1 << 20);
        let warm = self.cached[0].map_or(f64::NAN, |[_, _, warm]| warm as f64 / WARM as f64);
        let ours = self.cached[0].map_or(f64::NAN, |[from, to, _]| (from + to) as f64 / f64::from(1 << 20));
        vec![
            ("hashed takes at most 1.05 of unhashed", ratio(0, 1) <= 1.05, ratio(0, 1)),
            ("at least as fast as cp and fsync", ratio(2, 0) >= 1.0, ratio(2, 0)),
            ("at least 1.5 times as fast as copy2", ratio(3, 0) >= 1.5, ratio(3, 0)),
            ("peak memory below 64 MiB", memory < 64.0, memory),
            ("an unrelated warm file stays warm (share)", warm > 0.99, warm),
            ("source and copy leave less than 256 MiB in the page cache", ours < 256.0, ours),
        ]
    }

    fn print(&self) {
        println!(
            "{:<10} {:>9} {:>9} {:>10}   page cache after: source, copy, warm",
            "", "seconds", "MB/s", "peak MiB"
        );
        for (index, way) in WAYS.iter().enumerate() {
            let rate = self.length as f64 / self.seconds[index] / f64::from(1 << 20);
            let memory = self.memory[index].map_or("-".to_owned(), |bytes| (bytes >> 20).to_string());
            let cached =
                self.cached[index].map_or("-".to_owned(), |cached| cached.map(size::readable).join(", "));
            println!("{way:<10} {:>9.2} {rate:>9.0} {memory:>10}   {cached}", self.seconds[index]);
        }
        println!();
        for (goal, holds, figure) in self.goals() {
            println!("{} {goal}: {figure:.3}", if holds { "holds " } else { "MISSED" });
        }
    }

    fn json(&self) -> Outcome<String> {
        let ways: serde_json::Map<_, _> = WAYS
            .iter()
            .enumerate()
            .map(|(index, way)| {
                let cached = self.cached[index];
                let value = serde_json::json!({
                    "seconds": self.seconds[index],
                    "peak_memory_bytes": self.memory[index],
                    "page_cache_bytes": cached.map(|[source, copy, warm]| {
                        serde_json::json!({ "source": source, "copy": copy, "warm": warm })
                    }),
                });
                ((*way).to_owned(), value)
            })
            .collect();
        let goals: Vec<_> = self
            .goals()
            .into_iter()
            .map(
                |(goal, holds, figure)| serde_json::json!({ "goal": goal, "holds": holds, "figure": figure }),
            )
            .collect();
        let report = serde_json::json!({ "bytes": self.length, "ways": ways, "goals": goals });
        Ok(serde_json::to_string_pretty(&report)?)
    }
}

/// The folder of the run; goes with it.
struct Home(PathBuf);

impl Drop for Home {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("bench: {} is left: {error}", self.0.display());
        }
    }
}
