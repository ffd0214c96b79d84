//! From a video of the server to what is remembered of it. Pure.

use crate::domain::answer::{Item, ItemFile};
use crate::domain::file::Operation;
use crate::domain::media::{Part, Video, VideoKind};
use crate::domain::settings::Versions;
use crate::domain::time::Time;
use crate::domain::wanted::{Series, Source};
use crate::media::ahead::{self, HowFar, Next};

/// Why and where in a row of episodes an item is wished for.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Who says so.
    pub source: Source,
    /// Why.
    pub operation: Operation,
    /// How many episodes after the current one.
    pub ahead: u32,
    /// How many minutes after the end of the current one it begins.
    pub minutes: u32,
    /// When it was said.
    pub now: Time,
}

impl Place {
    /// The place of an episode that follows this one.
    #[must_use]
    pub fn then(self, next: &Next<'_>) -> Self {
        Self { ahead: next.ahead, minutes: next.minutes, ..self }
    }
}

/// The first of these is what is wished for, and the others follow it, as far as they are not too far ahead.
pub fn in_a_row<'v>(
    episodes: impl IntoIterator<Item = &'v Video>,
    far: HowFar,
    first: Place,
) -> impl Iterator<Item = (&'v Video, Place)> {
    let mut episodes = episodes.into_iter();
    let current = episodes.next().map(|video| (video, first));
    current.into_iter().chain(ahead::within(episodes, far).map(move |next| (next.video, first.then(&next))))
}

/// The item with all files of the version that is meant, and of the others if all are wanted.
#[must_use]
pub fn item(video: &Video, version: Option<usize>, versions: Versions, place: Place) -> Item {
    let parts = ahead::parts(video, version, versions);
    let file =
        |part: &Part| Some(ItemFile { path: part.file.as_ref()?.0.clone(), size: part.size.unwrap_or(0) });
    Item {
        key: video.key.0.clone(),
        guid: video.guid.clone(),
        files: parts.filter_map(file).collect(),
        operation: place.operation,
        ahead: place.ahead,
        minutes: place.minutes,
        series: series(video),
        metadata: ahead::metadata(video, place.source.name()),
        first_said: place.now,
    }
}

/// Where an episode stands.
fn series(video: &Video) -> Option<Series> {
    let place = video.place.as_ref().filter(|_| video.kind == VideoKind::Episode)?;
    // The identifier that outlives a library made anew, else the number.
    let show = place.show_guid.clone().or_else(|| place.show.as_ref().map(|show| show.0.clone()))?;
    Some(Series { show, season: place.season?, episode: place.episode? })
}

/// The episodes of a show that are not watched to the end, in the order in which one watches them, without specials.
#[must_use]
pub fn unwatched(episodes: &[Video]) -> Vec<&Video> {
    let mut left: Vec<((u32, u32), &Video)> = episodes
        .iter()
        .filter(|video| video.kind == VideoKind::Episode && !video.is_finished())
        .filter_map(|video| {
            let place = video.place.as_ref()?;
            Some(((place.season?, place.episode?), video))
        })
        .filter(|((season, _), _)| *season > 0)
        .collect();
    left.sort_by_key(|(place, _)| *place);
    left.dedup_by_key(|(place, _)| *place);
    left.into_iter().map(|(_, video)| video).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::media;

    fn episode(key: &str, season: u32, number: u32, view_count: u32) -> Video {
        let place = media::Place {
            show: Some(media::RatingKey("9".to_owned())),
            season: Some(season),
            episode: Some(number),
            ..media::Place::default()
        };
        Video { place: Some(place), view_count, ..Video::bare(key, VideoKind::Episode) }
    }

    #[test]
    fn what_is_left_of_a_show_is_in_order_without_specials_and_each_once() {
        let show = [
            episode("b1", 2, 1, 0),
            episode("s", 0, 1, 0),
            episode("a1", 1, 1, 1),
            episode("a2", 1, 2, 0),
            episode("a2 again", 1, 2, 0),
            Video::bare("?", VideoKind::Episode),
        ];
        let left: Vec<_> = unwatched(&show).iter().map(|one| one.key.0.as_str()).collect();
        assert_eq!(left, ["a2", "b1"]);
    }

    #[test]
    fn a_show_is_known_by_what_outlives_its_number() {
        let mut video = episode("1", 2, 3, 0);
        let of = |video: &Video| series(video).map(|series| (series.show, series.season, series.episode));
        assert_eq!(of(&video), Some(("9".to_owned(), 2, 3)));
        if let Some(place) = &mut video.place {
            place.show_guid = Some("plex://show/a".to_owned());
        }
        assert_eq!(of(&video), Some(("plex://show/a".to_owned(), 2, 3)));
        assert_eq!(of(&Video::bare("2", VideoKind::Movie)), None);
    }
}
