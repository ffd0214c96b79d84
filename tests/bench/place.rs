//! Where things are: the build, what is kept from run to run, the other programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::measure::Outcome;

/// Houses of servers begin with this, their process and port follow.
pub const HOME: &str = "home-";

/// How much is measured, and where.
pub struct Place {
    /// So many records.
    pub records: u64,
    /// So many turns for each contender.
    pub rounds: usize,
    /// Where records are kept, of this number and layout.
    pub dir: PathBuf,
    /// The build.
    target: PathBuf,
}

impl Place {
    /// From the environment. What an older layout left is removed: it is large, and made for nothing else.
    pub fn find() -> Outcome<Self> {
        let exe = std::env::current_exe()?;
        let target = exe.ancestors().nth(3).ok_or("the build is nowhere")?.to_path_buf();
        let records: u64 = setting("RECORDS", "1000000").parse()?;
        if records < 1000 {
            return Err("CACHERR_BENCH_RECORDS: below 1000 there is nothing to measure".into());
        }
        let home = std::env::var_os("CACHERR_BENCH_DIR").map_or_else(|| target.clone(), PathBuf::from);
        let home = home.join("bench");
        let (prefix, layout) = (format!("{records}-"), layout()?);
        let dir = home.join(format!("{prefix}{layout}"));
        fs::create_dir_all(&dir)?;
        for entry in fs::read_dir(&home)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&prefix) && entry.path() != dir {
                fs::remove_dir_all(entry.path())?;
            }
        }
        let dir = dir.canonicalize()?;
        for entry in fs::read_dir(&dir)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // Of a run that was killed.
            let owner = name.strip_prefix(HOME).and_then(|rest| rest.split_once('-'));
            if owner.is_some_and(|(process, _)| !Path::new("/proc").join(process).exists()) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(Self { records, rounds: setting("ROUNDS", "3").parse()?, dir, target })
    }

    /// Our program, of the same build as this.
    pub fn cacherr(&self) -> Outcome<PathBuf> {
        let exe = std::env::current_exe()?;
        built(exe.ancestors().nth(2).unwrap_or(&exe).join("cacherr"))
    }

    /// The program of the peers.
    pub fn peers(&self) -> Outcome<PathBuf> {
        built(self.target.join("bench-peers/release/peers"))
    }

    /// Our store of all records; made if it is not there.
    pub fn our_store(&self) -> Outcome<PathBuf> {
        self.loaded("ours.redb", "ours")
    }

    /// The same, and SQLite's.
    pub fn stores(&self) -> Outcome<[PathBuf; 2]> {
        Ok([self.our_store()?, self.loaded("sqlite.db", "SQLite")?])
    }

    fn loaded(&self, name: &str, contender: &str) -> Outcome<PathBuf> {
        let store = self.dir.join(name);
        if !store.exists() {
            self.store(contender, &["load"])?;
        }
        Ok(store)
    }

    /// Lets a contender work on its store; what it prints.
    pub fn store(&self, contender: &str, what: &[&str]) -> Outcome<Vec<u8>> {
        let (dir, records) = (self.dir.as_os_str(), self.records.to_string());
        let exe = std::env::current_exe()?;
        let mut command = if contender == "ours" {
            let mut command = Command::new(exe);
            command.args(["store", "ours"]).arg(dir).arg(&records);
            command
        } else {
            let mut command = Command::new(self.peers()?);
            command.arg("store").arg(dir).arg(&records).arg(exe);
            command
        };
        let output = command.args(what).stderr(std::process::Stdio::inherit()).output()?;
        if output.status.success() { Ok(output.stdout) } else { Err(format!("{contender} failed").into()) }
    }
}

fn built(path: PathBuf) -> Outcome<PathBuf> {
    if path.exists() {
        Ok(path)
    } else {
        Err(format!("{} is not built; use scripts/bench", path.display()).into())
    }
}

pub fn setting(name: &str, otherwise: &str) -> String {
    std::env::var(format!("CACHERR_BENCH_{name}")).unwrap_or_else(|_| otherwise.to_owned())
}

/// Whatever decides what a kept store looks like. Rather too much than too little: a store that is made once more costs
/// a minute, one of another layout the whole measurement.
fn layout() -> Outcome<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("Cargo.lock")];
    let mut folders =
        ["src/store", "src/domain", "tests/bench/peers"].map(|folder| root.join(folder)).to_vec();
    files.extend(["records.rs", "measure.rs", "ours.rs"].map(|name| root.join("tests/bench").join(name)));
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { &mut folders } else { &mut files }.push(path);
        }
    }
    files.sort();
    let mut hasher = blake3::Hasher::new();
    for file in files {
        hasher.update(&fs::read(file)?);
    }
    Ok(hasher.finalize().to_hex()[..12].to_owned())
}
