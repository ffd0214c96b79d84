//! The cache dir: ours, elsewhere than the libraries, and open to who follows a link.

use super::{cannot_write, shown};
use crate::cacher::ground::user;
use crate::doctor::disk::{Grounds, Step};
use crate::doctor::finding::{Check, Finding};
use crate::domain::settings::CacheSettings;
use crate::domain::size::readable;
use crate::error::Error;

/// Passing through a folder: others, its group.
const OTHERS: u32 = 0o001;
const GROUP: u32 = 0o010;

/// All findings about the cache dir.
pub(in crate::doctor) fn judge(grounds: &Grounds, cache: &CacheSettings) -> Vec<Finding> {
    let mut findings = vec![dir(grounds, cache)];
    findings.extend(devices(grounds));
    findings.extend(grounds.way.as_deref().map(|way| passable(way, cache)));
    findings
}

fn dir(grounds: &Grounds, cache: &CacheSettings) -> Finding {
    let (subject, dir) = ("cache dir", shown(&cache.dir));
    match (&grounds.cache, &grounds.written) {
        (Err(error @ Error::CacheVolumeMissing { .. }), _) => Check::CacheDir.failure(
            subject,
            error.to_string(),
            "mount the cache volume at cache.dir, or make the folder; `cacherr cache-dir adopt` if this is meant to be \
             the cache from now on",
        ),
        (Err(error), _) | (_, Some(Err(error))) => {
            Check::CacheDir.failure(subject, error.to_string(), cannot_write(error, &dir))
        }
        (Ok(_), Some(Ok(written))) if !written.not_given_to.is_empty() => {
            let (uid, gid) = written.not_given_to[0];
            Check::CacheDir.warning(
                subject,
                format!(
                    "Cacherr runs as user {} and cannot give copies to {uid}:{gid}, to whom the films belong",
                    user()
                ),
                format!(
                    "run Cacherr as that user (in containers: PUID={uid}, PGID={gid}) or as root; it can stay so if \
                     the films may be read by everybody"
                ),
            )
        }
        (Ok(ground), _) => {
            let free = readable(ground.space.available);
            Check::CacheDir.ok(subject, format!("{dir} is the cache of this Cacherr, {free} free"))
        }
    }
}

/// Where the libraries lie, compared with it.
pub(in crate::doctor) fn devices(grounds: &Grounds) -> Vec<Finding> {
    let Ok(cache) = &grounds.cache else { return vec![] };
    let there =
        grounds.libraries.iter().filter_map(|one| Some((&one.library.name, one.ground.as_ref().ok()?)));
    let judged = there.map(|(name, ground)| {
        if ground.device == cache.device {
            Check::CacheDevice.warning(
                name,
                "it lies on the same file system as the cache, so caching gains nothing",
                "set cache.dir to a folder on the fast volume",
            )
        } else {
            Check::CacheDevice.ok(name, "the cache lies on another file system")
        }
    });
    judged.collect()
}

/// Whether anybody but us gets down to the copies. Which user the media server is cannot be seen from here.
fn passable(way: &[Step], cache: &CacheSettings) -> Finding {
    let subject = "cache dir";
    let closed = |bits: u32| way.iter().find(|step| step.mode & bits == 0);
    let Some(step) = closed(OTHERS) else {
        return Check::CacheWay.ok(subject, format!("every user gets into {}", shown(&cache.dir)));
    };
    let Step { path, mode, uid, gid } = step;
    let (path, mode) = (shown(path), mode & 0o7777);
    match closed(OTHERS | GROUP) {
        None => Check::CacheWay.warning(
            subject,
            format!("only user {uid} and group {gid} get through {path} (mode {mode:o})"),
            format!("see that the media server's user is in group {gid}, or run `chmod o+x '{path}'`"),
        ),
        Some(step) => {
            let (path, uid) = (shown(&step.path), step.uid);
            Check::CacheWay.failure(
                subject,
                format!("only user {uid} gets through {path} (mode {:o})", step.mode & 0o7777),
                format!(
                    "run `chmod o+x '{path}'`, or set cache.dir to a folder that the media server gets to; it can \
                     stay so only if the media server runs as user {uid}"
                ),
            )
        }
    }
}
