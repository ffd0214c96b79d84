//! The HTTP surface: beside the simulated Plex of the demo the only user of poem.
//!
//! | path | | what |
//! |---|---|---|
//! | `/api/cached/files` | GET POST | list; cache a file (`files`) |
//! | `/api/cached/files/{file_id}` | GET DELETE | read; remove (`files`) |
//! | `/api/cached/files/search` | GET | search (`files`) |
//! | `/api/cached/export` | GET | all of them in one file (`export`) |
//! | `/api/cached/files/batch` | POST | one act on many (`files`) |
//! | `/api/cached/cleanup` | POST | (`cleanup`) |
//! | `/api/cached/statistics` | GET | counts and sums (`statistics`) |
//! | `/api/cached/statistics/history` | GET | the hit ratio day by day (`history`) |
//! | `/api/cached/space` | GET | how full the cache is (`space`) |
//! | `/api/cached/users/{user_id}/stats` | GET | what one user wants (`users`) |
//! | `/api/cached/operations` | GET | the operation log (`operations`) |
//! | `/api/plan`, `/api/plan/run` | GET; POST | what would be cached and given back; carry it out (`plan`) |
//! | `/api/library`, `/api/library/search` | GET | what there is to be cached (`library`) |
//! | `/api/plan/paused` | GET, PUT | whether anything is done by itself (`plan`) |
//! | `/api/jobs`, `/api/jobs/{job_id}` | GET | list; read (`jobs`) |
//! | `/api/jobs/{job_id}/cancel`, `/pause`, `/resume` | POST | (`jobs`) |
//! | `/api/sessions` | GET | who plays what (`sessions`) |
//! | `/api/webhooks`, `/api/webhooks/plex/{token}` | GET; POST | where they are; what is told there (`webhooks`) |
//! | `/api/users` | GET | who there is, and how we know what they wish for (`people`) |
//! | `/api/users/{user_id}` | DELETE | deletes what is known of somebody (`forget`) |
//! | `/api/sources` | GET | the media server (`sources`) |
//! | `/api/sources/plex/sign-in`, `/{id}` | POST; GET | signing in (`sources`) |
//! | `/api/sources/plex/token` | DELETE | signing out (`sources`) |
//! | `/api/sources/plex/mapping/test` | POST | are its files where the libraries are (`sources`) |
//! | `/api/sources/plex/refresh` | POST | asks anew (`sources`) |
//! | `/api/auth/state`, `/setup`, `/login`, `/logout`, `/me`, `/password` | GET POST PUT | logging in (`auth`) |
//! | `/api/auth/sessions`, `/api/auth/sessions/{session_id}` | GET DELETE | (`auth`) |
//! | `/api/accounts`, `/api/accounts/{account_id}` | GET POST PATCH DELETE | who may log in (`accounts`) |
//! | `/api/keys`, `/api/keys/{key_id}`, `/api/ws/ticket` | GET POST DELETE | for programs (`keys`) |
//! | `/api/settings` | GET PATCH | the configuration file (`settings`) |
//! | `/api/version`, `/healthz`, `/readyz` | GET | (`system`) |
//! | `/api/system/info` | GET | what runs here, and where (`instance`) |
//! | `/api/system/restart` | POST | (`restart`) |
//! | `/api/system/doctor` | GET | what is wrong, and how to mend it (`doctor`) |
//! | `/api/system/probe` | POST | what is not configured yet, tried (`probe`) |
//! | `/api/system/readers`, `/api/system/readers/{name}` | GET PUT DELETE | who else reads the libraries (`readers`) |
//! | `/ws` | GET | events (`socket`, `frames`) |
//! | `/api/docs`, `/api/openapi.json` | GET | Swagger UI; the document (`document`) |
//! | everything else | GET | the web app (`browser`) |
//!
//! A connection comes through `serve`. A request passes the `gate` first (source, who asks, `permissions`, names and values as
//! the document has them), then the handler of its resource, which reads the store or asks the [`Cacher`] over the `bridge`.
//! `answer` and `problem` are what comes back; what of it whoever asks may see, `view` says.
//!
//! **Invariant:** nothing here writes to the store or touches a file. No answer below the gate is empty or plain text
//! where it is a refusal. Who is not let in learns nothing but the document.

