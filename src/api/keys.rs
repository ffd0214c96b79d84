//! `/api/keys`: API keys for programs; and `/api/ws/ticket`, for a WebSocket of a page that cannot send one.

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
use super::text::KeyName;
use super::value::{Id, Timestamp};
use crate::access::{Access, NewKey};
use crate::domain::access::{Principal, Role};
use crate::domain::account::KeyRow;
use crate::error::Error;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[
    ("listKeys", &[Code::UnknownParameter]),
    ("addKey", &[Code::NameTaken]),
    ("revokeKey", &[Code::InvalidParameter, Code::UnknownParameter, Code::NotFound]),
    ("createTicket", &[Code::UnknownParameter, Code::Busy]),
];

/// Seconds for which a ticket is good.
const TICKET_LASTS: i32 = 30;

/// An API key, but for the key itself.
#[derive(Object, Debug)]
#[oai(rename = "ApiKey")]
struct KeyBody {
    /// Its id.
    id: Id,
    /// Its name. The operation log calls who uses it `key:` and this name.
    name: String,
    /// What it opens.
    role: Role,
    /// How it begins.
    begins: String,
    /// Who made it.
    created_by: String,
    /// When.
    created_at: Timestamp,
    /// From then on it opens nothing; null: never.
    #[oai(nullable)]
    expires_at: Option<Timestamp>,
    /// When it was last used, to about five minutes.
    #[oai(nullable)]
    last_used: Option<Timestamp>,
}

impl From<&KeyRow> for KeyBody {
    fn from(row: &KeyRow) -> Self {
        let KeyRow { id, name, role, begins, made_by, made_at, expires_at, used_at } = row;
        Self {
            id: Id::of(id),
            name: name.clone(),
            role: *role,
            begins: begins.clone(),
            created_by: made_by.clone(),
            created_at: Timestamp(*made_at),
            expires_at: expires_at.map(Timestamp),
            last_used: used_at.map(Timestamp),
        }
    }
}

/// All of them.
#[derive(Object, Debug)]
#[oai(rename = "ApiKeyList")]
struct KeysBody {
    /// The oldest first. The key of the configuration is not among them.
    keys: Vec<KeyBody>,
}

/// A new one.
#[derive(Object, Debug)]
#[oai(rename = "ApiKeyRequest", deny_unknown_fields, example)]
struct AddKey {
    /// 1 to 64 characters; no other key has the same name, whatever the case.
    name: KeyName,
    /// What it opens.
    role: Role,
    /// From then on it opens nothing; absent or null: never.
    #[oai(nullable)]
    expires_at: Option<Timestamp>,
}

/// A key that was just made.
#[derive(Object, Debug)]
#[oai(rename = "NewApiKey")]
struct NewKeyBody {
    /// What is remembered of it.
    key: KeyBody,
    /// The key itself, for the header `X-Api-Key`. Nobody is told it again.
    secret: String,
}

/// What opens a WebSocket.
#[derive(Object, Debug)]
#[oai(rename = "Ticket")]
struct TicketBody {
    /// For `/ws?ticket=…`, once.
    ticket: String,
    /// Seconds for which it is good.
    expires_in: i32,
}

/// The resource.
#[derive(Default)]
pub struct Keys;

#[OpenApi(tag = "Tag::Access")]
impl Keys {
    /// List API keys
    ///
    /// What is known of them; the keys themselves are not.
    #[oai(path = "/api/keys", method = "get", operation_id = "listKeys")]
    async fn list(&self, access: Data<&Access>) -> Result<Answer<KeysBody>, Problem> {
        let access = access.0.clone();
        blocking(move || Ok(Answer::ok(KeysBody { keys: access.keys()?.iter().map(Into::into).collect() })))
            .await
    }

    /// Make an API key
    ///
    /// It is in this answer and nowhere else.
    #[oai(path = "/api/keys", method = "post", operation_id = "addKey")]
    async fn add(
        &self,
        access: Data<&Access>,
        by: Data<&Principal>,
        /// The key.
        body: Json<AddKey>,
    ) -> Result<Answer<NewKeyBody>, Problem> {
        let (access, by) = (access.0.clone(), by.actor());
        let AddKey { name, role, expires_at } = body.0;
        let new = NewKey { name: name.text(), role, expires_at: expires_at.map(|at| at.0) };
        blocking(move || {
            let (row, secret) = access.add_key(new, &by)?;
            Ok(Answer::ok(NewKeyBody { key: (&row).into(), secret: secret.expose().to_owned() }))
        })
        .await
    }

    /// Revoke an API key
    ///
    /// From now on it opens nothing; WebSockets that it opened are closed with 1008.
    #[oai(path = "/api/keys/:key_id", method = "delete", operation_id = "revokeKey")]
    async fn revoke(
        &self,
        access: Data<&Access>,
        by: Data<&Principal>,
        /// The key.
        key_id: Path<Id>,
    ) -> Result<Answer<KeyBody>, Problem> {
        let (access, by) = (access.0.clone(), by.actor());
        blocking(move || {
            let id = key_id.0.read("API key")?;
            let row = access.keys()?.into_iter().find(|row| row.id == id);
            let row = row.ok_or(Error::NotFound { what: "API key" })?;
            access.revoke_key(id, &by)?;
            Ok(Answer::ok((&row).into()))
        })
        .await
    }

    /// Make a ticket
    ///
    /// For the WebSocket of a browser that can send neither a key (browsers send no headers with it) nor the cookie (a page of
    /// another origin). It opens one `/ws`, for who asks, within 30 seconds.
    #[oai(path = "/api/ws/ticket", method = "post", operation_id = "createTicket")]
    async fn ticket(
        &self,
        access: Data<&Access>,
        by: Data<&Principal>,
    ) -> Result<Answer<TicketBody>, Problem> {
        let ticket = access.ticket(&by)?.expose().to_owned();
        Ok(Answer::ok(TicketBody { ticket, expires_in: TICKET_LASTS }))
    }
}

impl Payload for KeyBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The key, which opens nothing any more.")];
}

impl Payload for KeysBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "All keys.")];
}

impl Payload for NewKeyBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The key.")];
}

impl Payload for TicketBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The ticket.")];
}

impl Example for KeyBody {
    fn example() -> Self {
        Self {
            id: Id::of("0190a6b8-9c20-7a41-9d3e-6f1a2b3c4d5e"),
            name: "dashboard".to_owned(),
            role: Role::Viewer,
            begins: "ck_7Jf2".to_owned(),
            created_by: "user1".to_owned(),
            created_at: Timestamp::EXAMPLE,
            expires_at: None,
            last_used: Some(Timestamp::EXAMPLE),
        }
    }
}

impl Example for KeysBody {
    fn example() -> Self {
        Self { keys: vec![KeyBody::example()] }
    }
}

impl Example for AddKey {
    fn example() -> Self {
        Self { name: "dashboard".into(), role: Role::Viewer, expires_at: None }
    }
}

impl Example for NewKeyBody {
    fn example() -> Self {
        Self { key: KeyBody::example(), secret: "ck_…".to_owned() }
    }
}

impl Example for TicketBody {
    fn example() -> Self {
        Self { ticket: "ct_…".to_owned(), expires_in: TICKET_LASTS }
    }
}
