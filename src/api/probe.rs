//! `POST /api/system/probe`: what somebody is about to choose, tried before it is.

use std::path::PathBuf;
use std::time::Duration;

use poem::web::Data;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use super::answer::{Answer, Payload};
use super::bridge::blocking;
use super::document::Refusals;
use super::problem::Problem;
use super::text::{AbsolutePath, Hidden, WebAddress};
use super::value::{closed_type, int64};
use crate::cacher::survey::Marker;
use crate::doctor::mapping::ask;
use crate::doctor::survey::{Surveyed, SurveyedServer, judge_fit};
use crate::doctor::{Check, Doctor, Finding, Verdict};
use crate::domain::file::closed_names;
use crate::domain::media::{Section, SectionKind};
use crate::domain::secret::Secret;
use crate::domain::settings::{Library, SwapMethod};
use crate::media::Media;
use crate::plex::Client;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[("probe", &[])];

/// So long is waited for a media server: somebody looks at the page.
const PATIENCE: Duration = Duration::from_secs(20);

/// What to try.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// A folder for copies.
    CacheDir,
    /// A folder of films.
    Library,
    /// A media server.
    Plex,
}

closed_names!(Kind {
    CacheDir => "cache_dir",
    Library => "library",
    Plex => "plex",
});
closed_type!(
    Kind,
    "ProbeKind",
    "`cache_dir`: a folder for copies, in `path`. `library`: a folder of films, in `path`, with `server_path` where the media \
     server sees it elsewhere. `plex`: a media server at `url`, with `token` if there is one."
);

/// How a thing is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// As it should be.
    Ok,
    /// It works, and should be looked at.
    Warning,
    /// It does not work.
    Problem,
    /// It could not be seen.
    Unknown,
}

closed_names!(State {
    Ok => "ok",
    Warning => "warning",
    Problem => "problem",
    Unknown => "unknown",
});
closed_type!(
    State,
    "ProbeState",
    "`ok`: as it should be. `warning`: it works, and should be looked at. `problem`: it does not work. `unknown`: it could not \
     be seen."
);

closed_names!(Marker {
    None => "none",
    Ours => "ours",
    Foreign => "foreign",
});
closed_type!(
    Marker,
    "CacheMarker",
    "Whose copies are in a folder: `none`: nobody's yet. `ours`: those of this Cacherr. `foreign`: those of another one."
);

/// What to try. A field that has no meaning for the kind is left out, or null.
#[derive(Object, Debug)]
#[oai(rename = "ProbeRequest", deny_unknown_fields, example)]
struct ProbeRequest {
    /// What it is.
    kind: Kind,
    /// The folder, of films or for copies.
    #[oai(nullable)]
    path: Option<AbsolutePath>,
    /// The folder as the media server sees it; its files are looked for then, if one is connected.
    #[oai(nullable, validator(min_length = "1", max_length = "4096"))]
    server_path: Option<String>,
    /// The address of the media server.
    #[oai(nullable)]
    url: Option<WebAddress>,
    /// A token for it. Without one, the token of the server that is connected is used there, and nowhere else.
    #[oai(nullable)]
    token: Option<Hidden>,
}

/// What a request asks for: what belongs to its kind, and nothing else.
enum Subject {
    CacheDir(PathBuf),
    Library { path: PathBuf, server_path: Option<String> },
    Plex { url: String, token: Option<Hidden> },
}

impl ProbeRequest {
    fn read(self) -> Result<Subject, Problem> {
        let Self { kind, path, server_path, url, token } = self;
        let given = [
            ("path", path.is_some(), kind != Kind::Plex),
            ("server_path", server_path.is_some(), kind == Kind::Library),
            ("url", url.is_some(), kind == Kind::Plex),
            ("token", token.is_some(), kind == Kind::Plex),
        ];
        if let Some((name, ..)) = given.iter().find(|(_, is_given, belongs)| *is_given && !belongs) {
            return Err(Problem::invalid(name, format!("has no meaning for {}; leave it out", kind.name())));
        }
        let folder = |path: Option<AbsolutePath>| match path {
            Some(path) => path.read("path"),
            None => Err(Problem::invalid("path", "is missing; it must be an absolute path")),
        };
        Ok(match kind {
            Kind::CacheDir => Subject::CacheDir(folder(path)?),
            Kind::Library => Subject::Library { path: folder(path)?, server_path },
            Kind::Plex => match url {
                Some(url) => Subject::Plex { url: url.read("url")?, token },
                None => return Err(Problem::invalid("url", "is missing; it must be an address")),
            },
        })
    }
}

