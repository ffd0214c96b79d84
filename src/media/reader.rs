//! Asks the media server whether it reads what was swapped in: step 9 of a caching, whose word the engine waits for.
//!
//! **Invariant:** only the server's own look at the file is a verdict. A question that fails, an item that is not found and
//! an answer that says nothing are no verdict.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::Context;
use super::owner::Named;
use crate::cacher::Verdict;
use crate::domain::event::Event;
use crate::domain::file::FileRow;
use crate::domain::id::FileId;
use crate::domain::mapping::lies_below;
use crate::domain::media::{Part, RatingKey, ServerPath, Video};
use crate::live::{Heard, Hub, What};
use crate::plex::client::library::Look;
use crate::plex::{Client, Fault};
use crate::store::Rows;

/// So often a question that fails is asked.
const TRIES: u32 = 3;
/// What could not be asked is asked again after so long.
const AGAIN: Duration = Duration::from_secs(60);
/// The same for what the server does not know: finding that out takes a walk over its sections.
const STRANGERS: Duration = Duration::from_secs(15 * 60);

/// Files that the server did not know, and when it was asked.
type Strangers = HashMap<FileId, Instant>;

/// Runs until nobody names servers any more.
pub(super) async fn ask(context: Arc<Context>, mut named: watch::Receiver<Named>, hub: Hub) {
    let mut listener = hub.listen(None);
    let mut strangers = Strangers::new();
    loop {
        let whom = named.borrow_and_update().clone();
        let client = match whom {
            Named::Unknown => None,
            Named::Nobody => {
                context.cacher.engine().expect_reader(false);
                None
            }
            Named::Server(client) => {
                context.cacher.engine().expect_reader(true);
                Some(client)
            }
        };
        if let Some(client) = &client {
            strangers.clear();
            ask_all(&context, client, &mut strangers).await;
        }
        loop {
            tokio::select! {
                changed = named.changed() => match changed {
                    Ok(()) => break,
                    Err(_) => return,
                },
                heard = listener.hear() => if !is_news(&heard) { continue },
                () = tokio::time::sleep(AGAIN) => {}
            }
            if let Some(client) = &client {
                ask_all(&context, client, &mut strangers).await;
            }
        }
    }
}

/// Whether a file was swapped in, or may have been.
fn is_news(heard: &Heard) -> bool {
    let added = |what: &What| matches!(what, What::Event(Event::FileAdded { .. }));
    match heard {
        Heard::Missed(_) => true,
        Heard::Events(told) => told.iter().any(|told| added(&told.what)),
    }
}

async fn ask_all(context: &Context, client: &Client, strangers: &mut Strangers) {
    strangers.retain(|_, asked| asked.elapsed() < STRANGERS);
    let files = match context.off(|cacher| cacher.engine().to_be_read()).await {
        Ok(files) => files,
        Err(error) => {
            tracing::error!(%error, "which files the media server should read is not known");
            return;
        }
    };
    for file in files {
        if strangers.contains_key(&file.id) {
            continue;
        }
        let verdict = match judge(context, client, &file).await {
            Some(verdict) => verdict,
            None => {
                strangers.insert(file.id, Instant::now());
                Verdict::Unknown
            }
        };
        tracing::info!(path = %file.file_path.display(), ?verdict, "asked whether the media server reads this file");
        if let Err(error) = context.off(move |cacher| cacher.reader_says(file.id, &verdict)).await {
            tracing::error!(%error, "what the media server says of a file was not taken down");
        }
    }
}

/// What the server says of the file; `None` where it does not know it.
async fn judge(context: &Context, client: &Client, file: &FileRow) -> Option<Verdict> {
    let mut refused = false;
    for _ in 0..TRIES {
        match look(context, client, file).await {
            Ok(None) => return None,
            Ok(Some(part)) => match verdict(&part) {
                // A mount may be late: only what it says twice is believed.
                Verdict::Refuses(_) if !refused => refused = true,
                verdict => return Some(verdict),
            },
            Err(fault) => tracing::debug!(%fault, "the media server did not look at a file"),
        }
        tokio::time::sleep(context.rhythm.soon).await;
    }
    Some(Verdict::Unknown)
}

fn verdict(part: &Part) -> Verdict {
    match (part.exists, part.accessible) {
        (Some(false), _) => Verdict::Refuses("it does not find the file where the link leads".to_owned()),
        (_, Some(false)) => Verdict::Refuses("it finds the file and may not read it".to_owned()),
        (_, Some(true)) => Verdict::Reads,
        (_, None) => Verdict::Unknown,
    }
}

/// Lets the server look at the file; `None` where it does not know it.
async fn look(context: &Context, client: &Client, file: &FileRow) -> Result<Option<Part>, Fault> {
    let Some(key) = key_of(context, client, file).await? else { return Ok(None) };
    let video = client.video(&key, Look::AtFiles).await?;
    Ok(part_of(context, &video, &file.file_path).cloned())
}

fn part_of<'v>(context: &Context, video: &'v Video, path: &Path) -> Option<&'v Part> {
    let is_it = |file: &ServerPath| {
        context.mapping.to_ours(file).is_some_and(|ours| ours.candidates.iter().any(|one| one == path))
    };
    video.parts().find(|part| part.file.as_ref().is_some_and(is_it))
}

/// The server's number of the item that the file belongs to: of a playback that goes on, by its identifier, or by looking
/// through the sections that may hold it.
async fn key_of(context: &Context, client: &Client, file: &FileRow) -> Result<Option<RatingKey>, Fault> {
    let path = file.file_path.clone();
    let played = context.off(move |cacher| {
        let open = cacher.engine().store().read()?.open_playbacks()?;
        Ok(open.into_iter().find(|row| row.path == path).map(|row| RatingKey(row.video)))
    });
    if let Ok(Some(key)) = played.await {
        return Ok(Some(key));
    }
    if let Some(guid) = file.metadata.media_ids.get("plex") {
        let found = client.find_by_guid(&format!("plex://{guid}")).await?;
        if let Some(video) = found.iter().find(|video| part_of(context, video, &file.file_path).is_some()) {
            return Ok(Some(video.key.clone()));
        }
    }
    let Some(theirs) = context.mapping.to_server(&file.file_path) else { return Ok(None) };
    for section in client.sections().await? {
        let Some(kind) = section.kind.videos() else { continue };
        if !section.locations.iter().any(|folder| lies_below(&theirs, folder)) {
            continue;
        }
        let videos = client.section_videos(&section.id, kind).await?;
        let held = |video: &&Video| part_of(context, video, &file.file_path).is_some();
        if let Some(video) = videos.iter().find(held) {
            return Ok(Some(video.key.clone()));
        }
    }
    Ok(None)
}
