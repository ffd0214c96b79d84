//! The media server as one person sees it: what is next for them, and what their shows hold.
//!
//! **Invariant:** everything here is asked with one token. **Invariant:** what contradicts itself (a deck names an episode
//! that its show does not have) is a fault, not an answer.

use std::collections::{BTreeSet, HashMap};

use super::item::{Place, in_a_row, item};
use super::said::{Fault, Said};
use super::wishes::Settings;
use crate::domain::answer::Item;
use crate::domain::file::Operation;
use crate::domain::media::{RatingKey, SectionKind, Video, VideoKind, Viewing};
use crate::domain::settings::Versions;
use crate::domain::time::Time;
use crate::domain::wanted::Source;
use crate::media::ahead::{self, HowFar};
use crate::plex::client::library::Look;
use crate::plex::client::playing::HistoryQuery;
use crate::plex::{Client, Kind};

/// The name of a list that is the only one of its source.
const WHOLE: &str = "";
/// So many shows of somebody's history are gone on with.
const SHOWS: usize = 50;

/// The server, asked with one token, in one round.
pub(super) struct Eyes {
    pub client: Client,
    /// How far beyond the current episode.
    pub far: HowFar,
    pub versions: Versions,
    pub now: Time,
    /// Shows that were asked for in this round.
    shows: HashMap<RatingKey, Vec<Video>>,
}

impl Eyes {
    pub fn new(client: Client, settings: &Settings, now: Time) -> Self {
        let Settings { ahead: far, versions, .. } = *settings;
        Self { client, far, versions, now, shows: HashMap::new() }
    }

    /// What is next, section by section.
    pub async fn on_deck(&mut self) -> Result<Said, Fault> {
        let mut said = Said::default();
        for section in self.client.sections().await? {
            if section.kind == SectionKind::Other {
                continue;
            }
            let deck = match self.client.on_deck(&section.id).await {
                Ok(videos) => self.with_next(videos, Source::OnDeck).await,
                Err(fault) => Err(fault.into()),
            };
            said.put(section.id.0, unless_for_all(deck)?);
        }
        Ok(said)
    }

    /// What was begun.
    pub async fn continue_watching(&mut self) -> Result<Said, Fault> {
        let videos = self.client.continue_watching().await?;
        let mut said = Said::default();
        said.put(WHOLE, Ok(self.with_next(videos, Source::ContinueWatching).await?));
        Ok(said)
    }

    /// What follows what somebody has played since, as the server tells its owner.
    pub async fn after_history(&mut self, account: u64, since: Time) -> Result<Said, Fault> {
        let query = HistoryQuery { account: Some(account), since: Some(since), section: None };
        // Newest first.
        let mut played = self.client.history(&query).await?;
        // Whoever does not heed the filter tells everybody's.
        played.retain(|line| {
            line.account.is_none_or(|whose| whose == account) && line.kind == VideoKind::Episode
        });
        let watched: BTreeSet<RatingKey> = played.iter().filter_map(|line| line.video.clone()).collect();
        let mut said = Said::default();
        let mut asked = 0;
        for line in played {
            // Each show is gone on with after what was played of it last.
            let Some(last) = line.video.as_ref().filter(|key| !self.has_seen(key)) else { continue };
            if asked == SHOWS {
                break;
            }
            asked += 1;
            let Some(show) = self.show_of(&line).await? else {
                // What was played may be no more, and then nobody says of which show it was.
                said.leave_open();
                continue;
            };
            let name = format!("history/{show}");
            if said.list(&name).is_none_or(|list| list.is_ok_and(<[Item]>::is_empty)) {
                said.put(name, unless_for_all(self.after(&show, last, &watched).await)?);
            }
        }
        Ok(said)
    }

    /// Whether this is an episode of a show that was asked for.
    fn has_seen(&self, episode: &RatingKey) -> bool {
        self.shows.values().flatten().any(|video| video.key == *episode)
    }

    /// The show that a line of the history speaks of; the line itself may not say.
    async fn show_of(&self, line: &Viewing) -> Result<Option<RatingKey>, Fault> {
        if let Some(show) = line.place.as_ref().and_then(|place| place.show.clone()) {
            return Ok(Some(show));
        }
        let Some(key) = &line.video else { return Ok(None) };
        let video = self.there(key).await?;
        Ok(video.and_then(|video| video.place?.show))
    }