/// What was found.
#[derive(Object, Debug)]
#[oai(rename = "Probe")]
struct ProbeBody {
    /// Whether nothing stands against it.
    ok: bool,
    /// What was looked at, as the doctor does it.
    checks: Vec<CheckBody>,
    /// What was seen.
    facts: FactsBody,
}

/// One thing that was looked at.
#[derive(Object, Debug)]
#[oai(rename = "ProbeCheck")]
struct CheckBody {
    /// What it was.
    id: Check,
    /// How it is.
    state: State,
    /// What should be.
    title: String,
    /// What was seen, in a sentence.
    detail: String,
    /// What to do, in a sentence; null where all is well.
    #[oai(nullable)]
    fix: Option<String>,
}

/// What was seen. What does not belong to the kind, or was not to be seen, is null.
#[derive(Object, Debug, Default)]
#[oai(rename = "ProbeFacts")]
struct FactsBody {
    /// The size of the volume in bytes.
    #[oai(nullable)]
    volume_total: Option<i64>,
    /// What is free there for Cacherr.
    #[oai(nullable)]
    volume_free: Option<i64>,
    /// The kind of file system.
    #[oai(nullable)]
    filesystem: Option<String>,
    /// Configured libraries on the same file system.
    device_shared_with: Vec<String>,
    /// Whether cache and library lie on the same file system; of a cache dir, any library.
    #[oai(nullable)]
    same_filesystem: Option<bool>,
    /// Whether it is a disk that turns.
    #[oai(nullable)]
    rotational: Option<bool>,
    /// Whether it is on another machine.
    #[oai(nullable)]
    network: Option<bool>,
    /// Whether names can be exchanged atomically there. Where not, a library needs `swap = "link_rename"`.
    #[oai(nullable)]
    exchange: Option<bool>,
    /// How many files are below; 10,000 where there are as many or more.
    #[oai(nullable)]
    files_seen: Option<i64>,
    /// Whose copies are there.
    #[oai(nullable)]
    marker: Option<Marker>,
    /// The version of the media server.
    #[oai(nullable)]
    server_version: Option<String>,
    /// Its sections of films and shows, as the token sees them.
    #[oai(nullable)]
    sections: Option<Vec<ProbeSection>>,
}

/// A section of the media server.
#[derive(Object, Debug)]
struct ProbeSection {
    /// Its title.
    title: String,
    /// What it holds.
    kind: SectionKind,
    /// Its folders, as the media server sees them.
    locations: Vec<String>,
}

impl CheckBody {
    fn of(finding: Finding) -> Self {
        let Finding { check, subject: _, verdict, says, fix } = finding;
        let state = match verdict {
            Verdict::Ok => State::Ok,
            Verdict::Warning => State::Warning,
            Verdict::Failure => State::Problem,
            Verdict::Unknown => State::Unknown,
        };
        Self { id: check, state, title: check.title().to_owned(), detail: says, fix }
    }
}

impl ProbeBody {
    fn of(findings: Vec<Finding>, facts: FactsBody) -> Self {
        let checks: Vec<CheckBody> = findings.into_iter().map(CheckBody::of).collect();
        Self { ok: checks.iter().all(|check| check.state != State::Problem), checks, facts }
    }
}

impl From<Surveyed> for ProbeBody {
    fn from(surveyed: Surveyed) -> Self {
        let network = surveyed.is_network();
        let Surveyed {
            findings,
            ground,
            mount,
            shared_with,
            same_file_system,
            rotational,
            exchange,
            counted,
            marker,
        } = surveyed;
        let space = ground.map(|ground| ground.space);
        let facts = FactsBody {
            volume_total: space.map(|space| int64(space.total)),
            volume_free: space.map(|space| int64(space.available)),
            filesystem: mount.map(|mount| mount.kind),
            device_shared_with: shared_with,
            same_filesystem: same_file_system,
            rotational,
            network,
            exchange,
            files_seen: counted.map(|counted| int64(counted.files)),
            marker,
            ..FactsBody::default()
        };
        Self::of(findings, facts)
    }
}

impl From<SurveyedServer> for ProbeBody {
    fn from(surveyed: SurveyedServer) -> Self {
        let SurveyedServer { findings, version, sections } = surveyed;
        let section = |section: Section| ProbeSection {
            title: section.title,
            kind: section.kind,
            locations: section.locations.into_iter().map(|path| path.0).collect(),
        };
        let facts = FactsBody {
            server_version: version,
            sections: sections.map(|all| all.into_iter().map(section).collect()),
            ..FactsBody::default()
        };
        Self::of(findings, facts)
    }
}

