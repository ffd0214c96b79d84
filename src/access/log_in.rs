//! Logging in with a password.
//!
//! **Invariant:** an unknown name, an account without a password and a wrong password take the same work and get the same
//! answer.

use super::throttle::{Attempt, Network, Target};
use super::{Access, Caller, Opened, Password, audit, blocking, sessions, to_the_end};
use crate::domain::account::AccountRow;
use crate::domain::actor::Actor;
use crate::domain::log::LogKind;
use crate::domain::secret::Secret;
use crate::error::{Error, Result};
use crate::store::{Rows, Writer};

impl Access {
    /// Begins a session for whoever knows the password. Goes on to its end even if nobody waits for it.
    ///
    /// # Errors
    /// [`Error::LogInFailed`]; [`Error::TooManyAttempts`] from that address, or for that name from an address that it never
    /// logged in from; [`Error::Busy`]; the store fails.
    pub async fn log_in(&self, name: &str, password: Password, from: &Caller) -> Result<Opened> {
        let (access, name, from) = (self.clone(), name.to_owned(), from.clone());
        to_the_end(async move { access.try_log_in(&name, password, from).await }).await
    }

    /// Whether this is the password of an account: asked again before something that matters.
    ///
    /// # Errors
    /// As [`Access::log_in`].
    pub async fn confirm(&self, account: &AccountRow, password: Password, from: &Caller) -> Result<()> {
        let (access, name, from) = (self.clone(), account.name.clone(), from.clone());
        to_the_end(async move {
            let (_, _, attempt) = access.compare(&name, password, &from).await?;
            access.guard().throttle.succeeded(attempt);
            Ok(())
        })
        .await
    }

    async fn try_log_in(&self, name: &str, password: Password, from: Caller) -> Result<Opened> {
        let (account, anew, attempt) = self.compare(name, password, &from).await?;
        let access = self.clone();
        let opened = blocking(move || {
            access.write(|writer, _| {
                let row = writer.account(account.id)?;
                // Whoever changed the password a moment ago meant this log-in, too.
                let Some(mut row) = row.filter(|row| row.password == account.password) else {
                    return Err(Error::LogInFailed);
                };
                if let Some(anew) = anew {
                    row.password = Some(anew);
                }
                access.let_in(writer, row, "password", &from)
            })
        })
        .await?;
        self.guard().throttle.succeeded(attempt);
        Ok(opened)
    }

    /// Begins a session of an account, and writes that down.
    pub(super) fn let_in(
        &self,
        writer: &mut Writer<'_>,
        mut account: AccountRow,
        how: &str,
        from: &Caller,
    ) -> Result<Opened> {
        let at = self.now();
        account.logged_in(at, from.address);
        writer.put_account(&account)?;
        let opened = sessions::begin(self, writer, &account, from, at)?;
        audit::entry(LogKind::Login, &opened.principal.actor(), how, at).write(writer)?;
        Ok(opened)
    }

    /// The account, if the password is its own; and its hash by the present parameters, where it was made by others.
    async fn compare(
        &self,
        name: &str,
        password: Password,
        from: &Caller,
    ) -> Result<(AccountRow, Option<Secret>, Attempt)> {
        let account = self.account_named(name)?;
        let (network, target) = (Network::of(from.address), Target::of(name));
        let is_known = account
            .as_ref()
            .is_some_and(|account| account.known.iter().any(|known| Network::of(*known) == network));
        let attempt = self.attempt(network, (!is_known).then_some(target))?;
        let hash = account.as_ref().and_then(|account| account.password.clone());
        let verdict = match self.0.passwords.verify(hash, password).await {
            Err(Error::Busy) => {
                self.guard().throttle.withdrawn(attempt);
                return Err(Error::Busy);
            }
            verdict => verdict?,
        };
        match account {
            Some(account) if verdict.right => Ok((account, verdict.anew, attempt)),
            account => {
                let name = account.map(|account| account.name);
                self.tell_failure(from, target, name, Error::LogInFailed).await
            }
        }
    }

    /// An attempt, if it may be made now.
    pub(super) fn attempt(&self, network: Network, target: Option<Target>) -> Result<Attempt> {
        let elapsed = self.elapsed();
        self.guard().throttle.begin(elapsed, network, target).map_err(|wait| Error::TooManyAttempts {
            // Rounded up: whoever waits so long is let try.
            seconds: wait.as_secs() + u64::from(wait.subsec_nanos() > 0),
        })
    }

    /// Writes down that somebody failed, not too often, and fails. A name that no account has is not written down: it may
    /// be a password that was typed into the wrong field.
    pub(super) async fn tell_failure<T>(
        &self,
        from: &Caller,
        target: Target,
        account: Option<String>,
        error: Error,
    ) -> Result<T> {
        let elapsed = self.elapsed();
        let told = self.guard().reticence.tell(elapsed, Network::of(from.address), target);
        if let Some(untold) = told {
            // Nobody was authenticated, so it is the program that tells of it.
            let by = Actor { address: Some(from.address), ..Actor::system() };
            let mut entry = audit::entry(LogKind::Login, &by, "failed", self.now()).failed(&error);
            if let Some(account) = account {
                entry = entry.with("account", account);
            }
            if untold > 0 {
                entry = entry.with("untold_failures", untold.to_string());
            }
            let store = self.store().clone();
            blocking(move || store.write(|writer| entry.write(writer))).await?;
        }
        Err(error)
    }
}
