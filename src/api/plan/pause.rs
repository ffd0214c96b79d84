//! Whether anything happens by itself, as the API shows and takes it.

use poem_openapi::Object;
use poem_openapi::types::Example;

use crate::api::answer::Payload;
use crate::api::text::Name;
use crate::api::value::Timestamp;
use crate::api::view::{Shown, View};
use crate::domain::actor::Actor;
use crate::domain::pause::Pause;

/// Nothing is cached or given back by itself, because somebody said so.
#[derive(Object, Debug)]
#[oai(rename = "Pause")]
pub struct PauseBody {
    /// Since when.
    since: Timestamp,
    /// Who said so. To viewers who are not told names it is `someone`.
    by: Shown,
    /// Why; null where nothing was said, or that is not told.
    #[oai(nullable)]
    reason: Option<String>,
}

impl PauseBody {
    /// As it may be seen.
    pub fn of(pause: &Pause, view: &View) -> Self {
        let Pause { since, by, reason } = pause;
        let by = Actor::from(by.as_str());
        Self {
            since: Timestamp(*since),
            reason: reason.as_ref().map(|reason| view.reason(&by, reason)),
            by: view.by(&by),
        }
    }
}

/// Whether anything happens by itself.
#[derive(Object, Debug)]
#[oai(rename = "PauseState")]
pub struct PausedBody {
    /// That nothing does; null where it does.
    #[oai(nullable)]
    paused: Option<PauseBody>,
}

impl PausedBody {
    /// As it may be seen.
    pub fn of(pause: Option<&Pause>, view: &View) -> Self {
        Self { paused: pause.map(|pause| PauseBody::of(pause, view)) }
    }
}

/// What is to be.
#[derive(Object, Debug)]
#[oai(rename = "PauseRequest", deny_unknown_fields, example)]
pub struct SetPaused {
    /// Whether nothing is to happen by itself.
    pub paused: bool,
    /// Why; at most 255 characters.
    #[oai(nullable)]
    pub reason: Option<Name>,
}

impl Payload for PausedBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "How it is now.")];
}

impl Example for PauseBody {
    fn example() -> Self {
        Self {
            since: Timestamp::EXAMPLE,
            by: Shown::example("user1"),
            reason: Some("the disk is replaced".to_owned()),
        }
    }
}

impl Example for PausedBody {
    fn example() -> Self {
        Self { paused: Some(PauseBody::example()) }
    }
}

impl Example for SetPaused {
    fn example() -> Self {
        Self { paused: true, reason: Some("the disk is replaced".into()) }
    }
}