/// The resource.
#[derive(Default)]
pub struct Probe;

#[OpenApi(tag = "Tag::System")]
impl Probe {
    /// Try what is not configured yet
    ///
    /// A folder for copies, a folder of films, or a media server: looked at as the doctor looks at what is configured, with the
    /// same words. In a folder of films a hidden folder is made, a file of Cacherr's own is swapped there twenty times, and the
    /// folder is removed; in a folder for copies a file is written and removed. Nothing else is changed, and nothing saved.
    #[oai(path = "/api/system/probe", method = "post", operation_id = "probe")]
    async fn probe(
        &self,
        doctor: Data<&Doctor>,
        media: Data<&Media>,
        body: Json<ProbeRequest>,
    ) -> Result<Answer<ProbeBody>, Problem> {
        match body.0.read()? {
            Subject::CacheDir(dir) => {
                let doctor = doctor.0.clone();
                blocking(move || Ok(Answer::ok(doctor.survey_cache(&dir).into()))).await
            }
            Subject::Library { path, server_path } => {
                let server = if server_path.is_some() { connected(media.0).await } else { None };
                let library = library(path, server_path.as_deref());
                survey_library(doctor.0, library, server).await.map(|body| Answer::ok(body.into()))
            }
            Subject::Plex { url, token } => {
                let (client, has_token) = client(media.0, &url, token).await?;
                let asked = tokio::time::timeout(PATIENCE, doctor.0.survey_server(&client, has_token)).await;
                let surveyed = asked.unwrap_or_else(|_| SurveyedServer::late());
                Ok(Answer::ok(surveyed.into()))
            }
        }
    }
}

fn library(path: PathBuf, server_path: Option<&str>) -> Library {
    let name =
        path.file_name().map_or_else(|| "library".to_owned(), |name| name.to_string_lossy().into_owned());
    let server_path = server_path.map_or_else(|| path.clone(), PathBuf::from);
    Library { name, path, server_path, swap: SwapMethod::Exchange }
}

/// The media server that is connected. That it cannot be asked is told of elsewhere.
async fn connected(media: &Media) -> Option<Client> {
    media.household().reach().owner().await.ok().flatten()
}

async fn survey_library(
    doctor: &Doctor,
    library: Library,
    server: Option<Client>,
) -> Result<Surveyed, Problem> {
    let asked = match &server {
        Some(client) => tokio::time::timeout(PATIENCE, ask(client)).await.ok().and_then(Result::ok),
        None => None,
    };
    let doctor = doctor.clone();
    blocking(move || {
        let mut surveyed = doctor.survey_library(&library);
        if let Some(locations) = asked {
            let tested = doctor.test_mapping(&locations, std::slice::from_ref(&library));
            surveyed.findings.extend(tested.libraries.first().map(judge_fit));
        }
        Ok(surveyed)
    })
    .await
}

/// The media server at that address, and whether a token goes along. Nobody's token is sent where it does not belong.
async fn client(media: &Media, url: &str, token: Option<Hidden>) -> Result<(Client, bool), Problem> {
    let server = media.household().reach().server();
    let token = token.map(|token| Secret::new(token.read()));
    let (has_token, secret) = (token.is_some(), token.unwrap_or_else(|| Secret::new("")));
    let client = server
        .elsewhere(url, secret)
        .map_err(|fault| Problem::invalid("url", format!("cannot be used: {fault}")))?;
    if has_token || client.origin() != server.origin() {
        return Ok((client, has_token));
    }
    Ok(connected(media).await.map_or((client, false), |owner| (owner, true)))
}

impl Payload for ProbeBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "What was found.")];
}

impl Example for ProbeRequest {
    fn example() -> Self {
        Self {
            kind: Kind::Library,
            path: Some("/mnt/array/movies".into()),
            server_path: Some("/media/movies".to_owned()),
            url: None,
            token: None,
        }
    }
}

impl Example for ProbeBody {
    fn example() -> Self {
        let facts = FactsBody {
            volume_total: Some(4_000_000_000_000),
            volume_free: Some(1_500_000_000_000),
            filesystem: Some("xfs".to_owned()),
            same_filesystem: Some(false),
            rotational: Some(true),
            network: Some(false),
            exchange: Some(true),
            files_seen: Some(812),
            ..FactsBody::default()
        };
        let check = CheckBody {
            id: Check::LibraryRoot,
            state: State::Ok,
            title: Check::LibraryRoot.title().to_owned(),
            detail: "/mnt/array/movies is there".to_owned(),
            fix: None,
        };
        Self { ok: true, checks: vec![check], facts }
    }
}
