//! `/api/auth/plex`: logging in here by signing in to Plex.
//!
//! **Invariant:** whoever began one gets its session, and nobody else: the claim is told once, to them, and ends with the
//! session. What plex.tv says of them is in `crate::media::visitor`, what they may do in `crate::access`.

use poem::web::Data;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::body::PrincipalBody;
use super::cookie_of;
use crate::access::{Access, Caller};
use crate::api::Tag;
use crate::api::answer::{Answer, Payload};
use crate::api::document::Refusals;
use crate::api::gate::{Door, Source};
use crate::api::people::PlexProblemBody;
use crate::api::problem::{Code, Problem};
use crate::api::text::Hidden;
use crate::api::value::{Timestamp, closed_type, int64};
use crate::domain::file::closed_names;
use crate::media::Media;
use crate::media::visitor::{Begun, State};

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[
    ("beginPlexLogIn", &[Code::UnknownParameter, Code::PlexUnavailable, Code::TooManySignIns]),
    ("claimPlexLogIn", &[Code::NotFound]),
];

/// How far it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// Nobody said yes.
    Waiting,
    /// They are let in.
    Done,
    /// Too late.
    Expired,
    /// They are not.
    Refused,
}

closed_names!(Stage {
    Waiting => "waiting",
    Done => "done",
    Expired => "expired",
    Refused => "refused",
});
closed_type!(
    Stage,
    "PlexLogInStage",
    "`waiting`: nobody said yes yet. `done`: somebody did, and is logged in. `expired`: nobody did in time. `refused`: the \
     media server is not shared with whoever did."
);

/// What is needed to go on.
#[derive(Object, Debug)]
#[oai(rename = "PlexLogIn")]
struct BegunBody {
    /// By this it is asked for. It is a secret of whoever began: the session goes to who shows it.
    claim: String,
    /// The page to open. Whoever opens it and says yes is logged in where it was begun: show it to nobody else.
    page_url: String,
    /// The code within that page.
    code: String,
    /// Until when somebody can say yes.
    expires_at: Timestamp,
}

impl From<&Begun> for BegunBody {
    fn from(begun: &Begun) -> Self {
        Self {
            claim: begun.claim.expose().to_owned(),
            page_url: begun.page.expose().to_owned(),
            code: begun.code.expose().to_owned(),
            expires_at: Timestamp(begun.expires_at),
        }
    }
}

/// Whoever began.
#[derive(Object, Debug)]
#[oai(rename = "PlexClaimRequest", deny_unknown_fields, example)]
struct Claim {
    /// As it was told at the beginning.
    claim: Hidden,
}

/// How far it is.
#[derive(Object, Debug)]
#[oai(rename = "PlexLogInState")]
struct StageBody {
    /// How far.
    state: Stage,
    /// Who is logged in; null unless it is done.
    #[oai(nullable)]
    principal: Option<PrincipalBody>,
    /// What went wrong, and what to do. While it waits, that passes by itself.
    #[oai(nullable)]
    problem: Option<PlexProblemBody>,
}

/// The resource.
#[derive(Default)]
pub struct PlexLogIn;

#[OpenApi(tag = "Tag::Access")]
impl PlexLogIn {
    /// Begin to log in with Plex
    ///
    /// Open `page_url` in a browser and say yes there; then claim it (`POST /api/auth/plex/claim`), once a second at most, until
    /// its state is no more `waiting`. Plex is asked who that is, and nothing of their token is kept. The owner of the media
    /// server becomes an admin; others get the role `access.plex_role`, and none may log in so where it is not set. Needs an
    /// owner who is connected. Open to everybody.
    #[oai(path = "/api/auth/plex", method = "post", operation_id = "beginPlexLogIn")]
    async fn begin(&self, media: Data<&Media>, from: Data<&Caller>) -> Result<Answer<BegunBody>, Problem> {
        let begun = media.0.household().visits().begin(from.address).await?;
        Ok(Answer::ok(BegunBody::from(&begun)))
    }

    /// Claim a log-in with Plex
    ///
    /// Says how far it is. Once somebody said yes the answer sets the cookie, this once. Open to everybody.
    #[oai(path = "/api/auth/plex/claim", method = "post", operation_id = "claimPlexLogIn")]
    async fn claim(
        &self,
        media: Data<&Media>,
        access: Data<&Access>,
        door: Data<&Door>,
        source: Data<&Source>,
        from: Data<&Caller>,
        /// The claim.
        body: Json<Claim>,
    ) -> Result<Answer<StageBody>, Problem> {
        let told = |state, problem: Option<&crate::media::people::Problem>| {
            Ok(Answer::ok(StageBody { state, principal: None, problem: problem.map(Into::into) }))
        };
        match media.0.household().visits().fetch(body.0.claim.read())? {
            State::Waiting(problem) => told(Stage::Waiting, problem.as_ref()),
            State::Expired => told(Stage::Expired, None),
            State::Refused(problem) => told(Stage::Refused, Some(&problem)),
            State::Known(visitor) => {
                let account = int64(visitor.account);
                let opened = access.by_plex(account, &visitor.name, visitor.kind, &from).await?;
                let principal = Some(PrincipalBody::from(&opened.principal));
                let answer = Answer::ok(StageBody { state: Stage::Done, principal, problem: None });
                Ok(answer.with(|headers| cookie_of(&access, &door, &source, &opened, headers)))
            }
        }
    }
}

impl Payload for BegunBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "It waits for somebody to say yes.")];
}

impl Payload for StageBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "How far it is.")];
}

impl Example for BegunBody {
    fn example() -> Self {
        Self {
            claim: "4f2a9c31…".to_owned(),
            page_url: "https://app.plex.tv/auth#?clientID=…&code=…".to_owned(),
            code: "…".to_owned(),
            expires_at: Timestamp::EXAMPLE,
        }
    }
}

impl Example for Claim {
    fn example() -> Self {
        Self { claim: "4f2a9c31…".into() }
    }
}

impl Example for StageBody {
    fn example() -> Self {
        Self { state: Stage::Done, principal: Some(PrincipalBody::example()), problem: None }
    }
}
