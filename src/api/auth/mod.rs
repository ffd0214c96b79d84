//! `/api/auth`: logging in and out, who asks, sessions, one's own password, the first account; and `/api/ws/ticket`.
//!
//! **Invariant:** a log-in makes a token of its own, whatever cookie came with it; nobody adopts one that was brought. A
//! token leaves in a cookie alone, never in a body.

mod body;
pub mod plex;

use poem::Request;
use poem::http::HeaderMap;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

use self::body::{LogIn, Means, PasswordChange, PrincipalBody, SessionBody, SessionsBody, SetUp, StateBody};
use super::Tag;
use super::answer::Answer;
use super::bridge::blocking;
use super::document::Refusals;
use super::gate::{Door, Source};
use super::problem::{Code, Problem};
use super::value::Id;
use crate::access::{Access, AccountChange, Caller, Opened, Password};
use crate::domain::access::{Principal, Role, Way};
use crate::domain::account::AccountRow;
use crate::error::Error;
use crate::media::Media;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[
    ("getAuthState", &[Code::UnknownParameter]),
    (
        "setUp",
        &[
            Code::WeakPassword,
            Code::SetupTokenWrong,
            Code::AlreadySetUp,
            Code::NameTaken,
            Code::TooManyAttempts,
            Code::Busy,
        ],
    ),
    ("logIn", &[Code::LogInFailed, Code::TooManyAttempts, Code::Busy]),
    ("logOut", &[Code::UnknownParameter, Code::NotFound]),
    ("getMe", &[Code::UnknownParameter]),
    ("listAuthSessions", &[Code::InvalidParameter, Code::UnknownParameter]),
    ("revokeAuthSession", &[Code::InvalidParameter, Code::UnknownParameter, Code::NotFound]),
    (
        "changePassword",
        &[Code::NotFound, Code::WeakPassword, Code::LogInFailed, Code::TooManyAttempts, Code::Busy],
    ),
];

/// The resource.
#[derive(Default)]
pub struct Auth;

/// A browser that is logged in from now on.
fn opened(access: &Access, door: &Door, source: &Source, opened: &Opened) -> Answer<PrincipalBody> {
    let answer = Answer::ok(PrincipalBody::from(&opened.principal));
    answer.with(|headers| cookie_of(access, door, source, opened, headers))
}

/// Gives a browser the cookie of a session. Its end slides; the browser keeps it until the last one that there can be.
fn cookie_of(access: &Access, door: &Door, source: &Source, opened: &Opened, headers: &mut HeaderMap) {
    let longest = access.settings().session_longest.as_secs();
    door.cookie(source).give(headers, &opened.token, longest);
}

/// The account of who asks.
fn account_of(access: &Access, by: &Principal) -> Result<AccountRow, Problem> {
    let missing = Error::NotFound { what: "account of yours" };
    let id = by.account().ok_or(missing)?;
    let account = access.accounts()?.into_iter().find(|account| account.id == id);
    Ok(account.ok_or(Error::NotFound { what: "account of yours" })?)
}

#[OpenApi(tag = "Tag::Access")]
impl Auth {
    /// How to log in
    ///
    /// What a page has to know before anybody is logged in, and who asks. Open to everybody.
    #[oai(path = "/api/auth/state", method = "get", operation_id = "getAuthState")]
    async fn state(
        &self,
        access: Data<&Access>,
        media: Data<&Media>,
        door: Data<&Door>,
        source: Data<&Source>,
        from: Data<&Caller>,
        request: &Request,
    ) -> Result<Answer<StateBody>, Problem> {
        let claims = door.claims(request, &source, false);
        // Whoever is not let in is a stranger, whatever they showed.
        let principal = door.admit(claims, &from).await.ok();
        let by_plex = media.0.household().visits().are_possible().then_some(Means::Plex);
        let access = access.0.clone();
        blocking(move || {
            Ok(Answer::ok(StateBody {
                needs_setup: access.needs_setup()?,
                methods: std::iter::once(Means::Password).chain(by_plex).collect(),
                principal: principal.as_ref().map(Into::into),
            }))
        })
        .await
    }

    /// Make the first account
    ///
    /// An admin, who is logged in with it. Needs the setup token, once; afterwards admins make accounts. Open to everybody.
    #[oai(path = "/api/auth/setup", method = "post", operation_id = "setUp")]
    async fn set_up(
        &self,
        access: Data<&Access>,
        door: Data<&Door>,
        source: Data<&Source>,
        from: Data<&Caller>,
        /// The account.
        body: Json<SetUp>,
    ) -> Result<Answer<PrincipalBody>, Problem> {
        let SetUp { token, name, password } = body.0;
        let (name, password) = (name.text(), Password::new(password.read()));
        let began = access.set_up(token.read(), &name, password, &from).await?;
        Ok(opened(&access, &door, &source, &began))
    }

