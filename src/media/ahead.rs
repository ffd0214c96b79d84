//! Which files of a video are meant, and which episodes come next. Pure.

use crate::domain::file::Metadata;
use crate::domain::media::{RatingKey, Video, VideoKind};

/// The version that plays; where nobody said which, the server's best guess. All its parts together are the film.
#[must_use]
pub fn chosen(video: &Video) -> Option<usize> {
    let with_files = |at: &usize| video.versions[*at].parts.iter().any(|part| part.file.is_some());
    let all = 0..video.versions.len();
    all.clone()
        .filter(with_files)
        .find(|at| video.versions[*at].selected)
        .or_else(|| all.clone().find(with_files))
}

/// The version of another video that is most like the one that plays: of the same height, or the first.
#[must_use]
pub fn alike(video: &Video, height: Option<u32>) -> Option<usize> {
    let with_files = |at: &usize| video.versions[*at].parts.iter().any(|part| part.file.is_some());
    let same = |at: &usize| height.is_some() && video.versions[*at].height == height;
    (0..video.versions.len()).filter(with_files).find(same).or_else(|| chosen(video))
}

/// The episodes after `current`, across seasons and without specials, at most so many. Nothing follows a special.
#[must_use]
pub fn next<'v>(episodes: &'v [Video], current: &RatingKey, count: usize) -> Vec<&'v Video> {
    let place = |video: &Video| {
        let place = video.place.as_ref()?;
        Some((place.season?, place.episode?))
    };
    let Some(here) = episodes.iter().find(|video| video.key == *current).and_then(place) else {
        return vec![];
    };
    if here.0 == 0 {
        return vec![];
    }
    // The order of the list is not relied upon, and an episode that is there twice comes once.
    let mut later: Vec<((u32, u32), &Video)> = episodes
        .iter()
        .filter(|video| video.kind == VideoKind::Episode)
        .filter_map(|video| place(video).map(|at| (at, video)))
        .filter(|(at, _)| *at > here)
        .collect();
    later.sort_by_key(|(at, _)| *at);
    later.dedup_by_key(|(at, _)| *at);
    later.into_iter().take(count).map(|(_, video)| video).collect()
}

/// What is known of a video, for the file's row.
#[must_use]
pub fn metadata(video: &Video, source: &str) -> Metadata {
    let place = video.place.as_ref();
    let number = |number: Option<u32>| number.and_then(|number| i32::try_from(number).ok());
    let ids = video.guid.iter().chain(&video.guids).filter_map(|guid| guid.split_once("://"));
    let title = match place.and_then(|place| place.show_title.as_deref()) {
        Some(show) if !video.title.is_empty() => format!("{show} – {}", video.title),
        Some(show) => show.to_owned(),
        None => video.title.clone(),
    };
    Metadata {
        title: (!title.is_empty()).then_some(title),
        year: video.year,
        season: number(place.and_then(|place| place.season)),
        episode: number(place.and_then(|place| place.episode)),
        media_ids: ids.map(|(source, id)| (source.to_owned(), id.to_owned())).collect(),
        source: Some(source.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::media::{Part, Place, ServerPath, Version};

    fn episode(key: &str, season: u32, number: u32) -> Video {
        Video {
            title: "Remember the Cant".to_owned(),
            guid: Some("plex://episode/abc".to_owned()),
            guids: vec!["imdb://tt1".to_owned(), "nonsense".to_owned()],
            place: Some(Place {
                show_title: Some("The Expanse".to_owned()),
                season: Some(season),
                episode: Some(number),
                ..Place::default()
            }),
            year: Some(2015),
            ..Video::bare(key, VideoKind::Episode)
        }
    }

    fn version(height: u32, selected: bool, file: Option<&str>) -> Version {
        let part = Part {
            id: None,
            file: file.map(|file| ServerPath(file.to_owned())),
            size: None,
            exists: None,
            accessible: None,
        };
        Version { id: None, height: Some(height), selected, parts: vec![part] }
    }

    fn keys(found: &[&Video]) -> Vec<String> {
        found.iter().map(|video| video.key.0.clone()).collect()
    }

    #[test]
    fn episodes_follow_across_seasons_without_specials() {
        let show = [
            episode("s", 0, 1),
            episode("b2", 2, 2),
            episode("a1", 1, 1),
            episode("a2", 1, 2),
            episode("a2 again", 1, 2),
            episode("b1", 2, 1),
        ];
        let next = |key: &str, count| keys(&next(&show, &RatingKey(key.to_owned()), count));
        assert_eq!(next("a1", 5), ["a2", "b1", "b2"]);
        assert_eq!(next("a1", 1), ["a2"]);
        assert_eq!(next("a2", 2), ["b1", "b2"]);
        assert!(next("b2", 5).is_empty() && next("s", 5).is_empty() && next("?", 5).is_empty());
        assert!(next("a1", 0).is_empty());
    }

    #[test]
    fn the_version_that_plays_is_meant_and_the_next_ones_are_alike() {
        let mut video = episode("a", 1, 1);
        assert_eq!(chosen(&video), None);
        video.versions = vec![
            version(2160, false, Some("/4k")),
            version(1080, true, Some("/hd")),
            version(720, true, None),
        ];
        assert_eq!(chosen(&video), Some(1));
        assert_eq!(
            [alike(&video, Some(2160)), alike(&video, Some(480)), alike(&video, None)],
            [Some(0), Some(1), Some(1)]
        );
        video.versions[1].selected = false;
        assert_eq!(chosen(&video), Some(0));
        video.versions.truncate(0);
        video.versions.push(version(720, true, None));
        assert_eq!(chosen(&video), None, "a version without files");
    }

    #[test]
    fn a_row_says_what_the_server_knows() {
        let known = metadata(&episode("a", 1, 2), "session");
        assert_eq!(known.title.as_deref(), Some("The Expanse – Remember the Cant"));
        assert_eq!((known.year, known.season, known.episode), (Some(2015), Some(1), Some(2)));
        let ids: Vec<_> = known.media_ids.iter().map(|(source, id)| format!("{source}={id}")).collect();
        assert_eq!(ids, ["imdb=tt1", "plex=episode/abc"]);
    }
}
