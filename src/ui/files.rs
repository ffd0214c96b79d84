//! Where the files come from.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;

use flate2::bufread::GzDecoder;
use rust_embed::RustEmbed;

use super::accept::Coding;

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

    /// One as it was before it was made small. Most are there in their encodings alone: hardly anybody asks for more, and it
    /// would be three quarters of all there is.
    pub fn whole(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        self.read(name).or_else(|| {
            let small = self.read(&Coding::Gzip.beside(name))?;
            let mut whole = vec![];
            GzDecoder::new(&*small).read_to_end(&mut whole).ok()?;
            Some(whole.into())
        })
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
