//! One playback, from its beginning to its end: written down, its file and the next episodes asked for, and, if it was
//! too short, what it asked for taken back.
//!
//! **Invariant:** what was begun is ended, whatever goes wrong between. While a playback goes on, what could not be asked
//! for (a server that does not answer, a volume that is away) is tried again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::ahead::HowFar;
use super::plays::{Hearsay, PlayKey};
use super::{Context, ahead};
use crate::cacher::{Accepted, CacheRequest, Started};
use crate::domain::actor::Actor;
use crate::domain::file::{Metadata, Operation};
use crate::domain::media::{RatingKey, Reach, ServerPath, Session, Video, VideoKind};
use crate::domain::playback::PlaybackRow;
use crate::domain::rules::Rules;
use crate::domain::settings::Versions;
use crate::error::Error;
use crate::plex::client::library::Look;
use crate::plex::{Client, Kind};

/// What is known when it begins.
pub(super) struct Beginning {
    pub key: PlayKey,
    pub user: Option<String>,
    /// What plays, with its files where the session named them.
    pub video: Option<Video>,
    /// The file, where only that is known.
    pub file: Option<ServerPath>,
    /// Where the player is.
    pub reach: Reach,
}

impl Beginning {
    pub fn listed(key: PlayKey, session: Session, user: Option<String>) -> Self {
        Self { key, user, video: Some(session.video), file: None, reach: session.reach }
    }

    pub fn heard(key: PlayKey, hearsay: Hearsay) -> Self {
        Self { key, user: hearsay.user, video: None, file: hearsay.file, reach: Reach::Unknown }
    }
}

/// What playbacks ask for now, by user and path: what one of them gives up, another may still want.
#[derive(Default)]
pub(super) struct Claims(HashMap<(Option<String>, PathBuf), usize>);

impl Claims {
    fn add(&mut self, user: &Option<String>, path: &Path) {
        *self.0.entry((user.clone(), path.to_path_buf())).or_default() += 1;
    }

    /// Takes one away. Whether it was the last.
    fn take(&mut self, user: &Option<String>, path: &Path) -> bool {
        let key = (user.clone(), path.to_path_buf());
        let left = self.0.get_mut(&key).map_or(0, |count| {
            *count -= 1;
            *count
        });
        if left == 0 {
            self.0.remove(&key);
        }
        left == 0
    }
}

/// A file that is asked for.
struct Wanted {
    candidates: Vec<PathBuf>,
    operation: Operation,
    metadata: Metadata,
}

/// Follows a playback until `ended` says that it is over. `others` tells what it plays instead of what it began with.
pub(super) async fn follow(
    context: Arc<Context>,
    client: Client,
    beginning: Beginning,
    mut ended: watch::Receiver<bool>,
    mut others: mpsc::UnboundedReceiver<Video>,
) {
    let Beginning { key, user, reach, .. } = &beginning;
    let rules = context.rules(user.as_deref());
    let asks = rules.playback && context.viewers.count(*reach);
    let (key, user) = (key.clone(), user.clone());
    let mut play = Play { context, client, key, user, rules, asks, row: None, claimed: vec![] };
    let mut left = play.begin(beginning, &mut ended).await;
    loop {
        let again = play.context.rhythm.again;
        let turn = tokio::select! {
            biased;
            over = ended.wait_for(|ended| *ended) => Turn::Over(over.is_ok()),
            Some(video) = others.recv() => Turn::GoesOver(Box::new(video)),
            () = tokio::time::sleep(again), if !left.is_empty() => Turn::AskAgain,
        };
        match turn {
            Turn::Over(true) => break,
            // Nobody is left who could tell: the process ends, and the next one finds the row open.
            Turn::Over(false) => return,
            Turn::GoesOver(video) => left.extend(play.go_over(&video, &ended).await),
            Turn::AskAgain => left = play.ask_all(left, &ended).await,
        }
    }
    play.end().await;
}

/// What happens next to a playback that goes on.
enum Turn {
    /// It is over; or nobody can tell any more.
    Over(bool),
    /// It plays other files.
    GoesOver(Box<Video>),
    /// What could not be asked for is asked for again.
    AskAgain,
}

struct Play {
    context: Arc<Context>,
    client: Client,
    key: PlayKey,
    user: Option<String>,
    /// What holds for who plays.
    rules: Rules,
    /// Whether it asks for anything. It is written down and counted all the same.
    asks: bool,
    row: Option<PlaybackRow>,
    /// What this playback asked for.
    claimed: Vec<PathBuf>,
}

