//! Who reads the libraries beside the media server: each follows links where it stands. Nobody but a person knows.

use super::shown;
use crate::doctor::finding::{Check, Finding};
use crate::domain::readers::{ReaderKind, ReaderRow};
use crate::domain::settings::CacheSettings;

/// One finding for each reader, or one that asks for them.
pub(in crate::doctor) fn judge(readers: &[(String, ReaderRow)], cache: &CacheSettings) -> Vec<Finding> {
    let dir = shown(cache.link_target.as_deref().unwrap_or(&cache.dir));
    if readers.is_empty() {
        return vec![Check::OtherReaders.warning(
            "readers",
            "nobody has said who else reads the libraries: download managers, file shares, other players",
            format!(
                "tell of each by PUT /api/system/readers/NAME: its `kind`, and whether it `sees_cache`, {dir}, under \
                 this very path; if there is none, tell that once, of a reader named nobody that does"
            ),
        )];
    }
    readers.iter().map(|(name, row)| one(name, row, &dir)).collect()
}

fn one(name: &str, row: &ReaderRow, dir: &str) -> Finding {
    let mount = match row.kind {
        ReaderKind::DownloadManager | ReaderKind::Player | ReaderKind::Other => {
            format!("mount the cache into its container at the same path, {dir}")
        }
        ReaderKind::FileShare => {
            format!(
                "let the share's server see {dir}, and follow links that lead there (Samba: `wide links`)"
            )
        }
    };
    match row.sees_cache {
        Some(true) => Check::OtherReaders.ok(name, format!("it sees {dir}, so it reads what is cached")),
        Some(false) => Check::OtherReaders.failure(
            name,
            format!("it does not see {dir}: to it, every film that is cached is a broken link"),
            mount,
        ),
        None => Check::OtherReaders.warning(
            name,
            format!("nobody knows whether it sees {dir}; if it does not, films that are cached are broken links to it"),
            format!("{mount}, then say so by PUT /api/system/readers/{name}"),
        ),
    }
}
