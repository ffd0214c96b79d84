//! `GET /api/system/info`: what this start of the program is, and where it works.

use std::path::PathBuf;
use std::sync::Arc;

use poem::web::Data;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use super::answer::{Answer, Payload};
use super::bridge::blocking;
use super::document::Refusals;
use super::problem::{Code, Problem};
use super::value::{Timestamp, int64, text};
use crate::cacher::{Cacher, Engine};
use crate::domain::settings::Library;
use crate::domain::time::Time;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[("getSystemInfo", &[Code::UnknownParameter])];

/// This start. A restart in place makes another one.
#[derive(Clone, Debug)]
pub struct Instance {
    /// When it began.
    pub started_at: Time,
    /// Where the store lives.
    pub data_dir: PathBuf,
    /// The configuration that was read, if there is one.
    pub config_file: Option<PathBuf>,
    /// Whether it is a sample.
    pub is_demo: bool,
}

/// The same with what the binary brings.
#[derive(Clone, Debug)]
pub(super) struct About {
    /// The start.
    pub instance: Instance,
    /// Which web app there is.
    pub ui_build: Option<String>,
}

/// What runs here, and where.
#[derive(Object, Debug)]
#[oai(rename = "SystemInfo")]
struct InfoBody {
    /// The version of the program.
    version: String,
    /// The commit that it was built from, where whoever built it said so.
    #[oai(nullable)]
    commit: Option<String>,
    /// What it was built for, such as `x86_64-unknown-linux-musl`.
    target: String,
    /// Since when it runs; a restart in place is another start.
    started_at: Timestamp,
    /// The number of the process.
    pid: i32,
    /// As whom.
    runs_as: RunsAsBody,
    /// Where the store lives.
    data_dir: String,
    /// The configuration file that was read; null where there is none.
    #[oai(nullable)]
    config_file: Option<String>,
    /// Bytes of the store.
    store_bytes: i64,
    /// Where copies lie.
    cache_dir: String,
    /// The libraries, in the order of the configuration.
    libraries: Vec<LibraryPathsBody>,
    /// Whether it is a sample with a simulated Plex.
    demo: bool,
}

/// A user of the system.
#[derive(Object, Debug)]
#[oai(rename = "RunsAs")]
struct RunsAsBody {
    /// The user's number.
    uid: i64,
    /// The group's.
    gid: i64,
}

/// Where a library is.
#[derive(Object, Debug)]
#[oai(rename = "LibraryPaths")]
struct LibraryPathsBody {
    /// Its name.
    name: String,
    /// Its root, as this machine sees it.
    path: String,
    /// The same as the media server sees it; null where that is no different.
    #[oai(nullable)]
    server_path: Option<String>,
    /// How a link takes a file's place: `exchange` or `link_rename`.
    swap: String,
}

impl From<&Library> for LibraryPathsBody {
    fn from(library: &Library) -> Self {
        let Library { name, path, server_path, swap } = library;
        Self {
            name: name.clone(),
            path: text(path),
            server_path: (server_path != path).then(|| text(server_path)),
            swap: swap.name().to_owned(),
        }
    }
}

fn read(engine: &Engine, instance: &Instance) -> InfoBody {
    let Instance { started_at, data_dir, config_file, is_demo } = instance;
    InfoBody {
        started_at: Timestamp(*started_at),
        pid: rustix::process::getpid().as_raw_nonzero().get(),
        runs_as: RunsAsBody {
            uid: rustix::process::geteuid().as_raw().into(),
            gid: rustix::process::getegid().as_raw().into(),
        },
        data_dir: text(data_dir),
        config_file: config_file.as_ref().map(text),
        store_bytes: engine.store().bytes().map_or(0, int64),
        cache_dir: text(engine.copies_dir()),
        libraries: engine.libraries().iter().map(LibraryPathsBody::from).collect(),
        demo: *is_demo,
        ..built()
    }
}

/// What the binary knows of itself, in a body without anything else.
fn built() -> InfoBody {
    InfoBody {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: option_env!("CACHERR_COMMIT").filter(|commit| !commit.is_empty()).map(str::to_owned),
        target: env!("CACHERR_TARGET").to_owned(),
        started_at: Timestamp::EXAMPLE,
        pid: 0,
        runs_as: RunsAsBody { uid: 0, gid: 0 },
        data_dir: String::new(),
        config_file: None,
        store_bytes: 0,
        cache_dir: String::new(),
        libraries: vec![],
        demo: false,
    }
}

/// The resource.
#[derive(Default)]
pub struct InstanceApi;

#[OpenApi(tag = "Tag::System")]
impl InstanceApi {
    /// Read what runs here
    ///
    /// For whoever wants to know, or to report, what exactly this is: version, process, and where everything lies.
    #[oai(path = "/api/system/info", method = "get", operation_id = "getSystemInfo")]
    async fn get(
        &self,
        cacher: Data<&Cacher>,
        about: Data<&Arc<About>>,
    ) -> Result<Answer<InfoBody>, Problem> {
        let (cacher, about) = (cacher.0.clone(), about.0.clone());
        blocking(move || Ok(Answer::ok(read(cacher.engine(), &about.instance)))).await
    }
}

impl Payload for InfoBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "What runs here.")];
}

impl Example for InfoBody {
    fn example() -> Self {
        Self {
            // The document is the same wherever it is written.
            commit: Some("0f3a9c1".to_owned()),
            target: "x86_64-unknown-linux-musl".to_owned(),
            pid: 1,
            runs_as: RunsAsBody { uid: 1000, gid: 1000 },
            data_dir: "/config".to_owned(),
            config_file: Some("/config/cacherr.toml".to_owned()),
            store_bytes: 4_460_544,
            cache_dir: "/mnt/fast/cacherr".to_owned(),
            libraries: vec![LibraryPathsBody {
                name: "Movies".to_owned(),
                path: "/mnt/array/movies".to_owned(),
                server_path: Some("/media/movies".to_owned()),
                swap: "exchange".to_owned(),
            }],
            ..built()
        }
    }
}
