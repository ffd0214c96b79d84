//! Signing in with Plex: whoever plex.tv vouches for, and the server knows, comes in as the account of theirs.

use super::{Access, Caller, Opened, accounts, blocking};
use crate::domain::access::Role;
use crate::domain::account::{AccountRow, account_name_from};
use crate::domain::actor::Actor;
use crate::domain::rules::UserKind;
use crate::error::{Error, Result};
use crate::store::{Rows, Writer};

impl Access {
    /// Lets in whoever signed in with Plex. That plex.tv vouches for them, and what they are to the server, is the caller's
    /// concern. The first time an account is made: an admin's for the owner, and as `plex_role` says for the others. What an
    /// admin makes of its role later, holds.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where others may not sign in; the store fails.
    pub async fn by_plex(&self, plex: i64, title: &str, kind: UserKind, from: &Caller) -> Result<Opened> {
        let (access, from) = (self.clone(), from.clone());
        let title = title.to_owned();
        blocking(move || {
            let opened = access.write(|writer, _| {
                let account = access.account_of_plex(writer, plex, &title, kind, &from)?;
                access.let_in(writer, account, "plex", &from)
            })?;
            access.finish_setup();
            Ok(opened)
        })
        .await
    }

    fn account_of_plex(
        &self,
        writer: &mut Writer<'_>,
        plex: i64,
        title: &str,
        kind: UserKind,
        from: &Caller,
    ) -> Result<AccountRow> {
        if let Some(known) = writer.accounts()?.into_iter().find(|account| account.plex == Some(plex)) {
            return Ok(known);
        }
        let role = match kind {
            UserKind::Owner => Some(Role::Admin),
            UserKind::Home | UserKind::Shared => self.settings().plex_role,
        };
        let role = role.ok_or_else(|| {
            Error::Forbidden(
                "only the owner of the Plex server may sign in with Plex here; ask an admin".to_owned(),
            )
        })?;
        let name = self.free_name(writer, title, plex)?;
        let at = self.now();
        let account = accounts::fresh(name, role, Some(plex), None, at);
        let by = Actor { address: Some(from.address), ..account.name.clone().into() };
        accounts::added(&account, &by, at).with("plex", plex.to_string()).write(writer)?;
        Ok(account)
    }

    /// What they are called at Plex, or the next best where somebody here is called so.
    fn free_name(&self, writer: &Writer<'_>, title: &str, plex: i64) -> Result<String> {
        let fallback = format!("plex {plex}");
        let name = account_name_from(title, &fallback);
        let numbered = (2..100).map(|n| account_name_from(&format!("{name} {n}"), &fallback));
        for candidate in std::iter::once(name.clone()).chain(numbered).chain([fallback.clone()]) {
            match accounts::check_free(writer, &candidate, Some(plex), None) {
                Err(Error::NameTaken { .. }) => {}
                free => return free.map(|()| candidate),
            }
        }
        Err(Error::NameTaken { what: "an account" })
    }
}
