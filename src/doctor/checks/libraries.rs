//! Each library: there, ours to write in, on which file system, and what swapping there is like.

use super::{cannot_write, shown};
use crate::cacher::ground::user;
use crate::cacher::probe::Tried;
use crate::doctor::disk::{Grounds, LibraryGround};
use crate::doctor::finding::{Check, Finding};
use crate::doctor::mounts::Manner;
use crate::domain::settings::SwapMethod;
use crate::error::{Error, Result};

/// All findings about libraries.
pub(in crate::doctor) fn judge(grounds: &Grounds) -> Vec<Finding> {
    if grounds.libraries.is_empty() {
        return vec![Check::LibraryRoot.failure(
            "libraries",
            "no library is configured, so nothing can be cached",
            "add a [[library]] with name and path to cacherr.toml; `cacherr config defaults` shows how",
        )];
    }
    grounds.libraries.iter().flat_map(one).collect()
}

fn one(library: &LibraryGround) -> Vec<Finding> {
    let mut findings = vec![root(library)];
    findings.extend(file_system(library));
    if let Some(tried) = &library.tried {
        findings.push(access(library, tried));
        findings.extend(tried.as_ref().ok().map(|tried| swap(library, tried)));
    }
    findings
}

fn root(library: &LibraryGround) -> Finding {
    let (name, path) = (&library.library.name, shown(&library.library.path));
    match &library.ground {
        Ok(_) => {
            Check::LibraryRoot.ok(name, format!("{path} is there, and is the folder that Cacherr knows"))
        }
        Err(error @ Error::LibraryVolumeMissing { .. }) => Check::LibraryRoot.failure(
            name,
            error.to_string(),
            "mount its volume (in containers: map it to the same path), or correct `path` of this library in \
             cacherr.toml",
        ),
        Err(error) => Check::LibraryRoot.failure(name, error.to_string(), cannot_write(error, &path)),
    }
}

fn access(library: &LibraryGround, tried: &Result<Tried>) -> Finding {
    let (name, path) = (&library.library.name, shown(&library.library.path));
    let tried = match tried {
        Ok(tried) => tried,
        Err(error @ Error::NeedsAttention { path, .. }) => {
            let fix = format!("look at {}; move away what is yours, and remove the folder", shown(path));
            return Check::LibraryAccess.failure(name, error.to_string(), fix);
        }
        Err(error) => {
            let says = format!("a trial there did not come to its end: {error}");
            return Check::LibraryAccess.failure(name, says, cannot_write(error, &path));
        }
    };
    match tried.written.not_given_to.first() {
        None => Check::LibraryAccess.ok(name, format!("Cacherr can write in {path}, and give files to their owner")),
        Some((uid, gid)) => Check::LibraryAccess.warning(
            name,
            format!(
                "Cacherr runs as user {} and cannot give files to {uid}:{gid}, to whom {path} belongs; links and \
                 copies will belong to Cacherr",
                user()
            ),
            format!(
                "run Cacherr as that user (in containers: PUID={uid}, PGID={gid}) or as root; it can stay so if \
                 whoever reads the library may read files of any owner"
            ),
        ),
    }
}

fn file_system(library: &LibraryGround) -> Option<Finding> {
    let name = &library.library.name;
    library.ground.as_ref().ok()?;
    let Some(mount) = &library.mount else {
        return Some(Check::FileSystem.unknown(
            name,
            "the kernel does not tell on which file system it lies",
            "make /proc visible to Cacherr",
        ));
    };
    let kind = &mount.kind;
    Some(match mount.manner() {
        Manner::Local => Check::FileSystem.ok(name, format!("it lies on {kind}")),
        Manner::Fuse => Check::FileSystem.ok(
            name,
            format!("it lies on {kind}, mounted at {}: readers must use this very mount", shown(&mount.at)),
        ),
        Manner::Network => Check::FileSystem.warning(
            name,
            format!(
                "it lies on {kind}, on another machine: who has a file open there cannot be seen, and other machines \
                 may see a swap a moment late"
            ),
            "run Cacherr on the machine that has the disks, if you can; else watch the first films that are cached",
        ),
    })
}

fn swap(library: &LibraryGround, tried: &Tried) -> Finding {
    let name = &library.library.name;
    let kind = library.mount.as_ref().map_or("its file system", |mount| mount.kind.as_str());
    let method = library.library.swap;
    match (method, &tried.exchange_refused) {
        (SwapMethod::Exchange, Some(said)) => {
            return Check::Swap.failure(
                name,
                format!("{kind} refuses the atomic exchange of two names ({said}), so nothing can be cached here"),
                "set swap = \"link_rename\" for this library in cacherr.toml (not together with mode = \"move\")",
            );
        }
        (_, _) if tried.reads == 0 => {
            return Check::Swap.unknown(
                name,
                "nobody could read while names were swapped",
                "run the doctor again",
            );
        }
        (_, _) if tried.failed > 0 => {
            let first = tried.first_failure.as_deref().unwrap_or("no reason was given");
            let fix = match method {
                SwapMethod::Exchange => {
                    "leave this library out for now, and tell the makers of Cacherr which file system it lies on"
                }
                SwapMethod::LinkRename => {
                    "let Cacherr and all readers use the same mount of this file system, not its branches; leave the \
                     library out if this stays"
                }
            };
            return Check::Swap.failure(
                name,
                format!(
                    "{} of {} reads failed while names were swapped ({first})",
                    tried.failed, tried.reads
                ),
                fix,
            );
        }
        (SwapMethod::LinkRename, None) => {
            return Check::Swap.warning(
                name,
                format!("swapping by link and rename works, but {kind} can exchange names, which is safer"),
                "set swap = \"exchange\" for this library in cacherr.toml, or remove the line",
            );
        }
        (SwapMethod::Exchange, None) | (SwapMethod::LinkRename, Some(_)) => {}
    }
    Check::Swap
        .ok(name, format!("{} swaps, {} reads meanwhile, none of them failed", tried.swaps, tried.reads))
}
