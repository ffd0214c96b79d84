//! `/api/settings`: the configuration file, read and changed.
//!
//! **Invariant:** nothing of it is done here: `config` judges and writes, the engine writes it down.

mod body;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;

use self::body::{ChangeSetting, ChangeSettings, ChangedSettingsBody, SettingsBody};
use super::Tag;
use super::answer::Answer;
use super::bridge::blocking;
use super::document::Refusals;
use super::problem::{Code, Detail, Problem};
use super::restart::Restart;
use crate::cacher::Cacher;
use crate::config::{Changed, Complaint, Refused, Request, SettingsFile};
use crate::domain::access::Principal;
use crate::domain::settings::changes::changes;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[
    ("getSettings", &[Code::UnknownParameter]),
    ("changeSettings", &[Code::InvalidSettings, Code::SettingsChanged, Code::SettingPinned, Code::IoError]),
];

/// The resource.
#[derive(Default)]
pub struct SettingsApi;

#[OpenApi(tag = "Tag::System")]
impl SettingsApi {
    /// Read the settings
    ///
    /// The configuration file as it is now, with what arguments and environment say; every setting with its meaning, its
    /// default and where its value came from. Secrets are not shown. What differs from what runs is `pending`: a change by hand
    /// takes effect with the next start.
    #[oai(path = "/api/settings", method = "get", operation_id = "getSettings")]
    async fn get(
        &self,
        file: Data<&SettingsFile>,
        restart: Data<&Restart>,
    ) -> Result<Answer<SettingsBody>, Problem> {
        let (file, trouble) = (file.0.clone(), restart.trouble());
        blocking(move || Ok(Answer::ok(SettingsBody::of(&file.look(), trouble)))).await
    }

    /// Change settings
    ///
    /// All of the changes, or none: the whole configuration that would come of it is judged first, and what is wrong with it is
    /// told in `details`, by key. The file is replaced in one step, and the one before is kept beside it, as
    /// `cacherr.toml.previous`; comments, order and everything else in it stay. Then the instance starts anew, in place, unless
    /// `apply` is false or nothing is left to take effect.
    #[oai(path = "/api/settings", method = "patch", operation_id = "changeSettings")]
    async fn change(
        &self,
        file: Data<&SettingsFile>,
        cacher: Data<&Cacher>,
        restart: Data<&Restart>,
        by: Data<&Principal>,
        /// What becomes of which setting.
        body: Json<ChangeSettings>,
    ) -> Result<Answer<ChangedSettingsBody>, Problem> {
        let (file, cacher, restart, by) = (file.0.clone(), cacher.0.clone(), restart.0.clone(), by.0.actor());
        let ChangeSettings { version, dry_run, apply: wants, changes: asked } = body.0;
        let asked = asked.into_iter().map(ChangeSetting::read).collect::<Result<_, _>>();
        let asked = asked.map_err(|key| Problem::invalid(&key, "takes a value or items, not both"))?;
        let request = Request { version, changes: asked, dry_run: dry_run.unwrap_or(false) };
        blocking(move || {
            let note = |changed: &Changed| {
                cacher.engine().note_changed_settings(&by, &changed.before, &changed.after, facts(changed))
            };
            let changed = file.change(&request, note).map_err(problem)?;
            let takes_effect = !request.dry_run && wants.unwrap_or(true) && !changed.look.pending.is_empty();
            // It is written; why it cannot be started with, if so, is among the problems.
            let restarting = takes_effect && restart.ask().is_ok();
            Ok(Answer::ok(ChangedSettingsBody::of(&changed, restart.trouble(), restarting))
                .saying(said(&changed, &request, restarting)))
        })
        .await
    }
}

fn said(changed: &Changed, request: &Request, restarting: bool) -> String {
    let count = match changed.changed.len() {
        0 => return "Nothing is another one than before.".to_owned(),
        1 => "One setting".to_owned(),
        count => format!("{count} settings"),
    };
    match (request.dry_run, restarting) {
        (true, _) => format!("{count} would be changed."),
        (false, true) => format!("{count} changed; the instance starts anew."),
        (false, false) => format!("{count} changed."),
    }
}

/// What the operation log says of it.
fn facts(changed: &Changed) -> Vec<(String, String)> {
    let mut facts = changes(&changed.before, &changed.after);
    // Secrets that look the same.
    let replaced = changed.changed.iter().filter(|one| one.from == one.to);
    facts.extend(replaced.map(|one| (one.key.clone(), "became another one".to_owned())));
    facts
}

fn problem(refused: Refused) -> Problem {
    match refused {
        Refused::Invalid(complaints) => {
            let sentences: Vec<String> = complaints.iter().map(sentence).collect();
            let details = complaints.into_iter().map(|one| Detail { key: one.key, message: one.words });
            Problem::new(Code::InvalidSettings, sentences.join("; ")).with(details.collect())
        }
        Refused::Pinned { key, why } => {
            let detail = Detail { key: Some(key), message: why.clone() };
            Problem::new(Code::SettingPinned, why).with(vec![detail])
        }
        Refused::Overtaken => Problem::new(
            Code::SettingsChanged,
            "the configuration file was changed by somebody else; read the settings again",
        ),
        Refused::Failed(error) => error.into(),
    }
}

/// Without the place: it is one of a text that nobody has seen.
fn sentence(complaint: &Complaint) -> String {
    match &complaint.key {
        Some(key) => format!("{key}: {}", complaint.words),
        None => complaint.words.clone(),
    }
}
