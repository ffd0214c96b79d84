//! Whether the mover runs.
//!
//! Unraid's mover writes its number to `/var/run/mover.pid` and removes the file when it ends; so does `age_mover` of the
//! plugin Mover Tuning. Others have no such file (`mergerfs-cache-mover` looks for a process with its own name), and are
//! known by what their process is called. Locks are not looked at: to try one is to hold it for a moment, and a mover that
//! starts in that moment with `flock -n` would not run.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use jiff::SignedDuration;

use super::list::{ExcludeList, Trouble};
use crate::clock::Clock;
use crate::domain::mover::{MoverSettings, Process, Running};
use crate::domain::time::Time;

/// Where processes are told of.
const PROC: &str = "/proc";
/// The initial pid namespace has had this number since namespaces exist. In any other one, numbers of the host mean nothing.
const INITIAL_NAMESPACE: &str = "pid:[4026531836]";
/// More than a number and some white space is no number.
const LONGEST_NUMBER: u64 = 64;

/// The mover, as it was configured. Cheap to clone.
#[derive(Clone)]
pub struct Mover(Arc<Inner>);

struct Inner {
    settings: MoverSettings,
    list: Option<ExcludeList>,
    clock: Arc<dyn Clock>,
    proc: PathBuf,
    known: Mutex<Known>,
}

/// What is remembered from one look to the next.
#[derive(Default)]
struct Known {
    runs: Vec<Run>,
    /// Files that could not be read when they were last looked at. It is said once.
    unreadable: Vec<PathBuf>,
}

/// One run of a mover.
struct Run {
    mark: Mark,
    since: Time,
    /// When we first saw it, by a clock that nobody sets.
    seen: Instant,
    /// It was said that it takes too long.
    is_told: bool,
}

/// By what one run is told from the next.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Mark {
    /// The file, and when it was written.
    File(PathBuf, u64, i64, i64),
    /// The process, and when it began, as the kernel counts.
    Process(u32, u64),
}

struct Sign {
    mark: Mark,
    since: Option<Time>,
    text: String,
}

/// What there is to say about seeing the mover, for the doctor.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Examined {
    /// Each file that was named.
    pub pid_files: Vec<(PathBuf, PidFile)>,
    /// The names that were given.
    pub processes: Vec<String>,
    /// Whether all processes of the machine are seen.
    pub sees_all_processes: bool,
    /// The list, and what came of bringing it up to date; none where there is to be none.
    pub list: Option<(PathBuf, Result<Vec<u8>, Trouble>)>,
}

/// How it is with a file that holds the mover's number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PidFile {
    /// It is not there, and its folder is: no mover runs.
    Absent,
    /// Its folder is not there: it can never be seen.
    NoFolder,
    /// It is there, and its process lives.
    Runs,
    /// It is there, and its process is gone.
    Stale,
    /// It is there, and holds no number, or one that means nothing here.
    Unchecked,
    /// It could not be looked at.
    Unreadable(ErrorKind),
}

impl Mover {
    /// As a person configured it, with the cache dir that it must leave alone. Looks at nothing yet.
    #[must_use]
    pub fn new(settings: MoverSettings, cache_dir: &Path, clock: Arc<dyn Clock>) -> Self {
        Self::with_proc(settings, cache_dir, clock, PROC.into())
    }

    fn with_proc(settings: MoverSettings, cache_dir: &Path, clock: Arc<dyn Clock>, proc: PathBuf) -> Self {
        let list = settings
            .exclude_file
            .as_ref()
            .map(|file| ExcludeList::new(file.clone(), cache_dir.to_path_buf(), settings.host_paths.clone()));
        Self(Arc::new(Inner { settings, list, clock, proc, known: Mutex::default() }))
    }

