//! How Plex is asked: the media server and plex.tv, in the name of this installation, each with the token of whoever is
//! asked for.

use std::time::Duration;

use super::bridge::blocking;
use super::tokens::{OwnerToken, Tokens};
use crate::domain::secret::Secret;
use crate::error::{Error, Result};
use crate::plex::{Client, Cloud, Device, Patience, Trust};

/// Where Plex is, and how it is asked.
#[derive(Clone, PartialEq, Debug)]
pub struct Address {
    /// The media server.
    pub url: String,
    /// Which certificates it may have.
    pub trust: Trust,
    /// plex.tv, or what stands in for it.
    pub cloud_url: String,
    /// Least time between two requests to plex.tv.
    pub cloud_interval: Duration,
    /// How long to wait, and how often.
    pub patience: Patience,
    /// How often is asked whether somebody has confirmed a sign-in.
    pub sign_in_interval: Duration,
}

impl Address {
    /// Of a media server and plex.tv, with the usual patience.
    #[must_use]
    pub fn new(url: String, trust: Trust, cloud_url: String, cloud_interval: Duration) -> Self {
        let sign_in_interval = Duration::from_secs(2);
        Self { url, trust, cloud_url, cloud_interval, patience: Patience::default(), sign_in_interval }
    }
}

/// Asks Plex. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Reach {
    server: Client,
    cloud: Cloud,
    tokens: Tokens,
    sign_in_interval: Duration,
}

impl Reach {
    /// Nothing is asked yet.
    ///
    /// # Errors
    /// An address is none.
    pub fn new(address: Address, tokens: Tokens) -> Result<Self> {
        let Address { url, trust, cloud_url, cloud_interval, patience, sign_in_interval } = address;
        let device = Device {
            identifier: tokens.identifier().to_owned(),
            name: "Cacherr".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let wrong = |fault: crate::plex::Fault| Error::Config(fault.to_string());
        // Nobody's token: whoever asks brings one.
        let nobody = Secret::new("");
        let server = Client::new(&url, nobody, device.clone(), patience, trust).map_err(wrong)?;
        let cloud = Cloud::new(&cloud_url, cloud_interval, device, patience).map_err(wrong)?;
        Ok(Self { server, cloud, tokens, sign_in_interval })
    }

    /// plex.tv.
    #[must_use]
    pub fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    /// The media server as nobody: it says who it is, and no more.
    #[must_use]
    pub fn server(&self) -> &Client {
        &self.server
    }

    /// The media server as the holder of this token sees it.
    #[must_use]
    pub fn server_as(&self, token: &Secret) -> Client {
        self.server.with_token(token.clone())
    }

    /// The tokens.
    #[must_use]
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// How often is asked whether somebody has confirmed a sign-in.
    #[must_use]
    pub fn sign_in_interval(&self) -> Duration {
        self.sign_in_interval
    }

    /// The owner's token, if there is one.
    ///
    /// # Errors
    /// As [`Tokens::owner`].
    pub async fn owner_token(&self) -> Result<Option<OwnerToken>> {
        let tokens = self.tokens.clone();
        blocking(move || tokens.owner()).await
    }

    /// The media server as its owner sees it, if there is a token.
    ///
    /// # Errors
    /// As [`Tokens::owner`].
    pub async fn owner(&self) -> Result<Option<Client>> {
        Ok(self.owner_token().await?.map(|owner| self.server_as(&owner.token)))
    }
}
