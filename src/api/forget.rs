//! `DELETE /api/users/{user_id}`: what is known of a media user is deleted.

use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use super::answer::{Answer, Payload};
use super::document::Refusals;
use super::problem::{Code, Problem};
use super::value::int64;
use crate::domain::access::Principal;
use crate::domain::privacy::Forgotten;
use crate::librarian::Librarian;
use crate::live::Hub;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[("forgetUser", &[Code::UnknownParameter, Code::NotFound])];

/// How much was deleted of a media user.
#[derive(Object, Debug)]
#[oai(rename = "ForgottenUser")]
struct ForgottenBody {
    /// Files that they wanted.
    files: i64,
    /// Playbacks that named them.
    playbacks: i64,
    /// Entries of the operation log that did.
    log_entries: i64,
    /// Jobs that did.
    jobs: i64,
    /// Removals that were remembered for them.
    removals: i64,
    /// Sources of whose word on them something was remembered.
    sources: i64,
    /// Tokens of theirs.
    tokens: i64,
}

impl From<Forgotten> for ForgottenBody {
    fn from(forgotten: Forgotten) -> Self {
        let Forgotten { files, playbacks, entries, jobs, holds, sources, tokens } = forgotten;
        Self {
            files: int64(files),
            playbacks: int64(playbacks),
            log_entries: int64(entries),
            jobs: int64(jobs),
            removals: int64(holds),
            sources: int64(sources),
            tokens: int64(tokens),
        }
    }
}

/// The resource.
#[derive(Default)]
pub struct Forget;

#[OpenApi(tag = "Tag::Media")]
impl Forget {
    /// Delete what is known of a media user
    ///
    /// Their wishes, their tokens, and their name wherever it is written down. Files that nobody else wants stay cached until
    /// the next plan, which gives them back unless they are pinned. Playbacks stay without a name, so the hit ratio is what it
    /// was. The operation log keeps what was done, for `deleted user`, and an entry says that somebody was deleted, not who.
    ///
    /// Whom the media server still tells of is found again the next time it is asked: before that, end it there, or say in the
    /// configuration that nothing is cached for them (`[[user]]`). A name in the configuration stays, an account to log in
    /// with as well (`DELETE /api/accounts/{account_id}`), and of the owner of the media server the sign-in (`DELETE
    /// /api/sources/plex/token`).
    ///
    /// Cut short, it is finished by asking again.
    #[oai(path = "/api/users/:user_id", method = "delete", operation_id = "forgetUser")]
    async fn forget(
        &self,
        librarian: Data<&Librarian>,
        hub: Data<&Hub>,
        by: Data<&Principal>,
        /// The media user, as `GET /api/users` tells them.
        user_id: Path<String>,
    ) -> Result<Answer<ForgottenBody>, Problem> {
        let (librarian, hub, by) = (librarian.0.clone(), hub.0.clone(), by.0.actor());
        // Who hangs up does not stop it half way.
        let forgetting = tokio::spawn(async move {
            let forgotten = librarian.forget_user(&user_id.0, &by).await;
            hub.forget();
            forgotten
        });
        let forgotten = forgetting.await.map_err(Problem::internal)??;
        Ok(Answer::ok(forgotten.into()).saying("What was known of the user was deleted.".to_owned()))
    }
}

impl Payload for ForgottenBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "It is deleted.")];
    const HAS_MESSAGE: bool = true;
}

impl Example for ForgottenBody {
    fn example() -> Self {
        Self { files: 12, playbacks: 40, log_entries: 55, jobs: 12, removals: 1, sources: 3, tokens: 2 }
    }
}