    /// Whether anything tells that one runs.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.0.settings.is_watched()
    }

    /// The list of what it leaves alone, where one is to be kept.
    #[must_use]
    pub fn list(&self) -> Option<&ExcludeList> {
        self.0.list.as_ref()
    }

    /// The mover that runs now. One that takes longer than anybody waits does not count, and is warned of.
    #[must_use]
    pub fn look(&self) -> Option<Running> {
        if !self.is_watched() {
            return None;
        }
        let Inner { settings, clock, known, .. } = &*self.0;
        let now = clock.now();
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let signs = self.signs(&mut known);
        known.runs.retain(|run| signs.iter().any(|sign| sign.mark == run.mark));
        let mut running = None;
        for sign in signs {
            let nth = known.runs.iter().position(|run| run.mark == sign.mark).unwrap_or_else(|| {
                let since = sign.since.filter(|since| *since <= now).unwrap_or(now);
                known.runs.push(Run { mark: sign.mark, since, seen: Instant::now(), is_told: false });
                known.runs.len() - 1
            });
            let run = &mut known.runs[nth];
            let seen = SignedDuration::try_from(run.seen.elapsed()).unwrap_or(SignedDuration::MAX);
            if now.since(run.since).max(seen) <= settings.longest {
                running = running.or(Some(Running { since: run.since, sign: sign.text }));
            } else if !run.is_told {
                run.is_told = true;
                let longest = settings.longest;
                tracing::warn!(
                    "the mover ({}) has not ended for {longest:#}; it is not waited for any longer",
                    sign.text
                );
            }
        }
        running
    }

    /// How it is with everything that was configured. Brings the list up to date.
    #[must_use]
    pub fn examine(&self) -> Examined {
        let Inner { settings, list, .. } = &*self.0;
        Examined {
            pid_files: settings.pid_files.iter().map(|file| (file.clone(), self.pid_file(file).1)).collect(),
            processes: settings.processes.clone(),
            sees_all_processes: self.sees_all_processes(),
            list: list.as_ref().map(|list| {
                (list.file().to_path_buf(), list.keep().map(|()| list.line().unwrap_or_default()))
            }),
        }
    }

    fn signs(&self, known: &mut Known) -> Vec<Sign> {
        let mut signs = Vec::new();
        for file in &self.0.settings.pid_files {
            let (metadata, state) = self.pid_file(file);
            let was_unreadable = known.unreadable.contains(file);
            known.unreadable.retain(|other| other != file);
            match (state, metadata) {
                (PidFile::Runs | PidFile::Unchecked, Some(found)) => signs.push(Sign {
                    mark: Mark::File(file.clone(), found.ino(), found.mtime(), found.mtime_nsec()),
                    since: Some(written_at(&found)),
                    text: file.display().to_string(),
                }),
                (PidFile::Unreadable(kind), _) => {
                    if !was_unreadable {
                        let file = file.display();
                        tracing::warn!(
                            "{file} cannot be read ({kind}), so a mover that runs is not seen by it"
                        );
                    }
                    known.unreadable.push(file.clone());
                }
                _ => {}
            }
        }
        signs.extend(self.processes());
        signs
    }

    /// A file that may hold the mover's number, and what it tells.
    fn pid_file(&self, file: &Path) -> (Option<fs::Metadata>, PidFile) {
        let read = || -> io::Result<(fs::Metadata, Vec<u8>)> {
            let opened = fs::File::open(file)?;
            let metadata = opened.metadata()?;
            let mut text = Vec::new();
            opened.take(LONGEST_NUMBER).read_to_end(&mut text)?;
            Ok((metadata, text))
        };
        let (metadata, text) = match read() {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let is_folder = file.parent().is_some_and(Path::is_dir);
                return (None, if is_folder { PidFile::Absent } else { PidFile::NoFolder });
            }
            Err(error) => return (None, PidFile::Unreadable(error.kind())),
        };
        let number = std::str::from_utf8(&text).ok().and_then(|text| text.trim().parse::<u32>().ok());
        let state = match number {
            // A number that was given out in another namespace says nothing here: that the file is there has to do.
            Some(number) if self.is_initial_namespace() => match self.process(number) {
                Some(_) => PidFile::Runs,
                None => PidFile::Stale,
            },
            _ => PidFile::Unchecked,
        };
        (Some(metadata), state)
    }

    fn processes(&self) -> Option<Sign> {
        let Inner { settings, proc, .. } = &*self.0;
        if settings.processes.is_empty() {
            return None;
        }
        let own = fs::read_link(proc.join("self")).ok();
        let numbers = fs::read_dir(proc).ok()?.filter_map(|entry| {
            let name = entry.ok()?.file_name();
            let is_own = own.as_deref().is_some_and(|own| own.as_os_str() == name);
            name.to_str()?.parse::<u32>().ok().filter(|_| !is_own)
        });
        numbers.filter_map(|number| self.is_mover(number)).next()
    }

    fn is_mover(&self, number: u32) -> Option<Sign> {
        let Inner { settings, proc, .. } = &*self.0;
        let Found { comm, began } = self.process(number)?;
        let mut names = settings.processes.iter().filter(|name| Process::may_be(&comm, name)).peekable();
        names.peek()?;
        let arguments = fs::read(proc.join(number.to_string()).join("cmdline")).ok()?;
        let process = Process { comm: &comm, arguments: &arguments };
        let name = names.find(|name| process.is_called(name))?;
        Some(Sign {
            mark: Mark::Process(number, began),
            since: None,
            text: format!("process {number}, {name}"),
        })
    }

    /// A process that lives.
    fn process(&self, number: u32) -> Option<Found> {
        let text = fs::read(self.0.proc.join(number.to_string()).join("stat")).ok()?;
        Found::read(&text)
    }

    fn is_initial_namespace(&self) -> bool {
        fs::read_link(self.0.proc.join("self/ns/pid")).is_ok_and(|text| text.as_os_str() == INITIAL_NAMESPACE)
    }

    /// With `hidepid`, the processes of others are not even listed, and the first one is never ours.
    fn sees_all_processes(&self) -> bool {
        self.is_initial_namespace() && self.0.proc.join("1").is_dir()
    }
}

