//! `GET /api/users`: who there is, and how we know what they wish for.

use std::collections::BTreeMap;

use poem::web::Data;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use super::answer::{Answer, Payload};
use super::bridge::blocking;
use super::document::Refusals;
use super::problem::{Code, Problem};
use super::value::{Timestamp, closed_type, int64};
use super::view::{Shown, View};
use crate::cacher::Cacher;
use crate::domain::file::closed_names;
use crate::index::{Index, UserCounts};
use crate::media::Media;
use crate::media::people::{self, Kind, Knowledge, Person, Snapshot, Source, Way, Why};

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[("listUsers", &[Code::UnknownParameter])];

/// What somebody is to the media server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UserKind {
    /// Whose server it is.
    Owner,
    /// Of the home.
    Home,
    /// Libraries are shared with them.
    Shared,
    /// A friend, with whom this server is not shared.
    Friend,
    /// Counted by the server alone.
    Local,
    /// Named in a request.
    Named,
    /// Not told to who asks.
    Withheld,
}

closed_names!(UserKind {
    Owner => "owner",
    Home => "home",
    Shared => "shared",
    Friend => "friend",
    Local => "local",
    Named => "named",
    Withheld => "withheld",
});
closed_type!(
    UserKind,
    "UserKind",
    "What somebody is to the media server. `owner`: it is theirs. `home`: a user of the owner's Plex Home. `shared`: \
     libraries are shared with them. `friend`: a friend of the owner, with whom this server is not shared. `local`: the \
     server counts them, and plex.tv does not tell who they are. `named`: no media server knows them; somebody named them \
     when a file was cached. `withheld`: to viewers who see people by pseudonym, since it would say who they are."
);
closed_type!(
    Source,
    "WishSource",
    "Where a wish shows. `playback`: what they play right now. `on_deck`: what is next for them. `continue_watching`: what \
     they have begun. `watchlist`: what they have put on their list. `history`: what they have played."
);
closed_type!(
    Way,
    "WishWay",
    "How a source is known. `owner_token`: the owner may see it. `home_switch`: with a token of theirs, got by switching to \
     them within the home. `shared_token`: with the token by which the server is shared with them. `server_history`: from \
     what the server's history says of them. `feed`: from a feed of the owner's. `own_sign_in`: with their own token, since \
     they signed in. `none`: it is not known; `problem` says why and what to do."
);
closed_type!(
    Why,
    "PlexProblemCode",
    "Why something of Plex is not known. `sign_in_needed`: nobody signed in as the owner. `token_refused`: Plex does not \
     accept the token any more. `token_unreadable`: the file with the token cannot be used. `pin_protected`: a PIN protects \
     this user of the home. `no_token`: Plex tells no token of theirs. `not_shared`: this server is not shared with them. \
     `not_at_plex_tv`: plex.tv does not tell of them. `not_the_owner`: the account does not own the server. \
     `plex_tv_unavailable`, `server_unavailable`: no answer; what was known holds, and it is asked again."
);

/// What is amiss with Plex.
#[derive(Object, Debug)]
#[oai(rename = "PlexProblem")]
pub struct PlexProblemBody {
    /// For programs.
    code: Why,
    /// For people: what it is, and what to do.
    message: String,
}

impl PlexProblemBody {
    /// In these words.
    #[must_use]
    pub fn new(code: Why, message: String) -> Self {
        Self { code, message }
    }
}

impl From<&people::Problem> for PlexProblemBody {
    fn from(problem: &people::Problem) -> Self {
        Self { code: problem.code, message: problem.sentence.clone() }
    }
}

/// How one source of somebody's wishes is known.
#[derive(Object, Debug)]
#[oai(rename = "Knowledge")]
struct KnowledgeBody {
    /// The source.
    source: Source,
    /// How it is known.
    way: Way,
    /// Since when there is a token for it; null for a configured one, and where there is none.
    #[oai(nullable)]
    since: Option<Timestamp>,
    /// When it was last seen to work.
    #[oai(nullable)]
    asked_at: Option<Timestamp>,
    /// Why it is not known, or not as well as it could be; null when all is well.
    #[oai(nullable)]
    problem: Option<PlexProblemBody>,
}

impl From<&Knowledge> for KnowledgeBody {
    fn from(known: &Knowledge) -> Self {
        let Knowledge { source, way, since, asked_at, problem } = known;
        Self {
            source: *source,
            way: *way,
            since: since.map(Timestamp),
            asked_at: asked_at.map(Timestamp),
            problem: problem.as_ref().map(Into::into),
        }
    }
}

/// Somebody who watches.
#[derive(Object, Debug)]
#[oai(rename = "User")]
struct UserBody {
    /// How they are called everywhere here: the user name at Plex, else the title, as they were first seen. It stays when they
    /// rename themselves, so that what is written down under it remains theirs.
    user_id: Shown,
    /// How Plex calls them now; to viewers who see people by pseudonym, that.
    title: Shown,
    /// What they are to the media server.
    kind: UserKind,
    /// The number of their account at plex.tv; null where none is known.
    #[oai(nullable)]
    account_id: Option<i64>,
    /// How we know what they wish for: one entry for each source, none for `named` and `withheld` users.
    knows: Vec<KnowledgeBody>,
    /// Files that they want and that are not removed.
    total_files: i64,
    /// Those of them that are served from the cache.
    active_files: i64,
}

