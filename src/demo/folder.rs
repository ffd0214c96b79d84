//! The folder of a sample, and everything in it that is not a film.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::library;
use crate::error::{Error, IoContext, Result};

/// Says what the folder is: to people, and to the next start.
const NOTE: &str = "cacherr-demo.txt";
const NOTE_TEXT: &str =
    "This folder was made by `cacherr demo`. It holds a sample library and nothing of value.\n";

/// A folder that is a sample.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes the folder, or takes up one that an earlier start made.
    pub fn open(dir: Option<&Path>) -> Result<Self> {
        let dir = match dir {
            Some(dir) => dir.to_path_buf(),
            None => std::env::temp_dir().join(format!("cacherr-demo-{}", Uuid::now_v7().simple())),
        };
        fs::create_dir_all(&dir).doing("make the folder", &dir)?;
        let dir = dir.canonicalize().doing("open the folder", &dir)?;
        let folder = Self(dir);
        if !folder.is_demo()? {
            folder.found()?;
        }
        folder.furnish()?;
        Ok(folder)
    }

    fn is_demo(&self) -> Result<bool> {
        let note = self.0.join(NOTE);
        match fs::read_to_string(&note) {
            Ok(text) => Ok(text == NOTE_TEXT),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Error::io("read", note, error)),
        }
    }

    /// Only what is empty becomes a sample.
    fn found(&self) -> Result<()> {
        let mut entries = fs::read_dir(&self.0).doing("list", &self.0)?;
        if entries.next().is_some() {
            return Err(Error::Invalid(format!(
                "{} is not empty and was not made by `cacherr demo`; name a new or empty folder",
                self.0.display()
            )));
        }
        let note = self.0.join(NOTE);
        fs::write(&note, NOTE_TEXT).doing("write", note)
    }

    /// What an earlier start did not get to is made now; what is there stays as it is.
    fn furnish(&self) -> Result<()> {
        for folder in [self.fast(), self.movies(), self.series(), self.data()] {
            fs::create_dir_all(&folder).doing("make the folder", &folder)?;
        }
        private(&self.data())?;
        if !self.key_file().exists() {
            let key = format!("demo-{}", Uuid::new_v7(uuid::Timestamp::now(uuid::NoContext)).simple());
            write_private(&self.key_file(), &key)?;
        }
        let config = self.data().join("cacherr.toml");
        if config.exists() {
            return Ok(());
        }
        // A path written by serde is quoted as TOML wants it; one that is no text cannot be in a configuration.
        let text = |path: PathBuf| {
            path.to_str().map(|text| toml::Value::from(text).to_string()).ok_or_else(|| {
                Error::Invalid(format!("{} is not UTF-8 text; choose another folder", path.display()))
            })
        };
        let (fast, movies, series) = (text(self.fast())?, text(self.movies())?, text(self.series())?);
        // Slow enough that a newcomer sees copies on their way, quick enough that nobody waits for them.
        let content = format!(
            "# Made by `cacherr demo`.\n[cache]\ndir = {fast}\nmin_free = \"64MB\"\nbandwidth = \"24MB\"\n\
             release_grace = \"10s\"\n\n[[library]]\nname = \"Movies\"\npath = {movies}\n\n[[library]]\n\
             name = \"Series\"\npath = {series}\n"
        );
        fs::write(&config, content).doing("write", config)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    fn fast(&self) -> PathBuf {
        self.0.join("fast")
    }

    pub fn movies(&self) -> PathBuf {
        self.0.join(library::MOVIES)
    }

    pub fn series(&self) -> PathBuf {
        self.0.join(library::SERIES)
    }

    pub fn key_file(&self) -> PathBuf {
        self.data().join("demo-key")
    }

    /// The API key.
    pub fn key(&self) -> Result<String> {
        fs::read_to_string(self.key_file()).doing("read", self.key_file())
    }
}

fn private(dir: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).doing("close to others", dir)
}

fn write_private(file: &Path, text: &str) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let opened = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    std::io::Write::write_all(&mut opened.doing("write", file)?, text.as_bytes()).doing("write", file)
}
