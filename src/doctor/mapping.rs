//! Where the media server's files lie by these libraries, whether they are saved or somebody only thinks of them.
//!
//! First some files of each section are asked for ([`ask`]), then they are looked for ([`Doctor::test_mapping`]).
//! **Invariant:** nothing is written anywhere, and no answer is remembered.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Doctor;
use super::checks::files::locations;
use super::server::{Filed, TellsOf};
use crate::cacher::Engine;
use crate::cacher::ground::At;
use crate::cacher::survey::Unproven;
use crate::domain::file::closed_names;
use crate::domain::mapping::propose::{Location, Sample, propose};
use crate::domain::mapping::{Mapping, lies_below};
use crate::domain::media::ServerPath;
use crate::domain::settings::Library;
use crate::error::Error;
use crate::plex::{Client, Fault};

/// So many files of each library are looked for.
const SAMPLES: usize = 8;

/// What came of a test.
#[derive(Clone, PartialEq, Debug)]
pub struct Tested {
    /// Each library, in the order in which they were given.
    pub libraries: Vec<TestedLibrary>,
    /// Folders of the server of which none is a part, and that are a part of none.
    pub unmapped: Vec<Unmapped>,
}

/// A folder of the server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unmapped {
    /// Title of its section.
    pub section: String,
    /// The folder.
    pub location: ServerPath,
}

/// What came of one library.
#[derive(Clone, PartialEq, Debug)]
pub struct TestedLibrary {
    /// The library.
    pub library: Library,
    /// How it is.
    pub verdict: Fit,
    /// Why it cannot be looked at, in a sentence.
    pub problem: Option<String>,
    /// Files of the server that should lie in it.
    pub samples: Vec<TestedFile>,
    /// What its server path should rather be.
    pub proposal: Option<ServerPath>,
}

/// Whether a library is where the server has its files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fit {
    /// Files were looked for and found, with the size that the server says.
    Ok,
    /// Files were looked for, and none was found; or there would be some by another server path.
    Wrong,
    /// The server has no files there.
    Empty,
    /// The library cannot be looked at.
    Unreachable,
}

closed_names!(Fit {
    Ok => "ok",
    Wrong => "wrong",
    Empty => "empty",
    Unreachable => "unreachable",
});

/// A file that was looked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TestedFile {
    /// As the server sees it.
    pub server_path: ServerPath,
    /// Where it should lie, or does.
    pub path: PathBuf,
    /// Whether a file is there.
    pub found: bool,
    /// Whether it has the size that the server says; none where that is not known.
    pub size_matches: Option<bool>,
    /// What is amiss, in a sentence.
    pub problem: Option<String>,
}

/// Asks the server for its folders, each with some of the files in it.
///
/// # Errors
/// It does not answer as it should.
pub async fn ask(client: &Client) -> Result<Vec<Location>, Fault> {
    let mut all = vec![];
    for section in client.sections().await? {
        let Some(kind) = section.kind.videos() else { continue };
        let videos = client.section_sample(&section.id, kind).await?;
        let filed = videos.iter().flat_map(|video| {
            let part =
                move |file: &ServerPath, size| Filed { key: video.key.clone(), file: file.clone(), size };
            video.parts().filter_map(move |found| Some(part(found.file.as_ref()?, found.size)))
        });
        let files = Ok(filed.collect());
        all.extend(locations(&TellsOf { section, files }));
    }
    Ok(all)
}

impl Doctor {
    /// The libraries, as configured.
    #[must_use]
    pub fn libraries(&self) -> &[Library] {
        &self.0.parts.libraries
    }

    /// Looks for the server's files by these libraries. Blocks, and wakes their disks.
    #[must_use]
    pub fn test_mapping(&self, locations: &[Location], libraries: &[Library]) -> Tested {
        test(self.0.parts.cacher.engine(), locations, libraries)
    }
}

