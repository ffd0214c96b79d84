//! Which files of a video are meant, and which episodes come next. Pure.

use crate::domain::file::Metadata;
use crate::domain::media::{Part, RatingKey, Video, VideoKind};
use crate::domain::rules::Ahead;
use crate::domain::settings::Versions;

/// Minutes of an episode of which nobody says how long it is.
const USUAL: u64 = 45;
const MINUTE_MS: u64 = 60_000;

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

/// What is wanted of a video where this version of it is meant: its parts, and those of the other versions behind them if
/// all are wanted.
pub fn parts(video: &Video, meant: Option<usize>, versions: Versions) -> impl Iterator<Item = &Part> {
    let others = match versions {
        Versions::One => 0,
        Versions::All => video.versions.len(),
    };
    let order = meant.into_iter().chain((0..others).filter(move |at| Some(*at) != meant));
    order.filter_map(|at| video.versions.get(at)).flat_map(|version| &version.parts)
}

/// How far beyond the current episode: whatever is within the count, or begins within the minutes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HowFar {
    /// So many episodes,
    pub episodes: u32,
    /// and as many as begin within so many minutes after the current one ends.
    pub minutes: Option<u32>,
}

impl From<Ahead> for HowFar {
    fn from(ahead: Ahead) -> Self {
        match ahead.minutes {
            minutes @ Some(_) => Self { episodes: 0, minutes },
            None => Self { episodes: ahead.episodes, minutes: None },
        }
    }
}

impl HowFar {
    /// Nothing follows.
    #[must_use]
    pub fn is_nothing(self) -> bool {
        self.episodes == 0 && self.minutes.is_none()
    }

    /// What one of the two covers is covered.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { episodes: self.episodes.max(other.episodes), minutes: self.minutes.max(other.minutes) }
    }

    fn covers(self, next: &Next<'_>) -> bool {
        next.ahead <= self.episodes || self.minutes.is_some_and(|minutes| next.minutes <= minutes)
    }
}

/// An episode that follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Next<'v> {
    /// Which.
    pub video: &'v Video,
    /// How many episodes after the current one.
    pub ahead: u32,
    /// How many minutes after the end of the current one it begins.
    pub minutes: u32,
}

/// Those that follow the current one, in this order, and are not too far ahead.
pub fn within<'v>(
    following: impl IntoIterator<Item = &'v Video>,
    far: HowFar,
) -> impl Iterator<Item = Next<'v>> {
    let mut end_ms: u64 = 0;
    let next = move |(place, video): (usize, &'v Video)| {
        let minutes = u32::try_from(end_ms / MINUTE_MS).unwrap_or(u32::MAX);
        let length = video.duration_ms.filter(|length| *length > 0).unwrap_or(USUAL * MINUTE_MS);
        end_ms = end_ms.saturating_add(length);
        Next { video, ahead: u32::try_from(place + 1).unwrap_or(u32::MAX), minutes }
    };
    following.into_iter().enumerate().map(next).take_while(move |next| far.covers(next))
}

/// The episodes after `current`, across seasons and without specials. Nothing follows a special.
#[must_use]
pub fn later<'v>(episodes: &'v [Video], current: &RatingKey) -> Vec<&'v Video> {
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
    later.into_iter().map(|(_, video)| video).collect()
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
        let later = |key: &str| keys(&later(&show, &RatingKey(key.to_owned())));
        assert_eq!(later("a1"), ["a2", "b1", "b2"]);
        assert_eq!(later("a2"), ["b1", "b2"]);
        assert!(later("b2").is_empty() && later("s").is_empty() && later("?").is_empty());
    }

    #[test]
    fn so_many_follow_as_the_count_or_the_minutes_allow() {
        let long = |key: &str, minutes: Option<u64>| Video {
            duration_ms: minutes.map(|minutes| minutes * MINUTE_MS),
            ..Video::bare(key, VideoKind::Episode)
        };
        // Nobody says how long b and d are.
        let show =
            [long("a", Some(30)), long("b", None), long("c", Some(30)), long("d", Some(0)), long("e", None)];
        let within = |episodes, minutes| -> Vec<(String, u32, u32)> {
            let next = within(&show, HowFar { episodes, minutes });
            next.map(|next| (next.video.key.0.clone(), next.ahead, next.minutes)).collect()
        };
        let all = ["a", "b", "c", "d", "e"].into_iter().zip(1..).zip([0, 30, 75, 105, 150]);
        let all: Vec<_> = all.map(|((key, ahead), minutes)| (key.to_owned(), ahead, minutes)).collect();
        assert_eq!(within(9, None), all);
        assert_eq!([within(2, None), within(0, Some(74))], [&all[..2], &all[..2]]);
        assert_eq!(within(0, Some(75)), all[..3], "the one that begins just then");
        assert_eq!([within(2, Some(110)), within(4, Some(5))], [&all[..4], &all[..4]], "whichever is more");
        assert_eq!(within(0, Some(0)), all[..1], "the one that follows at once");
        assert!(within(0, None).is_empty());
    }

    #[test]
    fn minutes_stand_instead_of_the_count() {
        let far = |episodes, minutes| HowFar::from(Ahead { episodes, minutes });
        assert_eq!(far(5, None), HowFar { episodes: 5, minutes: None });
        assert_eq!(far(5, Some(90)), HowFar { episodes: 0, minutes: Some(90) });
        assert_eq!(far(5, None).or(far(1, Some(90))), HowFar { episodes: 5, minutes: Some(90) });
        assert!(far(0, None).is_nothing() && !far(0, Some(0)).is_nothing());
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
        let files = |versions| -> Vec<_> {
            let parts = parts(&video, Some(1), versions);
            parts.filter_map(|part| part.file.as_ref().map(|file| file.0.as_str())).collect()
        };
        assert_eq!(files(Versions::One), ["/hd"]);
        assert_eq!(files(Versions::All), ["/hd", "/4k"], "the one that is meant comes first");
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
