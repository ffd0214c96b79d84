//! A whole instance in a temporary folder: engine on the real file system, server on a free port, clients.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cacherr::Error;
use cacherr::access::{self, Access};
use cacherr::api::{ApiParts, Connections, Hooks, Instance, Parting, Restart, serve};
use cacherr::cacher::{Cacher, Engine, Parts};
use cacherr::clock::{Clock, ManualClock, SystemClock};
use cacherr::config::{Config, Environment, Flags, ServerSettings, SettingsFile};
use cacherr::demo::plex::{Person, Simulator, World};
use cacherr::doctor::{self, Doctor};
use cacherr::domain::file::Method as Mode;
use cacherr::domain::job::JobState;
use cacherr::domain::mapping::Mapping;
use cacherr::domain::mover::MoverSettings;
use cacherr::domain::privacy::{Attributions, Privacy};
use cacherr::domain::rules::House;
use cacherr::domain::schedule::Schedule;
use cacherr::domain::secret::Secret;
use cacherr::domain::settings::{
    AccessSettings, CacheSettings, LibrarianSettings, Library, Limit, SwapMethod, Versions, Viewers,
};
use cacherr::files::real::RealFs;
use cacherr::librarian::{self, Librarian, Wishes};
use cacherr::live::Hub;
use cacherr::media::reach::Address;
use cacherr::media::tokens::Configured;
use cacherr::media::{Household, Media, Retry, Rhythm, pseudonyms};
use cacherr::mover::Mover;
use cacherr::plex::{Patience, Trust};
use cacherr::store::{Rows, Store};
use cacherr::ui::Ui;
use futures_util::{SinkExt, StreamExt};
use jiff::SignedDuration;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// The key of every instance that is not told otherwise.
pub const KEY: &str = "a key of sixteen";
/// The password of every account of a test.
pub const PASSWORD: &str = "correct horse battery staple";

/// What an instance is started with.
#[derive(Clone)]
pub struct Options {
    /// The key that the instance knows, and that [`TestApp::request`] sends; none: neither.
    pub key: Option<&'static str>,
    /// Who is let in otherwise.
    pub access: AccessSettings,
    pub base_path: Option<&'static str>,
    /// Bytes per second; copies of more than a chunk can be caught in the act.
    pub bandwidth: u64,
    /// In memory, where that can be had: for tests that commit more often than a disk can sync.
    pub in_memory: bool,
    /// Where webhooks lead; to the media server, if there is one.
    pub hooks: Option<Hooks>,
    /// The media server.
    pub plex: Option<Plex>,
    /// The time; that of the machine where none is given. Whoever moves it lets graces end by [`TestApp::pass`].
    pub clock: Option<Arc<ManualClock>>,
    /// Bytes of copies at most.
    pub limit: Option<u64>,
    /// What viewers are told of who watches what.
    pub attributions: Attributions,
    /// What is worth keeping; [`by_hand`] where nothing is said.
    pub librarian: Option<LibrarianSettings>,
    /// How connections are served.
    pub connections: Connections,
    /// The files of the web app; none where there are none.
    pub ui: &'static [(&'static str, &'static [u8])],
    /// Variables with which the configuration file is read.
    pub env: Environment,
    /// What becomes of whoever asks for a restart in place; nothing, unless somebody says otherwise.
    pub restart: Restart,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            key: Some(KEY),
            access: AccessSettings::default(),
            base_path: None,
            bandwidth: 0,
            in_memory: false,
            hooks: None,
            plex: None,
            clock: None,
            limit: None,
            attributions: Attributions::default(),
            librarian: None,
            connections: Connections::default(),
            ui: &[],
            env: Environment::new(),
            restart: Restart::by(|| Ok(())),
        }
    }
}

impl Options {
    /// What the configuration file of a data dir says; the instance runs with what a test gives it all the same.
    fn config(&self, data_dir: &Path) -> Config {
        let flags = Flags { data_dir: Some(data_dir.to_path_buf()), config: None };
        Config::load(flags, &self.env).unwrap()
    }
}

