//! Who there is: the account itself, its home, its friends, and the servers.

use super::{CLIENTS, Cloud, PLEX, with};
use crate::domain::media::people::{Account, Friend, HomeUser, Resource, SharedUser};
use crate::domain::secret::Secret;
use crate::plex::fault::Fault;
use crate::plex::http::Answer;
use crate::plex::wire;

impl Cloud {
    /// Whose token this is. [Unauthorized](crate::plex::Kind::Unauthorized) alone says that it is a bad one.
    pub async fn user(&self, token: &Secret) -> Result<Account, Fault> {
        let url = self.url(PLEX, &["api", "v2", "user"])?;
        account(&self.http.ask(&self.get(url, Some(token))).await?)
    }

    /// Keeps a token alive, and asks nothing else: whether it is still accepted.
    pub async fn ping(&self, token: &Secret) -> Result<(), Fault> {
        let url = self.url(PLEX, &["api", "v2", "ping"])?;
        self.http.ask(&self.get(url, Some(token))).await.map(drop)
    }

    /// The servers that an account may use, each with the account's token for it.
    pub async fn resources(&self, token: &Secret) -> Result<Vec<Resource>, Fault> {
        let url = self.url(CLIENTS, &["api", "v2", "resources"])?;
        let url = with(url, [("includeHttps", "1"), ("includeRelay", "1"), ("includeIPv6", "1")]);
        let answer = self.http.ask(&self.get(url, Some(token))).await?;
        Ok(wire::usable(answer.json::<wire::cloud::Resources>()?.devices))
    }

    /// The users of the account's home.
    pub async fn home_users(&self, token: &Secret) -> Result<Vec<HomeUser>, Fault> {
        let url = self.url(PLEX, &["api", "v2", "home", "users"])?;
        let answer = self.http.ask(&self.get(url, Some(token))).await?;
        Ok(wire::usable(answer.json::<wire::cloud::Home>()?.users))
    }

    /// Becomes a user of the home: the account comes with a token of its own. A protected user needs the PIN; without
    /// it, or with a wrong one, this is [refused](crate::plex::Kind::Refused).
    pub async fn switch(&self, token: &Secret, uuid: &str, pin: Option<&Secret>) -> Result<Account, Fault> {
        let mut url = self.url(PLEX, &["api", "v2", "home", "users", uuid, "switch"])?;
        if let Some(pin) = pin {
            url = with(url, [("pin", pin.expose())]);
        }
        let mut ask = self.post(url, Some(token));
        ask.hidden.extend(pin.cloned());
        account(&self.http.ask(&ask).await?)
    }

    /// The account's friends.
    pub async fn friends(&self, token: &Secret) -> Result<Vec<Friend>, Fault> {
        let url = self.url(PLEX, &["api", "users"])?;
        let answer = self.http.ask(&self.get(url, Some(token)).header("accept", XML)).await?;
        wire::shared::friends(answer.text()?).map_err(|missing| missing.fault(&answer))
    }

    /// Those with whom the account shares this server. Their tokens may be missing.
    pub async fn shared_users(&self, token: &Secret, machine: &str) -> Result<Vec<SharedUser>, Fault> {
        let url = self.url(PLEX, &["api", "servers", machine, "shared_servers"])?;
        let answer = self.http.ask(&self.get(url, Some(token)).header("accept", XML)).await?;
        wire::shared::shared_users(answer.text()?).map_err(|missing| missing.fault(&answer))
    }
}

/// These two answers have no other form.
const XML: reqwest::header::HeaderValue = reqwest::header::HeaderValue::from_static("application/xml");

fn account(answer: &Answer) -> Result<Account, Fault> {
    Account::try_from(answer.json::<wire::cloud::User>()?).map_err(|missing| missing.fault(answer))
}
