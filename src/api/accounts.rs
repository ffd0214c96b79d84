//! `/api/accounts`: who may log in, and as what.

use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use super::answer::{Answer, Payload};
use super::bridge::blocking;
use super::document::Refusals;
use super::problem::{Code, Problem};
use super::text::{AccountName, NewPassword};
use super::value::{Id, Timestamp};
use crate::access::{Access, AccountChange, NewAccount, Password};
use crate::domain::access::{Principal, Role, Way};
use crate::domain::account::AccountRow;
use crate::domain::id::AccountId;
use crate::error::Error;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[
    ("listAccounts", &[Code::UnknownParameter]),
    ("addAccount", &[Code::WeakPassword, Code::NameTaken, Code::Busy]),
    ("changeAccount", &[Code::NotFound, Code::WeakPassword, Code::NameTaken, Code::LastAdmin, Code::Busy]),
    ("removeAccount", &[Code::InvalidParameter, Code::UnknownParameter, Code::NotFound, Code::LastAdmin]),
];

/// Somebody who may log in.
#[derive(Object, Debug)]
#[oai(rename = "Account")]
struct AccountBody {
    /// Its id.
    id: Id,
    /// Its name; no other has the same, whatever the case.
    name: String,
    /// What they may do.
    role: Role,
    /// Whether they can log in with a password.
    has_password: bool,
    /// The number of the Plex account that may sign in as this one.
    #[oai(nullable, validator(minimum(value = "1")))]
    plex_account: Option<i64>,
    /// When it was made.
    created_at: Timestamp,
    /// When the password was last set.
    #[oai(nullable)]
    password_set_at: Option<Timestamp>,
    /// When they last logged in.
    #[oai(nullable)]
    last_login: Option<Timestamp>,
}

impl From<&AccountRow> for AccountBody {
    fn from(row: &AccountRow) -> Self {
        Self {
            id: Id::of(row.id),
            name: row.name.clone(),
            role: row.role,
            has_password: row.password.is_some(),
            plex_account: row.plex,
            created_at: Timestamp(row.made_at),
            password_set_at: row.password_at.map(Timestamp),
            last_login: row.last_login.map(Timestamp),
        }
    }
}

/// All of them.
#[derive(Object, Debug)]
#[oai(rename = "AccountList")]
struct AccountsBody {
    /// By name.
    accounts: Vec<AccountBody>,
}

/// A new one.
#[derive(Object, Debug)]
#[oai(rename = "AccountRequest", deny_unknown_fields, example)]
struct AddAccount {
    /// 1 to 64 characters, without colons and control characters.
    name: AccountName,
    /// What they may do.
    role: Role,
    /// Their password, at least 8 characters; absent or null where they come in by another way.
    #[oai(nullable)]
    password: Option<NewPassword>,
    /// The number of the Plex account that may sign in as this one.
    #[oai(nullable, validator(minimum(value = "1")))]
    plex_account: Option<i64>,
}

/// What becomes different; what is absent or null stays.
#[derive(Object, Debug)]
#[oai(rename = "AccountChangeRequest", deny_unknown_fields, example)]
struct ChangeAccount {
    /// Another name.
    #[oai(nullable)]
    name: Option<AccountName>,
    /// Another role.
    #[oai(nullable)]
    role: Option<Role>,
    /// Another password; all sessions of the account end, but for the one that asks.
    #[oai(nullable)]
    password: Option<NewPassword>,
}

/// The resource.
#[derive(Default)]
pub struct Accounts;

fn find(access: &Access, id: AccountId) -> crate::Result<AccountRow> {
    let mut accounts = access.accounts()?.into_iter();
    accounts.find(|account| account.id == id).ok_or(Error::NotFound { what: "account" })
}