impl Play {
    /// Writes it down, and asks for what plays and what comes next. Returns what could not be asked for just now.
    async fn begin(&mut self, beginning: Beginning, ended: &mut watch::Receiver<bool>) -> Vec<Wanted> {
        let Beginning { key, video, file, .. } = beginning;
        let Some(video) = self.with_files(&key.video, video, file.as_ref(), ended).await else {
            return vec![];
        };
        let (wanted, known) = match (&video, file) {
            (Some(video), _) => self.plays(video),
            (None, file) => {
                let files: Vec<ServerPath> = file.into_iter().collect();
                let known = Metadata::default();
                (self.wanted(&files, Operation::ActiveWatching, &known), known)
            }
        };
        if wanted.is_empty() {
            return vec![];
        }
        self.write_down(&wanted, &known).await;
        if !self.asks {
            return vec![];
        }
        // What cannot be asked for now holds up nothing that comes next.
        let mut left = self.ask_all(wanted, ended).await;
        if let Some(video) = video.filter(|video| video.kind == VideoKind::Episode) {
            let height = ahead::chosen(&video).and_then(|at| video.versions[at].height);
            let next = self.next_of(&video, height, self.rules.ahead.into(), ended).await;
            left.extend(self.ask_all(next, ended).await);
        }
        left
    }

    /// The player went over to another version.
    async fn go_over(&mut self, video: &Video, ended: &watch::Receiver<bool>) -> Vec<Wanted> {
        let (wanted, known) = self.plays(video);
        if wanted.is_empty() {
            return vec![];
        }
        self.write_down(&wanted, &known).await;
        if self.asks { self.ask_all(wanted, ended).await } else { vec![] }
    }

    /// All parts of the version that plays.
    fn plays(&self, video: &Video) -> (Vec<Wanted>, Metadata) {
        let parts = ahead::parts(video, ahead::chosen(video), Versions::One);
        let files: Vec<ServerPath> = parts.filter_map(|part| part.file.clone()).collect();
        let known = ahead::metadata(video, "session");
        (self.wanted(&files, Operation::ActiveWatching, &known), known)
    }

    async fn write_down(&mut self, files: &[Wanted], known: &Metadata) {
        let mut paths = Vec::new();
        for part in files {
            paths.push(self.first_there(part.candidates.clone()).await);
        }
        let by_name = || {
            let name = paths.first().and_then(|path| path.file_stem());
            name.unwrap_or_default().to_string_lossy().into_owned()
        };
        let started = Started {
            session: self.key.session.clone(),
            video: self.key.video.0.clone(),
            user: self.user.clone(),
            title: known.title.clone().unwrap_or_else(by_name),
            paths,
        };
        let begun = self.context.off(move |cacher| cacher.engine().playback_started(&started)).await;
        match begun {
            Ok(row) => self.row = row.or(self.row.take()),
            Err(error) => tracing::error!(%error, "a playback was not written down"),
        }
    }

    /// The video with its files, read from the server where the session did not name them. `Some(None)` where only the
    /// file is known, `None` where nothing can be known, or it ended meanwhile.
    async fn with_files(
        &self,
        key: &RatingKey,
        video: Option<Video>,
        file: Option<&ServerPath>,
        ended: &mut watch::Receiver<bool>,
    ) -> Option<Option<Video>> {
        if video.as_ref().is_some_and(|video| ahead::chosen(video).is_some()) {
            return Some(video);
        }
        if file.is_some_and(|file| file.0 == key.0) {
            // There is no number by which the server could be asked.
            return Some(None);
        }
        let read = self.ask_server("what plays", ended, || self.client.video(key, Look::Remembered)).await;
        read.map(Some).or_else(|| file.map(|_| None))
    }

    /// Asks the server until it answers or the playback ends.
    async fn ask_server<T, F>(
        &self,
        what: &str,
        ended: &mut watch::Receiver<bool>,
        ask: impl Fn() -> F,
    ) -> Option<T>
    where
        F: Future<Output = Result<T, crate::plex::Fault>>,
    {
        let mut is_said = false;
        loop {
            let answer = unless(ended, ask()).await?;
            match answer {
                Ok(answer) => return Some(answer),
                Err(fault) if fault.kind() == Kind::NotFound => {
                    tracing::warn!(%fault, "the media server does not say {what}");
                    return None;
                }
                Err(fault) => {
                    if !std::mem::replace(&mut is_said, true) {
                        tracing::warn!(%fault, "the media server did not say {what}; it is asked again");
                    }
                    unless(ended, tokio::time::sleep(self.context.rhythm.again)).await?;
                }
            }
        }
    }

    /// The files of the episodes after this one, as far as the server says.
    async fn next_of(
        &self,
        video: &Video,
        height: Option<u32>,
        far: HowFar,
        ended: &mut watch::Receiver<bool>,
    ) -> Vec<Wanted> {
        let show = video.place.as_ref().and_then(|place| place.show.clone());
        let Some(show) = show.filter(|_| !far.is_nothing()) else { return vec![] };
        let read = self.ask_server("what comes next", ended, || self.client.episodes(&show)).await;
        let Some(episodes) = read else { return vec![] };
        let mut wanted = Vec::new();
        for next in ahead::within(ahead::later(&episodes, &video.key), far) {
            let episode = next.video;
            let Some(version) = ahead::alike(episode, height) else { continue };
            let parts = ahead::parts(episode, Some(version), self.context.versions);
            let files: Vec<ServerPath> = parts.filter_map(|part| part.file.clone()).collect();
            let known = ahead::metadata(episode, "session");
            wanted.extend(self.wanted(&files, Operation::RealTimeWatch, &known));
        }
        wanted
    }