/// Everybody.
#[derive(Object, Debug)]
#[oai(rename = "UserList")]
struct UserList {
    /// The owner first, then by kind and name; pseudonyms in their own order.
    users: Vec<UserBody>,
    /// When Plex was last asked; null before the first time.
    #[oai(nullable)]
    asked_at: Option<Timestamp>,
    /// Why plex.tv did not tell everything the last time; what it told before is shown.
    #[oai(nullable)]
    problem: Option<PlexProblemBody>,
}

fn user(person: &Person, counts: UserCounts, view: &View) -> Option<UserBody> {
    let Person { account, local: _, uuid: _, name, title, kind, knows } = person;
    let kind = match kind {
        Kind::Owner => UserKind::Owner,
        Kind::Home => UserKind::Home,
        Kind::Shared => UserKind::Shared,
        Kind::Friend => UserKind::Friend,
        Kind::Local => UserKind::Local,
    };
    let known = named(name, kind, counts, view)?;
    if !view.has_names() {
        return Some(known);
    }
    Some(UserBody {
        title: view.user(title)?,
        account_id: account.map(int64),
        knows: knows.iter().map(Into::into).collect(),
        ..known
    })
}

/// Somebody of whom nothing is told but what they want.
fn named(name: &str, kind: UserKind, counts: UserCounts, view: &View) -> Option<UserBody> {
    let user_id = view.user(name)?;
    Some(UserBody {
        title: user_id.clone(),
        user_id,
        kind: if view.has_names() { kind } else { UserKind::Withheld },
        account_id: None,
        knows: vec![],
        total_files: int64(counts.files),
        active_files: int64(counts.active),
    })
}

/// People of the media server, and whoever else wants files.
fn list(snapshot: &Snapshot, mut wanting: BTreeMap<String, UserCounts>, view: &View) -> UserList {
    let mut counts = |name: &str| wanting.remove(name).unwrap_or_default();
    let known = snapshot.people.iter();
    let mut users: Vec<UserBody> =
        known.filter_map(|person| user(person, counts(&person.name), view)).collect();
    users.extend(wanting.iter().filter_map(|(name, counts)| named(name, UserKind::Named, *counts, view)));
    if !view.has_names() {
        users.sort_by(|a, b| a.user_id.cmp(&b.user_id));
    }
    UserList {
        users,
        asked_at: snapshot.asked_at.map(Timestamp),
        problem: snapshot.cloud_problem.as_ref().map(Into::into),
    }
}

/// The resource.
#[derive(Default)]
pub struct PeopleApi;

#[OpenApi(tag = "Tag::Media")]
impl PeopleApi {
    /// List the people
    ///
    /// Everybody whom the media server knows, with how Cacherr knows what they wish for, and everybody else for whom files are
    /// cached. What cannot be known of somebody is said with its reason and with what to do, and keeps nobody else from being
    /// served: mostly it is enough that they sign in once (`POST /api/sources/plex/sign-in`). Nobody's token, address of mail
    /// or device is shown.
    ///
    /// Viewers see pseudonyms, with what each wants and nothing else, where `privacy.attribution` says so; where nobody is
    /// named, this is refused.
    #[oai(path = "/api/users", method = "get", operation_id = "listUsers")]
    async fn list(
        &self,
        cacher: Data<&Cacher>,
        media: Data<&Media>,
        view: View,
    ) -> Result<Answer<UserList>, Problem> {
        view.need_people()?;
        let (store, snapshot) = (cacher.0.engine().store().clone(), media.0.household().people().snapshot());
        blocking(move || {
            let (wanting, _) = store.look(Index::users)?;
            Ok(list(&snapshot, wanting, &view))
        })
        .await
        .map(Answer::ok)
    }
}

impl Payload for UserList {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "Everybody.")];
    const HAS_TAG: bool = true;
}

impl Example for PlexProblemBody {
    fn example() -> Self {
        let message = "only user2's own token opens their watchlist, and nobody else's is used for it; let them sign in \
                       for themselves";
        Self { code: Why::NoToken, message: message.to_owned() }
    }
}

impl Example for UserList {
    fn example() -> Self {
        let known = |source, way, problem| KnowledgeBody {
            source,
            way,
            since: (way == Way::SharedToken).then_some(Timestamp::EXAMPLE),
            asked_at: (way != Way::None).then_some(Timestamp::EXAMPLE),
            problem,
        };
        let user = UserBody {
            user_id: Shown::example("user2"),
            title: Shown::example("User Two"),
            kind: UserKind::Shared,
            account_id: Some(4_016_660),
            knows: vec![
                known(Source::Playback, Way::OwnerToken, None),
                known(Source::OnDeck, Way::SharedToken, None),
                known(Source::ContinueWatching, Way::SharedToken, None),
                known(Source::Watchlist, Way::None, Some(PlexProblemBody::example())),
                known(Source::History, Way::ServerHistory, None),
            ],
            total_files: 12,
            active_files: 11,
        };
        Self { users: vec![user], asked_at: Some(Timestamp::EXAMPLE), problem: None }
    }
}