mod accounts;
mod answer;
mod auth;
mod bridge;
mod browser;
mod cleanup;
mod compress;
mod doctor;
mod document;
mod export;
mod files;
mod forget;
mod frames;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod gate;
mod history;
mod instance;
mod jobs;
mod keys;
mod lease;
mod library;
mod mover;
mod operations;
mod pages;
mod people;
mod permissions;
mod plan;
mod probe;
mod problem;
mod readers;
mod restart;
mod revalidate;
mod serve;
mod sessions;
mod settings;
mod shape;
mod socket;
mod sources;
mod space;
mod statistics;
mod system;
mod text;
mod users;
mod value;
mod view;
mod webhooks;

use std::future::Future;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use hyper::body::Bytes;
use poem::endpoint::make_sync;
use poem::http::header;
use poem::middleware::RequestId;
use poem::{Endpoint, EndpointExt, Response, Route};
use poem_openapi::{OpenApiService, Tags};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

use crate::access::Access;
use crate::cacher::Cacher;
use crate::config::{ServerSettings, SettingsFile};
use crate::doctor::Doctor;
use crate::domain::privacy::Privacy;
use crate::librarian::Librarian;
use crate::live::Hub;
use crate::media::Media;
use crate::ui::Ui;

pub use document::{codes_page, document};
pub use instance::Instance;
pub use permissions::permissions;
pub use problem::Code;
pub use restart::Restart;
pub use serve::{ConnectionLimits, Connections};
pub use socket::Parting;
pub use webhooks::Hooks;

/// Groups of operations.
#[derive(Tags)]
enum Tag {
    /// Files in the cache: who wants them, where they lie, bringing and removing them.
    Files,
    /// Counts and sums.
    Statistics,
    /// The operation log.
    Operations,
    /// The media server: who plays what, its people, how it is reached, what it tells.
    Media,
    /// What is worth keeping: what would be cached and given back, and why.
    Plan,
    /// The units of work: waiting, running, ended.
    Jobs,
    /// What the instance is, and whether it works.
    System,
    /// Who may come in: logging in, sessions, accounts, API keys.
    Access,
}

/// What the server works with.
pub struct ApiParts {
    /// The running engine.
    pub cacher: Cacher,
    /// The media server.
    pub media: Media,
    /// Who decides what is worth keeping.
    pub librarian: Librarian,
    /// Who looks at the installation.
    pub doctor: Doctor,
    /// The events.
    pub hub: Hub,
    /// What viewers are told of who watches what.
    pub privacy: Privacy,
    /// Where it is reached.
    pub server: ServerSettings,
    /// By whom.
    pub access: Access,
    /// What webhooks need; none where nobody listens to them.
    pub hooks: Option<Hooks>,
    /// How connections are served.
    pub connections: Connections,
    /// The configuration file.
    pub settings: SettingsFile,
    /// The web app.
    pub ui: Ui,
    /// What this start is.
    pub instance: Instance,
    /// The way to another one.
    pub restart: Restart,
}

/// How long requests and clients may take to end when the server stops.
const ENDING: Duration = Duration::from_secs(10);
/// The statistics are told at most this often.
const STATISTICS: Duration = Duration::from_secs(1);

/// Serves until `shutdown`: then no connection is accepted any more, running requests end, WebSockets are closed, and are told
/// which end it is.
pub async fn serve(listener: TcpListener, parts: ApiParts, shutdown: impl Future<Output = Parting>) {
    let (stop, stopped) = watch::channel(None);
    let (open, mut all_closed) = mpsc::channel(1);
    let (cacher, hub, connections) = (parts.cacher.clone(), parts.hub.clone(), parts.connections.clone());
    let app = routes(parts, socket::Closing { stop: stopped, open });
    let ending = async {
        let parting = shutdown.await;
        stop.send_replace(Some(parting));
    };
    tokio::select! {
        () = serve::serve(listener, app, connections, ENDING, ending) => {}
        () = tell_statistics(&cacher, &hub) => {}
    }
    // The routes are gone with the server; what still holds a sender is a client that says goodbye.
    let _ = tokio::time::timeout(ENDING, all_closed.recv()).await;
}

