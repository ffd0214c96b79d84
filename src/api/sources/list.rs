//! `GET /api/sources`: how it stands with the media server.

use poem_openapi::Object;
use poem_openapi::types::Example;

use crate::api::answer::Payload;
use crate::api::people::PlexProblemBody;
use crate::api::value::{Timestamp, closed_type};
use crate::api::view::{Shown, View};
use crate::domain::file::closed_names;
use crate::domain::mapping::Mapping;
use crate::domain::mapping::propose::{Location, Proposal, propose};
use crate::domain::media::{Section, SectionKind};
use crate::domain::settings::Library;
use crate::media::people::{Kind, Snapshot, Why};
use crate::media::status::Line;
use crate::media::tokens::Origin;
use crate::media::{Media, State, Status};

/// What a source is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SourceKind {
    /// A Plex Media Server.
    Plex,
}

closed_names!(SourceKind { Plex => "plex" });
closed_type!(SourceKind, "SourceKind", "What the source is. More kinds will follow.");

closed_type!(
    State,
    "SourceState",
    "`not_connected`: nobody signed in, and no token is configured. `connecting`: it was not reached yet. `connected`: it \
     answers its owner. `unreachable`: it does not answer, or not sensibly; it is asked again and again. `token_refused`: \
     it does not accept the token; somebody has to sign in anew."
);

/// Where the owner's token comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenOrigin {
    /// From the configuration.
    Configured,
    /// From a file.
    File,
    /// Signed in.
    SignedIn,
    /// From nowhere.
    None,
}

closed_names!(TokenOrigin {
    Configured => "configured",
    File => "file",
    SignedIn => "signed_in",
    None => "none",
});
closed_type!(
    TokenOrigin,
    "TokenOrigin",
    "Where the owner's token comes from. `configured`: `plex.token`, or its variable. `file`: `plex.token_file`, which is \
     read again each time. `signed_in`: somebody signed in here. `none`: there is none."
);
closed_type!(SectionKind, "SectionKind", "What a section holds. `other`, such as music, is not cached.");

/// The sources.
#[derive(Object, Debug)]
#[oai(rename = "SourceList")]
pub struct SourceList {
    /// All there are; at present the one media server.
    sources: Vec<SourceBody>,
}

/// A source of wishes.
#[derive(Object, Debug)]
#[oai(rename = "Source")]
struct SourceBody {
    /// What it is.
    kind: SourceKind,
    /// Where it is: scheme, host and port.
    address: String,
    /// How it stands.
    state: State,
    /// Since when.
    since: Timestamp,
    /// What is amiss with it, and what to do. What it said before is shown until it answers again.
    #[oai(nullable)]
    problem: Option<PlexProblemBody>,
    /// Its name, as plex.tv tells it.
    #[oai(nullable)]
    name: Option<String>,
    /// Its version.
    #[oai(nullable)]
    version: Option<String>,
    /// Since when it tells of playbacks by itself; null while it does not, and is asked more often.
    #[oai(nullable)]
    listening_since: Option<Timestamp>,
    /// Files that were played and lie in no library, as it sees them: at most 20. Nothing is cached there.
    unmapped_files: Vec<String>,
    /// When it last answered.
    #[oai(nullable)]
    asked_at: Option<Timestamp>,
    /// When plex.tv last answered.
    #[oai(nullable)]
    cloud_asked_at: Option<Timestamp>,
    /// What is amiss with plex.tv, and what to do.
    #[oai(nullable)]
    cloud_problem: Option<PlexProblemBody>,
    /// By which token it is asked.
    signed_in: SignedInBody,
    /// The sections of its library.
    sections: Vec<SectionBody>,
    /// What `server_path` of a library could be, for folders that lie in none.
    proposals: Vec<ProposalBody>,
}

/// By which token the media server is asked.
#[derive(Object, Debug)]
#[oai(rename = "SignedIn")]
struct SignedInBody {
    /// Where it comes from.
    origin: TokenOrigin,
    /// Whose it is, as they are called everywhere here; null as long as plex.tv did not tell, and for viewers who are not told
    /// names.
    #[oai(nullable)]
    user_id: Option<Shown>,
    /// When they signed in; null for a configured token.
    #[oai(nullable)]
    since: Option<Timestamp>,
}

/// A section of the media server's library.
#[derive(Object, Debug)]
#[oai(rename = "Section")]
struct SectionBody {
    /// Its number there.
    section_id: String,
    /// Its title.
    title: String,
    /// What it holds.
    kind: SectionKind,
    /// Its folders.
    locations: Vec<LocationBody>,
}

/// A folder of a section.
#[derive(Object, Debug)]
#[oai(rename = "SectionLocation")]
struct LocationBody {
    /// The folder, as the media server sees it.
    path: String,
    /// The library of ours in which it lies; null where it lies in none, and nothing in it is cached.
    #[oai(nullable)]
    library: Option<String>,
}

/// What could be written into the configuration.
#[derive(Object, Debug)]
#[oai(rename = "MappingProposal")]
struct ProposalBody {
    /// The library.
    library: String,
    /// What its `server_path` could be.
    server_path: String,
    /// The section that would lie in it.
    section: String,
    /// The folder of that section.
    location: String,
}

impl SourceList {
    /// As it is known now.
    #[must_use]
    pub fn of(media: &Media, libraries: &[Library], view: &View) -> Self {
        let household = media.household();
        let address = household.reach().server().origin();
        let source = SourceBody::of(address, media.status(), &household.people().snapshot(), libraries, view);
        Self { sources: vec![source] }
    }
}

