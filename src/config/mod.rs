//! The only reader of the environment, of arguments that are settings, and of `cacherr.toml`.
//!
//! Arguments win over `CACHERR_*` variables (`__` nests: `CACHERR_SERVER__BIND`), these over the file, the file over
//! the defaults; every value knows which it was ([`Origin`]). Start with the table in `keys`: everything follows it.
//!
//! **Invariant:** a [`Config`] that exists is valid. What is wrong is said all at once, each with its place, before
//! anything is started or touched.

mod build;
mod change;
mod complaint;
mod defaults;
mod describe;
mod edit;
mod file;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod key;
mod keys;
mod origin;
mod place;
mod read;
mod rules;
mod source;
mod value;
mod values;
mod write;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::SignedDuration;

pub use change::{Change, LONGEST_VALUE, To};
pub use complaint::Complaint;
pub use defaults::defaults;
pub use describe::{Described, Form, Repetition};
pub use file::{Changed, Difference, Look, Refused, Request, SettingsFile};
pub use origin::{Origin, Setting, print};
pub use source::Source;

use self::values::Values;
use crate::domain::mover::MoverSettings;
use crate::domain::privacy::Attributions;
use crate::domain::secret::Secret;
use crate::domain::settings::changes::Shown;
use crate::domain::settings::{AccessSettings, CacheSettings, LibrarianSettings, Library};
use crate::error::{Error, Result};

/// The environment as `main` found it; tests bring their own.
pub type Environment = BTreeMap<OsString, OsString>;

/// The arguments that are settings.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Flags {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--data-dir`.
    pub data_dir: Option<PathBuf>,
}

/// Everything a person can set, valid.
#[derive(Clone, PartialEq, Debug)]
pub struct Config {
    /// Where the store lives.
    pub data_dir: PathBuf,
    /// The file that was read; absent where the default place holds none.
    pub config_file: Option<PathBuf>,
    /// The web server.
    pub server: ServerSettings,
    /// Who is let in.
    pub access: AccessSettings,
    /// How its connections are served.
    pub serving: ServingSettings,
    /// What the process is to the system.
    pub process: ProcessSettings,
    /// What viewers are told of who watches what.
    pub attributions: Attributions,
    /// The cache.
    pub cache: CacheSettings,
    /// The NAS's own mover.
    pub mover: MoverSettings,
    /// The libraries, in the order of the file.
    pub libraries: Vec<Library>,
    /// Whether the kernel is asked to tell what happens to links and originals.
    pub watch_libraries: bool,
    /// The media server.
    pub plex: PlexSettings,
    /// Whose wishes count, and what is worth keeping.
    pub librarian: LibrarianSettings,
    /// What is logged, where somebody said so.
    pub log: Option<String>,
    /// What is allowed and should be known, in sentences.
    pub warnings: Vec<String>,
    settings: Vec<Setting>,
    /// By key, to tell one from another.
    secrets: BTreeMap<String, Secret>,
    source: Source,
}

/// How the web app and the API are reached.
#[derive(Clone, PartialEq, Debug)]
pub struct ServerSettings {
    /// Address and port.
    pub bind: SocketAddr,
    /// Path below which everything is served: `/`, or without a slash at its end.
    pub base_path: String,
    /// The key with the role admin.
    pub api_key: Option<Secret>,
}

/// How connections are served.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServingSettings {
    /// With which certificate; plain HTTP without.
    pub tls: Option<TlsFiles>,
    /// At the same time.
    pub connections: usize,
    /// The same from one address.
    pub connections_per_address: usize,
}

/// A certificate and its key, in PEM.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TlsFiles {
    /// The certificate, then those that vouch for it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// What the process is to the system.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProcessSettings {
    /// Rights that new files do not get.
    pub umask: u32,
    /// User and group that a start as root becomes.
    pub user: Option<(u32, u32)>,
}

/// How Plex is reached, and what of it is cached.
#[derive(Clone, PartialEq, Debug)]
pub struct PlexSettings {
    /// Its address, without a slash at the end.
    pub url: String,
    /// Whether its certificate has to be one that can be verified; that of plex.tv always has.
    pub verify_certificate: bool,
    /// The file with the token; never together with `token`.
    pub token_file: Option<PathBuf>,
    /// The token.
    pub token: Option<Secret>,
    /// What is asked instead of every plex.tv host.
    pub cloud_url: String,
    /// Least time between two requests to plex.tv hosts.
    pub cloud_interval: SignedDuration,
    /// Episodes after the current one.
    pub episodes_ahead: u32,
    /// A playback shorter than this leaves no copy behind.
    pub min_watch: SignedDuration,
}

impl Config {
    /// Reads all there is.
    ///
    /// # Errors
    /// [`Error::Config`] with everything that is wrong, one sentence a line.
    pub fn load(flags: Flags, env: &Environment) -> Result<Self> {
        let source = Source::new(flags, env);
        let file = source.whereabouts()?;
        let text = Source::text(&file)?;
        source.read(&file, text.as_deref()).config.map_err(|complaints| {
            let sentences: Vec<String> = complaints.iter().map(ToString::to_string).collect();
            Error::Config(sentences.join("\n"))
        })
    }

    fn build(
        source: &Source,
        data_dir: PathBuf,
        config_file: Option<PathBuf>,
        values: &mut Values,
        warnings: Vec<String>,
    ) -> Result<Self, Vec<Complaint>> {
        let server = build::server(values);
        let access = build::access(values);
        let (serving, process) = (build::serving(values), build::process(values));
        let attributions = build::privacy(values);
        let cache = build::cache(values, &data_dir);
        let mover = build::mover(values);
        let libraries = build::libraries(values);
        let watch_libraries = build::watch(values);
        let plex = build::plex(values);
        let librarian = build::librarian(values, plex.as_ref().map(|plex| plex.episodes_ahead));
        let log = values.get(&keys::LOG);
        let (
            Some(server),
            Some(serving),
            Some(process),
            Some(access),
            Some(attributions),
            Some(cache),
            Some(mover),
            Some(watch_libraries),
            Some(plex),
            Some(librarian),
            Some(libraries),
        ) = (
            server,
            serving,
            process,
            access,
            attributions,
            cache,
            mover,
            watch_libraries,
            plex,
            librarian,
            libraries,
        )
        else {
            return Err(std::mem::take(&mut values.problems));
        };
        let mut config = Self {
            data_dir,
            config_file,
            server,
            access,
            serving,
            process,
            attributions,
            cache,
            mover,
            libraries,
            watch_libraries,
            plex,
            librarian,
            log,
            warnings,
            settings: Vec::new(),
            secrets: values.secrets(),
            source: source.clone(),
        };
        rules::check(&config, values);
        if !values.problems.is_empty() {
            return Err(std::mem::take(&mut values.problems));
        }
        config.warnings.extend(rules::warnings(&config, values));
        config.settings = values.settings();
        Ok(config)
    }

    /// Every key with its value and where that came from; secrets are `***`.
    #[must_use]
    pub fn report(&self) -> Vec<Setting> {
        self.settings.clone()
    }

    /// The same, by key, without those that have no value.
    #[must_use]
    pub fn shown(&self) -> Shown {
        shown(&self.settings)
    }

    /// The libraries with the numbers they have in names of keys.
    fn libraries_by_index(&self, values: &Values) -> impl Iterator<Item = (usize, &Library)> {
        values.numbers(&key::LIBRARY).into_iter().zip(&self.libraries)
    }
}

fn shown(settings: &[Setting]) -> Shown {
    let shown = |one: &Setting| Some((one.key.clone(), one.value.clone()?));
    settings.iter().filter_map(shown).collect()
}
