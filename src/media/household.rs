//! The people of a media server, with all that belongs to them, as one handle.

use std::sync::Arc;

use super::bridge::blocking;
use super::people::People;
use super::reach::{Address, Reach};
use super::sign_in::SignIns;
use super::tokens::{Configured, Tokens};
use super::visitor::Visits;
use crate::clock::Clock;
use crate::domain::actor::Actor;
use crate::error::Result;
use crate::store::Store;

/// Who there is, by which tokens we know what they wish for, and how they sign in. A clone is another handle.
#[derive(Clone)]
pub struct Household {
    reach: Reach,
    people: People,
    sign_ins: SignIns,
    visits: Visits,
}

impl Household {
    /// From what is configured and what is kept. Nobody is asked before [`Household::run`]. Blocks.
    ///
    /// # Errors
    /// The store fails; an address is none.
    pub fn open(
        store: Store,
        clock: Arc<dyn Clock>,
        configured: Configured,
        address: Address,
    ) -> Result<Self> {
        let reach = Reach::new(address, Tokens::open(store, clock.clone(), configured)?)?;
        let people = People::new(reach.clone(), clock.clone());
        let sign_ins = SignIns::new(reach.clone(), people.clone(), clock.clone());
        let visits = Visits::new(reach.clone(), people.clone(), clock);
        Ok(Self { reach, people, sign_ins, visits })
    }

    /// How Plex is asked.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// The tokens.
    #[must_use]
    pub fn tokens(&self) -> &Tokens {
        self.reach.tokens()
    }

    /// Who there is.
    #[must_use]
    pub fn people(&self) -> &People {
        &self.people
    }

    /// Who logs in here by signing in to Plex.
    #[must_use]
    pub fn visits(&self) -> &Visits {
        &self.visits
    }

    /// Who signs in.
    #[must_use]
    pub fn sign_ins(&self) -> &SignIns {
        &self.sign_ins
    }

    /// Forgets what was signed in: by an account for itself, or, without one, the owner's token with all that was obtained
    /// with it. Says how many tokens that were.
    ///
    /// # Errors
    /// As [`Tokens::sign_out_owner`] and [`Tokens::sign_out_user`].
    pub async fn sign_out(&self, account: Option<u64>, by: &Actor) -> Result<usize> {
        let (tokens, by) = (self.tokens().clone(), by.clone());
        let forgotten = blocking(move || match account {
            Some(account) => tokens.sign_out_user(account, &by),
            None => tokens.sign_out_owner(&by),
        })
        .await?;
        match account {
            Some(_) => self.people.refresh_soon(),
            None => self.people.forget(),
        }
        Ok(forgotten)
    }

    /// Whether somebody is called so.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.people.snapshot().people.iter().any(|person| person.name == name) || self.tokens().knows(name)
    }

    /// Forgets somebody, with every token of theirs, and says how many that were. Who is still told of is found again by the
    /// next round.
    ///
    /// # Errors
    /// The store fails.
    pub async fn forget_user(&self, name: &str) -> Result<usize> {
        let (tokens, who) = (self.tokens().clone(), name.to_owned());
        let forgotten = blocking(move || tokens.forget_user(&who)).await?;
        self.people.forget_user(name);
        Ok(forgotten)
    }

    /// Asks who there is, again and again; ends when it is dropped.
    pub async fn run(&self) {
        self.people.run().await;
    }

    /// Nobody signs in any more.
    pub async fn stop(&self) {
        self.sign_ins.stop().await;
        self.visits.stop().await;
    }
}
