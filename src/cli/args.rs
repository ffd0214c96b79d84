//! What can be said at the command line.

use std::io::{BufRead, Read};
use std::path::{Component, Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand};
use jiff::SignedDuration;

use crate::command::{Brake, Copies, KeyRequest, Named, Reach, Request, Selection, Told, UserRequest};
use crate::domain::access::Role;
use crate::domain::file::{Method, Operation};
use crate::domain::secret::Secret;
use crate::error::{Error, IoContext, Result};

/// The version, with the commit where the build knew it.
pub const VERSION: &str = env!("CACHERR_VERSION");

/// A line of standard input is read no further: longer than any password.
const LONGEST_LINE: u64 = 8192;

/// Keeps what will be watched next on a fast volume, without a reader ever noticing.
#[derive(Parser, Debug)]
#[command(
    name = "cacherr",
    version = VERSION,
    max_term_width = 100,
    after_help = "Exit codes: 0 ok, 1 failed, 2 usage, 3 configuration, 4 data dir in use.\n\
                  Commands that change something let a running Cacherr do it, and do it themselves when there is none."
)]
pub struct Args {
    /// The configuration file [default: cacherr.toml in the data dir]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the store lives
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// What to do [default: run]
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// How the answer is written.
#[derive(clap::Args, Clone, Copy, Default, Debug)]
pub struct Format {
    /// Write one JSON document to standard output
    #[arg(long)]
    pub json: bool,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run until stopped (this is the default)
    Run,
    /// Bring files to the cache, and wait until they are there
    Cache(Cache),
    /// Give files back: the originals take their places again
    Restore(Restore),
    /// Show what is cached, what is under way, and what needs attention
    Status(Format),
    /// Compare the store with itself and with what is on disk; put in order what others changed
    Check(Check),
    /// Show what would be cached and given back now, and why; does nothing of it
    Plan(Format),
    /// Look for what usually breaks an installation, and say how to mend it (wakes the libraries' disks)
    Doctor(Format),
    /// The store is lost: give everything back from what is on disk alone
    Rescue(Rescue),
    /// The folder of the copies
    CacheDir {
        /// What to do with it.
        #[command(subcommand)]
        command: CacheDirCommand,
    },
    /// The configuration
    Config {
        /// What to do with it.
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Who may log in; also where nobody can any more
    User {
        /// What to do.
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Keys by which programs come in
    Apikey {
        /// What to do.
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Run a sample to look at, with a small library of its own; nothing of yours is touched
    Demo(Demo),
    /// Ask the running Cacherr whether it is well (for containers)
    Healthcheck,
    /// Show where everything lies: data dir, configuration, store, cache, libraries
    Paths(Format),
    /// Show which program this is
    Version(Format),
    /// Print the OpenAPI document
    Openapi,
    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Manpage,
}

/// `cacherr cache`.
#[derive(clap::Args, Debug)]
pub struct Cache {
    /// Files of a configured library
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Why they are wanted
    #[arg(long, default_value = "manual", value_parser = PossibleValuesParser::new(Operation::ALL.iter().map(|one| one.name())))]
    pub operation: String,
    /// Which media user wants them
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// How: "copy" keeps the original beside its link, "move" gives it up [default: cache.mode]
    #[arg(long, value_name = "copy|move")]
    pub mode: Option<String>,
    /// How the answer is written.
    #[command(flatten)]
    pub format: Format,
}

/// `cacherr restore`.
#[derive(clap::Args, Debug)]
pub struct Restore {
    /// Files, by their library paths
    #[arg(required_unless_present = "all", conflicts_with = "all", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Every file that is cached
    #[arg(long)]
    pub all: bool,
    /// The cached copies are gone for good: put back every kept original, and list what is lost
    #[arg(long, requires = "all", conflicts_with = "paths")]
    pub cache_lost: bool,
    /// How the answer is written.
    #[command(flatten)]
    pub format: Format,
}

/// `cacherr demo`.
#[derive(clap::Args, Debug)]
pub struct Demo {
    /// A new or empty folder, or one of an earlier demo [default: a new one among the temporary files]
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Serve on this port [default: 5445, or any other if that is taken]
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
}

/// `cacherr check`.
#[derive(clap::Args, Debug)]
pub struct Check {
    /// Look at every link and kept original too (wakes the libraries' disks)
    #[arg(long)]
    pub deep: bool,
    /// Believe it even if many files seem to be gone at once
    #[arg(long)]
    pub confirm: bool,
    /// How the answer is written.
    #[command(flatten)]
    pub format: Format,
}

/// `cacherr rescue`.
#[derive(clap::Args, Debug)]
pub struct Rescue {
    /// Folders of the films, configured or not [default: the configured libraries]
    #[arg(value_name = "ROOT")]
    pub roots: Vec<PathBuf>,
    /// Where the copies are, or were [default: cache.dir]
    #[arg(long, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,
    /// How the answer is written.
    #[command(flatten)]
    pub format: Format,
}

/// `cacherr cache-dir …`.
#[derive(Subcommand, Debug)]
pub enum CacheDirCommand {
    /// Say that this cache dir is the one to use from now on, whatever marker it carries
    Adopt(Format),
}

/// `cacherr config …`.
#[derive(Subcommand, Debug)]
pub enum ConfigCommand {
    /// Every setting with its value and where that came from
    Print(Format),
    /// Say whether the configuration can be used
    Check(Format),
    /// Print a commented configuration file
    Defaults,
}

/// A role.
#[derive(clap::Args, Clone, Debug)]
pub struct RoleArg {
    /// viewer: reads; operator: also caches, removes and exports; admin: everything
    #[arg(long, value_parser = PossibleValuesParser::new(Role::ALL.iter().map(|one| one.name())))]
    pub role: String,
}

/// Where a password comes from. Not from an argument: every user of the machine sees those.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct PasswordFrom {
    /// Read the password from standard input (one line) [default: make one, and show it once]
    #[arg(long)]
    pub password_stdin: bool,
}

/// `cacherr user …`.
#[derive(Subcommand, Debug)]
pub enum UserCommand {
    /// Show who may log in
    List(Format),
    /// Make an account
    Add {
        /// Its name
        name: String,
        /// What they may do.
        #[command(flatten)]
        role: RoleArg,
        /// Where the password comes from.
        #[command(flatten)]
        password: PasswordFrom,
        /// How the answer is written.
        #[command(flatten)]
        format: Format,
    },
    /// Give an account another role; its sessions end
    Role {
        /// Its name
        name: String,
        /// The role
        #[arg(value_parser = PossibleValuesParser::new(Role::ALL.iter().map(|one| one.name())))]
        role: String,
        /// How the answer is written.
        #[command(flatten)]
        format: Format,
    },
    /// Give an account another password; its sessions end
    ResetPassword {
        /// Its name
        name: String,
        /// Where the password comes from.
        #[command(flatten)]
        password: PasswordFrom,
        /// How the answer is written.
        #[command(flatten)]
        format: Format,
    },
    /// Remove an account; its sessions end
    Remove {
        /// Its name
        name: String,
        /// How the answer is written.
        #[command(flatten)]
        format: Format,
    },
}

/// `cacherr apikey …`.
#[derive(Subcommand, Debug)]
pub enum KeyCommand {
    /// Show the keys there are
    List(Format),
    /// Make a key, and show it once
    Add {
        /// Its name
        name: String,
        /// What it opens.
        #[command(flatten)]
        role: RoleArg,
        /// For how long it is good, such as 90d or 12h [default: until it is revoked]
        #[arg(long, value_name = "TIME", value_parser = lasts)]
        expires: Option<SignedDuration>,
        /// How the answer is written.
        #[command(flatten)]
        format: Format,
    },
    /// Take a key back: it opens nothing any more
    Revoke {
        /// Its name
        name: String,
        /// How the answer is written.
        #[command(flatten)]
        format: Format,
    },
}

impl UserCommand {
    /// How the answer is written.
    #[must_use]
    pub const fn format(&self) -> Format {
        match self {
            Self::List(format)
            | Self::Add { format, .. }
            | Self::Role { format, .. }
            | Self::ResetPassword { format, .. }
            | Self::Remove { format, .. } => *format,
        }
    }

    /// As a request. Reads the password, where it comes from standard input.
    ///
    /// # Errors
    /// Standard input holds none.
    pub fn request(self) -> Result<Request> {
        Ok(Request::Users(match self {
            Self::List(_) => UserRequest::List,
            Self::Add { name, role, password, .. } => {
                UserRequest::Add { name, role: role.role.parse()?, password: password.read()? }
            }
            Self::Role { name, role, .. } => UserRequest::Role { name, role: role.parse()? },
            Self::ResetPassword { name, password, .. } => {
                UserRequest::ResetPassword { name, password: password.read()? }
            }
            Self::Remove { name, .. } => UserRequest::Remove { name },
        }))
    }
}

impl KeyCommand {
    /// How the answer is written.
    #[must_use]
    pub const fn format(&self) -> Format {
        match self {
            Self::List(format) | Self::Add { format, .. } | Self::Revoke { format, .. } => *format,
        }
    }

    /// As a request.
    ///
    /// # Errors
    /// An unknown role.
    pub fn request(self) -> Result<Request> {
        Ok(Request::ApiKeys(match self {
            Self::List(_) => KeyRequest::List,
            Self::Add { name, role, expires, .. } => {
                KeyRequest::Add { name, role: role.role.parse()?, lasts: expires }
            }
            Self::Revoke { name, .. } => KeyRequest::Revoke { name },
        }))
    }
}

impl PasswordFrom {
    fn read(self) -> Result<Option<Told>> {
        if !self.password_stdin {
            return Ok(None);
        }
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .take(LONGEST_LINE)
            .read_line(&mut line)
            .doing("read the password from", "standard input")?;
        let password = line.strip_suffix('\n').map_or(&*line, |line| line.strip_suffix('\r').unwrap_or(line));
        if password.is_empty() {
            return Err(Error::Invalid("standard input holds no password".to_owned()));
        }
        Ok(Some(Told(Secret::new(password))))
    }
}

/// A length of time; a day has 24 hours.
fn lasts(text: &str) -> Result<SignedDuration, String> {
    let wrong = || "must be a length of time with its unit, such as 90d or 12h".to_owned();
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    let lasts = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    if lasts.is_positive() { Ok(lasts) } else { Err(wrong()) }
}

impl Cache {
    /// As a request.
    ///
    /// # Errors
    /// An unknown or impossible mode; the working folder is gone.
    pub fn request(&self) -> Result<Request> {
        Ok(Request::Cache {
            paths: named(&self.paths)?,
            operation: self.operation.parse()?,
            user: self.user.clone(),
            method: self.mode.as_deref().map(Method::from_request).transpose()?,
        })
    }
}

impl Restore {
    /// As a request.
    ///
    /// # Errors
    /// The working folder is gone.
    pub fn request(&self) -> Result<Request> {
        let what = if self.all { Selection::All } else { Selection::Paths(named(&self.paths)?) };
        let copies = if self.cache_lost { Copies::Lost } else { Copies::Expected };
        Ok(Request::Restore { what, copies })
    }
}

impl Check {
    /// As a request.
    #[must_use]
    pub fn request(&self) -> Request {
        Request::Check {
            reach: if self.deep { Reach::Libraries } else { Reach::Cache },
            brake: if self.confirm { Brake::Released } else { Brake::Holds },
        }
    }
}

impl Rescue {
    /// The cache dir as links name it: whole, its symlinks not resolved.
    ///
    /// # Errors
    /// The working folder is gone.
    pub fn whole_cache_dir(&self) -> Result<Option<PathBuf>> {
        let whole = |dir: &PathBuf| std::path::absolute(dir).doing("find the working folder for", dir);
        self.cache_dir.as_ref().map(whole).transpose()
    }
}

fn named(paths: &[PathBuf]) -> Result<Vec<Named>> {
    paths.iter().map(|path| absolute(path).map(Named)).collect()
}

/// A path that means the same to the running instance, which has another working folder. Its last part is never
/// resolved: there is the link.
fn absolute(path: &Path) -> Result<PathBuf> {
    let whole = std::path::absolute(path).doing("find the working folder for", path)?;
    let (Some(folder), Some(name)) = (whole.parent(), whole.file_name()) else { return Ok(whole) };
    if !folder.components().any(|part| part == Component::ParentDir) {
        return Ok(whole);
    }
    // `a/../b` is not `b` where `a` is a symlink: only the kernel knows.
    Ok(folder.canonicalize().doing("open the folder", folder)?.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
