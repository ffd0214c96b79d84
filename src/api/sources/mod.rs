//! `/api/sources`: where wishes come from, and signing in there.

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

use super::Tag;
use super::answer::Answer;
use super::document::Refusals;
use super::problem::{Code, Problem};
use super::value::Id;
use super::view::View;
use crate::cacher::Cacher;
use crate::doctor::Doctor;
use crate::domain::access::Principal;
use crate::media::Media;

mod list;
mod mapping;
mod sign_in;

use list::SourceList;
use mapping::{MappingRequest, MappingTest};
use sign_in::{RefreshBody, SignInBody, SignInRequest, SignedOutBody};

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[
    ("listSources", &[Code::UnknownParameter]),
    ("beginPlexSignIn", &[Code::TokenConfigured, Code::TooManySignIns, Code::PlexUnavailable]),
    ("getPlexSignIn", &[Code::UnknownParameter, Code::NotFound]),
    ("signOutOfPlex", &[Code::InvalidParameter, Code::UnknownParameter, Code::TokenConfigured]),
    ("refreshPlex", &[Code::UnknownParameter]),
    ("testPlexMapping", &[Code::PlexUnavailable]),
];

/// The resource.
#[derive(Default)]
pub struct Sources;

#[OpenApi(tag = "Tag::Media")]
impl Sources {
    /// List the sources of wishes
    ///
    /// The media server: whether it answers, who is signed in there, and which of its folders lies in which library of ours. A
    /// folder without a library is not cached; `proposals` says what `library.server_path` could be, from the names alone.
    #[oai(path = "/api/sources", method = "get", operation_id = "listSources")]
    async fn list(
        &self,
        cacher: Data<&Cacher>,
        media: Data<&Media>,
        view: View,
    ) -> Result<Answer<SourceList>, Problem> {
        Ok(Answer::ok(SourceList::of(media.0, cacher.0.engine().libraries(), &view)))
    }

    /// Begin to sign in to Plex
    ///
    /// Open `page_url` in a browser and say yes there; then ask for the sign-in (`GET /api/sources/plex/sign-in/{id}`), once a
    /// second at most, until its state is no more `waiting`. Nothing has to be copied, and no address of this instance has to be
    /// reachable from the internet. At most four wait at once, each for as long as Plex lets it, which is half an hour.
    ///
    /// As `owner` it connects the media server. As `user` somebody with whom the server is shared lets us read their watchlist,
    /// which nobody else's token opens: send them the page.
    #[oai(path = "/api/sources/plex/sign-in", method = "post", operation_id = "beginPlexSignIn")]
    async fn begin(
        &self,
        media: Data<&Media>,
        view: View,
        by: Data<&Principal>,
        body: Json<Option<SignInRequest>>,
    ) -> Result<Answer<SignInBody>, Problem> {
        let (whose, forward) = body.0.unwrap_or_default().read()?;
        let begun = media.0.household().sign_ins().begin(whose, forward.as_deref(), &by.0.actor()).await?;
        Ok(Answer::ok(SignInBody::of(&begun, &view)).saying("Open the page and say yes there.".to_owned()))
    }

    /// Read how far a sign-in is
    ///
    /// `done` is said when the token is durably kept, never before. Ten minutes after its end it is forgotten.
    #[oai(path = "/api/sources/plex/sign-in/:sign_in_id", method = "get", operation_id = "getPlexSignIn")]
    async fn get(
        &self,
        media: Data<&Media>,
        view: View,
        /// The sign-in.
        sign_in_id: Path<Id>,
    ) -> Result<Answer<SignInBody>, Problem> {
        let one = media.0.household().sign_ins().get(sign_in_id.0.read("sign-in")?)?;
        Ok(Answer::ok(SignInBody::of(&one, &view)))
    }

    /// Sign out of Plex
    ///
    /// Forgets the owner's token that was signed in, and every token that was obtained with it; what others signed in for
    /// themselves stays. With `account_id` it is the other way round: what this account signed in for itself is forgotten. A
    /// token from the configuration cannot be forgotten here. Files stay cached.
    #[oai(path = "/api/sources/plex/token", method = "delete", operation_id = "signOutOfPlex")]
    async fn sign_out(
        &self,
        media: Data<&Media>,
        by: Data<&Principal>,
        /// The account that shall be forgotten, as `GET /api/users` tells it; the owner's when absent.
        #[oai(validator(minimum(value = "1")))]
        account_id: Query<Option<i64>>,
    ) -> Result<Answer<SignedOutBody>, Problem> {
        let account = account_id.0.and_then(|account| u64::try_from(account).ok());
        let forgotten = media.0.household().sign_out(account, &by.0.actor()).await?;
        Ok(Answer::ok(SignedOutBody::of(forgotten)))
    }

    /// Ask Plex anew
    ///
    /// Who there is, and whether the tokens still work; it is also done at the start and hourly. What comes of it shows in `GET
    /// /api/users` and `GET /api/sources`, with another `asked_at`. During a run it means exactly one more after it.
    #[oai(path = "/api/sources/plex/refresh", method = "post", operation_id = "refreshPlex")]
    async fn refresh(&self, media: Data<&Media>) -> Result<Answer<RefreshBody>, Problem> {
        media.0.household().people().refresh_soon();
        let asked_at = media.0.household().people().snapshot().asked_at;
        Ok(Answer::accepted(RefreshBody::of(asked_at)).saying("Plex is being asked.".to_owned()))
    }

    /// Test where Plex has its files
    ///
    /// Some files of every section are asked for, and looked for where they should lie by these libraries: the configured ones,
    /// or those of the body, which need not be saved. Nothing is changed. Folders that are no library yet are looked at for
    /// admins alone. `proposal` says what `server_path` of a library should rather be, by the files that would be found then, or
    /// by names that end alike.
    #[oai(path = "/api/sources/plex/mapping/test", method = "post", operation_id = "testPlexMapping")]
    async fn test_mapping(
        &self,
        media: Data<&Media>,
        doctor: Data<&Doctor>,
        by: Data<&Principal>,
        body: Json<Option<MappingRequest>>,
    ) -> Result<Answer<MappingTest>, Problem> {
        mapping::test(media.0, doctor.0, by.0, body.0.unwrap_or_default()).await.map(Answer::ok)
    }
}