#[OpenApi(tag = "Tag::Access")]
impl Accounts {
    /// List accounts
    ///
    /// Everybody who may log in.
    #[oai(path = "/api/accounts", method = "get", operation_id = "listAccounts")]
    async fn list(&self, access: Data<&Access>) -> Result<Answer<AccountsBody>, Problem> {
        let access = access.0.clone();
        blocking(move || {
            let mut accounts = access.accounts()?;
            accounts.sort_by_key(|account| account.name.to_lowercase());
            Ok(Answer::ok(AccountsBody { accounts: accounts.iter().map(Into::into).collect() }))
        })
        .await
    }

    /// Add an account
    ///
    /// Without a password, and without a Plex account, only a reverse proxy that is trusted can name it.
    #[oai(path = "/api/accounts", method = "post", operation_id = "addAccount")]
    async fn add(
        &self,
        access: Data<&Access>,
        by: Data<&Principal>,
        /// The account.
        body: Json<AddAccount>,
    ) -> Result<Answer<AccountBody>, Problem> {
        let AddAccount { name, role, password, plex_account } = body.0;
        let password = password.map(|password| Password::new(password.read()));
        let new = NewAccount { name: name.text(), role, password, plex: plex_account };
        Ok(Answer::ok((&access.add_account(new, &by.actor()).await?).into()))
    }

    /// Change an account
    ///
    /// Its name, role or password. The last admin who can log in stays one.
    #[oai(path = "/api/accounts/:account_id", method = "patch", operation_id = "changeAccount")]
    async fn change(
        &self,
        access: Data<&Access>,
        by: Data<&Principal>,
        /// The account.
        account_id: Path<Id>,
        /// What becomes different.
        body: Json<ChangeAccount>,
    ) -> Result<Answer<AccountBody>, Problem> {
        let id = account_id.0.read("account")?;
        let ChangeAccount { name, role, password } = body.0;
        let keep = match by.way {
            Way::Session { id, .. } => Some(id),
            Way::ConfiguredKey | Way::Key(_) | Way::Proxy(_) | Way::Local => None,
        };
        let change = AccountChange {
            name: name.map(AccountName::text),
            role,
            password: password.map(|password| Password::new(password.read())),
            keep,
        };
        Ok(Answer::ok((&access.change_account(id, change, &by.actor()).await?).into()))
    }

    /// Remove an account
    ///
    /// Its sessions end with it. The last admin who can log in stays.
    #[oai(path = "/api/accounts/:account_id", method = "delete", operation_id = "removeAccount")]
    async fn remove(
        &self,
        access: Data<&Access>,
        by: Data<&Principal>,
        /// The account.
        account_id: Path<Id>,
    ) -> Result<Answer<AccountBody>, Problem> {
        let (access, by) = (access.0.clone(), by.actor());
        blocking(move || {
            let account = find(&access, account_id.0.read("account")?)?;
            access.remove_account(account.id, &by)?;
            Ok(Answer::ok((&account).into()))
        })
        .await
    }
}

impl Payload for AccountBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The account, as it is (or was).")];
}

impl Payload for AccountsBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "All accounts.")];
}

impl Example for AccountBody {
    fn example() -> Self {
        Self {
            id: Id::of("0190a6b8-9c20-7a41-9d3e-6f1a2b3c4d5e"),
            name: "user1".to_owned(),
            role: Role::Operator,
            has_password: true,
            plex_account: None,
            created_at: Timestamp::EXAMPLE,
            password_set_at: Some(Timestamp::EXAMPLE),
            last_login: Some(Timestamp::EXAMPLE),
        }
    }
}

impl Example for AccountsBody {
    fn example() -> Self {
        Self { accounts: vec![AccountBody::example()] }
    }
}

impl Example for AddAccount {
    fn example() -> Self {
        let password = Some("correct horse battery staple".into());
        Self { name: "user1".into(), role: Role::Operator, password, plex_account: None }
    }
}

impl Example for ChangeAccount {
    fn example() -> Self {
        Self { name: None, role: Some(Role::Viewer), password: None }
    }
}