/// A librarian who works when asked to, and never by itself.
pub fn by_hand() -> LibrarianSettings {
    let schedule = Schedule::parse(&["manual".to_owned()]).unwrap();
    LibrarianSettings { schedule, ..LibrarianSettings::default() }
}

/// Where the media server sees the library.
pub const SERVER_PATH: &str = "/data/Movies";

/// A media server that an instance watches.
#[derive(Clone)]
pub struct Plex {
    /// Of the server and of plex.tv.
    pub url: String,
    /// The owner's; without, nobody signed in.
    pub token: Option<&'static str>,
    pub min_watch: SignedDuration,
    /// Bytes per second while somebody plays from the device.
    pub bandwidth: u64,
    pub mode: Mode,
    /// Whose playbacks ask for what.
    pub house: House,
    pub versions: Versions,
    pub viewers: Viewers,
    /// So often a question is tried.
    pub tries: u32,
}

impl Plex {
    pub fn at(url: String, token: &'static str) -> Self {
        Self {
            url,
            token: Some(token),
            min_watch: SignedDuration::ZERO,
            bandwidth: 0,
            mode: Mode::AtomicCopy,
            house: House::default(),
            versions: Versions::default(),
            viewers: Viewers::default(),
            tries: 2,
        }
    }
}

/// An instance beside a simulated Plex, whose owner is signed in and whose server has the library below [`SERVER_PATH`].
/// A question to it is tried once.
pub async fn beside_plex() -> (Simulator, TestApp) {
    let world = World::new(Arc::new(SystemClock));
    let owner = Person::owner(1, "anna");
    let token: &'static str = Box::leak(owner.account_token.clone().into_boxed_str());
    world.add_person(owner);
    let simulator = Simulator::start("127.0.0.1:0".parse().unwrap(), world).unwrap();
    let plex = Plex { tries: 1, ..Plex::at(simulator.url(), token) };
    let app = TestApp::start_with(Options { plex: Some(plex), ..Options::default() }).await;
    simulator.world().mount(SERVER_PATH, &app.library);
    (simulator, app)
}

/// Quick where people wait; everything else as it is.
pub fn quick() -> Rhythm {
    let ms = Duration::from_millis;
    Rhythm {
        poll: ms(2000),
        poll_without_line: ms(300),
        soon: ms(100),
        again: ms(200),
        line: Retry { first: ms(100), longest: ms(500) },
        ..Rhythm::default()
    }
}