/// Tells the numbers whenever they changed, and not too often.
async fn tell_statistics(cacher: &Cacher, hub: &Hub) {
    loop {
        hub.statistics_changed().await;
        let cacher = cacher.clone();
        // What went wrong is in the log; the next change brings the next numbers.
        if let Ok(statistics) = bridge::blocking(move || Ok(statistics::read(cacher.engine())?)).await {
            hub.tell_statistics(statistics);
        }
        tokio::time::sleep(STATISTICS).await;
    }
}

fn routes(parts: ApiParts, closing: socket::Closing) -> impl Endpoint {
    let ApiParts {
        cacher,
        media,
        librarian,
        doctor,
        hub,
        privacy,
        server,
        access,
        hooks,
        connections: _,
        settings,
        ui,
        instance,
        restart,
    } = parts;
    let service = service();
    let mut shape = shape::Shape::of(&document::build(&server.base_path, &service));
    shape.add_page("/api/docs");
    shape.add_page("/api/openapi.json");
    // Made when somebody reads them: most starts are not for that. Those who read them slowly share them.
    let made = |write: fn(&OpenApiService<Resources, ()>, &serde_json::Value) -> String| {
        let base_path = server.base_path.clone();
        LazyLock::new(move || {
            let service = self::service();
            Bytes::from(write(&service, &document::build(&base_path, &service)))
        })
    };
    let (text, html) = (made(|_, document| document::render(document)), made(document::page));
    let here = webhooks::Here { hooks, base_path: server.base_path.clone() };
    let door = gate::Door::new(access.clone(), server.base_path.clone());
    let inner = Route::new()
        .at("/api/openapi.json", make_sync(move |_| page(answer::JSON, "default-src 'none'", &text)))
        .at("/api/docs", make_sync(move |_| page("text/html; charset=utf-8", DOCS_POLICY, &html)))
        .at(
            "/ws",
            socket::Socket { hub: hub.clone(), privacy: privacy.clone(), access: access.clone(), closing },
        )
        .nest(
            "/",
            service
                .data(cacher)
                .data(media)
                .data(librarian)
                .data(doctor)
                .data(hub)
                .data(privacy)
                .data(access)
                .data(door.clone())
                .data(Arc::<pages::Pages>::default())
                .data(here)
                .data(settings)
                .data(restart)
                .data(Arc::new(instance::About { instance, ui_build: ui.build().map(str::to_owned) })),
        );
    let gate = gate::Gate { inner, door, shape };
    let browser = browser::Browser { ui, base_path: server.base_path.clone(), gate };
    let routes = Route::new().nest(&server.base_path, browser).catch_all_error(|_| async {
        problem::Problem::new(Code::NotFound, "nothing is served here; look below the base path")
    });
    // Every answer has an id, and what the log says of it has the same.
    routes.with(RequestId::new()).after(async |answer| gate::dress(answer))
}

/// Swagger UI comes in one page, with its script and style in it.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                           img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

fn page(content_type: &str, policy: &str, text: &Bytes) -> Response {
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CONTENT_SECURITY_POLICY, policy)
        .header(header::CACHE_CONTROL, "no-cache")
        .body(text.clone());
    response.set_data(compress::Whole(text.len()));
    response
}

/// In groups: the traits of larger tuples are not all there.
type Resources = (OfCache, OfMedia, OfInstance);
type OfCache = (
    files::Files,
    library::Library,
    plan::PlanApi,
    cleanup::CleanupApi,
    export::Export,
    statistics::StatisticsApi,
    (history::HistoryApi, space::SpaceApi),
    users::Users,
    operations::Operations,
    jobs::Jobs,
);
type OfMedia = (people::PeopleApi, forget::Forget, sources::Sources, sessions::Sessions, webhooks::Webhooks);
type OfInstance = (
    system::System,
    instance::InstanceApi,
    restart::RestartApi,
    doctor::DoctorApi,
    probe::Probe,
    readers::Readers,
    settings::SettingsApi,
    auth::Auth,
    auth::plex::PlexLogIn,
    accounts::Accounts,
    keys::Keys,
);

/// Every resource. They have no state: what they work with comes with the request.
fn service() -> OpenApiService<Resources, ()> {
    OpenApiService::new(Resources::default(), "Cacherr", env!("CARGO_PKG_VERSION"))
}
