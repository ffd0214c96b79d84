//! What a plan says, in closed names and in sentences.

use serde::{Deserialize, Serialize};

use super::{Cause, Refusal};
use crate::domain::file::{Metadata, closed_names};
use crate::domain::size::readable;
use crate::domain::time::Time;

closed_names!(Cause {
    Unwanted => "not_wanted",
    Room => "room_needed",
});

impl Cause {
    /// In words.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Unwanted => "nobody wants it any more",
            Self::Room => "its room is needed",
        }
    }
}

/// Why a wish brings nothing, without its numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum RefusalKind {
    /// See [`Refusal::NoRoom`].
    NoRoom,
    /// See [`Refusal::Gap`].
    Gap,
    /// See [`Refusal::Held`].
    Held,
    /// See [`Refusal::PutOff`].
    PutOff,
    /// See [`Refusal::Excluded`].
    Excluded,
    /// See [`Refusal::Inactive`].
    Inactive,
    /// See [`Refusal::TooFarAhead`].
    TooFarAhead,
    /// See [`Refusal::Stale`].
    Stale,
    /// See [`Refusal::Unconfirmed`].
    Unconfirmed,
    /// See [`Refusal::UserLimit`].
    UserLimit,
}

closed_names!(RefusalKind {
    NoRoom => "no_room",
    Gap => "gap",
    Held => "held",
    PutOff => "put_off",
    Excluded => "excluded",
    Inactive => "inactive",
    TooFarAhead => "too_far_ahead",
    Stale => "stale",
    Unconfirmed => "unconfirmed",
    UserLimit => "user_limit",
});

impl RefusalKind {
    /// What many of them have in common, in words.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NoRoom => "better files have the room",
            Self::Gap => "the episode before it has no room",
            Self::Held => "a person removed it a while ago",
            Self::PutOff => "it could not be cached a moment ago",
            Self::Excluded => "a pattern excludes it",
            Self::Inactive => "who wants it has not played anything for long",
            Self::TooFarAhead => "it is farther ahead than episodes are cached",
            Self::Stale => "it has been wanted for too long to be believed",
            Self::Unconfirmed => "the source has not confirmed it for longer than its grace",
            Self::UserLimit => "the user's better wishes have all the room that is theirs",
        }
    }
}

impl Refusal {
    /// Its closed name.
    #[must_use]
    pub const fn kind(self) -> RefusalKind {
        match self {
            Self::NoRoom { .. } => RefusalKind::NoRoom,
            Self::Gap => RefusalKind::Gap,
            Self::Held { .. } => RefusalKind::Held,
            Self::PutOff { .. } => RefusalKind::PutOff,
            Self::Excluded => RefusalKind::Excluded,
            Self::Inactive => RefusalKind::Inactive,
            Self::TooFarAhead => RefusalKind::TooFarAhead,
            Self::Stale => RefusalKind::Stale,
            Self::Unconfirmed => RefusalKind::Unconfirmed,
            Self::UserLimit => RefusalKind::UserLimit,
        }
    }

    /// In words, with its numbers.
    #[must_use]
    pub fn sentence(self) -> String {
        let words = self.kind().sentence();
        match self {
            Self::NoRoom { missing } => format!("{words}; {} are missing", readable(missing)),
            Self::Held { until } => format!("{words}; that holds until {}", moment(until)),
            Self::PutOff { until } => format!("{words}; it is tried again after {}", moment(until)),
            Self::Gap
            | Self::Excluded
            | Self::Inactive
            | Self::TooFarAhead
            | Self::Stale
            | Self::Unconfirmed
            | Self::UserLimit => words.to_owned(),
        }
    }
}

/// An instant as people read it, to the minute.
#[must_use]
pub fn moment(at: Time) -> String {
    at.to_jiff().strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A film or an episode as people call it; none where nothing is known of it.
#[must_use]
pub fn title(metadata: &Metadata) -> Option<String> {
    let Metadata { title, year, season, episode, media_ids: _, source: _ } = metadata;
    let title = title.as_deref()?;
    Some(match (season, episode, year) {
        (Some(season), Some(episode), _) => format!("{title} (S{season:02}E{episode:02})"),
        (_, _, Some(year)) => format!("{title} ({year})"),
        (_, _, None) => title.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_has_the_numbers_that_its_name_lacks() {
        let until = Time::from_micros(1_700_000_000_000_000);
        for (refusal, name, sentence) in [
            (Refusal::NoRoom { missing: 1536 }, "no_room", "better files have the room; 1.5 KB are missing"),
            (
                Refusal::Held { until },
                "held",
                "a person removed it a while ago; that holds until 2023-11-14 22:13 UTC",
            ),
            (Refusal::Gap, "gap", "the episode before it has no room"),
        ] {
            assert_eq!((refusal.kind().name(), refusal.sentence().as_str()), (name, sentence));
        }
    }

    #[test]
    fn titles_say_which_episode_or_which_year() {
        let named = |title: &str, year, place: Option<(i32, i32)>| Metadata {
            title: Some(title.to_owned()),
            year,
            season: place.map(|place| place.0),
            episode: place.map(|place| place.1),
            ..Metadata::default()
        };
        assert_eq!(title(&named("Dune", Some(2021), None)).unwrap(), "Dune (2021)");
        assert_eq!(title(&named("Lost – Pilot", Some(2004), Some((1, 2)))).unwrap(), "Lost – Pilot (S01E02)");
        assert_eq!(title(&named("Dune", None, None)).unwrap(), "Dune");
        assert_eq!(title(&Metadata::default()), None);
    }
}
