//! The media server's view of a file and ours, for it may run in a container of its own, or on Windows.
//!
//! [`Mapping`] follows what is configured (`library.server_path`); [`propose`] finds what should have been. `view` takes a
//! path of the server apart.
//!
//! **Invariant:** what a server sends is hostile until it is proven to be a path below a library: parts that are empty,
//! `.` or `..` are refused, and nothing that is answered lies outside the library's root.
//! **Invariant:** whole components are compared, so `/media/tv` never covers `/media/tv2`. Pure: whether a path exists is
//! for the caller to see.

use std::path::{Component, Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

use super::media::ServerPath;
use super::settings::Library;
use view::View;

#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod propose;
#[cfg(test)]
mod tests;
mod view;

/// Which folder of the server is which of ours.
#[derive(Clone, Debug)]
pub struct Mapping {
    roots: Vec<Root>,
}

/// A library, seen from both sides.
#[derive(Clone, Debug)]
struct Root {
    library: String,
    ours: PathBuf,
    theirs: View,
}

/// Where a file of the server lies for us.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ours {
    /// The library that holds it.
    pub library: String,
    /// Its path as the server spells it, then in the composed and the decomposed form of Unicode where they differ: file
    /// systems and servers disagree about `é`. Never empty; the first that exists is the file.
    pub candidates: Vec<PathBuf>,
}

impl Mapping {
    /// The mapping of these libraries. One whose server path is none (which configuration refuses) maps nothing.
    #[must_use]
    pub fn of(libraries: &[Library]) -> Self {
        let root = |library: &Library| {
            let theirs = View::configured(library.server_path.to_str()?)?;
            Some(Root { library: library.name.clone(), ours: library.path.clone(), theirs })
        };
        Self { roots: libraries.iter().filter_map(root).collect() }
    }

    /// Where that file lies for us: below the library whose server path is the longest that leads to it. `None` where no
    /// library covers it, and for what is no honest path.
    #[must_use]
    pub fn to_ours(&self, path: &ServerPath) -> Option<Ours> {
        let path = View::sent(&path.0)?;
        let (root, below) = self.root_of(&path)?;
        Some(Ours { library: root.library.clone(), candidates: candidates(&root.ours, below) })
    }

    /// What the server calls a file of ours. `None` where it lies in no library, or has no name there that leads back:
    /// bytes that are no text, or a folder that the server sees through another library.
    #[must_use]
    pub fn to_server(&self, path: &Path) -> Option<ServerPath> {
        let inside = |root: &&Root| path.starts_with(&root.ours);
        let root = self.roots.iter().filter(inside).max_by_key(|root| root.ours.components().count())?;
        let mut theirs = root.theirs.clone();
        for component in path.strip_prefix(&root.ours).ok()?.components() {
            let Component::Normal(part) = component else { return None };
            theirs.push(part.to_str()?)?;
        }
        let (back, below) = self.root_of(&theirs)?;
        let is_way_back = candidates(&back.ours, below).first().is_some_and(|first| first == path);
        is_way_back.then(|| ServerPath(theirs.to_string()))
    }

    /// The root that covers a path, and the parts below it.
    fn root_of<'a>(&self, path: &'a View) -> Option<(&Root, &'a [String])> {
        let mut best: Option<(&Root, &[String])> = None;
        for root in &self.roots {
            let Some(below) = path.below(&root.theirs) else { continue };
            // Two spellings of one name may both be configured: then the very same bytes decide, then the order.
            let longer = best.is_none_or(|(old, rest)| {
                let exact = |root: &Root| path.starts_exactly(&root.theirs);
                below.len() < rest.len() || below.len() == rest.len() && exact(root) && !exact(old)
            });
            if longer {
                best = Some((root, below));
            }
        }
        best
    }
}

/// Whether a file or folder of the server lies below another one, or is it.
#[must_use]
pub fn lies_below(path: &ServerPath, folder: &ServerPath) -> bool {
    let (path, folder) = (View::sent(&path.0), View::sent(&folder.0));
    path.zip(folder).is_some_and(|(path, folder)| path.below(&folder).is_some())
}

/// The paths that those parts below a folder may have on disk, the exact one first.
fn candidates(root: &Path, below: &[String]) -> Vec<PathBuf> {
    let mut found = vec![join(root, below.iter().map(String::as_str))];
    if !below.iter().all(|part| part.is_ascii()) {
        let composed: Vec<String> = below.iter().map(|part| part.nfc().collect()).collect();
        let decomposed: Vec<String> = below.iter().map(|part| part.nfd().collect()).collect();
        for form in [composed, decomposed] {
            let path = join(root, form.iter().map(String::as_str));
            if !found.contains(&path) {
                found.push(path);
            }
        }
    }
    found
}

fn join<'a>(root: &Path, below: impl Iterator<Item = &'a str>) -> PathBuf {
    below.fold(root.to_path_buf(), |path, part| path.join(part))
}
