//! Accounts: made, changed, removed.
//!
//! **Invariant:** names are unique, whatever their case. There is always an admin who can log in, once there was one.
//! Another password, another role and the removal of an account end its sessions in the same transaction.

use super::{Access, Password, audit, blocking, sessions};
use crate::domain::access::Role;
use crate::domain::account::{AccountRow, check_account_name};
use crate::domain::actor::Actor;
use crate::domain::id::{AccountId, SessionId};
use crate::domain::log::LogKind;
use crate::domain::secret::Secret;
use crate::domain::time::Time;
use crate::error::{Error, Result};
use crate::store::{Rows, Writer};

/// So many accounts there are at most.
const MOST: usize = 1000;

/// An account to make.
#[derive(Clone, PartialEq, Debug)]
pub struct NewAccount {
    /// Its name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Their password; none where they come in by another way.
    pub password: Option<Password>,
    /// The Plex account that may sign in as this one.
    pub plex: Option<i64>,
}

/// What changes of an account; the rest stays.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct AccountChange {
    /// What it is called.
    pub name: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
    /// Their password.
    pub password: Option<Password>,
    /// The session that asks for this: it goes on.
    pub keep: Option<SessionId>,
}

/// A row that is not in the store yet.
pub(super) fn fresh(
    name: String,
    role: Role,
    plex: Option<i64>,
    password: Option<Secret>,
    at: Time,
) -> AccountRow {
    AccountRow {
        id: AccountId::new(),
        name,
        role,
        plex,
        made_at: at,
        password_at: password.is_some().then_some(at),
        last_login: None,
        known: Vec::new(),
        password,
    }
}

/// Nobody but `but` has this name, or this Plex account.
pub(super) fn check_free(
    rows: &impl Rows,
    name: &str,
    plex: Option<i64>,
    but: Option<AccountId>,
) -> Result<()> {
    let accounts = rows.accounts()?;
    let others = || accounts.iter().filter(|account| Some(account.id) != but);
    if others().any(|account| account.is_called(name)) {
        return Err(Error::NameTaken { what: "an account" });
    }
    if plex.is_some() && others().any(|account| account.plex == plex) {
        return Err(Error::Invalid("another account belongs to this Plex account".to_owned()));
    }
    if but.is_none() && accounts.len() >= MOST {
        return Err(Error::Invalid(format!("there are {MOST} accounts, which is as many as there can be")));
    }
    Ok(())
}

impl Access {
    /// Every account, oldest first.
    ///
    /// # Errors
    /// The store fails, here and everywhere below.
    pub fn accounts(&self) -> Result<Vec<AccountRow>> {
        self.store().read()?.accounts()
    }

    /// The account of this name, whatever the case.
    ///
    /// # Errors
    /// As [`Access::accounts`].
    pub fn account_named(&self, name: &str) -> Result<Option<AccountRow>> {
        Ok(self.accounts()?.into_iter().find(|account| account.is_called(name)))
    }

    /// Makes an account.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::NameTaken`], [`Error::WeakPassword`], [`Error::Busy`].
    pub async fn add_account(&self, new: NewAccount, by: &Actor) -> Result<AccountRow> {
        let NewAccount { name, role, password, plex } = new;
        check_account_name(&name)?;
        let hash = self.new_hash(password, &name).await?;
        let (access, by) = (self.clone(), by.clone());
        blocking(move || {
            let account = access.change(|writer, at| {
                check_free(writer, &name, plex, None)?;
                let account = fresh(name, role, plex, hash, at);
                writer.put_account(&account)?;
                added(&account, &by, at).write(writer)?;
                Ok(account)
            })?;
            access.finish_setup();
            Ok(account)
        })
        .await
    }

    /// Changes an account. Another password and another role end its sessions, but the one that asks for it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::LastAdmin`]; or as [`Access::add_account`].
    pub async fn change_account(
        &self,
        id: AccountId,
        change: AccountChange,
        by: &Actor,
    ) -> Result<AccountRow> {
        let old = self.store().read()?.account(id)?.ok_or(MISSING)?;
        let AccountChange { name, role, password, keep } = change;
        if let Some(name) = &name {
            check_account_name(name)?;
        }
        let hash = self.new_hash(password, name.as_ref().unwrap_or(&old.name)).await?;
        let (access, by) = (self.clone(), by.clone());
        blocking(move || {
            let account = access.change(|writer, at| {
                let old = writer.account(id)?.ok_or(MISSING)?;
                let mut new = old.clone();
                let mut entry = audit::entry(LogKind::Account, &by, "changed", at);
                if let Some(name) = name.filter(|name| *name != old.name) {
                    check_free(writer, &name, None, Some(id))?;
                    entry = entry.with("name", format!("{} → {name}", old.name));
                    new.name = name;
                }
                if let Some(role) = role.filter(|role| *role != old.role) {
                    entry = entry.with("role", format!("{} → {role}", old.role));
                    new.role = role;
                }
                if let Some(hash) = hash {
                    entry = entry.with("password", "changed");
                    (new.password, new.password_at) = (Some(hash), Some(at));
                }
                if new == old {
                    return Ok(new);
                }
                if access.is_admin(&old) && !access.is_admin(&new) {
                    access.check_not_last(writer, id)?;
                }
                if new.role != old.role || new.password != old.password {
                    sessions::end_all(writer, id, keep)?;
                }
                writer.put_account(&new)?;
                entry.with("account", &old.name).write(writer)?;
                Ok(new)
            })?;
            access.finish_setup();
            Ok(account)
        })
        .await
    }

    /// Removes an account and its sessions.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::LastAdmin`].
    pub fn remove_account(&self, id: AccountId, by: &Actor) -> Result<()> {
        self.change(|writer, at| {
            let account = writer.account(id)?.ok_or(MISSING)?;
            if self.is_admin(&account) {
                self.check_not_last(writer, id)?;
            }
            sessions::end_all(writer, id, None)?;
            writer.remove_account(id)?;
            audit::entry(LogKind::Account, by, "removed", at).with("account", account.name).write(writer)
        })
    }

    /// The hash of a password that somebody may have from now on.
    async fn new_hash(&self, password: Option<Password>, name: &str) -> Result<Option<Secret>> {
        let Some(password) = password else { return Ok(None) };
        password.check_new(name)?;
        self.0.passwords.hash(password).await.map(Some)
    }

    fn check_not_last(&self, writer: &Writer<'_>, id: AccountId) -> Result<()> {
        let others = writer.accounts()?;
        if others.iter().any(|other| other.id != id && self.is_admin(other)) {
            return Ok(());
        }
        Err(Error::LastAdmin)
    }
}

const MISSING: Error = Error::NotFound { what: "account" };

/// That an account was made.
pub(super) fn added(account: &AccountRow, by: &Actor, at: Time) -> audit::Entry {
    audit::entry(LogKind::Account, by, "added", at)
        .with("account", &account.name)
        .with("role", account.role.name())
}
