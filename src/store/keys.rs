//! Keys as bytes and back, as [`super::tables`] says.

use std::ffi::OsString;
use std::ops::Bound;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::domain::account::Digest;
use crate::domain::id::{AccountId, FileId, IntentId, JobId, LogId, PlaybackId, TrashId};
use crate::domain::time::Time;
use crate::domain::wanted::Source;

/// The key of a row.
pub trait Key: Sized + std::fmt::Debug {
    /// Its bytes.
    fn encode(&self) -> Vec<u8>;
    /// From its bytes, if they can be one.
    fn decode(bytes: &[u8]) -> Option<Self>;
    /// For people.
    fn show(&self) -> String;
}

macro_rules! id_key {
    ($($id:ident),+) => {$(
        impl Key for $id {
            fn encode(&self) -> Vec<u8> {
                self.bytes().to_vec()
            }
            fn decode(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self::from_bytes)
            }
            fn show(&self) -> String {
                self.to_string()
            }
        }
    )+};
}
id_key!(FileId, JobId, IntentId, TrashId, LogId, PlaybackId, AccountId);

impl Key for String {
    fn encode(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }
    fn decode(bytes: &[u8]) -> Option<Self> {
        String::from_utf8(bytes.to_vec()).ok()
    }
    fn show(&self) -> String {
        format!("{self:?}")
    }
}

impl Key for Digest {
    fn encode(&self) -> Vec<u8> {
        self.0.to_vec()
    }
    fn decode(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
    /// Its beginning: what could be compared with is not for everybody who reads a dump.
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Key for PathBuf {
    fn encode(&self) -> Vec<u8> {
        self.as_os_str().as_bytes().to_vec()
    }
    fn decode(bytes: &[u8]) -> Option<Self> {
        Some(Self::from(OsString::from_vec(bytes.to_vec())))
    }
    fn show(&self) -> String {
        format!("{self:?}")
    }
}

macro_rules! timed_key {
    ($($id:ident),+) => {$(
        impl Key for (Time, $id) {
            fn encode(&self) -> Vec<u8> {
                [&time(self.0)[..], &self.1.bytes()].concat()
            }
            fn decode(bytes: &[u8]) -> Option<Self> {
                let (at, id) = bytes.split_at_checked(8)?;
                Some((decode_time(at)?, $id::decode(id)?))
            }
            fn show(&self) -> String {
                format!("{} {}", self.0, self.1)
            }
        }
    )+};
}
timed_key!(LogId, PlaybackId);

impl Key for (JobId, FileId) {
    fn encode(&self) -> Vec<u8> {
        [self.0.bytes(), self.1.bytes()].concat()
    }
    fn decode(bytes: &[u8]) -> Option<Self> {
        let (job, file) = bytes.split_at_checked(16)?;
        Some((JobId::decode(job)?, FileId::decode(file)?))
    }
    fn show(&self) -> String {
        format!("{} {}", self.0, self.1)
    }
}

impl Key for (u64, Source) {
    fn encode(&self) -> Vec<u8> {
        [&self.0.to_be_bytes()[..], &[source_byte(self.1)]].concat()
    }
    fn decode(bytes: &[u8]) -> Option<Self> {
        let (person, source) = bytes.split_at_checked(8)?;
        let source = Source::ALL.iter().find(|known| [source_byte(**known)] == *source)?;
        Some((u64::from_be_bytes(person.try_into().ok()?), *source))
    }
    fn show(&self) -> String {
        format!("{} {}", self.0, self.1)
    }
}

/// The number of a source, for good.
fn source_byte(source: Source) -> u8 {
    match source {
        Source::OnDeck => 0,
        Source::ContinueWatching => 1,
        Source::Watchlist => 2,
        Source::Feed => 3,
        Source::Manual => 4,
    }
}

/// An instant whose byte order is its order in time.
pub fn time(at: Time) -> [u8; 8] {
    (at.as_micros() ^ i64::MIN).to_be_bytes()
}

/// Such an instant again.
pub fn decode_time(bytes: &[u8]) -> Option<Time> {
    bytes.try_into().ok().map(|bytes| Time::from_micros(i64::from_be_bytes(bytes) ^ i64::MIN))
}

/// A path in front of job ids.
pub fn path_prefix(path: &Path) -> Vec<u8> {
    let text = path.as_os_str().as_bytes();
    // A length that does not fit cannot be stored by redb either.
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], text].concat()
}

/// The last sixteen bytes: where secondary keys carry the id of their row.
pub fn tail(key: &[u8]) -> Option<&[u8]> {
    key.len().checked_sub(16).map(|start| &key[start..])
}

/// The last bytes of a secondary key: where it carries the key of a row that lies in the order of time.
pub fn timed_tail(key: &[u8]) -> Option<&[u8]> {
    key.len().checked_sub(24).map(|start| &key[start..])
}

/// A range of keys.
pub type Range = (Bound<Vec<u8>>, Bound<Vec<u8>>);

/// Every key.
pub const ALL: Range = (Bound::Unbounded, Bound::Unbounded);

/// Every key that begins with `prefix`.
pub fn starting_with(prefix: &[u8]) -> Range {
    let mut end = prefix.to_vec();
    // The least key behind them all: the prefix with its last byte that can grow grown, and what follows cut.
    while let Some(last) = end.pop() {
        if let Some(grown) = last.checked_add(1) {
            end.push(grown);
            return (Bound::Included(prefix.to_vec()), Bound::Excluded(end));
        }
    }
    (Bound::Included(prefix.to_vec()), Bound::Unbounded)
}

/// Every key that begins with `prefix` and comes after `key`, which begins with it as well.
pub fn following(prefix: &[u8], key: Vec<u8>) -> Range {
    (Bound::Excluded(key), starting_with(prefix).1)
}

/// Every key that is `key` or comes after it.
pub fn from(key: Vec<u8>) -> Range {
    (Bound::Included(key), Bound::Unbounded)
}

/// Every key before `key`.
pub fn before(key: Vec<u8>) -> Range {
    (Bound::Unbounded, Bound::Excluded(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_sort_as_bytes_across_the_epoch() {
        let order = [i64::MIN, -1, 0, 1, i64::MAX].map(|micros| time(Time::from_micros(micros)));
        assert!(order.is_sorted());
    }

    #[test]
    fn a_prefix_of_high_bytes_has_an_end() {
        assert_eq!(starting_with(&[1, 0xff]).1, Bound::Excluded(vec![2]));
        assert_eq!(starting_with(&[0xff, 0xff]).1, Bound::Unbounded);
        assert_eq!(starting_with(&[]).1, Bound::Unbounded);
    }

    #[test]
    fn no_path_is_a_prefix_of_another() {
        let [longer, shorter] = ["/films/a", "/films"].map(|path| path_prefix(Path::new(path)));
        assert!(!longer.starts_with(&shorter));
    }
}
