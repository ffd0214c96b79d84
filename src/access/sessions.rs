//! Sessions: what a log-in begins. A token opens one; a log-out, time, or another password ends it.
//!
//! **Invariant:** what a session may do is asked of its account each time; nothing of it is kept in the session.

use jiff::SignedDuration;

use super::seen::{Used, is_due};
use super::{Access, Caller, Opened, audit};
use crate::domain::access::{Principal, Way};
use crate::domain::account::{AccountRow, Digest, SessionRow};
use crate::domain::actor::Actor;
use crate::domain::id::{AccountId, SessionId};
use crate::domain::log::LogKind;
use crate::domain::secret::Secret;
use crate::domain::settings::AccessSettings;
use crate::domain::time::Time;
use crate::error::{Error, Result};
use crate::store::{Rows, Writer};

/// How tokens of sessions begin.
const BEGINS: &str = "cs_";
/// Sessions of one account; the one that was used longest ago ends for the next.
const MOST: usize = 50;

/// How long sessions last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lifetime {
    idle: SignedDuration,
    longest: SignedDuration,
}

impl Lifetime {
    pub fn of(settings: &AccessSettings) -> Self {
        Self { idle: settings.session_idle, longest: settings.session_longest }
    }

    fn end_of(self, row: &SessionRow) -> Time {
        row.seen_at.plus(self.idle).min(row.made_at.plus(self.longest))
    }

    pub fn is_over(self, row: &SessionRow, now: Time) -> bool {
        self.end_of(row) <= now
    }

    /// Removes what has ended.
    pub fn purge(self, writer: &mut Writer<'_>, now: Time) -> Result<()> {
        for (token, row) in writer.sessions()? {
            if self.is_over(&row, now) {
                writer.remove_session(token)?;
            }
        }
        Ok(())
    }
}

/// Begins one, within the transaction that its reason belongs to.
pub(super) fn begin(
    access: &Access,
    writer: &mut Writer<'_>,
    account: &AccountRow,
    from: &Caller,
    at: Time,
) -> Result<Opened> {
    access.lifetime().purge(writer, at)?;
    let mut theirs = of_account(writer, account.id)?;
    theirs.sort_by_key(|(_, row)| row.seen_at);
    for (token, _) in theirs.iter().take((theirs.len() + 1).saturating_sub(MOST)) {
        writer.remove_session(*token)?;
    }
    let token = super::token(BEGINS)?;
    let session = SessionRow {
        id: SessionId::new(),
        account: account.id,
        made_at: at,
        seen_at: at,
        address: from.address,
        agent: from.agent.clone(),
    };
    writer.put_session(Digest::of(&token), &session)?;
    let principal = principal(account, &session, from);
    Ok(Opened { token: Secret::new(token), session, principal })
}

/// Ends all sessions of an account but one that may stay.
pub(super) fn end_all(writer: &mut Writer<'_>, account: AccountId, but: Option<SessionId>) -> Result<()> {
    for (token, row) in of_account(writer, account)? {
        if Some(row.id) != but {
            writer.remove_session(token)?;
        }
    }
    Ok(())
}

fn of_account(rows: &impl Rows, account: AccountId) -> Result<Vec<(Digest, SessionRow)>> {
    let mut sessions = rows.sessions()?;
    sessions.retain(|(_, row)| row.account == account);
    Ok(sessions)
}

fn principal(account: &AccountRow, session: &SessionRow, from: &Caller) -> Principal {
    Principal {
        name: account.name.clone(),
        role: account.role,
        way: Way::Session { id: session.id, account: account.id },
        address: Some(from.address),
    }
}

impl Access {
    /// Who is let in by the token of a session. That it was used moves its end (written down at most every five minutes).
    ///
    /// # Errors
    /// [`Error::Store`], here and everywhere below.
    pub fn by_session(&self, token: &str, from: &Caller) -> Result<Option<Principal>> {
        let (rows, now, token) = (self.store().read()?, self.now(), Digest::of(token));
        let Some(session) = rows.session(token)?.filter(|row| !self.lifetime().is_over(row, now)) else {
            return Ok(None);
        };
        let Some(account) = rows.account(session.account)? else { return Ok(None) };
        if is_due(Some(session.seen_at), now) {
            self.scribe().note(Used::Session(token), now);
        }
        Ok(Some(principal(&account, &session, from)))
    }

    /// The sessions that go on, of one account or of all, the one that was used last first.
    ///
    /// # Errors
    /// As [`Access::by_session`].
    pub fn sessions(&self, account: Option<AccountId>) -> Result<Vec<SessionRow>> {
        let now = self.now();
        let sessions = self.store().read()?.sessions()?.into_iter().map(|(_, row)| row);
        let is_meant = |row: &SessionRow| account.is_none_or(|account| row.account == account);
        let mut sessions: Vec<_> =
            sessions.filter(|row| is_meant(row) && !self.lifetime().is_over(row, now)).collect();
        sessions.sort_by_key(|row| (std::cmp::Reverse(row.seen_at), row.id));
        Ok(sessions)
    }

    /// When a session ends if it is not used any more.
    #[must_use]
    pub fn end_of(&self, session: &SessionRow) -> Time {
        self.lifetime().end_of(session)
    }

    /// Ends one's own session; nothing happens where it has ended.
    ///
    /// # Errors
    /// As [`Access::by_session`].
    pub fn log_out(&self, session: SessionId, by: &Actor) -> Result<()> {
        match self.end(session, "log-out", by) {
            Err(Error::NotFound { .. }) => Ok(()),
            ended => ended,
        }
    }

    /// Ends a session, whoever's it is.
    ///
    /// # Errors
    /// [`Error::NotFound`]; or as [`Access::by_session`].
    pub fn revoke_session(&self, session: SessionId, by: &Actor) -> Result<()> {
        self.end(session, "revoked", by)
    }

    fn end(&self, session: SessionId, reason: &str, by: &Actor) -> Result<()> {
        self.change(|writer, at| {
            let sessions = writer.sessions()?;
            let (token, row) = sessions
                .into_iter()
                .find(|(_, row)| row.id == session)
                .ok_or(Error::NotFound { what: "session" })?;
            let account = writer.account(row.account)?;
            writer.remove_session(token)?;
            self.lifetime().purge(writer, at)?;
            let name = account.map_or_else(|| row.account.to_string(), |account| account.name);
            audit::entry(LogKind::Logout, by, reason, at).with("account", name).write(writer)
        })
    }
}
