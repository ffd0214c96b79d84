//! What `server_path` should say, where it does not.
//!
//! Two kinds of evidence: names (`/data/movies` and `/mnt/array/movies` end alike), and samples: files of the server whose
//! path, from some part on, leads to a file of the right size below a library. Samples weigh more, and they alone find
//! that a library is a folder above or below the server's.

use std::path::Path;

use super::view::View;
use super::{Mapping, candidates};
use crate::domain::fold::fold;
use crate::domain::media::ServerPath;
use crate::domain::settings::Library;

/// A folder of a section of the server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Location {
    /// Title of the section.
    pub section: String,
    /// The folder.
    pub path: ServerPath,
    /// Some of the files in it. Those whose size is not known say nothing.
    pub samples: Vec<Sample>,
}

/// A file of the server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sample {
    /// Where it lies.
    pub file: ServerPath,
    /// Its size in bytes, if it was told.
    pub size: Option<u64>,
}

/// What a library's `server_path` should be, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// Title of the section whose files would be found.
    pub section: String,
    /// Its folder.
    pub location: ServerPath,
    /// Name of the library.
    pub library: String,
    /// What its `server_path` should say.
    pub server_path: ServerPath,
    /// How many components the folder and the library have in common at their ends.
    pub common: usize,
    /// Samples found in the library by this, with the size that the server says.
    pub found: usize,
    /// Samples looked for.
    pub samples: usize,
}

/// For each location that is covered by no library, and for each library that covers none, the best that can be said; in
/// the order of the locations. `size_of` tells the size of a file below a library, if there is one.
///
/// What is proposed never takes a location from its library that is covered now.
#[must_use]
pub fn propose(
    locations: &[Location],
    libraries: &[Library],
    size_of: &dyn Fn(&Path) -> Option<u64>,
) -> Vec<Proposal> {
    let mapping = Mapping::of(libraries);
    let places: Vec<Place<'_>> =
        locations.iter().filter_map(|location| Place::of(location, &mapping)).collect();
    let best = |place: &Place<'_>| {
        let of = |library| proposal(place, library, &places, size_of);
        // The first of equals, so from the last to the first.
        libraries.iter().rev().filter_map(of).max_by_key(|found| (found.found, found.common))
    };
    places.iter().filter_map(best).collect()
}

/// A location, taken apart.
struct Place<'a> {
    location: &'a Location,
    view: View,
    /// The library that covers it now.
    covered_by: Option<String>,
}

impl<'a> Place<'a> {
    fn of(location: &'a Location, mapping: &Mapping) -> Option<Self> {
        let view = View::sent(&location.path.0)?;
        let covered_by = mapping.root_of(&view).map(|(root, _)| root.library.clone());
        Some(Self { location, view, covered_by })
    }
}

/// What one location says about one library.
fn proposal(
    place: &Place<'_>,
    library: &Library,
    places: &[Place<'_>],
    size_of: &dyn Fn(&Path) -> Option<u64>,
) -> Option<Proposal> {
    let covers = |place: &&Place<'_>| place.covered_by.as_deref() == Some(library.name.as_str());
    let now = library.server_path.to_str().and_then(View::configured);
    let within = |place: &Place<'_>| now.as_ref().is_some_and(|now| now.below(&place.view).is_some());
    // A library may well be a part of a location.
    let idle = !places.iter().any(|place| covers(&place) || within(place));
    let uncovered = place.covered_by.is_none();
    if !idle && !uncovered {
        return None;
    }
    let common = common_tail(&place.view, &library.path);
    let ballot = Ballot::of(&place.location.samples, library, size_of);
    let (view, found) = match ballot.best() {
        Some(best) => best,
        None if idle && uncovered && common > 0 => (place.view.clone(), 0),
        None => return None,
    };
    let keeps = |place: &Place<'_>| place.view.below(&view).is_some();
    places.iter().filter(covers).all(keeps).then(|| Proposal {
        section: place.location.section.clone(),
        location: place.location.path.clone(),
        library: library.name.clone(),
        server_path: ServerPath(view.to_string()),
        common,
        found,
        samples: ballot.cast,
    })
}

/// How many components are the same, from the last one up; in any case, since this is a guess.
fn common_tail(view: &View, path: &Path) -> usize {
    let theirs = view.parts().iter().rev().map(|part| fold(part));
    let ours = path.components().rev().map(|part| fold(&part.as_os_str().to_string_lossy()));
    theirs.zip(ours).take_while(|(theirs, ours)| theirs == ours).count()
}

/// Which folder of the server the root of a library is, by the samples that are found in it.
struct Ballot {
    votes: Vec<(View, usize)>,
    cast: usize,
}

impl Ballot {
    fn of(samples: &[Sample], library: &Library, size_of: &dyn Fn(&Path) -> Option<u64>) -> Self {
        let mut ballot = Self { votes: vec![], cast: 0 };
        for sample in samples {
            let (Some(file), Some(size)) = (View::sent(&sample.file.0), sample.size) else { continue };
            ballot.cast += 1;
            for above in file.volume_parts()..file.parts().len() {
                let here = candidates(&library.path, &file.parts()[above..]);
                if here.iter().any(|path| size_of(path) == Some(size)) {
                    ballot.vote(file.first(above));
                }
            }
        }
        ballot
    }

    fn vote(&mut self, folder: View) {
        let same = |(other, _): &&mut (View, usize)| {
            other.parts().len() == folder.parts().len() && folder.below(other).is_some()
        };
        match self.votes.iter_mut().find(same) {
            Some((_, votes)) => *votes += 1,
            None => self.votes.push((folder, 1)),
        }
    }

    /// The one with most votes; of equals the one from which the longest way leads to the file.
    fn best(&self) -> Option<(View, usize)> {
        let best = self.votes.iter().max_by_key(|(view, votes)| (*votes, usize::MAX - view.parts().len()));
        best.cloned()
    }
}
