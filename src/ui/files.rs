//! Where the files come from.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rust_embed::RustEmbed;

/// In a build for release a part of the binary; else read from the disk, whenever they are asked for.
#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Embedded;

/// The files of one web app.
#[derive(Debug)]
pub enum Files {
    /// Those of the binary.
    Embedded,
    /// Those that whoever made it brought, by their names.
    Given(BTreeMap<String, Vec<u8>>),
}

impl Files {
    /// The bytes of one.
    pub fn read(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        match self {
            Self::Embedded => Embedded::get(name).map(|file| file.data),
            Self::Given(files) => files.get(name).cloned().map(Cow::from),
        }
    }

    /// Whether there is one.
    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::Embedded => Embedded::get(name).is_some(),
            Self::Given(files) => files.contains_key(name),
        }
    }

    /// What tells them from all others: a hash of their names and bytes.
    pub fn id(&self) -> String {
        let mut names: Vec<Cow<'static, str>> = match self {
            Self::Embedded => Embedded::iter().collect(),
            Self::Given(files) => files.keys().cloned().map(Cow::from).collect(),
        };
        names.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        for name in names {
            let bytes = self.read(&name).unwrap_or_default();
            // Lengths first, so that no two sets of files read alike.
            hasher.update(&(name.len() as u64).to_le_bytes()).update(name.as_bytes());
            hasher.update(&(bytes.len() as u64).to_le_bytes()).update(&bytes);
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }
}