/// A running instance.
pub struct TestApp {
    pub library: PathBuf,
    pub hub: Hub,
    dir: tempfile::TempDir,
    pub options: Options,
    cacher: Option<Cacher>,
    media: Option<Media>,
    librarian: Option<Librarian>,
    access: Option<Access>,
    server: Option<(oneshot::Sender<Parting>, JoinHandle<()>)>,
    origin: String,
    client: reqwest::Client,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    pub async fn start_with(options: Options) -> Self {
        let memory = Path::new("/dev/shm");
        let is_there = options.in_memory && memory.is_dir();
        let dir = if is_there { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let library = dir.path().join("movies");
        for folder in [&library, &dir.path().join("cache")] {
            fs::create_dir(folder).unwrap();
        }
        let mut app = Self {
            library: library.canonicalize().unwrap(),
            hub: Hub::new(Arc::new(SystemClock)),
            dir,
            options,
            cacher: None,
            media: None,
            librarian: None,
            access: None,
            server: None,
            origin: String::new(),
            client: super::http_client(),
        };
        app.run().await;
        app
    }

    async fn run(&mut self) {
        let root = self.dir.path().canonicalize().unwrap();
        let store = open_again(&root.join("cacherr.redb")).await;
        let cache = CacheSettings {
            min_free: 0,
            release_grace: SignedDuration::from_millis(50),
            bandwidth: self.options.bandwidth,
            bandwidth_while_playing: self.options.plex.as_ref().map_or(0, |plex| plex.bandwidth),
            mode: self.options.plex.as_ref().map_or(Mode::AtomicCopy, |plex| plex.mode),
            limit: self.options.limit.map_or(Limit::None, Limit::Bytes),
            ..CacheSettings::at(root.join("cache"))
        };
        let libraries = vec![Library {
            name: "Movies".to_owned(),
            path: self.library.clone(),
            server_path: self.options.plex.as_ref().map_or(self.library.clone(), |_| SERVER_PATH.into()),
            swap: SwapMethod::Exchange,
        }];
        let mapping = Mapping::of(&libraries);
        let clock = self.clock();
        self.hub = Hub::new(clock.clone());
        let events = self.hub.sink();
        let (settings, roots) = (cache.clone(), libraries.clone());
        let engine = Engine::new(Parts {
            fs: Arc::new(RealFs),
            store,
            clock: clock.clone(),
            cache,
            libraries,
            events,
        })
        .unwrap();
        engine.recover().unwrap();
        let cacher = Cacher::start(Arc::new(engine)).unwrap();
        let household = self.household(cacher.engine().store());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let bind = listener.local_addr().unwrap();
        let server = ServerSettings {
            bind,
            base_path: self.options.base_path.unwrap_or("/").to_owned(),
            api_key: self.options.key.map(Secret::new),
        };
        let hooks = self.options.hooks.clone();
        let plex = self.options.plex.as_ref();
        let access = Access::open(access::Parts {
            store: cacher.engine().store().clone(),
            clock: clock.clone(),
            settings: self.options.access.clone(),
            data_dir: root.clone(),
            configured_key: server.api_key.clone(),
        })
        .unwrap();
        self.access = Some(access.clone());
        let media = Media::start(cacherr::media::Parts {
            cacher: cacher.clone(),
            clock: clock.clone(),
            mapping: mapping.clone(),
            household,
            hub: self.hub.clone(),
            house: plex.map(|plex| plex.house.clone()).unwrap_or_default(),
            versions: plex.map_or_else(Versions::default, |plex| plex.versions),
            viewers: plex.map_or_else(Viewers::default, |plex| plex.viewers),
            min_watch: self.options.plex.as_ref().map_or(SignedDuration::ZERO, |plex| plex.min_watch),
            rhythm: quick(),
        });
        let told = media.clone();
        let hooks = hooks.or_else(|| {
            let token = media.household().tokens().webhook().clone();
            self.options.plex.as_ref().map(|_| Hooks { token, tell: Arc::new(move |tip| told.tip(tip)) })
        });
        self.media = Some(media.clone());
        let doctor = Doctor::new(doctor::Parts {
            cacher: cacher.clone(),
            clock: clock.clone(),
            mover: Mover::new(MoverSettings::default(), &settings.dir, clock),
            cache: settings,
            libraries: roots,
            watches_originals: false,
            server: Box::new(|| Ok(None)),
            runtime: tokio::runtime::Handle::current(),
        });
        let librarian = self.begin_to_plan(&cacher, &media, mapping);
        self.librarian = Some(librarian.clone());
        self.cacher = Some(cacher.clone());
        let parts = ApiParts {
            cacher,
            media,
            librarian,
            doctor,
            hub: self.hub.clone(),
            privacy: self.privacy(),
            server,
            access,
            hooks,
            connections: self.options.connections.clone(),
            settings: SettingsFile::of(&self.options.config(&root)).unwrap(),
            ui: Ui::of(self.options.ui.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec()))),
            instance: Instance {
                started_at: self.clock().now(),
                data_dir: root,
                config_file: None,
                is_demo: false,
            },
            restart: self.options.restart.clone(),
        };
        let (stop, stopped) = oneshot::channel();
        let parting = async { stopped.await.unwrap_or(Parting::Stop) };
        let serving = tokio::spawn(serve(listener, parts, parting));
        self.origin = format!("127.0.0.1:{}", bind.port());
        self.server = Some((stop, serving));
    }

    fn begin_to_plan(&self, cacher: &Cacher, media: &Media, mapping: Mapping) -> Librarian {
        let settings = self.options.librarian.clone().unwrap_or_else(by_hand);
        let asking = librarian::Settings::of(&settings);
        let (household, store) = (media.household().clone(), cacher.engine().store().clone());
        Librarian::start(librarian::Parts {
            cacher: cacher.clone(),
            clock: self.clock(),
            mapping,
            wishes: Wishes::open(household.clone(), store, self.clock(), asking).unwrap(),
            household,
            settings,
            zone: jiff::tz::TimeZone::UTC,
            changes: media.changes(),
        })
    }

    fn household(&self, store: &Store) -> Household {
        // Nobody answers there, and nobody is asked without a token.
        let nowhere = "http://127.0.0.1:9".to_owned();
        let plex = self.options.plex.as_ref();
        let url = plex.map_or(nowhere, |plex| plex.url.clone());
        let token = plex.and_then(|plex| plex.token).map(Secret::new);
        let mut address = Address::new(url.clone(), Trust::Roots, url, Duration::ZERO);
        let tries = plex.map_or(2, |plex| plex.tries);
        address.patience = Patience { first: Duration::from_millis(50), tries, ..Patience::default() };
        address.sign_in_interval = Duration::from_millis(5);
        let configured = Configured { token, file: None };
        Household::open(store.clone(), self.clock(), configured, address).unwrap()
    }

    fn privacy(&self) -> Privacy {
        let key = || pseudonyms::key(self.cacher().engine().store());
        Privacy::of(self.options.attributions, key).unwrap()
    }

    fn clock(&self) -> Arc<dyn Clock> {
        match &self.options.clock {
            Some(clock) => clock.clone(),
            None => Arc::new(SystemClock),
        }
    }

    /// Moves the clock that was given, and sees to what is due then.
    pub async fn pass(&self, time: SignedDuration) {
        self.options.clock.as_ref().unwrap().advance(time);
        let cacher = self.cacher().clone();
        tokio::task::spawn_blocking(move || cacher.engine().settle_due().unwrap()).await.unwrap();
    }

    pub fn librarian(&self) -> &Librarian {
        self.librarian.as_ref().unwrap()
    }

    pub fn media(&self) -> &Media {
        self.media.as_ref().unwrap()
    }

    /// What lies in the data dir.
    pub fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn access(&self) -> &Access {
        self.access.as_ref().unwrap()
    }

    pub fn cacher(&self) -> &Cacher {
        self.cacher.as_ref().unwrap()
    }

    /// Host and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Stops the server alone; ends well within the time that clients are given.
    pub async fn stop_server(&mut self) {
        let (stop, serving) = self.server.take().unwrap();
        let _ = stop.send(Parting::Stop);
        tokio::time::timeout(Duration::from_secs(20), serving).await.unwrap().unwrap();
    }

    async fn halt(&mut self) {
        if self.server.is_some() {
            self.stop_server().await;
        }
        if let Some(librarian) = self.librarian.take() {
            librarian.stop().await;
        }
        if let Some(media) = self.media.take() {
            media.stop().await;
        }
        self.access = None;
        if let Some(cacher) = self.cacher.take() {
            tokio::task::spawn_blocking(move || cacher.stop()).await.unwrap();
        }
    }

    /// Everything ends in order and starts again on the same folders.
    pub async fn restart(&mut self) {
        self.halt().await;
        self.run().await;
    }

    /// Makes a file of the library, long finished by whoever wrote it.
    pub fn film(&self, name: &str, size: usize) -> PathBuf {
        let path = self.library.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let pattern: Vec<u8> = (0..size).map(|at| (at * 7 + at / 251 + name.len()) as u8).collect();
        fs::write(&path, pattern).unwrap();
        let hour_ago = SystemTime::now() - Duration::from_secs(3600);
        File::options().write(true).open(&path).unwrap().set_modified(hour_ago).unwrap();
        path
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("http://{}{path}", self.origin));
        match self.options.key {
            Some(key) => request.header("X-Api-Key", key),
            None => request,
        }
    }

    /// A request that shows nothing of who asks.
    pub fn stranger(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.origin))
    }

    /// A request with a key.
    pub fn with_key(&self, key: &str, method: Method, path: &str) -> RequestBuilder {
        self.stranger(method, path).header("X-Api-Key", key)
    }

    /// A request with the cookie of a session, as a page of ours sends it.
    pub fn with_cookie(&self, cookie: &str, method: Method, path: &str) -> RequestBuilder {
        self.stranger(method, path)
            .header("Cookie", cookie)
            .header("Origin", format!("http://{}", self.origin))
    }

    /// Makes a key with a role: its id, and the key itself.
    pub async fn add_key(&self, name: &str, role: &str) -> (String, String) {
        let made = self.post("/api/keys", &serde_json::json!({ "name": name, "role": role })).await.is(200);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&made["key"]["id"]), text(&made["secret"]))
    }

    /// Makes an account with [`PASSWORD`]. Returns its id.
    pub async fn add_account(&self, name: &str, role: &str) -> String {
        let account = serde_json::json!({ "name": name, "role": role, "password": PASSWORD });
        self.post("/api/accounts", &account).await.is(200)["id"].as_str().unwrap().to_owned()
    }

    /// Logs in: the cookie, as a browser would send it.
    pub async fn log_in(&self, name: &str) -> String {
        let body = serde_json::json!({ "name": name, "password": PASSWORD });
        let answer = send(self.stranger(Method::POST, "/api/auth/login").json(&body)).await;
        let cookie = answer.cookie();
        answer.is(200);
        cookie
    }

    /// Tries to listen with these headers: the socket, or the status of the refusal.
    pub async fn try_listen(&self, query: &str, headers: &[(&'static str, &str)]) -> Result<Socket, u16> {
        let mut request = format!("ws://{}/ws{query}", self.origin).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((stream, _)) => Ok(Socket { stream }),
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }

    /// Asks for a file and waits until it is cached. Returns its id.
    pub async fn cache(&self, path: &Path, extra: Value) -> String {
        let mut body = serde_json::json!({ "file_path": path });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let accepted = self.post("/api/cached/files", &body).await.is(202);
        let job = accepted["job_id"].as_str().unwrap();
        let job = self.ended(job).await;
        assert_eq!(job["state"], "done", "{job}");
        accepted["file_id"].as_str().unwrap().to_owned()
    }

    /// Waits for a job's end.
    pub async fn ended(&self, job: &str) -> Value {
        let (cacher, id) = (self.cacher().clone(), job.parse().unwrap());
        let wait = move || cacher.wait(id, Duration::from_secs(20)).unwrap();
        let row = tokio::task::spawn_blocking(wait).await.unwrap();
        assert!(row.state.is_final(), "{row:?}");
        self.get(&format!("/api/jobs/{job}")).await.is(200)
    }

    pub async fn listen(&self, query: &str) -> Socket {
        self.open(format!("ws://{}/ws{query}", self.origin)).await
    }

    pub async fn listen_below(&self, base_path: &str) -> Socket {
        self.open(format!("ws://{}{base_path}/ws", self.origin)).await
    }

    async fn open(&self, url: String) -> Socket {
        let mut request = url.into_client_request().unwrap();
        if let Some(key) = self.options.key {
            request.headers_mut().insert("X-Api-Key", key.parse().unwrap());
        }
        Socket { stream: connect_async(request).await.unwrap().0 }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if let Some((stop, serving)) = self.server.take() {
            let _ = stop.send(Parting::Stop);
            serving.abort();
        }
        let Some(cacher) = self.cacher.take() else { return };
        let store = cacher.engine().store().clone();
        cacher.stop();
        if std::thread::panicking() {
            return;
        }
        assert_eq!(cacher.failure(), None);
        assert_eq!(store.check().unwrap(), Vec::<String>::new());
        let rows = store.read().unwrap();
        for state in [JobState::Queued, JobState::Swapping] {
            let left = rows.jobs_in(state).unwrap();
            assert!(left.is_empty(), "a test left jobs behind: {left:?}");
        }
    }
}

/// Changes a table behind the back of a store that is closed.
pub fn tamper(file: &Path, table: &'static str, act: impl FnOnce(&mut redb::Table<'_, &[u8], &[u8]>)) {
    let database = redb::Database::open(file).unwrap();
    let txn = database.begin_write().unwrap();
    act(&mut txn.open_table(redb::TableDefinition::<&[u8], &[u8]>::new(table)).unwrap());
    txn.commit().unwrap();
}

