//! A path of the media server, taken apart: `/media/tv`, `Z:\media\tv` or `\\nas\media\tv`.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::domain::fold::fold;

/// A whole path in the server's view.
#[derive(Clone, Debug)]
pub struct View {
    volume: Volume,
    parts: Vec<String>,
}

/// Where a path begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Volume {
    /// `/`, of everything but Windows.
    Root,
    /// A drive of Windows, in upper case.
    Drive(char),
    /// The network, as Windows sees it; the first two parts are machine and share.
    Share,
}

impl Volume {
    fn is_windows(self) -> bool {
        self != Self::Root
    }

    fn separates(self, c: char) -> bool {
        c == '/' || self.is_windows() && c == '\\'
    }
}

impl View {
    /// As a person writes it: superfluous slashes and dots mean nothing.
    pub fn configured(text: &str) -> Option<Self> {
        let (volume, rest) = begin(text)?;
        let parts = rest.split(|c| volume.separates(c)).filter(|part| !part.is_empty() && *part != ".");
        Self::of(volume, parts)
    }

    /// As a server sends it: only slashes at the end mean nothing.
    pub fn sent(text: &str) -> Option<Self> {
        let (volume, rest) = begin(text)?;
        let rest = rest.trim_end_matches(|c| volume.separates(c));
        if rest.is_empty() {
            return Self::of(volume, std::iter::empty());
        }
        Self::of(volume, rest.split(|c| volume.separates(c)))
    }

    fn of<'a>(volume: Volume, parts: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut view = Self { volume, parts: vec![] };
        for part in parts {
            view.push(part)?;
        }
        (volume != Volume::Share || view.parts.len() >= 2).then_some(view)
    }

    /// Goes one level down; `None` for what is no name.
    pub fn push(&mut self, part: &str) -> Option<()> {
        let is_name = !["", ".", ".."].contains(&part)
            && !part.contains(|c: char| c == '\0' || self.volume.separates(c));
        is_name.then(|| self.parts.push(part.to_owned()))
    }

    /// Its parts.
    pub fn parts(&self) -> &[String] {
        &self.parts
    }

    /// How many parts belong to the volume itself.
    pub fn volume_parts(&self) -> usize {
        if self.volume == Volume::Share { 2 } else { 0 }
    }

    /// The folder that so many parts lead to.
    pub fn first(&self, parts: usize) -> Self {
        Self { volume: self.volume, parts: self.parts[..parts].to_vec() }
    }

    /// The parts below a folder, if it lies there (or is it).
    pub fn below(&self, folder: &Self) -> Option<&[String]> {
        let (above, below) = self.parts.split_at_checked(folder.parts.len())?;
        let same = |(a, b): (&String, &String)| a == b || self.key(a) == self.key(b);
        (self.volume == folder.volume && above.iter().zip(&folder.parts).all(same)).then_some(below)
    }

    /// Whether it is the same folder.
    pub fn is_same(&self, other: &Self) -> bool {
        self.below(other).is_some_and(<[String]>::is_empty)
    }

    /// Whether it lies below a folder, and is not the folder itself.
    pub fn is_strictly_below(&self, folder: &Self) -> bool {
        self.below(folder).is_some_and(|below| !below.is_empty())
    }

    /// Whether it begins with the very same bytes, not with another spelling of them.
    pub fn starts_exactly(&self, folder: &Self) -> bool {
        self.parts.starts_with(&folder.parts)
    }

    /// A part as it is compared: in one form of Unicode, and on Windows in one case.
    fn key(&self, part: &str) -> String {
        let composed: String = part.nfc().collect();
        if self.volume.is_windows() { fold(&composed) } else { composed }
    }
}

/// The volume, and what follows it.
fn begin(text: &str) -> Option<(Volume, &str)> {
    // Windows takes both kinds of slashes; elsewhere no server sends two of them at the start. A mixture is left out, for
    // `/\` begins a path with a strange name where names may hold a backslash.
    for share in ["\\\\", "//"] {
        if let Some(rest) = text.strip_prefix(share) {
            return Some((Volume::Share, rest));
        }
    }
    if let Some(rest) = text.strip_prefix('/') {
        return Some((Volume::Root, rest));
    }
    let mut chars = text.chars();
    let letter = chars.next().filter(char::is_ascii_alphabetic)?;
    let rest = chars.as_str().strip_prefix(':')?;
    let drive = Volume::Drive(letter.to_ascii_uppercase());
    // `Z:media` is relative to whatever folder a program is in.
    if rest.is_empty() {
        Some((drive, rest))
    } else {
        rest.strip_prefix(['\\', '/']).map(|rest| (drive, rest))
    }
}

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.volume.is_windows() { "\\" } else { "/" };
        match self.volume {
            Volume::Root => f.write_str("/")?,
            Volume::Drive(letter) => write!(f, "{letter}:\\")?,
            Volume::Share => f.write_str("\\\\")?,
        }
        f.write_str(&self.parts.join(separator))
    }
}
