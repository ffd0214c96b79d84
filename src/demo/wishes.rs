//! Who wants what: a household on a Sunday evening.

use super::folder::Folder;
use crate::cacher::{CacheRequest, Cacher};
use crate::domain::file::Operation;
use crate::error::{Error, IoContext, Result};

/// User, reason, and part of the file's name.
const WISHES: [(&str, Operation, &str); 14] = [
    ("user1", Operation::ActiveWatching, "S03E05 - Triple Point"),
    ("user1", Operation::RealTimeWatch, "S03E06 - Immolation"),
    ("user1", Operation::RealTimeWatch, "S03E07 - Delta-V"),
    ("user3", Operation::ContinueWatching, "Dune (2021)"),
    ("user3", Operation::Ondeck, "S01E02 - The Rooster Prince"),
    ("user3", Operation::Ondeck, "S01E03 - A Muddy Road"),
    ("user4", Operation::Watchlist, "Amélie (2001)"),
    ("user4", Operation::Watchlist, "千と千尋の神隠し"),
    ("user4", Operation::Ondeck, "S01E02 - The Rooster Prince"),
    ("user2", Operation::ContinueWatching, "S02E26 - Baby Race"),
    ("user2", Operation::Ondeck, "S02E27 - Christmas Swim"),
    ("user2", Operation::Ondeck, "S03E01 - Bedroom"),
    ("user2", Operation::Watchlist, "Paddington 2"),
    ("user1", Operation::Manual, "WALL·E (2008)"),
];

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
    for (user, operation, part) in WISHES {
        let Some(path) = super::library::find(folder, part) else { continue };
        let request = CacheRequest {
            path,
            operation,
            user: Some(user.to_owned()),
            metadata: Default::default(),
            method: None,
            principal: "demo".to_owned(),
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
        for (_, _, part) in WISHES {
            assert_eq!(super::super::library::matching(part).count(), 1, "{part}");
        }
    }
}
