//! The media server's folders and files, found through the mapping: some of each section are looked at where they should
//! lie. Where they are not, what the mapping should be is proposed.

use std::path::{Path, PathBuf};

use super::server::reach;
use super::{shown, toml};
use crate::cacher::Engine;
use crate::cacher::ground::At;
use crate::doctor::finding::{Check, Finding};
use crate::doctor::server::{Filed, TellsOf, Told};
use crate::domain::mapping::propose::{Location, Proposal, Sample, propose};
use crate::domain::mapping::{Mapping, Ours, lies_below};
use crate::domain::media::ServerPath;
use crate::domain::settings::Library;

/// So many files of each section are looked at.
const SAMPLES: usize = 16;

/// All findings about the files of the media server.
pub(in crate::doctor) fn judge(
    told: &Told,
    libraries: &[Library],
    mapping: &Mapping,
    engine: &Engine,
) -> Vec<Finding> {
    let size_of = |path: &Path| match engine.look_at(path) {
        Ok(At::File(size)) => Some(size),
        Ok(At::Nothing | At::Other(_)) | Err(_) => None,
    };
    let locations: Vec<Location> = told.sections.iter().flat_map(locations).collect();
    let proposals = propose(&locations, libraries, &size_of);
    let mut findings: Vec<Finding> =
        locations.iter().map(|location| covered(location, libraries, mapping, &proposals)).collect();
    if findings.is_empty() {
        findings.push(no_section());
    }
    findings.extend(told.sections.iter().filter_map(|section| {
        let files = match &section.files {
            Ok(files) => files,
            Err(fault) => {
                let title = &section.section.title;
                return Some(Check::MappedFiles.unknown(title, fault.to_string(), reach(fault)));
            }
        };
        found(&section.section.title, files, mapping, engine, &proposals)
    }));
    findings
}

/// The finding about a server that has nothing for us.
pub(in crate::doctor) fn no_section() -> Finding {
    Check::Locations.warning(
        "Plex",
        "it has no section of films or shows that this token may see",
        "use the token of the server's owner, and add the libraries to Plex",
    )
}

/// At most so many, from all over the list.
fn spread<'a, T>(all: &[&'a T]) -> Vec<&'a T> {
    let step = all.len().div_ceil(SAMPLES).max(1);
    all.iter().step_by(step).copied().collect()
}

/// The folders of a section, each with some of the files in it.
pub(in crate::doctor) fn locations(section: &TellsOf) -> Vec<Location> {
    let files = section.files.as_deref().unwrap_or_default();
    let location = |path: &ServerPath| {
        let below: Vec<&Filed> = files.iter().filter(|filed| lies_below(&filed.file, path)).collect();
        let sample = |filed: &Filed| Sample { file: filed.file.clone(), size: filed.size };
        Location {
            section: section.section.title.clone(),
            path: path.clone(),
            samples: spread(&below).into_iter().map(sample).collect(),
        }
    };
    section.section.locations.iter().map(location).collect()
}

fn covered(location: &Location, libraries: &[Library], mapping: &Mapping, proposals: &[Proposal]) -> Finding {
    let Location { section, path, .. } = location;
    if let Some(ours) = mapping.to_ours(path) {
        let (here, library) = (shown(&ours.candidates[0]), ours.library);
        let says = if here == path.0 {
            format!("{here} belongs to the library {library}")
        } else {
            format!("{} is {here} of the library {library}", path.0)
        };
        return Check::Locations.ok(section, says);
    }
    let theirs = |library: &Library| ServerPath(library.server_path.to_string_lossy().into_owned());
    if let Some(part) = libraries.iter().find(|library| lies_below(&theirs(library), path)) {
        return Check::Locations.ok(section, format!("the library {} is a part of {}", part.name, path.0));
    }
    let says = format!("no library covers {}, so nothing in it is ever cached", path.0);
    match proposals.iter().find(|proposal| proposal.location == *path) {
        Some(proposal) => Check::Locations.failure(section, says, proposed(proposal)),
        None => Check::Locations.warning(
            section,
            says,
            format!(
                "if it should be, add a [[library]] with the path that this machine has for it, and {}",
                toml("server_path", &path.0)
            ),
        ),
    }
}

fn proposed(proposal: &Proposal) -> String {
    let Proposal { library, server_path, found, samples, .. } = proposal;
    let evidence = match (found, samples) {
        (_, 0) => "their names agree".to_owned(),
        (0, _) => format!("their names agree, but of {samples} files that were looked for none was found"),
        _ => {
            format!("{found} of {samples} files that were looked for are there, with the size that Plex says")
        }
    };
    format!(
        "set {} for the library {library} in cacherr.toml ({evidence})",
        toml("server_path", &server_path.0)
    )
}

/// What became of the files that were looked for.
#[derive(Default)]
struct Tally {
    right: usize,
    missing: Vec<PathBuf>,
    resized: Vec<PathBuf>,
    odd: Vec<String>,
}

fn found(
    title: &str,
    files: &[Filed],
    mapping: &Mapping,
    engine: &Engine,
    proposals: &[Proposal],
) -> Option<Finding> {
    let mapped = files.iter().filter(|filed| mapping.to_ours(&filed.file).is_some());
    // What no library covers is told of elsewhere.
    let sample = spread(&mapped.collect::<Vec<_>>());
    let mut tally = Tally::default();
    for filed in &sample {
        if let Some(ours) = mapping.to_ours(&filed.file) {
            tally.add(filed, ours, engine);
        }
    }
    let all = sample.len();
    let Tally { right, missing, resized, odd } = tally;
    let check = Check::MappedFiles;
    Some(if all == 0 {
        return None;
    } else if right == all {
        check.ok(title, format!("{all} files were looked for; all are there, with the size that Plex says"))
    } else if let (Some(first), true) = (missing.first(), missing.len() == all) {
        let fix = match proposals.iter().find(|proposal| proposal.section == title) {
            Some(proposal) => proposed(proposal),
            None => "correct server_path of this library in cacherr.toml: the path that Plex has for the same folder"
                .to_owned(),
        };
        let says = format!("none of {all} files is where it should be, for example {}", shown(first));
        check.failure(title, says, fix)
    } else if let Some(first) = missing.first() {
        check.warning(
            title,
            format!("{} of {all} files are not there, for example {}", missing.len(), shown(first)),
            "let Plex scan this section; if they are there for Plex, look for a second folder that is not mounted here",
        )
    } else if let Some(first) = odd.first() {
        check.warning(
            title,
            format!("{} of {all} files cannot be cached: {first}", odd.len()),
            "see that Cacherr can read them; a folder that is a symlink needs a [[library]] of its own",
        )
    } else {
        let first = resized.first().map(|path| shown(path)).unwrap_or_default();
        check.warning(
            title,
            format!("{} of {all} files have another size than Plex says, for example {first}", resized.len()),
            "let Plex scan this section; if the size stays wrong, the mapping leads to other files of the same names",
        )
    })
}

impl Tally {
    fn add(&mut self, filed: &Filed, ours: Ours, engine: &Engine) {
        let first = ours.candidates[0].clone();
        for path in ours.candidates {
            match engine.look_at(&path) {
                Ok(At::Nothing) => continue,
                Ok(At::File(size)) if filed.size.is_none_or(|told| told == size) => self.right += 1,
                Ok(At::File(_)) => self.resized.push(path),
                Ok(At::Other(what)) => self.odd.push(format!("{} is {what}", shown(&path))),
                Err(error) => self.odd.push(error.to_string()),
            }
            return;
        }
        self.missing.push(first);
    }
}
