//! `POST /api/system/restart`: the instance starts anew, in place.
//!
//! **Invariant:** what cannot be used stops nothing: the configuration is read and judged before anything ends.

use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use poem::web::Data;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use super::answer::{Answer, Payload};
use super::bridge::blocking;
use super::document::Refusals;
use super::problem::{Code, Problem};
use crate::Error;
use crate::domain::access::Principal;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[("restart", &[Code::UnknownParameter, Code::InvalidSettings])];

/// A way to ask for a restart in place. A clone is another one.
#[derive(Clone)]
pub struct Restart(Arc<Inner>);

struct Inner {
    ask: Box<dyn Fn() -> crate::Result<()> + Send + Sync>,
    trouble: Mutex<Option<String>>,
}

impl Restart {
    /// `ask` makes sure that it can be, and sees to it that it is, soon.
    pub fn by(ask: impl Fn() -> crate::Result<()> + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner { ask: Box::new(ask), trouble: Mutex::default() }))
    }

    /// Asks. What is being answered is answered before anything ends. Reads the configuration, so it blocks.
    ///
    /// # Errors
    /// [`Error::Config`] with what is wrong; nothing ends then.
    pub fn ask(&self) -> crate::Result<()> {
        let asked = (self.0.ask)();
        self.set_trouble(
            asked
                .as_ref()
                .err()
                .map(|error| format!("a restart was refused, and what ran before goes on: {error}")),
        );
        asked
    }

    /// Remembers why a restart came to nothing.
    pub fn came_to_nothing(&self, why: &dyn Display) {
        self.set_trouble(Some(format!("a restart failed, and what ran before runs again: {why}")));
    }

    /// Why the last one came to nothing, in a sentence; none if it did not.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.0.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_trouble(&self, trouble: Option<String>) {
        *self.0.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}

/// That it will be.
#[derive(Object, Debug)]
#[oai(rename = "Restart")]
struct RestartBody {
    /// Always true.
    restarting: bool,
}

/// The resource.
#[derive(Default)]
pub struct RestartApi;

#[OpenApi(tag = "Tag::System")]
impl RestartApi {
    /// Start anew, in place
    ///
    /// The configuration is read anew; if it cannot be used, that is refused and nothing ends. Otherwise everything ends in
    /// order and starts again within the same process, which takes seconds: who connects meanwhile waits, jobs that ran go on
    /// afterwards, WebSockets are closed with 1012. `started_at` of `getVersion` tells when it is over. Should the
    /// start fail, the configuration that ran before is used again.
    #[oai(path = "/api/system/restart", method = "post", operation_id = "restart")]
    async fn restart(
        &self,
        restart: Data<&Restart>,
        by: Data<&Principal>,
    ) -> Result<Answer<RestartBody>, Problem> {
        tracing::info!(by = by.name, "a restart was asked for");
        let restart = restart.0.clone();
        blocking(move || {
            restart.ask().map_err(|error| match error {
                Error::Config(problems) => Problem::new(Code::InvalidSettings, problems),
                error => error.into(),
            })
        })
        .await?;
        Ok(Answer::accepted(RestartBody::example()))
    }
}

impl Payload for RestartBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(202, "It starts anew.")];
}

impl Example for RestartBody {
    fn example() -> Self {
        Self { restarting: true }
    }
}
