//! `/api/webhooks`: what media servers and other programs tell by themselves.
//!
//! **Invariant:** the token in the path is the key, and is treated like one: compared in constant time before a byte of
//! the body is read, never logged, never in an error. Who does not have it learns nothing. What is told is handed over and
//! not waited for: a sender that waits gives up.

use std::fmt;
use std::sync::Arc;

use poem::web::Data;
use poem::{Body, Request, RequestBody};
use poem_openapi::param::Path;
use poem_openapi::registry::{MetaMediaType, MetaRequest, Registry};
use poem_openapi::types::{Example, Type};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions, Object, OpenApi};

use super::Tag;
use super::answer::{Answer, JSON, Payload};
use super::document::Refusals;
use super::problem::{Code, Problem};
use super::value::closed_type;
use crate::domain::media::tip::{Tip, TipEvent};
use crate::domain::secret::Secret;
use crate::plex::webhook::{self, Unreadable};

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[
    ("listWebhooks", &[Code::UnknownParameter]),
    (
        "receiveWebhook",
        &[
            Code::UnknownParameter,
            Code::MalformedJson,
            Code::NotFound,
            Code::PayloadTooLarge,
            Code::UnsupportedMediaType,
        ],
    ),
];

/// Operations here that take their body as it comes, also of this type. In the document that is an extension: generators
/// of clients fail at two types, and none of them writes Plex's forms.
pub const TAKES_FORMS: (&str, &str) = ("receiveWebhook", "multipart/form-data");

/// Where the webhook of Plex is, but for its token.
const PLEX: &str = "/api/webhooks/plex/";

/// What webhooks need.
#[derive(Clone)]
pub struct Hooks {
    /// The last part of the path.
    pub token: Secret,
    /// Takes what was told, at once.
    pub tell: Arc<dyn Fn(Tip) + Send + Sync>,
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").finish_non_exhaustive()
    }
}

/// What the resource finds in each request.
#[derive(Clone, Debug)]
pub struct Here {
    /// None where nobody listens to them.
    pub hooks: Option<Hooks>,
    /// Everything is served below it.
    pub base_path: String,
}

closed_type!(
    TipEvent,
    "WebhookEvent",
    "What happened. `started`, `paused`, `resumed`, `stopped`: with a player. `scrobbled`: watched. `library_changed`: \
     something came into the library, or On Deck changed. `other`: nothing that matters here."
);

/// Where webhooks are. Whoever knows a path can tell lies there: it is a secret.
#[derive(Object, Debug)]
#[oai(rename = "Webhooks")]
struct WebhooksBody {
    /// To paste into the settings of Plex (Webhooks), Tautulli or a script, behind the address under which they reach this
    /// instance. It is a secret: the token in it is all that is needed to tell something. Null where this instance takes
    /// none.
    #[oai(nullable)]
    plex: Option<String>,
}

/// What a program other than Plex tells. More fields may be there; numbers may be texts and texts numbers.
#[derive(Object, Debug)]
#[oai(rename = "WebhookMessage", example)]
struct WebhookMessage {
    /// What happened: `play`, `pause`, `resume`, `stop`, `watched`, `created`, or in the words of Plex. `play` when absent.
    event: Option<String>,
    /// The file, as the media server sees it.
    file: Option<String>,
    /// The media server's number of the video.
    rating_key: Option<String>,
    /// Who did it.
    username: Option<String>,
    /// The same, as others call it.
    user: Option<String>,
}

/// That something was told.
#[derive(Object, Debug)]
#[oai(rename = "WebhookReceipt")]
struct WebhookReceipt {
    /// What it was taken for.
    event: TipEvent,
}

/// A body that nobody looked into yet.
struct Message {
    content_type: String,
    body: Body,
}

/// The resource.
#[derive(Default)]
pub struct Webhooks;

#[OpenApi(tag = "Tag::Media")]
impl Webhooks {
    /// Where are the webhooks?
    ///
    /// For the settings of the media server. What is answered is a secret.
    #[oai(path = "/api/webhooks", method = "get", operation_id = "listWebhooks")]
    async fn list(&self, here: Data<&Here>) -> Result<Answer<WebhooksBody>, Problem> {
        let Here { hooks, base_path } = here.0;
        let below = base_path.trim_end_matches('/');
        let path = |hooks: &Hooks| format!("{below}{PLEX}{}", hooks.token.expose());
        Ok(Answer::ok(WebhooksBody { plex: hooks.as_ref().map(path) }))
    }

    /// Tell what happened
    ///
    /// Takes what Plex sends to webhooks, `multipart/form-data` with a part `payload` of at most 256 KiB and maybe a picture,
    /// at most 8 MiB in all; and JSON of at most 256 KiB from other programs. It is a hint to look at the media server, and
    /// answered before anything comes of it. Needs no key: the token in the path is one.
    #[oai(path = "/api/webhooks/plex/:token", method = "post", operation_id = "receiveWebhook")]
    async fn receive(
        &self,
        here: Data<&Here>,
        /// The secret that `listWebhooks` tells.
        token: Path<String>,
        message: Message,
    ) -> Result<Answer<WebhookReceipt>, Problem> {
        let hooks = here.0.hooks.as_ref().filter(|hooks| hooks.token.matches(&token.0));
        let hooks = hooks.ok_or_else(|| Problem::new(Code::NotFound, "there is nothing at this path"))?;
        let Message { content_type, body } = message;
        let body = Box::pin(body.into_bytes_stream());
        let tip = webhook::read(&content_type, body).await.map_err(refusal)?;
        let event = tip.event;
        (hooks.tell)(tip);
        Ok(Answer::ok(WebhookReceipt { event }))
    }
}

fn refusal(unreadable: Unreadable) -> Problem {
    let code = match unreadable {
        Unreadable::MediaType => Code::UnsupportedMediaType,
        Unreadable::TooLarge => Code::PayloadTooLarge,
        Unreadable::Broken | Unreadable::NoPayload | Unreadable::NoObject => Code::MalformedJson,
    };
    Problem::new(code, unreadable.to_string())
}

impl<'a> ApiExtractor<'a> for Message {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        WebhookMessage::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let content = vec![MetaMediaType { content_type: JSON, schema: WebhookMessage::schema_ref() }];
        Some(MetaRequest { description: None, content, required: true })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let content_type = request.content_type().unwrap_or_default().to_owned();
        Ok(Self { content_type, body: body.take()? })
    }
}

impl Payload for WebhooksBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "Their paths.")];
}

impl Payload for WebhookReceipt {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "It was heard.")];
}

impl Example for WebhooksBody {
    fn example() -> Self {
        Self { plex: Some(format!("{PLEX}4f2a9c…")) }
    }
}

impl Example for WebhookMessage {
    fn example() -> Self {
        let text = |text: &str| Some(text.to_owned());
        Self {
            event: text("play"),
            file: text("/media/movies/Dune (2021)/Dune (2021).mkv"),
            rating_key: text("298572"),
            username: text("user1"),
            user: text("user1"),
        }
    }
}

impl Example for WebhookReceipt {
    fn example() -> Self {
        Self { event: TipEvent::Started }
    }
}
