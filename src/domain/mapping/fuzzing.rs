//! Any libraries, any path of a server: nothing leads out of a library, and what was found leads back.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::propose::{Location, Sample, propose};
use super::*;
use crate::domain::path::plain;
use crate::domain::settings::SwapMethod;

/// A line `ours<TAB>theirs` is a library, every other one a path.
pub fn mapping(data: &[u8]) {
    let (mut libraries, mut paths) = (vec![], vec![]);
    for line in data.split(|byte| *byte == b'\n').take(64) {
        match line.iter().position(|byte| *byte == b'\t') {
            Some(tab) => libraries.extend(library(libraries.len(), &line[..tab], &line[tab + 1..])),
            None => paths.push(line),
        }
    }
    let mapping = Mapping::of(&libraries);
    for path in &paths {
        if let Ok(text) = std::str::from_utf8(path) {
            comes_in(&mapping, &libraries, &ServerPath(text.to_owned()));
        }
        for library in &libraries {
            goes_out(&mapping, &libraries, &library.path.join(below(path)));
        }
    }
    proposals(&libraries, &paths);
}

/// As the configuration lets it through.
fn library(number: usize, ours: &[u8], theirs: &[u8]) -> Option<Library> {
    let ours = Path::new(OsStr::from_bytes(ours));
    let is_plain = |part: Component<'_>| matches!(part, Component::RootDir | Component::Normal(_));
    (ours.is_absolute() && ours.components().all(is_plain)).then(|| Library {
        name: number.to_string(),
        path: ours.components().collect(),
        server_path: OsStr::from_bytes(theirs).into(),
        swap: SwapMethod::Exchange,
    })
}

/// A path as text may go on below a folder.
fn below(path: &[u8]) -> &Path {
    let start = path.iter().position(|byte| *byte != b'/').unwrap_or(path.len());
    Path::new(OsStr::from_bytes(&path[start..]))
}

fn comes_in(mapping: &Mapping, libraries: &[Library], sent: &ServerPath) {
    let Some(ours) = mapping.to_ours(sent) else { return };
    let library = libraries.iter().find(|library| library.name == ours.library).expect("one of these");
    assert!((1..=3).contains(&ours.candidates.len()), "{ours:?}");
    for candidate in &ours.candidates {
        assert!(candidate.starts_with(&library.path), "{candidate:?} is not in {library:?}");
        assert_eq!(&plain(candidate), candidate, "{sent:?} has dots in it");
        assert!(!candidate.as_os_str().as_bytes().contains(&0), "{sent:?}");
        goes_out(mapping, libraries, candidate);
    }
    let folder = library.server_path.to_str().map(|text| ServerPath(text.to_owned())).expect("it was mapped");
    // A person may write dots that no server sends; then it is no path of a server.
    if View::sent(&folder.0).is_some() {
        assert!(lies_below(sent, &folder), "{sent:?} is not below {folder:?}");
    }
}

fn goes_out(mapping: &Mapping, libraries: &[Library], path: &Path) {
    let Some(theirs) = mapping.to_server(path) else { return };
    let back = mapping.to_ours(&theirs).unwrap_or_else(|| panic!("{path:?} is {theirs:?}, which is nothing"));
    assert_eq!(back.candidates.first().map(PathBuf::as_path), Some(path), "by {theirs:?}");
    assert!(libraries.iter().any(|library| library.name == back.library && path.starts_with(&library.path)));
}

fn proposals(libraries: &[Library], paths: &[&[u8]]) {
    let text = |path: &&[u8]| std::str::from_utf8(path).ok().map(|text| ServerPath(text.to_owned()));
    let sent: Vec<ServerPath> = paths.iter().filter_map(text).collect();
    // The first half are folders; each file of the other half belongs to all of them.
    let (folders, files) = sent.split_at(sent.len() / 2);
    let samples = |size: u64| files.iter().map(move |file| Sample { file: file.clone(), size: Some(size) });
    let locations: Vec<Location> = folders
        .iter()
        .enumerate()
        .map(|(number, path)| Location {
            section: number.to_string(),
            path: path.clone(),
            samples: samples(number as u64 % 3).collect(),
        })
        .collect();
    let size_of = |path: &Path| Some(path.as_os_str().len() as u64 % 3);
    for proposal in propose(&locations, libraries, &size_of) {
        assert!(libraries.iter().any(|library| library.name == proposal.library), "{proposal:?}");
        assert!(folders.contains(&proposal.location), "{proposal:?}");
        assert!(View::configured(&proposal.server_path.0).is_some(), "{proposal:?}");
        assert!(proposal.found <= proposal.samples, "{proposal:?}");
    }
}
