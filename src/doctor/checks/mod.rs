//! From what was seen to findings: one file per noun, each pure but for `files`, which looks at paths as it goes.

pub mod cache;
pub mod files;
pub mod libraries;
pub mod link;
pub mod mover;
pub mod readers;
pub mod server;
pub mod system;
#[cfg(test)]
mod tests;

use std::io::ErrorKind;
use std::path::Path;

use jiff::SignedDuration;

use crate::cacher::ground::user;
use crate::error::Error;

/// A path in a sentence.
fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// A setting as it stands in `cacherr.toml`, whatever slashes it has.
fn toml(name: &str, value: &str) -> String {
    if value.contains('\\') { format!("{name} = '{value}'") } else { format!("{name} = \"{value}\"") }
}

/// A difference of clocks, for people: to the minute where it is more than a few.
fn difference(ahead: SignedDuration) -> String {
    let secs = ahead.unsigned_abs().as_secs();
    let secs = if secs < 300 { secs } else { (secs + 30) / 60 * 60 };
    let length = SignedDuration::from_secs(i64::try_from(secs).unwrap_or(i64::MAX));
    let direction = if ahead.is_negative() { "behind" } else { "ahead of" };
    format!("{length:#} {direction} this machine")
}

/// Why a folder of ours cannot be written, and what to do.
fn cannot_write(error: &Error, what: &str) -> String {
    let me = user();
    let kind = match error {
        Error::Io { source, .. } => source.kind(),
        _ => ErrorKind::Other,
    };
    match kind {
        ErrorKind::PermissionDenied => format!(
            "let user {me}, as whom Cacherr runs, write in {what}, or run Cacherr as the owner of the files (in \
             containers: PUID and PGID)"
        ),
        ErrorKind::ReadOnlyFilesystem => {
            format!("mount {what} so that Cacherr can write there (in containers: without `:ro`)")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            format!("free some space in {what}; on mergerfs also look at minfreespace")
        }
        _ => format!("see that {what} can be read and written, then run the doctor again"),
    }
}
