//! From where a configuration is read. The same arguments and variables give the same answer to the same text, so what a
//! file will mean can be known before it is written.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::complaint::Complaint;
use super::place::{self, Place};
use super::values::Values;
use super::{Config, Environment, Flags, Origin, keys};
use crate::error::{Error, Result};

/// Arguments and environment of a process.
#[derive(Clone, PartialEq)]
pub struct Source {
    flags: Flags,
    env: Environment,
}

/// Where the file is, or will be.
#[derive(Clone)]
pub(super) struct Whereabouts {
    pub path: PathBuf,
    /// Who named it; nobody where it was found through the data dir.
    pub named: Option<Origin>,
}

/// What a text says together with arguments and environment.
pub(super) struct Reading {
    /// What it comes to, or everything that is wrong.
    pub config: Result<Config, Vec<Complaint>>,
    /// What was said, also where it comes to nothing.
    pub values: Values,
}

impl Source {
    /// From what the process was started with.
    #[must_use]
    pub fn new(flags: Flags, env: &Environment) -> Self {
        Self { flags, env: env.clone() }
    }

    /// Where the file is that they lead to.
    pub(super) fn whereabouts(&self) -> Result<Whereabouts> {
        match place::named_file(&self.flags, &self.env)? {
            Some(Place { path, origin }) => Ok(Whereabouts { path, named: Some(origin) }),
            None => {
                let data_dir = place::data_dir(&self.flags, &self.env, None)?;
                Ok(Whereabouts { path: place::default_file(&data_dir.path), named: None })
            }
        }
    }

    /// What is in the file; nothing where the default place holds none.
    pub(super) fn text(file: &Whereabouts) -> Result<Option<String>> {
        match std::fs::read_to_string(&file.path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound && file.named.is_none() => Ok(None),
            Err(error) => {
                let path = file.path.display();
                Err(Error::Config(format!("the configuration {path} cannot be read: {error}")))
            }
        }
    }

    /// What it would come to if that were in the file.
    pub(super) fn read(&self, file: &Whereabouts, text: Option<&str>) -> Reading {
        let mut values = Values::default();
        values.read_environment(&self.env);
        if let Some(text) = text {
            values.read_file(&file.path, text);
        }
        let config = self.build(file, text.is_some(), &mut values);
        Reading { config, values }
    }

    fn build(&self, file: &Whereabouts, exists: bool, values: &mut Values) -> Result<Config, Vec<Complaint>> {
        let said = match values.origin(&keys::DATA_DIR.about) {
            origin @ Origin::File { .. } => values.get(&keys::DATA_DIR).map(|path| Place { path, origin }),
            _ => None,
        };
        let mut warnings = Vec::new();
        // A file that was found through the data dir cannot name another one.
        let in_file = said.filter(|said| match file.named {
            Some(_) => true,
            None => {
                if Some(said.path.as_path()) != file.path.parent() {
                    warnings.push(format!(
                        "{}: {} is ignored, because this file was found through the data dir; name the file with --config \
                         or CACHERR_CONFIG",
                        said.origin,
                        keys::DATA_DIR.about.name
                    ));
                }
                false
            }
        });
        let data_dir = place::data_dir(&self.flags, &self.env, in_file);
        let data_dir = data_dir.map_err(|error| vec![Complaint::of(error.to_string())])?;
        if let Some(origin) = &file.named {
            values.settle(&keys::CONFIG.about, None, file.path.display().to_string(), origin.clone());
        }
        values.settle(&keys::DATA_DIR.about, None, data_dir.path.display().to_string(), data_dir.origin);
        let config_file = exists.then(|| file.path.clone());
        Config::build(self, data_dir.path, config_file, values, warnings)
    }
}

impl fmt::Debug for Source {
    /// What is in the environment may be a secret, and nobody knows which.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("flags", &self.flags).finish_non_exhaustive()
    }
}
