//! Who plays, and what was played.

use super::{Client, with};
use crate::domain::media::{SectionId, Session, Viewing};
use crate::domain::time::Time;
use crate::plex::fault::Fault;
use crate::plex::wire;
use crate::plex::wire::container::Items;

/// Which lines of the history.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HistoryQuery {
    /// Of this account, in the server's count.
    pub account: Option<u64>,
    /// Not older than this.
    pub since: Option<Time>,
    /// Of this section.
    pub section: Option<SectionId>,
}

impl Client {
    /// What plays right now. Only the owner's token may ask; others are [refused](crate::plex::Kind::Refused).
    pub async fn sessions(&self) -> Result<Vec<Session>, Fault> {
        let answer = self.read(self.url(&["status", "sessions"])).await?;
        Ok(wire::usable(answer.container::<Items>()?.items))
    }

    /// What was played, newest first. The owner's token sees everybody's.
    pub async fn history(&self, query: &HistoryQuery) -> Result<Vec<Viewing>, Fault> {
        let HistoryQuery { account, since, section } = query;
        let mut url = with(self.url(&["status", "sessions", "history", "all"]), [("sort", "viewedAt:desc")]);
        if let Some(account) = account {
            url = with(url, [("accountID", account.to_string().as_str())]);
        }
        if let Some(section) = section {
            url = with(url, [("librarySectionID", section.0.as_str())]);
        }
        if let Some(since) = since {
            // The operator is part of the name: `viewedAt>=…`.
            let seconds = since.as_micros().div_euclid(1_000_000).to_string();
            url = with(url, [("viewedAt>", seconds.as_str())]);
        }
        Ok(self.all(url).await?.into_iter().map(Viewing::from).collect())
    }
}
