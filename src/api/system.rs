//! What the instance is, and whether it works.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use super::answer::{Answer, Payload};
use super::bridge::blocking;
use super::document::Refusals;
use super::instance::About;
use super::problem::{Code, Problem};
use super::value::Timestamp;
use crate::cacher::Cacher;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[
    ("getVersion", &[Code::UnknownParameter]),
    ("getHealth", &[Code::UnknownParameter]),
    ("getReadiness", &[Code::UnknownParameter, Code::NotReady]),
];

/// What runs here.
#[derive(Object, Debug)]
#[oai(rename = "Version")]
struct VersionBody {
    /// Always `cacherr`.
    name: String,
    /// The version of the program. Within 1.x the API only grows.
    version: String,
    /// Which web app it brings: another one has another id. Null where it was built without.
    #[oai(nullable)]
    ui_build: Option<String>,
    /// Since when it runs; a restart in place is another start.
    started_at: Timestamp,
}

/// That it is well.
#[derive(Object, Debug)]
#[oai(rename = "Health")]
struct HealthBody {
    /// Always `ok`; anything else is an error.
    status: String,
}

/// The resource.
#[derive(Default)]
pub struct System;

fn well() -> HealthBody {
    HealthBody { status: "ok".to_owned() }
}

#[OpenApi(tag = "Tag::System")]
impl System {
    /// Read the version
    ///
    /// Of the program, which is also that of this document, and of the web app that comes with it.
    #[oai(path = "/api/version", method = "get", operation_id = "getVersion")]
    async fn version(&self, about: Data<&Arc<About>>) -> Result<Answer<VersionBody>, Problem> {
        Ok(Answer::ok(VersionBody {
            ui_build: about.ui_build.clone(),
            started_at: Timestamp(about.instance.started_at),
            ..VersionBody::example()
        }))
    }

    /// Is the process alive?
    ///
    /// For supervisors that restart it: 200 as long as it answers at all. Open to everybody.
    #[oai(path = "/healthz", method = "get", operation_id = "getHealth")]
    async fn health(&self) -> Result<Answer<HealthBody>, Problem> {
        Ok(Answer::ok(well()))
    }

    /// Does the instance work?
    ///
    /// 200 when the store can be read and jobs run; an absent volume is no reason to be restarted, so it is no failure
    /// here. Open to everybody.
    #[oai(path = "/readyz", method = "get", operation_id = "getReadiness")]
    async fn readiness(&self, cacher: Data<&Cacher>) -> Result<Answer<HealthBody>, Problem> {
        let cacher = cacher.0.clone();
        blocking(move || {
            let sick = |what: &dyn std::fmt::Display| {
                tracing::warn!(%what, "not ready");
                Problem::new(Code::NotReady, "not ready; the log of Cacherr says why")
            };
            if let Some(failure) = cacher.failure() {
                return Err(sick(&failure));
            }
            cacher.engine().store().read().map_err(|error| sick(&error))?;
            Ok(Answer::ok(well()))
        })
        .await
    }
}

impl Payload for VersionBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The version.")];
}

impl Payload for HealthBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "All is well.")];
}

impl Example for VersionBody {
    fn example() -> Self {
        Self {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ui_build: Some("0f3a9c1d5e7b2468".to_owned()),
            started_at: Timestamp::EXAMPLE,
        }
    }
}

impl Example for HealthBody {
    fn example() -> Self {
        well()
    }
}