fn test(engine: &Engine, locations: &[Location], libraries: &[Library]) -> Tested {
    let mapping = Mapping::of(libraries);
    let roots: Vec<_> = libraries.iter().map(|library| engine.unproven(library)).collect();
    let opened: Vec<&Unproven<'_>> = roots.iter().filter_map(|root| root.as_ref().ok()).collect();
    let size_of = |path: &Path| {
        let sizes = opened.iter().filter_map(|root| match root.look_at(path) {
            Ok(At::File(size)) => Some(size),
            Ok(At::Nothing | At::Other(_)) | Err(_) => None,
        });
        sizes.into_iter().next()
    };
    let proposals = propose(locations, libraries, &size_of);
    let samples = samples_of(locations, &mapping);
    let one = |(library, root): (&Library, &Result<Unproven<'_>, Error>)| {
        let proposal = proposals.iter().find(|proposal| proposal.library == library.name);
        let mut tested = TestedLibrary {
            library: library.clone(),
            verdict: Fit::Unreachable,
            problem: None,
            samples: vec![],
            proposal: proposal.map(|proposal| proposal.server_path.clone()),
        };
        match root {
            Err(error) => tested.problem = Some(error.to_string()),
            Ok(root) => {
                let samples = samples.get(library.name.as_str()).into_iter().flatten();
                tested.samples = samples.map(|sample| look_for(root, sample, &mapping)).collect();
                tested.verdict = verdict(&tested);
            }
        }
        tested
    };
    let covers = |location: &&Location| {
        let theirs = |library: &Library| ServerPath(library.server_path.to_string_lossy().into_owned());
        mapping.to_ours(&location.path).is_some()
            || libraries.iter().any(|library| lies_below(&theirs(library), &location.path))
    };
    let unmapped = locations
        .iter()
        .filter(|location| !covers(location))
        .map(|location| Unmapped { section: location.section.clone(), location: location.path.clone() });
    Tested { libraries: libraries.iter().zip(&roots).map(one).collect(), unmapped: unmapped.collect() }
}

/// Some files for each library, from all over its folders.
fn samples_of<'l>(locations: &'l [Location], mapping: &Mapping) -> BTreeMap<String, Vec<&'l Sample>> {
    let mut all: BTreeMap<String, Vec<&Sample>> = BTreeMap::new();
    for sample in locations.iter().flat_map(|location| &location.samples) {
        if let Some(ours) = mapping.to_ours(&sample.file) {
            all.entry(ours.library).or_default().push(sample);
        }
    }
    for samples in all.values_mut() {
        let step = samples.len().div_ceil(SAMPLES).max(1);
        *samples = samples.iter().step_by(step).copied().collect();
    }
    all
}

fn look_for(root: &Unproven<'_>, sample: &Sample, mapping: &Mapping) -> TestedFile {
    let mut candidates = mapping.to_ours(&sample.file).map(|ours| ours.candidates).unwrap_or_default();
    // The first is as the server spells it.
    let first = if candidates.is_empty() { PathBuf::new() } else { candidates.remove(0) };
    let missing = TestedFile {
        server_path: sample.file.clone(),
        path: first.clone(),
        found: false,
        size_matches: None,
        problem: Some("nothing is there".to_owned()),
    };
    for path in std::iter::once(first).chain(candidates) {
        let problem = match root.look_at(&path) {
            Ok(At::Nothing) => continue,
            Ok(At::File(size)) => {
                let size_matches = sample.size.map(|told| told == size);
                let problem = (size_matches == Some(false)).then(|| {
                    let told = sample.size.unwrap_or_default();
                    format!("it has {size} bytes, and Plex says {told}")
                });
                return TestedFile { path, found: true, size_matches, problem, ..missing };
            }
            Ok(At::Other(what)) => format!("it is {what}"),
            Err(error) => error.to_string(),
        };
        return TestedFile { path, problem: Some(problem), ..missing };
    }
    missing
}

fn verdict(tested: &TestedLibrary) -> Fit {
    let is_right = |file: &TestedFile| file.found && file.size_matches != Some(false);
    if tested.samples.iter().any(is_right) {
        Fit::Ok
    } else if tested.samples.is_empty() && tested.proposal.is_none() {
        Fit::Empty
    } else {
        Fit::Wrong
    }
}
