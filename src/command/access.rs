//! `cacherr user …` and `cacherr apikey …`: for whoever is locked out, and for scripts.
//!
//! **Invariant:** whoever can open the store, or the socket of a running instance, may do this. A password that was made
//! here, and a key, are told once: in the answer.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Context, Report};
use crate::access::{AccountChange, NewAccount, NewKey, Password};
use crate::domain::access::Role;
use crate::domain::account::{AccountRow, KeyRow};
use crate::domain::fold::fold;
use crate::domain::secret::Secret;
use crate::error::{Error, Result};

/// A secret on its way between a command and the instance that answers it: through a socket that only their user opens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told(pub Secret);

impl Serialize for Told {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}

/// What is asked about accounts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum UserRequest {
    /// Who is there?
    List,
    /// One more.
    Add {
        /// Their name.
        name: String,
        /// What they may do.
        role: Role,
        /// Their password; a random one when absent.
        password: Option<Told>,
    },
    /// Another role.
    Role {
        /// Whose.
        name: String,
        /// Which.
        role: Role,
    },
    /// Another password.
    ResetPassword {
        /// Whose.
        name: String,
        /// Which; a random one when absent.
        password: Option<Told>,
    },
    /// One less.
    Remove {
        /// Who goes.
        name: String,
    },
}

/// What is asked about API keys.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum KeyRequest {
    /// Which are there?
    List,
    /// One more.
    Add {
        /// Its name.
        name: String,
        /// What it opens.
        role: Role,
        /// For how long; until it is revoked when absent.
        lasts: Option<SignedDuration>,
    },
    /// One less.
    Revoke {
        /// Which.
        name: String,
    },
}

/// An account, as it is told of.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct User {
    /// The account. Its hash stays where it is.
    pub account: AccountRow,
    /// Whether it has a password.
    pub has_password: bool,
    /// Sessions that go on.
    pub sessions: u64,
}

/// What became of one account.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct UserDone {
    /// What was done.
    pub act: UserAct,
    /// The account; as it was, where it is gone.
    pub user: User,
    /// The password that was made for them.
    pub password: Option<Told>,
}

/// What was done with an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum UserAct {
    /// It was made.
    Added,
    /// It has another role.
    ChangedRole,
    /// It has another password.
    ResetPassword,
    /// It is gone.
    Removed,
}

/// What became of one key.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct KeyDone {
    /// The key; as it was, where it is gone.
    pub key: KeyRow,
    /// The key itself, where it was made just now.
    pub secret: Option<Told>,
}

/// Answers what is asked about accounts. Blocks.
pub(super) fn users(context: &Context<'_>, request: &UserRequest) -> Result<Report> {
    let Context { access, runtime, by, .. } = context;
    let change = |name: &str, change: AccountChange| {
        let account = account_named(context, name)?;
        runtime.block_on(access.change_account(account.id, change, by))
    };
    let (act, account, made) = match request {
        UserRequest::List => return list(context).map(Report::Users),
        UserRequest::Add { name, role, password } => {
            let (password, made) = given_or_made(password.as_ref())?;
            let new = NewAccount { name: name.clone(), role: *role, password: Some(password), plex: None };
            (UserAct::Added, runtime.block_on(access.add_account(new, by))?, made)
        }
        UserRequest::Role { name, role } => {
            let role = AccountChange { role: Some(*role), ..AccountChange::default() };
            (UserAct::ChangedRole, change(name, role)?, None)
        }
        UserRequest::ResetPassword { name, password } => {
            let (password, made) = given_or_made(password.as_ref())?;
            let password = AccountChange { password: Some(password), ..AccountChange::default() };
            (UserAct::ResetPassword, change(name, password)?, made)
        }
        UserRequest::Remove { name } => {
            let account = account_named(context, name)?;
            access.remove_account(account.id, by)?;
            (UserAct::Removed, account, None)
        }
    };
    let user = told(context, account)?;
    Ok(Report::User(Box::new(UserDone { act, user, password: made.map(Told) })))
}

/// Answers what is asked about API keys.
pub(super) fn keys(context: &Context<'_>, request: &KeyRequest) -> Result<Report> {
    let Context { access, by, .. } = context;
    let (key, secret) = match request {
        KeyRequest::List => return access.keys().map(Report::ApiKeys),
        KeyRequest::Add { name, role, lasts } => {
            let expires_at = lasts.map(|lasts| access.after(lasts));
            let (key, secret) = access.add_key(NewKey { name: name.clone(), role: *role, expires_at }, by)?;
            (key, Some(Told(secret)))
        }
        KeyRequest::Revoke { name } => {
            let key = access.keys()?.into_iter().find(|key| key.is_called(name));
            let key = key.ok_or_else(|| {
                Error::Invalid(format!(
                    "there is no API key {name:?}; `cacherr apikey list` shows those there are"
                ))
            })?;
            access.revoke_key(key.id, by)?;
            (key, None)
        }
    };
    Ok(Report::ApiKey(Box::new(KeyDone { key, secret })))
}

fn list(context: &Context<'_>) -> Result<Vec<User>> {
    let mut accounts = context.access.accounts()?;
    accounts.sort_by_cached_key(|account| fold(&account.name));
    accounts.into_iter().map(|account| told(context, account)).collect()
}

fn told(context: &Context<'_>, account: AccountRow) -> Result<User> {
    let sessions = context.access.sessions(Some(account.id))?.len() as u64;
    Ok(User { has_password: account.password.is_some(), sessions, account })
}

fn account_named(context: &Context<'_>, name: &str) -> Result<AccountRow> {
    context.access.account_named(name)?.ok_or_else(|| {
        Error::Invalid(format!("there is no account {name:?}; `cacherr user list` shows those there are"))
    })
}

/// The password that was given, or one made here, which has to be told.
fn given_or_made(given: Option<&Told>) -> Result<(Password, Option<Secret>)> {
    match given {
        Some(Told(given)) => Ok((Password::new(given.expose()), None)),
        None => Password::random().map(|(password, made)| (password, Some(made))),
    }
}
