//! What is said and told while somebody signs in or out.

use poem_openapi::Object;
use poem_openapi::types::Example;

use crate::api::answer::Payload;
use crate::api::people::PlexProblemBody;
use crate::api::problem::Problem;
use crate::api::text::WebAddress;
use crate::api::value::{Id, Timestamp, closed_type, int64};
use crate::api::view::{Shown, View};
use crate::domain::file::closed_names;
use crate::domain::time::Time;
use crate::media::sign_in::{SignIn, State, Whose};

closed_type!(
    Whose,
    "SignInRole",
    "`owner`: the token by which the media server is asked; only the account that owns it will do. `user`: the token of \
     whoever signs in, for their own wishes."
);

/// How far a sign-in is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Nobody said yes.
    Waiting,
    /// The token is kept.
    Done,
    /// Too late.
    Expired,
    /// Not kept.
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
    "SignInState",
    "`waiting`: nobody said yes yet. `done`: the token is kept. `expired`: nobody did in time. `refused`: somebody did, and \
     the token is none that can be used like this; it was not kept."
);

/// How to sign in.
#[derive(Object, Debug)]
#[oai(rename = "PlexSignInRequest", deny_unknown_fields, example)]
pub struct SignInRequest {
    /// Whose token it shall be.
    #[oai(default = "owner")]
    whose: Whose,
    /// Where the browser goes afterwards, such as back to the page that asked. Absent: it stays at Plex.
    #[oai(nullable)]
    forward_url: Option<WebAddress>,
}

fn owner() -> Whose {
    Whose::Owner
}

impl Default for SignInRequest {
    fn default() -> Self {
        Self { whose: owner(), forward_url: None }
    }
}

impl SignInRequest {
    /// What is meant.
    ///
    /// # Errors
    /// `InvalidParameter`.
    pub fn read(self) -> Result<(Whose, Option<String>), Problem> {
        let Self { whose, forward_url } = self;
        Ok((whose, forward_url.map(|url| url.read("forward_url")).transpose()?))
    }
}

impl Example for SignInRequest {
    fn example() -> Self {
        Self { whose: Whose::Owner, forward_url: Some("http://192.168.1.2:5445/".into()) }
    }
}

/// A sign-in.
#[derive(Object, Debug)]
#[oai(rename = "PlexSignIn")]
pub struct SignInBody {
    /// Its id, to ask with.
    id: Id,
    /// Whose token it shall be.
    whose: Whose,
    /// How far it is.
    state: Stage,
    /// The page to open; null once it has ended. Whoever opens it and says yes hands over their own token: show it to nobody
    /// else.
    #[oai(nullable)]
    page_url: Option<String>,
    /// The code within that page; null once it has ended.
    #[oai(nullable)]
    code: Option<String>,
    /// Until when somebody can say yes.
    expires_at: Timestamp,
    /// Who signed in, as they are called everywhere here; null unless it is done.
    #[oai(nullable)]
    user_id: Option<Shown>,
    /// As what: the owner of the server is its owner, also where `user` was asked for. Null unless it is done.
    #[oai(nullable)]
    signed_in_as: Option<Whose>,
    /// What went wrong, and what to do. While it waits, that passes by itself.
    #[oai(nullable)]
    problem: Option<PlexProblemBody>,
}

impl SignInBody {
    /// As it is now.
    #[must_use]
    pub fn of(one: &SignIn, view: &View) -> Self {
        let is_open = matches!(one.state, State::Waiting(_));
        let shown = |text: &crate::domain::secret::Secret| is_open.then(|| text.expose().to_owned());
        let (state, user_id, signed_in_as, problem) = match &one.state {
            State::Waiting(problem) => (Stage::Waiting, None, None, problem.as_ref()),
            State::Done { name, whose } => (Stage::Done, view.true_name(name), Some(*whose), None),
            State::Expired => (Stage::Expired, None, None, None),
            State::Refused(problem) => (Stage::Refused, None, None, Some(problem)),
        };
        Self {
            id: Id::of(one.id),
            whose: one.whose,
            state,
            page_url: shown(&one.page),
            code: shown(&one.code),
            expires_at: Timestamp(one.expires_at),
            user_id,
            signed_in_as,
            problem: problem.map(Into::into),
        }
    }
}

/// That somebody signed out.
#[derive(Object, Debug)]
#[oai(rename = "PlexSignedOut")]
pub struct SignedOutBody {
    /// So many tokens were forgotten; 0 when none was there.
    forgotten_tokens: i64,
}

impl SignedOutBody {
    /// After so many were forgotten.
    #[must_use]
    pub fn of(forgotten: usize) -> Self {
        Self { forgotten_tokens: int64(forgotten as u64) }
    }
}

/// That Plex is being asked.
#[derive(Object, Debug)]
#[oai(rename = "PlexRefresh")]
pub struct RefreshBody {
    /// When it was asked the last time before this; null when it never was.
    #[oai(nullable)]
    last_asked_at: Option<Timestamp>,
}

impl RefreshBody {
    /// After it was asked then.
    #[must_use]
    pub fn of(asked_at: Option<Time>) -> Self {
        Self { last_asked_at: asked_at.map(Timestamp) }
    }
}

impl Payload for SignInBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The sign-in, as it is now.")];
    const HAS_MESSAGE: bool = true;
}

impl Payload for SignedOutBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "It is forgotten.")];
}

impl Payload for RefreshBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(202, "It is being asked.")];
    const HAS_MESSAGE: bool = true;
}

impl Example for SignInBody {
    fn example() -> Self {
        let page = "https://app.plex.tv/auth#?clientID=0f0e7c1a-5d0c-4a7e-9c3e-5d8f3f1f2a10&code=8lzjqnq8lye02n52jq3fqxf8e";
        Self {
            id: Id::of("0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5a6b"),
            whose: Whose::Owner,
            state: Stage::Waiting,
            page_url: Some(page.to_owned()),
            code: Some("8lzjqnq8lye02n52jq3fqxf8e".to_owned()),
            expires_at: Timestamp::EXAMPLE,
            user_id: None,
            signed_in_as: None,
            problem: None,
        }
    }
}

impl Example for SignedOutBody {
    fn example() -> Self {
        Self { forgotten_tokens: 3 }
    }
}

impl Example for RefreshBody {
    fn example() -> Self {
        Self { last_asked_at: Some(Timestamp::EXAMPLE) }
    }
}
