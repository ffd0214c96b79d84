//! The configuration file while the program runs: what it says now, what that differs from what runs, and changing it.
//!
//! **Invariant:** what is written is a configuration that can be used, and nobody's words but the changed ones are other
//! than before. What runs is never changed here: it was read once, at the start.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::change::{self, Change, Present, Refusal, meaning, meant};
use super::complaint::Complaint;
use super::describe::{self, Described, Repetition};
use super::edit::edit;
use super::source::{Reading, Source, Whereabouts};
use super::values::Values;
use super::write::{self, Written};
use super::{Config, Setting};
use crate::domain::secret::Secret;
use crate::domain::settings::changes::Shown;
use crate::error::{Error, Result};

/// The version of no file.
const NONE: &str = "none";

/// The file, for those who look at it and change it. A clone is another handle.
#[derive(Clone)]
pub struct SettingsFile(Arc<Inner>);

struct Inner {
    source: Source,
    file: Whereabouts,
    running: State,
    /// Held by whoever changes it.
    turn: Mutex<()>,
}

/// What a configuration comes to, as it is compared and shown.
#[derive(Clone)]
struct State {
    settings: Vec<Setting>,
    secrets: std::collections::BTreeMap<String, Secret>,
    warnings: Vec<String>,
}

/// The file as it is now.
#[derive(Debug)]
pub struct Look {
    /// Where it is, or will be.
    pub file: PathBuf,
    /// Whether it is there.
    pub exists: bool,
    /// Changes with its bytes.
    pub version: String,
    /// Every setting as the file has it, with arguments and environment; as it runs where the file cannot be read.
    pub settings: Vec<Described>,
    /// Tables of which there can be several.
    pub repeated: Vec<Repetition>,
    /// What is known of the keys of those to come.
    pub templates: Vec<Described>,
    /// What the file says and the running instance does not do.
    pub pending: Vec<Difference>,
    /// What is wrong with the file.
    pub problems: Vec<String>,
    /// What is allowed, and should be known.
    pub warnings: Vec<String>,
}

/// A setting that is another one here and there; secrets are `***`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Its name.
    pub key: String,
    /// What it was, or runs.
    pub from: Option<String>,
    /// What it is, or is to be.
    pub to: Option<String>,
}

/// What is wanted of the file.
#[derive(Debug)]
pub struct Request {
    /// The version that whoever asks has seen; any where none is given.
    pub version: Option<String>,
    /// What becomes of which setting.
    pub changes: Vec<Change>,
    /// Nothing is written.
    pub dry_run: bool,
}

/// What was done, or would be.
#[derive(Debug)]
pub struct Changed {
    /// The file as it is then.
    pub look: Look,
    /// What is another one than before.
    pub changed: Vec<Difference>,
    /// All settings before, as they are shown.
    pub before: Shown,
    /// All settings after.
    pub after: Shown,
}

