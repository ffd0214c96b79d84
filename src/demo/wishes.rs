//! What one of the household asked for by hand. What they play, and what stands on their lists, is not here: that is
//! noticed.

use super::folder::Folder;
use crate::cacher::{CacheRequest, Cacher};
use crate::domain::file::Operation;
use crate::error::{Error, IoContext, Result};

/// User, and part of the file's name.
const WISHES: [(&str, &str); 1] = [("user1", "WALL·E (2008)")];

/// Asks for everything, while the caller goes on.
pub(super) fn ask_soon(folder: Folder, cacher: Cacher) -> Result<()> {
    let asking = std::thread::Builder::new().name("wishes".to_owned()).spawn(move || {
        if let Err(error) = ask(&folder, &cacher) {
            tracing::error!(%error, "the sample's wishes were not written down");
        }
    });
    asking.map(drop).doing("start the thread", "wishes")
}

/// Asks for everything. What an earlier start asked for already is no failure.
fn ask(folder: &Folder, cacher: &Cacher) -> Result<()> {
    for (user, part) in WISHES {
        let Some(path) = super::library::find(folder, part) else { continue };
        let request = CacheRequest {
            path,
            operation: Operation::Manual,
            user: Some(user.to_owned()),
            metadata: Default::default(),
            method: None,
            by: "demo".into(),
        };
        match cacher.request_cache(&request) {
            Ok(_) | Err(Error::AlreadyTracked { .. }) => {}
            Err(error @ Error::Store { .. }) => return Err(error),
            // What a newcomer did to the sample is theirs to see.
            Err(error) => tracing::warn!(%error, "not asked for"),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wish_is_for_exactly_one_film() {
        for (_, part) in WISHES {
            assert_eq!(super::super::library::matching(part).count(), 1, "{part}");
        }
    }
}
