//! Patterns for what is never cached.
//!
//! `*` and `?` stand for characters of one name, `**` for any number of whole names. A pattern without `/` is compared
//! with every name on the way (`Extras`, `*.iso`), one that begins with `/` with the whole path, any other with the end
//! of it. A folder that matches excludes what is in it. ASCII letters match in either case.

use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};

/// A pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pattern {
    text: String,
    anchored: bool,
    parts: Vec<Vec<u8>>,
}

impl Pattern {
    /// Reads a pattern. `None` where it names nothing.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let parts: Vec<Vec<u8>> = text
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .map(|part| part.to_ascii_lowercase().into_bytes())
            .collect();
        (!parts.is_empty()).then(|| Self { text: text.to_owned(), anchored: text.starts_with('/'), parts })
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it excludes a library path.
    #[must_use]
    pub fn excludes(&self, path: &Path) -> bool {
        let names: Vec<&[u8]> = path
            .components()
            .filter_map(|part| match part {
                Component::Normal(name) => Some(name.as_bytes()),
                _ => None,
            })
            .collect();
        let starts = if self.anchored { 0..1 } else { 0..names.len().max(1) };
        starts.into_iter().any(|start| names_match(&self.parts, &names[start..]))
    }
}

/// Whether the pattern matches the names, or a folder on the way to them.
fn names_match(parts: &[Vec<u8>], names: &[&[u8]]) -> bool {
    match parts.split_first() {
        None => true,
        Some((part, rest)) if part == b"**" => {
            (0..=names.len()).any(|skipped| names_match(rest, &names[skipped..]))
        }
        Some((part, rest)) => names
            .split_first()
            .is_some_and(|(name, others)| name_matches(part, name) && names_match(rest, others)),
    }
}

/// Whether a pattern of one name matches it. Linear but for the last star, to which it comes back.
fn name_matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(&wanted) if wanted == b'?' || wanted == name[from].to_ascii_lowercase() => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some((place, taken)) = star else { return false };
                star = Some((place, taken + 1));
                at = place + 1;
                from = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|&rest| rest == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excludes(pattern: &str, path: &str) -> bool {
        Pattern::new(pattern).unwrap().excludes(Path::new(path))
    }

    #[test]
    fn a_pattern_without_a_slash_is_compared_with_every_name() {
        assert!(excludes("*.iso", "/films/Dune/Dune.ISO"));
        assert!(excludes("extras", "/films/Dune/Extras/interview.mkv"));
        assert!(!excludes("extra", "/films/Dune/Extras/interview.mkv"));
        assert!(!excludes("*.iso", "/films/Dune/Dune.iso.mkv"));
    }

    #[test]
    fn a_pattern_that_begins_with_a_slash_is_compared_from_the_root() {
        assert!(excludes("/films/*/Trailers", "/films/Dune/Trailers/one.mkv"));
        assert!(!excludes("/Dune", "/films/Dune/Dune.mkv"));
        assert!(excludes("/films/**/*sample*", "/films/a/b/c/a-Sample-1.mkv"));
    }

    #[test]
    fn a_pattern_with_a_slash_inside_is_compared_anywhere_by_whole_names() {
        assert!(excludes("Dune/Extras", "/films/Dune/Extras/x.mkv"));
        assert!(!excludes("une/Extras", "/films/Dune/Extras/x.mkv"));
        assert!(excludes("a?c*e", "/films/abcde"));
        assert!(Pattern::new(" / ").is_none());
    }
}
