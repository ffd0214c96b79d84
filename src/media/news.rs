//! What the server says of items that it has just read anew: files that are cached and that it knows otherwise are looked at.
//!
//! **Invariant:** what it says is a reason to look, not a proof. It is not asked to look at files itself, and where it says what
//! the rows say, nobody looks: it reads items anew at night, too, while disks sleep.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::Context;
use super::ahead::metadata;
use crate::cacher::links::Told;
use crate::domain::id::FileId;
use crate::domain::media::RatingKey;
use crate::plex::Client;
use crate::plex::client::library::Look;

/// News come in flocks: after one of them it is waited for so long.
const FLOCK: Duration = Duration::from_secs(5);
/// More items than this at once are a library that is read anew as a whole; wishes and the kernel tell what matters of it.
const MANY: usize = 200;
/// So many judgements are remembered.
const JUDGED: usize = 10_000;

/// Runs until nobody brings news any more.
pub(super) async fn follow(context: Arc<Context>, client: Client, mut news: mpsc::Receiver<RatingKey>) {
    // What was looked at though the server said otherwise, and was as it should be.
    let mut judged = HashSet::new();
    while let Some(first) = news.recv().await {
        let mut keys = BTreeSet::from([first.0]);
        let flock = async {
            while let Some(key) = news.recv().await {
                keys.insert(key.0);
            }
        };
        let _ = tokio::time::timeout(FLOCK, flock).await;
        if keys.len() > MANY {
            tracing::debug!(
                items = keys.len(),
                "the media server reads its library anew; it is not asked for each item"
            );
            continue;
        }
        let mut told = Vec::new();
        for key in keys {
            match client.video(&RatingKey(key), Look::Remembered).await {
                Ok(video) => {
                    let files = video.parts().filter_map(|part| Some((part.file.as_ref()?, part.size)));
                    let ours = files.flat_map(|(file, size)| {
                        let candidates = context.mapping.to_ours(file).map(|ours| ours.candidates);
                        candidates.into_iter().flatten().map(move |path| (path, size.unwrap_or(0)))
                    });
                    let item = metadata(&video, "").media_ids.remove("plex");
                    told.push(Told { files: ours.collect(), item });
                }
                Err(fault) => tracing::debug!(%fault, "what the media server has news of cannot be asked"),
            }
        }
        let known: HashSet<(FileId, u64)> = std::mem::take(&mut judged);
        let looked = context.off(move |cacher| {
            let engine = cacher.engine();
            let mut known = known;
            let otherwise = engine.told_otherwise(&told)?;
            let new: Vec<_> = otherwise.into_iter().filter(|one| !known.contains(one)).collect();
            if new.is_empty() {
                return Ok((known, None));
            }
            let files: Vec<FileId> = new.iter().map(|(file, _)| *file).collect();
            let scanned = engine.look_at_links(&files);
            if known.len() > JUDGED {
                known.clear();
            }
            known.extend(new);
            Ok((known, Some(scanned)))
        });
        match looked.await {
            Ok((known, scanned)) => {
                judged = known;
                match scanned {
                    Some(Ok(scanned)) => {
                        let settled = scanned.settled.len();
                        tracing::info!(
                            files = scanned.looked_at,
                            settled,
                            "looked at what the media server has news of"
                        );
                        for (file, text) in scanned.findings {
                            tracing::warn!(%file, "{text}");
                        }
                    }
                    Some(Err(error)) => {
                        tracing::warn!(%error, "what the media server has news of was not looked at")
                    }
                    None => {}
                }
            }
            Err(error) => tracing::error!(%error, "what the media server has news of was not compared"),
        }
    }
}