/// What the kernel tells of a process in `stat`.
struct Found {
    comm: Vec<u8>,
    /// Ticks after the machine did.
    began: u64,
}

impl Found {
    /// None for one that has ended and was not buried yet.
    fn read(stat: &[u8]) -> Option<Self> {
        // A name may hold anything, brackets as well.
        let open = stat.iter().position(|byte| *byte == b'(')?;
        let close = stat.iter().rposition(|byte| *byte == b')')?;
        let comm = stat.get(open + 1..close)?.to_vec();
        let rest = OsStr::from_bytes(stat.get(close + 1..)?).to_str()?;
        let mut fields = rest.split_ascii_whitespace();
        let state = fields.next()?;
        // The 22nd field; the state is the third.
        let began = fields.nth(18)?.parse().ok()?;
        (!matches!(state, "Z" | "X")).then_some(Self { comm, began })
    }
}

fn written_at(found: &fs::Metadata) -> Time {
    let micros = found.mtime().saturating_mul(1_000_000).saturating_add(found.mtime_nsec() / 1000);
    Time::from_micros(micros)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{ManualClock, SystemClock};

    /// A `/proc` of our own making.
    struct Scene {
        dir: tempfile::TempDir,
        clock: Arc<ManualClock>,
    }

    impl Scene {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let scene = Self { dir, clock: Arc::new(ManualClock::at(SystemClock.now())) };
            fs::create_dir_all(scene.at("proc/self/ns")).unwrap();
            scene.in_namespace(INITIAL_NAMESPACE);
            scene
        }

        fn at(&self, name: &str) -> PathBuf {
            self.dir.path().join(name)
        }

        fn in_namespace(&self, text: &str) {
            let link = self.at("proc/self/ns/pid");
            let _ = fs::remove_file(&link);
            std::os::unix::fs::symlink(text, link).unwrap();
        }

        fn runs(&self, number: u32, comm: &str, arguments: &str, state: &str) {
            let folder = self.at("proc").join(number.to_string());
            fs::create_dir_all(&folder).unwrap();
            let rest = (4..=21).map(|field| field.to_string()).collect::<Vec<_>>().join(" ");
            fs::write(folder.join("stat"), format!("{number} ({comm}) {state} {rest} 4711 0\n")).unwrap();
            fs::write(folder.join("cmdline"), arguments.replace(' ', "\0")).unwrap();
        }

        fn ends(&self, number: u32) {
            fs::remove_dir_all(self.at("proc").join(number.to_string())).unwrap();
        }

        fn mover(&self, change: impl FnOnce(&mut MoverSettings)) -> Mover {
            let mut settings = MoverSettings {
                pid_files: vec![self.at("mover.pid")],
                longest: SignedDuration::from_hours(24),
                ..MoverSettings::default()
            };
            change(&mut settings);
            Mover::with_proc(settings, &self.at("cache"), self.clock.clone(), self.at("proc"))
        }
    }

    #[test]
    fn a_file_with_the_number_of_a_process_that_lives_is_a_mover() {
        let scene = Scene::new();
        let mover = scene.mover(|_| {});
        assert_eq!(mover.look(), None);
        scene.runs(77, "mover", "mover start", "S");
        fs::write(scene.at("mover.pid"), "77\n").unwrap();
        assert!(mover.look().unwrap().sign.ends_with("mover.pid"));
        fs::remove_file(scene.at("mover.pid")).unwrap();
        assert_eq!(mover.look(), None);
    }

    #[test]
    fn a_file_that_a_dead_mover_left_is_none() {
        let scene = Scene::new();
        let mover = scene.mover(|_| {});
        fs::write(scene.at("mover.pid"), "77").unwrap();
        assert_eq!((mover.look(), mover.pid_file(&scene.at("mover.pid")).1), (None, PidFile::Stale));
        scene.runs(77, "mover", "mover", "Z");
        assert_eq!(mover.look(), None);
    }

    #[test]
    fn in_a_namespace_of_its_own_the_file_alone_counts_and_not_for_ever() {
        let scene = Scene::new();
        scene.in_namespace("pid:[4026532000]");
        let mover = scene.mover(|settings| settings.longest = SignedDuration::from_hours(2));
        fs::write(scene.at("mover.pid"), "77").unwrap();
        assert!(mover.look().is_some());
        scene.clock.advance(SignedDuration::from_mins(121));
        assert_eq!(mover.look(), None);
        // The next run is another one, for which it is waited again.
        fs::remove_file(scene.at("mover.pid")).unwrap();
        fs::write(scene.at("mover.pid.new"), "78").unwrap();
        fs::rename(scene.at("mover.pid.new"), scene.at("mover.pid")).unwrap();
        let written = std::time::SystemTime::now() + std::time::Duration::from_secs(120 * 60);
        fs::File::options().write(true).open(scene.at("mover.pid")).unwrap().set_modified(written).unwrap();
        assert!(mover.look().is_some());
    }

    #[test]
    fn a_mover_is_found_by_the_name_of_its_process() {
        let scene = Scene::new();
        let mover =
            scene.mover(|settings| settings.processes = vec!["age_mover".into(), "cache-mover.py".into()]);
        scene.runs(5, "a (strange) name", "x", "S");
        scene.runs(6, "vi", "vi /opt/cache-mover.py", "S");
        assert_eq!(mover.look(), None);
        scene.runs(7, "python3", "python3 /opt/cache-mover.py", "R");
        assert_eq!(mover.look().unwrap().sign, "process 7, cache-mover.py");
        scene.ends(7);
        assert_eq!(mover.look(), None);
    }

    #[test]
    fn what_cannot_be_seen_holds_up_nothing_and_is_told() {
        let scene = Scene::new();
        let mover = scene.mover(|settings| {
            settings.pid_files = vec![scene.at("mover.pid"), scene.at("gone/mover.pid"), scene.at("proc")];
        });
        assert_eq!(mover.look(), None);
        let states: Vec<PidFile> = mover.examine().pid_files.into_iter().map(|(_, state)| state).collect();
        assert_eq!(states[..2], [PidFile::Absent, PidFile::NoFolder]);
        assert!(matches!(states[2], PidFile::Unreadable(_)));
        assert!(!mover.examine().sees_all_processes);
    }

    #[test]
    fn without_a_word_about_it_nothing_is_looked_at() {
        let mover = Mover::new(MoverSettings::default(), Path::new("/cache"), Arc::new(SystemClock));
        assert!(!mover.is_watched() && mover.look().is_none() && mover.list().is_none());
        assert_eq!(mover.examine().list, None);
    }
}