    /// Log in
    ///
    /// The answer sets a cookie that browsers send with everything that follows. Failures are slowed down, by address and by
    /// account. Open to everybody.
    #[oai(path = "/api/auth/login", method = "post", operation_id = "logIn")]
    async fn log_in(
        &self,
        access: Data<&Access>,
        door: Data<&Door>,
        source: Data<&Source>,
        from: Data<&Caller>,
        /// Name and password.
        body: Json<LogIn>,
    ) -> Result<Answer<PrincipalBody>, Problem> {
        let LogIn { name, password } = body.0;
        let (name, password) = (name.read("name")?, Password::new(password.read()));
        let began = access.log_in(&name, password, &from).await?;
        Ok(opened(&access, &door, &source, &began))
    }

    /// Log out
    ///
    /// Ends the session that asks, and takes its cookie back.
    #[oai(path = "/api/auth/logout", method = "post", operation_id = "logOut")]
    async fn log_out(
        &self,
        access: Data<&Access>,
        door: Data<&Door>,
        source: Data<&Source>,
        by: Data<&Principal>,
    ) -> Result<Answer<PrincipalBody>, Problem> {
        let (access, by) = (access.0.clone(), by.0.clone());
        let Way::Session { id, .. } = by.way else {
            return Err(Error::NotFound { what: "session of yours" }.into());
        };
        let answer = Answer::ok(PrincipalBody::from(&by));
        blocking(move || Ok(access.log_out(id, &by.actor())?)).await?;
        Ok(answer.with(|headers| door.cookie(&source).take(headers)))
    }

    /// Who am I?
    ///
    /// As whom this request was let in, and by what.
    #[oai(path = "/api/auth/me", method = "get", operation_id = "getMe")]
    async fn me(&self, by: Data<&Principal>) -> Result<Answer<PrincipalBody>, Problem> {
        Ok(Answer::ok(PrincipalBody::from(by.0)))
    }

    /// List sessions
    ///
    /// One's own; for admins those of everybody, if they ask for them.
    #[oai(path = "/api/auth/sessions", method = "get", operation_id = "listAuthSessions")]
    async fn sessions(
        &self,
        access: Data<&Access>,
        by: Data<&Principal>,
        /// Those of everybody; for admins alone.
        all: Query<Option<bool>>,
    ) -> Result<Answer<SessionsBody>, Problem> {
        let (access, by, all) = (access.0.clone(), by.0.clone(), all.0.unwrap_or(false));
        if all && by.role < Role::Admin {
            return Err(Problem::new(
                Code::Forbidden,
                "to see the sessions of everybody needs the role admin",
            ));
        }
        blocking(move || {
            let rows = match (all, by.account()) {
                (true, _) => access.sessions(None)?,
                (false, Some(account)) => access.sessions(Some(account))?,
                (false, None) => Vec::new(),
            };
            let accounts = access.accounts()?;
            let sessions = rows.iter().map(|row| SessionBody::of(&access, row, &accounts, &by)).collect();
            Ok(Answer::ok(SessionsBody { sessions }))
        })
        .await
    }

    /// End a session
    ///
    /// One's own; an admin ends everybody's. Its WebSockets are closed with 1008.
    #[oai(path = "/api/auth/sessions/:session_id", method = "delete", operation_id = "revokeAuthSession")]
    async fn revoke(
        &self,
        access: Data<&Access>,
        by: Data<&Principal>,
        /// The session.
        session_id: Path<Id>,
    ) -> Result<Answer<SessionBody>, Problem> {
        let (access, by) = (access.0.clone(), by.0.clone());
        blocking(move || {
            let id = session_id.0.read("session")?;
            let whose = if by.role == Role::Admin { None } else { by.account() };
            // Of others nobody else learns even that they are there.
            let rows =
                if by.role < Role::Admin && whose.is_none() { Vec::new() } else { access.sessions(whose)? };
            let row = rows.into_iter().find(|row| row.id == id).ok_or(Error::NotFound { what: "session" })?;
            let ended = SessionBody::of(&access, &row, &access.accounts()?, &by);
            access.revoke_session(id, &by.actor())?;
            Ok(Answer::ok(ended))
        })
        .await
    }

    /// Change one's password
    ///
    /// All other sessions of the account end.
    #[oai(path = "/api/auth/password", method = "put", operation_id = "changePassword")]
    async fn change_password(
        &self,
        access: Data<&Access>,
        by: Data<&Principal>,
        from: Data<&Caller>,
        /// The present and the new password.
        body: Json<PasswordChange>,
    ) -> Result<Answer<PrincipalBody>, Problem> {
        let (of, who) = (access.0.clone(), by.0.clone());
        let account = blocking(move || account_of(&of, &who)).await?;
        let PasswordChange { current, new } = body.0;
        access.confirm(&account, Password::new(current.read()), &from).await?;
        let keep = match by.way {
            Way::Session { id, .. } => Some(id),
            _ => None,
        };
        let change =
            AccountChange { password: Some(Password::new(new.read())), keep, ..AccountChange::default() };
        access.change_account(account.id, change, &by.actor()).await?;
        Ok(Answer::ok(PrincipalBody::from(by.0)))
    }
}
