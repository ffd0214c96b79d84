//! What the media server says of itself, of its files and of a link of ours.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use crate::clock::Clock;
use crate::domain::file::Status;
use crate::domain::mapping::Mapping;
use crate::domain::media::{Part, Preference, RatingKey, Section, ServerPath};
use crate::domain::time::Time;
use crate::error::Result;
use crate::plex::client::library::Look;
use crate::plex::{Client, Fault};
use crate::store::{Reader, Rows};

/// Cached files are looked for among so many of the newest rows.
const NEWEST: usize = 200;

/// The media server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Server {
    /// Nobody has said which, or with which token.
    Unconfigured,
    /// What is said of it cannot be used; a sentence.
    Unusable(String),
    /// It does not answer.
    Silent(Fault),
    /// What it said.
    Spoke(Told),
}

/// What it said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// Its version.
    pub version: String,
    /// By how much its clock is ahead of ours; none where it does not say.
    pub ahead: Option<SignedDuration>,
    /// Sections of films and shows.
    pub sections: Vec<TellsOf>,
    /// Its preferences.
    pub preferences: Result<Vec<Preference>, Fault>,
    /// One file that is cached.
    pub link: LinkTold,
}

/// A section and its files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TellsOf {
    /// The section.
    pub section: Section,
    /// Every file in it.
    pub files: Result<Vec<Filed>, Fault>,
}

/// A file of the media server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Filed {
    /// Of which item.
    pub key: RatingKey,
    /// Where it lies.
    pub file: ServerPath,
    /// Its size, if it is known.
    pub size: Option<u64>,
}

/// What it said of a file that is cached, when asked to look.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkTold {
    /// Nothing is cached that it has.
    Nothing,
    /// It looked. None: it did not say what it saw.
    Looked {
        /// The file, as we name it.
        path: PathBuf,
        /// What was said of it.
        part: Option<Part>,
    },
    /// It did not answer.
    Silent(Fault),
}

/// Library paths of files that are cached now, newest first.
pub(super) fn newest_active(rows: &Reader) -> Result<Vec<PathBuf>> {
    let newest = rows.newest_files(NEWEST)?.into_iter();
    Ok(newest.filter(|row| row.status == Status::Active).map(|row| row.file_path).collect())
}

/// Asks everything. `cached`: library paths of cached files.
pub(super) async fn ask(client: &Client, clock: &dyn Clock, mapping: &Mapping, cached: &[PathBuf]) -> Server {
    match all(client, clock, mapping, cached).await {
        Ok(told) => Server::Spoke(told),
        Err(fault) => Server::Silent(fault),
    }
}

async fn all(
    client: &Client,
    clock: &dyn Clock,
    mapping: &Mapping,
    cached: &[PathBuf],
) -> Result<Told, Fault> {
    let version = client.identity().await?.version;
    let asked = clock.now();
    let time = client.time().await?;
    let ahead = time.map(|time| ahead(time, asked, clock.now()));
    let mut sections = Vec::new();
    for section in client.sections().await? {
        let Some(kind) = section.kind.videos() else { continue };
        let videos = client.section_videos(&section.id, kind).await;
        let files = videos.map(|videos| {
            let filed = |(key, part): (&RatingKey, &Part)| {
                Some(Filed { key: key.clone(), file: part.file.clone()?, size: part.size })
            };
            let parts = videos.iter().flat_map(|video| video.parts().map(|part| (&video.key, part)));
            parts.filter_map(filed).collect()
        });
        sections.push(TellsOf { section, files });
    }
    let preferences = client.preferences().await;
    let link = look_through_link(client, mapping, &sections, cached).await;
    Ok(Told { version, ahead, sections, preferences, link })
}

/// A time that was told to the second, within the time that asking took: no difference can be told.
pub(super) fn ahead(told: Time, asked: Time, heard: Time) -> SignedDuration {
    let second = SignedDuration::from_secs(1);
    if told < heard && asked < told.plus(second) { SignedDuration::ZERO } else { told.since(asked) }
}

/// Has the server look at the newest cached file that it has.
async fn look_through_link(
    client: &Client,
    mapping: &Mapping,
    sections: &[TellsOf],
    cached: &[PathBuf],
) -> LinkTold {
    // One walk over all files, however many are cached.
    let age: HashMap<&Path, usize> = cached.iter().map(PathBuf::as_path).zip(0..).collect();
    let known = |filed: &Filed| {
        let ours = mapping.to_ours(&filed.file)?;
        ours.candidates.iter().find_map(|path| age.get(path.as_path()).copied())
    };
    let files = sections.iter().filter_map(|told| told.files.as_ref().ok()).flatten();
    let newest = files.filter_map(|filed| Some((known(filed)?, filed))).min_by_key(|(age, _)| *age);
    let Some((age, filed)) = newest else { return LinkTold::Nothing };
    let path = cached[age].clone();
    match client.video(&filed.key, Look::AtFiles).await {
        Err(fault) => LinkTold::Silent(fault),
        Ok(video) => {
            let part = video.parts().find(|part| part.file.as_ref() == Some(&filed.file)).cloned();
            LinkTold::Looked { path, part }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_may_be_right_is_right() {
        let at = |micros: i64| Time::from_micros(1_000_000_000 + micros);
        // Told to the second, cut: 0.4 s past is told as 0.
        assert_eq!(ahead(at(0), at(400_000), at(450_000)), SignedDuration::ZERO);
        assert_eq!(ahead(at(0), at(-300_000), at(100_000)), SignedDuration::ZERO);
        assert_eq!(ahead(at(90_000_000), at(0), at(50_000)), SignedDuration::from_secs(90));
        assert_eq!(ahead(at(-90_000_000), at(0), at(50_000)), SignedDuration::from_secs(-90));
    }
}
