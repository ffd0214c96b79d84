//! What is said of who asks, and of sessions.

use poem_openapi::Object;
use poem_openapi::types::Example;

use crate::access::Access;
use crate::api::answer::Payload;
use crate::api::text::{AccountName, Hidden, Name, NewPassword};
use crate::api::value::{Id, Timestamp, closed_type};
use crate::domain::access::{Principal, Role, Way};
use crate::domain::account::{AccountRow, SessionRow};
use crate::domain::file::closed_names;

const EXAMPLE_ACCOUNT: &str = "0190a6b8-9c20-7a41-9d3e-6f1a2b3c4d5e";
const EXAMPLE_SESSION: &str = "0190a6b8-9c20-7a41-9d3e-6f1a2b3c4d60";

closed_type!(
    Role,
    "Role",
    "`viewer` reads. `operator` also caches, removes, cleans up, exports. `admin` also changes settings, accounts and keys."
);

/// By what somebody was let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WayName {
    ConfiguredKey,
    Key,
    Session,
    Proxy,
    Local,
}

closed_names!(WayName {
    ConfiguredKey => "configured_key",
    Key => "key",
    Session => "session",
    Proxy => "proxy",
    Local => "local",
});
closed_type!(
    WayName,
    "AuthWay",
    "By what somebody was let in. `configured_key`: CACHERR_API_KEY. `key`: an API key that was made here. `session`: a \
     log-in. `proxy`: a trusted reverse proxy names their account. `local`: the owner chose that their address is enough."
);

impl From<Way> for WayName {
    fn from(way: Way) -> Self {
        match way {
            Way::ConfiguredKey => Self::ConfiguredKey,
            Way::Key(_) => Self::Key,
            Way::Session { .. } => Self::Session,
            Way::Proxy(_) => Self::Proxy,
            Way::Local => Self::Local,
        }
    }
}

/// How somebody can log in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Means {
    Password,
    Plex,
}

closed_names!(Means { Password => "password", Plex => "plex" });
closed_type!(
    Means,
    "LogInMethod",
    "How somebody can log in. `password`: name and password, by `logIn`. `plex`: by signing in to Plex, by `beginPlexLogIn`."
);

/// Who asks.
#[derive(Object, Clone, Debug)]
#[oai(rename = "Principal")]
pub struct PrincipalBody {
    /// What the operation log calls them: the name of an account, `key:` and the name of a key, `api_key` for the configured
    /// one, `local` for those who need no log-in.
    name: String,
    /// What they may do.
    role: Role,
    /// By what they were let in.
    way: WayName,
}

impl From<&Principal> for PrincipalBody {
    fn from(principal: &Principal) -> Self {
        Self { name: principal.name.clone(), role: principal.role, way: principal.way.into() }
    }
}

/// What a page has to know before anybody is logged in.
#[derive(Object, Debug)]
#[oai(rename = "AuthState")]
pub struct StateBody {
    /// Nobody can log in as an admin yet: `setUp` makes the first account.
    pub needs_setup: bool,
    /// How somebody can log in.
    pub methods: Vec<Means>,
    /// Who asks; null for a stranger.
    #[oai(nullable)]
    pub principal: Option<PrincipalBody>,
}

/// A session: what a log-in began, in one browser.
#[derive(Object, Clone, Debug)]
#[oai(rename = "AuthSession")]
pub struct SessionBody {
    /// Its id.
    id: Id,
    /// Whose it is.
    account_id: Id,
    /// The name of that account.
    account: String,
    /// From where it was begun.
    address: String,
    /// What the browser called itself.
    #[oai(nullable)]
    agent: Option<String>,
    /// When it was begun.
    started_at: Timestamp,
    /// When it was last used, to about five minutes.
    last_used: Timestamp,
    /// When it ends unless it is used before, and never later than that.
    expires_at: Timestamp,
    /// Whether it is the one that asks.
    is_current: bool,
}

impl SessionBody {
    /// Of a session, as somebody sees it.
    #[must_use]
    pub fn of(access: &Access, row: &SessionRow, accounts: &[AccountRow], by: &Principal) -> Self {
        let account = accounts.iter().find(|account| account.id == row.account);
        Self {
            id: Id::of(row.id),
            account_id: Id::of(row.account),
            account: account.map(|account| account.name.clone()).unwrap_or_default(),
            address: row.address.to_string(),
            agent: row.agent.clone(),
            started_at: Timestamp(row.made_at),
            last_used: Timestamp(row.seen_at),
            expires_at: Timestamp(access.end_of(row)),
            is_current: matches!(by.way, Way::Session { id, .. } if id == row.id),
        }
    }
}

/// Sessions that go on.
#[derive(Object, Debug)]
#[oai(rename = "AuthSessionList")]
pub struct SessionsBody {
    /// The last used first.
    pub sessions: Vec<SessionBody>,
}

/// Who wants to log in.
#[derive(Object, Debug)]
#[oai(rename = "LogInRequest", deny_unknown_fields, example)]
pub struct LogIn {
    /// The name of the account, in any case.
    pub name: Name,
    /// Its password.
    pub password: Hidden,
}

/// The first account, an admin.
#[derive(Object, Debug)]
#[oai(rename = "SetUpRequest", deny_unknown_fields, example)]
pub struct SetUp {
    /// The setup token: the log of the first start shows it, and so does the file `setup-token` in the data dir.
    pub token: Hidden,
    /// The name of the account.
    pub name: AccountName,
    /// Its password: at least 8 characters.
    pub password: NewPassword,
}

/// Another password.
#[derive(Object, Debug)]
#[oai(rename = "PasswordRequest", deny_unknown_fields, example)]
pub struct PasswordChange {
    /// The present one.
    pub current: Hidden,
    /// The new one: at least 8 characters.
    pub new: NewPassword,
}

impl Payload for PrincipalBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "Who asks.")];
}

impl Payload for StateBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "How it stands.")];
}

impl Payload for SessionBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The session, which has ended.")];
}

impl Payload for SessionsBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The sessions.")];
}

impl Example for PrincipalBody {
    fn example() -> Self {
        Self { name: "user1".to_owned(), role: Role::Admin, way: WayName::Session }
    }
}

impl Example for StateBody {
    fn example() -> Self {
        Self { needs_setup: false, methods: Means::ALL.to_vec(), principal: Some(PrincipalBody::example()) }
    }
}

impl Example for SessionBody {
    fn example() -> Self {
        Self {
            id: Id::of(EXAMPLE_SESSION),
            account_id: Id::of(EXAMPLE_ACCOUNT),
            account: "user1".to_owned(),
            address: "192.168.1.20".to_owned(),
            agent: Some("Mozilla/5.0 (X11; Linux x86_64)".to_owned()),
            started_at: Timestamp::EXAMPLE,
            last_used: Timestamp::EXAMPLE,
            expires_at: Timestamp::EXAMPLE,
            is_current: true,
        }
    }
}

impl Example for SessionsBody {
    fn example() -> Self {
        Self { sessions: vec![SessionBody::example()] }
    }
}

impl Example for LogIn {
    fn example() -> Self {
        Self { name: "user1".into(), password: "correct horse battery staple".into() }
    }
}

impl Example for SetUp {
    fn example() -> Self {
        Self {
            token: "4f2a-9c31-…".into(),
            name: "user1".into(),
            password: "correct horse battery staple".into(),
        }
    }
}

impl Example for PasswordChange {
    fn example() -> Self {
        Self { current: "correct horse battery staple".into(), new: "another one, and longer".into() }
    }
}
