//! The web app, as a browser is given it: the files of `web/dist`, which are a part of the binary. Start with [`Ui::answer`].
//!
//! A build for development reads them from the disk, so that a web app that was built anew is there at once. A build without
//! Node has none of them: then there is a page that says so.
//!
//! **Invariant:** nothing of an address ever names a file that is not one of the web app's, and what is there for everybody
//! says nothing about this instance but where it is served and which web app it has.

mod accept;
mod files;
mod index;
mod kind;
mod place;

use std::borrow::Cow;

use accept::Coding;
use files::Files;

/// The page that everything else is loaded by.
const INDEX: &str = "index.html";
/// The folder of files that have a hash in their names.
const HASHED: &str = "assets/";
/// What has another name whenever it has other bytes.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
/// What is asked for anew each time, and sent only if it changed.
const ASK_AGAIN: &str = "no-cache";

/// What the web app may do in a browser: run its own scripts and talk to where it came from. Styles within elements are
/// what its components position themselves by.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                          img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
                          worker-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

/// The web app, if there is one.
#[derive(Debug)]
pub struct Ui {
    files: Files,
    build: Option<String>,
}

/// What a browser asks for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The path below the base path, as it was sent.
    pub path: &'a str,
    /// The header `Accept`.
    pub accept: &'a str,
    /// The header `Accept-Encoding`.
    pub encodings: &'a str,
    /// Below which path everything is served: `/`, or without a slash at its end.
    pub base_path: &'a str,
}

/// What it is given.
#[derive(Debug)]
pub enum Answer {
    /// A file of the web app, or the page itself.
    File(File),
    /// A page that says that there is no web app here.
    Absent(String),
    /// Nothing is there.
    Nothing,
}

/// A file, ready to be sent.
#[derive(Debug)]
pub struct File {
    /// Its bytes, encoded as `coding` says.
    pub body: Cow<'static, [u8]>,
    /// Its media type.
    pub kind: &'static str,
    /// How it is encoded, if it is.
    pub coding: Option<&'static str>,
    /// For how long it may be kept.
    pub cache: &'static str,
    /// The strong tag of these bytes, where it is asked for anew each time.
    pub tag: Option<String>,
    /// The header of the request that the answer depends on.
    pub varies: Option<&'static str>,
}

impl Ui {
    /// What this binary has.
    #[must_use]
    pub fn embedded() -> Self {
        Self::with(Files::Embedded)
    }

    /// These files, by their names from the root of the web app.
    #[must_use]
    pub fn of(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        Self::with(Files::Given(files.into_iter().collect()))
    }

    /// None.
    #[must_use]
    pub fn absent() -> Self {
        Self::of([])
    }

    fn with(files: Files) -> Self {
        let build = files.read(INDEX).is_some().then(|| files.id());
        Self { files, build }
    }

    /// Which web app it is: another one has another id. None where there is none.
    #[must_use]
    pub fn build(&self) -> Option<&str> {
        self.build.as_deref()
    }

    /// What is given to whoever asks so.
    #[must_use]
    pub fn answer(&self, asked: &Asked<'_>) -> Answer {
        if place::is_hostile(asked.path) {
            return Answer::Nothing;
        }
        let name = asked.path.trim_start_matches('/');
        let is_page = name.is_empty() || name == INDEX;
        if !is_page && let Some(file) = self.file(name, asked.encodings) {
            return Answer::File(file);
        }
        // A missing file is missed, and not a page in its place: whoever loads it would only fail later.
        if !is_page && (name.starts_with(HASHED) || place::is_file(name)) {
            return Answer::Nothing;
        }
        if self.build.is_none() {
            return if accept::is_navigation(asked.accept) {
                Answer::Absent(index::absent(asked.base_path))
            } else {
                Answer::Nothing
            };
        }
        if is_page || accept::is_navigation(asked.accept) {
            return self.page(asked.base_path).map_or(Answer::Nothing, Answer::File);
        }
        Answer::Nothing
    }

    /// The page, which learns where it is served.
    fn page(&self, base_path: &str) -> Option<File> {
        let text = self.files.read(INDEX)?;
        let text = index::fill_in(&String::from_utf8_lossy(&text), base_path, self.build.as_deref());
        let body = Cow::from(text.into_bytes());
        Some(File {
            kind: kind::of(INDEX)?,
            coding: None,
            cache: ASK_AGAIN,
            tag: Some(tag(&body)),
            varies: Some("accept"),
            body,
        })
    }

    fn file(&self, name: &str, encodings: &str) -> Option<File> {
        // What a browser is not given by its own name: the page as it lies there, and what stands beside files.
        let kind = kind::of(name)?;
        let offered: Vec<Coding> = Coding::ALL.into_iter().filter(|coding| self.has(name, *coding)).collect();
        let (coding, body) = match accept::best(encodings, &offered) {
            Some(coding) => (Some(coding.name()), self.files.read(&coding.beside(name))?),
            None => (None, self.files.whole(name)?),
        };
        let is_hashed = name.starts_with(HASHED);
        Some(File {
            kind,
            coding,
            cache: if is_hashed { FOR_GOOD } else { ASK_AGAIN },
            tag: (!is_hashed).then(|| tag(&body)),
            varies: (!offered.is_empty()).then_some("accept-encoding"),
            body,
        })
    }

    fn has(&self, name: &str, coding: Coding) -> bool {
        self.files.has(&coding.beside(name))
    }
}

/// Of the very bytes, so that each encoding has its own.
fn tag(bytes: &[u8]) -> String {
    format!("\"{}\"", &blake3::hash(bytes).to_hex()[..32])
}

#[cfg(test)]
mod tests;