/// Why nothing was done.
#[derive(Debug)]
pub enum Refused {
    /// It could not be used.
    Invalid(Vec<Complaint>),
    /// Argument or environment decide about a setting.
    Pinned {
        /// The setting.
        key: String,
        /// What to do instead.
        why: String,
    },
    /// The file was changed by somebody else.
    Overtaken,
    /// The file cannot be written, or what follows from it failed.
    Failed(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// The file's bytes, and what they mean.
struct Found {
    bytes: Option<Vec<u8>>,
    reading: Reading,
    /// What the file says alone; nothing where it cannot be read.
    in_file: Option<Values>,
}

impl SettingsFile {
    /// The file of what runs.
    ///
    /// # Errors
    /// [`Error::Config`] where nobody can tell where it is; a configuration that was read is never at fault.
    pub fn of(running: &Config) -> Result<Self> {
        let source = running.source.clone();
        let file = source.whereabouts()?;
        Ok(Self(Arc::new(Inner { source, file, running: State::of(running), turn: Mutex::default() })))
    }

    /// The file as it is now.
    #[must_use]
    pub fn look(&self) -> Look {
        self.show(&self.found())
    }

    /// Changes it. `written` is called once it is, before anybody else can change it again.
    ///
    /// # Errors
    /// What [`Refused`] says. Nothing was done, unless `written` failed.
    pub fn change(
        &self,
        request: &Request,
        written: impl FnOnce(&Changed) -> Result<()>,
    ) -> Result<Changed, Refused> {
        let _turn = self.0.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let found = self.found();
        if request.version.as_ref().is_some_and(|version| *version != found.version()) {
            return Err(Refused::Overtaken);
        }
        let Found { bytes, reading, in_file: Some(in_file) } = &found else {
            return Err(Refused::Invalid(found.reading.config.err().unwrap_or_default()));
        };
        let edits = change::edits(&request.changes, &Present { in_file, all: &reading.values });
        let edits = edits.map_err(|refusal| match refusal {
            Refusal::Invalid(complaints) => Refused::Invalid(complaints),
            Refusal::Pinned { key, why } => Refused::Pinned { key, why },
        })?;
        let old = bytes.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        let new = edit(&old, &edits).ok().filter(|new| {
            let come_to = self.alone(new).map(|values| meaning(&values));
            come_to == Some(meant(meaning(in_file), &edits))
        });
        let new = new.ok_or_else(|| {
            Refused::Invalid(vec![Complaint::of(
                "the file is written in a way that this cannot be changed in; change it by hand",
            )])
        })?;
        let is_new = new != old;
        let next = Found {
            reading: self.0.source.read(&self.0.file, (is_new || bytes.is_some()).then_some(&*new)),
            in_file: self.alone(&new),
            bytes: if is_new { Some(new.clone().into_bytes()) } else { bytes.clone() },
        };
        let after = match &next.reading.config {
            Ok(config) => State::of(config),
            Err(complaints) => return Err(Refused::Invalid(complaints.clone())),
        };
        let before = self.state(&found);
        if is_new && !request.dry_run {
            match write::replace(&self.0.file.path, bytes.as_deref(), &new)? {
                Written::Done => {}
                Written::Overtaken => return Err(Refused::Overtaken),
            }
        }
        let mut look = self.show(&next);
        if request.dry_run {
            look.exists = bytes.is_some();
            look.version = found.version();
        }
        let changed = Changed {
            look,
            changed: differences(&before, &after),
            before: before.shown(),
            after: after.shown(),
        };
        if is_new && !request.dry_run {
            written(&changed)?;
        }
        Ok(changed)
    }

    fn found(&self) -> Found {
        let Inner { source, file, .. } = &*self.0;
        let unreadable = |bytes, words: String| Found {
            bytes,
            reading: Reading { config: Err(vec![Complaint::of(words)]), values: Values::default() },
            in_file: None,
        };
        let path = file.path.display();
        let bytes = match write::bytes_of(&file.path) {
            Ok(None) if file.named.is_some() => {
                return unreadable(None, format!("the configuration {path} is not there any more"));
            }
            Ok(bytes) => bytes,
            Err(error) => {
                return unreadable(None, format!("the configuration {path} cannot be read: {error}"));
            }
        };
        let text = match bytes.clone().map(String::from_utf8).transpose() {
            Ok(text) => text,
            Err(_) => return unreadable(bytes, format!("the configuration {path} is not UTF-8 text")),
        };
        let reading = source.read(file, text.as_deref());
        let in_file = self.alone(text.as_deref().unwrap_or_default());
        Found { bytes, reading, in_file }
    }

    /// What a text says without anybody else; nothing where it is no TOML.
    fn alone(&self, text: &str) -> Option<Values> {
        toml_edit::Document::parse(text).ok()?;
        let mut values = Values::default();
        values.read_file(&self.0.file.path, text);
        Some(values)
    }

    /// What the file says, also where it cannot be used; what runs where it cannot be read.
    fn state(&self, found: &Found) -> State {
        match (&found.reading.config, &found.in_file) {
            (Ok(config), _) => State::of(config),
            (Err(_), Some(_)) => State {
                settings: found.reading.values.settings(),
                secrets: found.reading.values.secrets(),
                warnings: Vec::new(),
            },
            (Err(_), None) => self.0.running.clone(),
        }
    }

    fn show(&self, found: &Found) -> Look {
        let state = self.state(found);
        let nothing = Values::default();
        let in_file = found.in_file.as_ref().unwrap_or(&nothing);
        let repeated = describe::repetitions(in_file, &found.reading.values);
        let problems = match &found.reading.config {
            Ok(_) => Vec::new(),
            Err(complaints) => complaints.iter().map(ToString::to_string).collect(),
        };
        let count = |of: &super::key::Repeated| in_file.numbers(of).len();
        let pending = if problems.is_empty() { differences(&self.0.running, &state) } else { Vec::new() };
        Look {
            file: self.0.file.path.clone(),
            exists: found.bytes.is_some(),
            version: found.version(),
            settings: state.settings.iter().filter_map(|one| Described::of(one, count)).collect(),
            templates: describe::templates(&repeated),
            repeated,
            pending,
            problems,
            warnings: state.warnings,
        }
    }

    /// Where it is, or will be.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.file.path
    }
}

impl Found {
    fn version(&self) -> String {
        match &self.bytes {
            Some(bytes) => blake3::hash(bytes).to_hex()[..32].to_owned(),
            None => NONE.to_owned(),
        }
    }
}

impl State {
    fn of(config: &Config) -> Self {
        let Config { settings, secrets, warnings, .. } = config;
        Self { settings: settings.clone(), secrets: secrets.clone(), warnings: warnings.clone() }
    }

    fn shown(&self) -> Shown {
        super::shown(&self.settings)
    }
}

/// What differs, by key. Secrets are compared by what they are.
fn differences(from: &State, to: &State) -> Vec<Difference> {
    let (before, after) = (from.shown(), to.shown());
    let keys: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differs =
        |key: &&String| before.get(*key) != after.get(*key) || from.secrets.get(*key) != to.secrets.get(*key);
    let difference = |key: &String| Difference {
        key: key.clone(),
        from: before.get(key).cloned(),
        to: after.get(key).cloned(),
    };
    keys.into_iter().filter(differs).map(difference).collect()
}