impl SourceBody {
    fn of(address: String, status: Status, snapshot: &Snapshot, libraries: &[Library], view: &View) -> Self {
        let mapping = Mapping::of(libraries);
        let locations = |section: &Section| {
            let place = |path: &crate::domain::media::ServerPath| LocationBody {
                library: mapping.to_ours(path).map(|ours| ours.library),
                path: path.0.clone(),
            };
            section.locations.iter().map(place).collect()
        };
        let section = |section: &Section| SectionBody {
            section_id: section.id.0.clone(),
            title: section.title.clone(),
            kind: section.kind,
            locations: locations(section),
        };
        let problem = problem(&status, snapshot);
        Self {
            kind: SourceKind::Plex,
            address,
            state: status.state,
            since: Timestamp(status.since),
            problem,
            name: snapshot.name.clone(),
            version: status
                .server
                .as_ref()
                .or(snapshot.identity.as_ref())
                .map(|identity| identity.version.clone()),
            listening_since: match status.line {
                Line::Open(since) => Some(Timestamp(since)),
                Line::Closed(_) => None,
            },
            unmapped_files: status.unmapped.into_iter().map(|path| path.0).collect(),
            asked_at: status.asked_at.max(snapshot.server_at).map(Timestamp),
            cloud_asked_at: snapshot.cloud_at.map(Timestamp),
            cloud_problem: snapshot.cloud_problem.as_ref().map(Into::into),
            signed_in: SignedInBody::of(snapshot, view),
            sections: snapshot.sections.iter().map(section).collect(),
            proposals: proposals(&snapshot.sections, libraries),
        }
    }
}

/// What is asked all the time knows better than what is asked hourly, but for what only plex.tv tells.
fn problem(status: &Status, snapshot: &Snapshot) -> Option<PlexProblemBody> {
    if let Err(problem) = &snapshot.owner {
        return Some(problem.into());
    }
    let known = snapshot.server_problem.as_ref();
    let of_account = known.filter(|problem| problem.code == Why::NotTheOwner);
    let now = status.problem.as_ref().map(|problem| {
        let code = match status.state {
            State::TokenRefused => Why::TokenRefused,
            _ => Why::ServerUnavailable,
        };
        PlexProblemBody::new(code, problem.text.clone())
    });
    let hourly = known.filter(|_| status.state != State::Connected).map(Into::into);
    of_account.map(Into::into).or(now).or(hourly)
}

impl SignedInBody {
    fn of(snapshot: &Snapshot, view: &View) -> Self {
        let Ok(held) = &snapshot.owner else {
            return Self { origin: TokenOrigin::None, user_id: None, since: None };
        };
        let mut people = snapshot.people.iter();
        let is_theirs =
            |account: u64| move |person: &&crate::media::people::Person| person.account == Some(account);
        let person = match snapshot.account {
            Some(account) => people.find(is_theirs(account)),
            None => people.find(|person| person.kind == Kind::Owner),
        };
        Self {
            origin: match held.origin {
                Origin::Configured => TokenOrigin::Configured,
                Origin::File => TokenOrigin::File,
                Origin::SignedIn => TokenOrigin::SignedIn,
            },
            user_id: person.and_then(|person| view.true_name(&person.name)),
            since: held.since.map(Timestamp),
        }
    }
}

/// From the names alone: here nobody looks at files, which the doctor does.
fn proposals(sections: &[Section], libraries: &[Library]) -> Vec<ProposalBody> {
    let is_cached = |section: &&Section| section.kind != SectionKind::Other;
    let locations: Vec<Location> = sections
        .iter()
        .filter(is_cached)
        .flat_map(|section| {
            let title = section.title.clone();
            section.locations.iter().map(move |path| Location {
                section: title.clone(),
                path: path.clone(),
                samples: vec![],
            })
        })
        .collect();
    let body = |proposal: Proposal| ProposalBody {
        library: proposal.library,
        server_path: proposal.server_path.0,
        section: proposal.section,
        location: proposal.location.0,
    };
    propose(&locations, libraries, &|_| None).into_iter().map(body).collect()
}

impl Payload for SourceList {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The sources.")];
    const HAS_TAG: bool = true;
}

impl Example for SourceList {
    fn example() -> Self {
        let section = |section_id: &str, title: &str, kind, path: &str, library: Option<&str>| SectionBody {
            section_id: section_id.to_owned(),
            title: title.to_owned(),
            kind,
            locations: vec![LocationBody { path: path.to_owned(), library: library.map(str::to_owned) }],
        };
        let source = SourceBody {
            kind: SourceKind::Plex,
            address: "http://127.0.0.1:32400".to_owned(),
            state: State::Connected,
            since: Timestamp::EXAMPLE,
            problem: None,
            name: Some("NAS".to_owned()),
            version: Some("1.43.0.10492-121068a07".to_owned()),
            listening_since: Some(Timestamp::EXAMPLE),
            unmapped_files: vec![],
            asked_at: Some(Timestamp::EXAMPLE),
            cloud_asked_at: Some(Timestamp::EXAMPLE),
            cloud_problem: None,
            signed_in: SignedInBody {
                origin: TokenOrigin::SignedIn,
                user_id: Some(Shown::example("user1")),
                since: Some(Timestamp::EXAMPLE),
            },
            sections: vec![
                section("1", "Movies", SectionKind::Movies, "/media/movies", Some("Movies")),
                section("2", "TV Shows", SectionKind::Shows, "/media/tv", None),
            ],
            proposals: vec![ProposalBody {
                library: "TV".to_owned(),
                server_path: "/media/tv".to_owned(),
                section: "TV Shows".to_owned(),
                location: "/media/tv".to_owned(),
            }],
        };
        Self { sources: vec![source] }
    }
}