    async fn after(
        &mut self,
        show: &RatingKey,
        last: &RatingKey,
        watched: &BTreeSet<RatingKey>,
    ) -> Result<Vec<Item>, Fault> {
        let Self { far, versions, now, .. } = *self;
        let episodes = self.episodes(show).await?;
        let next = ahead::later(episodes, last).into_iter();
        let next = next.filter(|video| !watched.contains(&video.key));
        let first = Place { source: Source::OnDeck, operation: Operation::Ondeck, ahead: 0, minutes: 0, now };
        let row = in_a_row(next, far, first);
        Ok(row.map(|(video, place)| item(video, ahead::chosen(video), versions, place)).collect())
    }

    /// Each with the episodes after it.
    async fn with_next(&mut self, videos: Vec<Video>, source: Source) -> Result<Vec<Item>, Fault> {
        let Self { far, versions, now, .. } = *self;
        let mut items = vec![];
        for video in videos.into_iter().filter(|video| !video.is_finished()) {
            let video = self.with_files(video).await?;
            let version = ahead::chosen(&video);
            let operation =
                if video.view_offset_ms > 0 { Operation::ContinueWatching } else { Operation::Ondeck };
            let place = Place { source, operation, ahead: 0, minutes: 0, now };
            items.push(item(&video, version, versions, place));
            let show = video.place.as_ref().and_then(|place| place.show.clone());
            let Some(show) = show.filter(|_| !far.is_nothing() && video.kind == VideoKind::Episode) else {
                continue;
            };
            let height = version.and_then(|at| video.versions[at].height);
            let episodes = self.episodes(&show).await?;
            if !episodes.iter().any(|episode| episode.key == video.key) {
                return Err(odd("the media server names an episode that its show does not have"));
            }
            let place = Place { operation: Operation::Ondeck, ..place };
            for next in ahead::within(ahead::later(episodes, &video.key), far) {
                items.push(item(next.video, ahead::alike(next.video, height), versions, place.then(&next)));
            }
        }
        Ok(items)
    }

    /// The episodes of a show, asked for once.
    pub async fn episodes(&mut self, show: &RatingKey) -> Result<&[Video], Fault> {
        if !self.shows.contains_key(show) {
            let episodes = match self.client.episodes(show).await {
                Err(fault) if fault.kind() == Kind::NotFound => vec![],
                answer => answer?,
            };
            self.shows.insert(show.clone(), episodes);
        }
        Ok(self.shows.get(show).map(Vec::as_slice).unwrap_or_default())
    }

    /// The video with its files, which a list may leave out.
    pub async fn with_files(&self, video: Video) -> Result<Video, Fault> {
        let has_none = !matches!(video.kind, VideoKind::Movie | VideoKind::Episode);
        if has_none || ahead::chosen(&video).is_some() {
            return Ok(video);
        }
        // What is seen and begun is what the list said.
        let read = self.there(&video.key).await?;
        Ok(read.map(|read| Video { versions: read.versions, ..video.clone() }).unwrap_or(video))
    }

    /// An item, if there is one of this number.
    pub async fn there(&self, key: &RatingKey) -> Result<Option<Video>, Fault> {
        match self.client.video(key, Look::Remembered).await {
            Ok(video) => Ok(Some(video)),
            Err(fault) if fault.kind() == Kind::NotFound => Ok(None),
            Err(fault) => Err(fault.into()),
        }
    }
}

/// What makes no sense.
pub(super) fn odd(sentence: &str) -> Fault {
    Fault { code: Kind::BadAnswer.name(), sentence: sentence.to_owned() }
}

/// A fault of one list, unless it would be that of all others as well: then the question has failed.
pub(super) fn unless_for_all<T>(list: Result<T, Fault>) -> Result<Result<T, Fault>, Fault> {
    match list {
        Err(fault) if is_for_all(&fault) => Err(fault),
        list => Ok(list),
    }
}

/// Whether whoever fails so fails for everything that is asked with this token.
fn is_for_all(fault: &Fault) -> bool {
    let limited = Kind::RateLimited { retry_after: None };
    let all = [Kind::Unauthorized, Kind::Timeout, Kind::Unreachable, Kind::Tls, limited];
    all.iter().any(|kind| kind.name() == fault.code)
}
