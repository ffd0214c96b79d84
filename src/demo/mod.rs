//! A sample to look at: a small library, a fast folder, a simulated Plex whose people watch in fast motion, and the real
//! engine with the real server on top.
//!
//! **Invariant:** touches nothing but its own folder, and takes over none that it did not make. Serves this machine only,
//! and asks nobody but itself.

mod folder;
mod household;
mod library;
mod people;
pub mod plex;
mod wishes;

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Runtime;

use crate::app::{self, Chatter, Load, Program, Stopped, Supervisor};
use crate::cacher::Cacher;
use crate::clock::SystemClock;
use crate::config::{Config, Environment, Flags};
use crate::domain::size::readable;
use crate::error::{IoContext, Result};

use folder::Folder;
use household::Household;
use people::People;
use plex::Simulator;

/// Where it is served unless somebody says otherwise, or somebody else is there.
const PORT: u16 = 5445;

/// Every demo is the same evening.
const SEED: u64 = 20_231_201;

/// What a person can choose.
#[derive(Clone, Default, Debug)]
pub struct Choice {
    /// The folder; a new one among the temporary files when absent.
    pub dir: Option<PathBuf>,
    /// The port.
    pub port: Option<u16>,
}

/// Makes the sample, or takes up an earlier one, and runs it until stopped. `env` is asked for the log's filter and for whom to tell how it
/// is, no more.
///
/// # Errors
/// The folder is not empty and no demo, or cannot be written; what [`app::run`] says.
pub fn run(choice: &Choice, env: &Environment) -> Result<Stopped> {
    let folder = Folder::open(choice.dir.as_deref())?;
    let made = library::make(&folder)?;
    let port = choice.port.map_or_else(free_port, Ok)?;
    let household = Household::of(folder.path(), Arc::new(SystemClock))?;
    let runtime = runtime()?;
    let simulator = {
        let _within = runtime.enter();
        Simulator::start((Ipv4Addr::LOCALHOST, 0).into(), household.world.clone())?
    };
    let load = configuration(&folder, port, &simulator, env);
    let config = load()?;
    app::start_log(&config, Chatter::Instance, env);
    introduce(&folder, port, &simulator, made)?;
    let people = People::new(household, SEED)?;
    let streets = runtime.handle().clone();
    let begin = move |cacher: &Cacher| {
        streets.spawn(people.live());
        // Each wish is a durable commit: the server need not wait for them.
        wishes::ask_soon(folder, cacher.clone())
    };
    let stopped = app::run(Program {
        config,
        load,
        is_demo: true,
        supervisor: Supervisor::of(env),
        begin: Box::new(begin),
    });
    runtime.block_on(simulator.stop());
    runtime.shutdown_background();
    stopped
}

/// The simulated Plex and its people are a world of their own, also to the scheduler.
fn runtime() -> Result<Runtime> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.doing("start the", "runtime of the simulated Plex")
}

/// The usual port, or any other where that is taken.
fn free_port() -> Result<u16> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).and_then(|bound| bound.local_addr());
    let address = bind(PORT).or_else(|_| bind(0)).doing("find a free port at", "127.0.0.1")?;
    Ok(address.port())
}

/// The folder's own configuration, and what is different at each start. Of the environment only the filter of the log
/// counts.
fn configuration(folder: &Folder, port: u16, simulator: &Simulator, env: &Environment) -> Load {
    let log = env.get_key_value(OsStr::new("CACHERR_LOG"));
    let mut env: Environment = log.map(|(name, value)| (name.clone(), value.clone())).into_iter().collect();
    env.insert("CACHERR_API_KEY_FILE".into(), folder.key_file().into());
    env.insert("CACHERR_SERVER__BIND".into(), OsString::from(format!("127.0.0.1:{port}")));
    // Whoever sits at this machine looks around without a log-in; nobody else reaches it.
    env.insert("CACHERR_ACCESS__LOCAL_ROLE".into(), "admin".into());
    for (name, value) in [
        ("URL", simulator.url()),
        ("CLOUD_URL", simulator.url()),
        ("TOKEN", household::owner().account_token),
        // In fast motion a film is over within a minute.
        ("MIN_WATCH", "1s".to_owned()),
        ("CLOUD_INTERVAL", "100ms".to_owned()),
    ] {
        env.insert(format!("CACHERR_PLEX__{name}").into(), value.into());
    }
    let flags = Flags { config: None, data_dir: Some(folder.data()) };
    Box::new(move || Config::load(flags.clone(), &env))
}

fn introduce(folder: &Folder, port: u16, simulator: &Simulator, made: library::Made) -> Result<()> {
    let (dir, data, key) = (folder.path().display(), folder.data(), folder.key()?);
    let address = format!("http://127.0.0.1:{port}");
    let wish = folder.path().join(library::UNCACHED);
    let text = format!(
        "\
A sample library of {files} films and episodes ({size}), and a simulated Plex whose four people watch
them in fast motion. What they play is cached while they do, and so are the episodes that follow and what stands
on their lists (On Deck, watchlists). Nothing of yours is touched.

Open {address} in a browser.

  folder   {dir}
  key      {key}
  Plex     {plex}

Try, in another terminal:

  curl -H 'X-Api-Key: {key}' {address}/api/sessions
  curl -H 'X-Api-Key: {key}' {address}/api/cached/files
  curl -H 'X-Api-Key: {key}' {address}/api/cached/statistics
  websocat -H 'X-Api-Key: {key}' ws://127.0.0.1:{port}/ws
  curl -H 'X-Api-Key: {key}' -H 'Content-Type: application/json' {address}/api/cached/files \\
       -d '{{\"file_path\": \"{wish}\", \"user_id\": \"user2\"}}'

  cacherr --data-dir '{data}' plan
  cacherr --data-dir '{data}' status
  cacherr --data-dir '{data}' doctor
  ls -lA '{dir}/media/Movies/Dune (2021)'

Ctrl-C ends it. `cacherr demo --dir '{dir}'` takes it up again; to be rid of it, remove the folder.

",
        files = made.files,
        size = readable(made.bytes),
        plex = simulator.url(),
        wish = wish.display(),
        data = data.display(),
    );
    std::io::stdout().write_all(text.as_bytes()).doing("write to", "standard output")
}