    /// The files as we see them. What no library covers is told of, once.
    fn wanted(&self, files: &[ServerPath], operation: Operation, metadata: &Metadata) -> Vec<Wanted> {
        let one = |file: &ServerPath| match self.context.mapping.to_ours(file) {
            Some(ours) => Some(Wanted { candidates: ours.candidates, operation, metadata: metadata.clone() }),
            None => {
                if self.context.board.unmapped(file) {
                    tracing::warn!(file = %file.0, "played, and no library covers it; `cacherr doctor` says what to set");
                }
                None
            }
        };
        files.iter().filter_map(one).collect()
    }

    async fn first_there(&self, candidates: Vec<PathBuf>) -> PathBuf {
        let exact = candidates[0].clone();
        if candidates.len() == 1 {
            return exact;
        }
        let found = self
            .context
            .off(move |cacher| Ok(candidates.into_iter().find(|path| cacher.engine().finds(path))));
        found.await.ok().flatten().unwrap_or(exact)
    }

    /// Asks for all of them, unless the playback ends. Returns those that could not be asked for just now.
    async fn ask_all(&mut self, wanted: Vec<Wanted>, ended: &watch::Receiver<bool>) -> Vec<Wanted> {
        // Who is told to rest asks for nothing. It plays on, so it is looked at again.
        let paused = self.context.off(|cacher| cacher.engine().pause_of_plans()).await;
        if !matches!(paused, Ok(None)) {
            return wanted;
        }
        let mut left = Vec::new();
        for one in wanted {
            if !*ended.borrow() && !self.ask(&one).await {
                left.push(one);
            }
        }
        left
    }

    /// Asks for one file. Whether that is settled, one way or the other.
    async fn ask(&mut self, wanted: &Wanted) -> bool {
        let path = self.first_there(wanted.candidates.clone()).await;
        let request = CacheRequest {
            path: path.clone(),
            operation: wanted.operation,
            user: self.user.clone(),
            method: None,
            metadata: wanted.metadata.clone(),
            by: Actor::system(),
        };
        // Nobody takes anything back between the claim and the question.
        let mut claims = self.context.claims.lock().await;
        let is_first = !self.claimed.contains(&path);
        if is_first {
            claims.add(&self.user, &path);
            self.claimed.push(path.clone());
        }
        let asked = self.context.off(move |cacher| cacher.request_cache(&request)).await;
        drop(claims);
        match asked {
            Ok(Accepted::Queued { .. } | Accepted::UserAdded { .. }) => {
                tracing::info!(path = %path.display(), reason = %wanted.operation, "asked for by a playback");
                true
            }
            Err(Error::AlreadyTracked { .. }) => true,
            Err(error) => {
                let again = may_pass(&error);
                // It may be tried for as long as a film takes: said once.
                if is_first {
                    tracing::warn!(path = %path.display(), %error, again, "a playback asked for it in vain");
                }
                !again
            }
        }
    }

    async fn end(&mut self) {
        let min_watch = self.context.min_watch;
        let mut too_short = false;
        if let Some(row) = self.row.take() {
            let ended = self.context.off(move |cacher| cacher.engine().playback_ended(&row)).await;
            match ended {
                Ok(ended) => {
                    let lasted = |row: PlaybackRow| row.ended_at.map(|end| end.since(row.started_at));
                    too_short = ended.and_then(lasted).is_some_and(|lasted| lasted < min_watch);
                    // What is next for them is something else now.
                    self.context.wishes_changed();
                }
                Err(error) => tracing::error!(%error, "the end of a playback was not written down"),
            }
        }
        let mut claims = self.context.claims.lock().await;
        let user = self.user.clone();
        let alone = |path: &PathBuf| claims.take(&user, path);
        let paths: Vec<PathBuf> = std::mem::take(&mut self.claimed).into_iter().filter(alone).collect();
        if too_short && !paths.is_empty() {
            let withdrawn =
                self.context.off(move |cacher| cacher.withdraw_playback(user.as_deref(), &paths)).await;
            match withdrawn {
                Ok(jobs) if !jobs.is_empty() => {
                    tracing::info!(jobs = jobs.len(), "called off: the playback ended soon");
                }
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "what a short playback asked for was not taken back"),
            }
        }
    }
}

/// What may be otherwise a little later.
fn may_pass(error: &Error) -> bool {
    matches!(
        error,
        Error::CacheVolumeMissing { .. }
            | Error::LibraryVolumeMissing { .. }
            | Error::CacheVolumeFull { .. }
            | Error::FileBusy { .. }
            | Error::PathLocked { .. }
            | Error::FileVanished { .. }
            | Error::Store { .. }
            | Error::Io { .. }
    )
}

/// Waits for something, unless the playback ends first.
async fn unless<T>(ended: &mut watch::Receiver<bool>, what: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        _ = ended.wait_for(|ended| *ended) => None,
        done = what => Some(done),
    }
}