/// A text as a value of a query, whatever is in it.
pub fn quoted(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

/// Opens the store as soon as nobody else has it: what served the last connections of a server that ended may let go of it
/// a moment later.
async fn open_again(file: &Path) -> Store {
    let patience = std::time::Instant::now() + Duration::from_secs(20);
    loop {
        match Store::open(file) {
            Err(Error::DataDirInUse { .. }) if std::time::Instant::now() < patience => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            opened => return opened.unwrap(),
        }
    }
}

pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    assert_eq!(
        headers.get("content-type").map(|value| value.as_bytes()),
        Some(&b"application/json"[..]),
        "{text}"
    );
    let body: Value = serde_json::from_str(&text).unwrap();
    let stamp = body["timestamp"].as_str().unwrap();
    assert!(stamp.ends_with('Z') && stamp.parse::<jiff::Timestamp>().is_ok(), "{stamp}");
    assert_eq!(body["success"], status < 400, "{body}");
    assert_eq!(body.get("data").is_some_and(|data| !data.is_null()), status < 400, "{body}");
    assert_eq!(body["error"].is_string() && body["code"].is_string(), status >= 400, "{body}");
    Answer { status, headers, body }
}

impl Answer {
    /// The data of a good answer.
    #[track_caller]
    pub fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body["data"].clone()
    }

    /// What a browser sends back of the cookie that came with it.
    #[track_caller]
    pub fn cookie(&self) -> String {
        let line = self.headers["set-cookie"].to_str().unwrap();
        line.split(';').next().unwrap().to_owned()
    }

    /// The sentence of a refusal.
    #[track_caller]
    pub fn refuses(self, status: u16, code: &str) -> String {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        self.body["error"].as_str().unwrap().to_owned()
    }
}

/// A client of the WebSocket.
pub struct Socket {
    pub stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    pub async fn send(&mut self, text: impl Into<String>) {
        self.stream.send(Message::text(text.into())).await.unwrap();
    }

    /// The next frame that is no ping.
    pub async fn message(&mut self) -> Message {
        let patience = Duration::from_secs(20);
        loop {
            match tokio::time::timeout(patience, self.stream.next()).await.expect("nothing was heard") {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(message) => return message.unwrap(),
                None => panic!("the connection ended"),
            }
        }
    }

    /// The next text frame.
    pub async fn frame(&mut self) -> Value {
        match self.message().await {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// Frames up to the first of a type.
    pub async fn until(&mut self, name: &str) -> Vec<Value> {
        let mut frames = Vec::new();
        loop {
            let frame = self.frame().await;
            let is_last = frame["type"] == name;
            frames.push(frame);
            if is_last {
                return frames;
            }
        }
    }

    /// How it was closed.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match self.message().await {
                Message::Close(Some(frame)) => return frame.code.into(),
                Message::Close(None) => return 1005,
                _ => {}
            }
        }
    }
}
