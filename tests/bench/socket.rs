//! `bench ws`: many clients hear one event. How long until the last has it, and what a client costs.

use std::fs::{self, File};
use std::time::{Duration, Instant, SystemTime};

use futures_util::StreamExt;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::measure::{Figures, Outcome, median};
use super::place::{Place, setting};
use super::server::{Home, Server, Stock, post};
use super::table::{Goal, Line, Table};

/// So many events a round.
const EVENTS: u32 = 11;
/// Statistics are told once per second at most: after this time an event is told at once.
const PAUSE: Duration = Duration::from_millis(1200);
/// Nobody waits longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// When a client had the event that says so many users.
type Had = (u32, Instant);

/// Measures everything and prints it.
pub fn measure(json: bool) -> Outcome {
    let place = Place::find()?;
    let clients: usize = setting("CLIENTS", "1000").parse()?;
    allow_many_files()?;
    // Clients of a real house are elsewhere; here they share the machine with the server.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut table = Table::of(&["ours"]);
    table.fill(place.rounds, |_| {
        let server = Home::make(&place, Stock::Nothing)?.start()?;
        runtime.block_on(round(&server, clients))
    })?;
    let title = format!("{clients} clients, {EVENTS} events, {} rounds", place.rounds);
    table.report(json, &title, LINES)
}

async fn round(server: &Server, clients: usize) -> Outcome<Figures> {
    let film = cache_film(server).await?;
    let before = server.resident()?;
    let (had, mut hear) = mpsc::unbounded_channel();
    for _ in 0..clients {
        tokio::spawn(listen(connect(server.port).await?, had.clone()));
    }
    drop(had);
    let connected = server.resident()?;
    let (mut first, mut last) = (Vec::new(), Vec::new());
    for users in 2..2 + EVENTS {
        sleep(PAUSE).await;
        let (port, body) = (server.port, request(&film, users));
        let started = Instant::now();
        let posted = tokio::task::spawn_blocking(move || {
            post(port, FILES, &body).map(|(status, _)| status).map_err(|error| error.to_string())
        });
        let mut times = Vec::new();
        while times.len() < clients {
            match timeout(PATIENCE, hear.recv()).await? {
                Some((number, at)) if number == users => times.push(at.duration_since(started)),
                Some(_) => {}
                None => return Err("the clients are gone".into()),
            }
        }
        if posted.await?? != 200 {
            return Err("the user was not added".into());
        }
        let micros = |time: Option<&Duration>| time.map_or(f64::NAN, |time| time.as_secs_f64() * 1e6);
        first.push(micros(times.iter().min()));
        last.push(micros(times.iter().max()));
    }
    let spread = last.iter().zip(&first).map(|(last, first)| last - first).collect();
    let per_client = |bytes: f64| (bytes - before) / clients as f64;
    Ok(Figures::from([
        ("event_first_us", median(first)),
        ("event_last_us", median(last)),
        ("event_spread_us", median(spread)),
        ("connected_bytes_per_client", per_client(connected)),
        ("memory_bytes_per_client", per_client(server.resident()?)),
        ("idle_bytes", before),
    ]))
}

const FILES: &str = "/api/cached/files";

fn request(film: &str, users: u32) -> String {
    serde_json::json!({ "file_path": film, "user_id": format!("user{users}") }).to_string()
}

/// A small film of one user in the cache: each further user is one event.
async fn cache_film(server: &Server) -> Outcome<String> {
    let movies = server.home.as_ref().ok_or("no house")?.movies();
    let film = movies.join("Film.mkv");
    fs::write(&film, [1; 4096])?;
    // What has just been written could still be under way.
    File::options().write(true).open(&film)?.set_modified(SystemTime::now() - Duration::from_secs(3600))?;
    let film = film.to_str().ok_or("the path is no text")?.to_owned();
    let until = Instant::now() + PATIENCE;
    let (status, answer) = post(server.port, FILES, &request(&film, 1))?;
    if status != 202 {
        return Err(format!("the film is not cached: {}", String::from_utf8_lossy(&answer)).into());
    }
    while !server.text("/api/cached/files?status=active")?.contains("\"total_count\":1") {
        if Instant::now() > until {
            return Err(format!("the film is not cached: {}", server.text("/api/jobs")?).into());
        }
        sleep(Duration::from_millis(20)).await;
    }
    sleep(PAUSE).await;
    Ok(film)
}

async fn connect(port: u16) -> Outcome<WebSocketStream<TcpStream>> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let config = WebSocketConfig::default().read_buffer_size(4096);
    let request = format!("ws://localhost:{port}/ws");
    Ok(client_async_with_config(request, stream, Some(config)).await?.0)
}

/// Tells when an event came, until nobody wants to know.
async fn listen(mut stream: WebSocketStream<TcpStream>, had: mpsc::UnboundedSender<Had>) {
    while let Some(Ok(message)) = stream.next().await {
        let at = Instant::now();
        let users = message.to_text().ok().and_then(|text| text.split_once("\"users_count\":")).and_then(
            |(_, rest)| {
                let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                rest[..digits].parse().ok()
            },
        );
        if users.is_some_and(|users| had.send((users, at)).is_err()) {
            return;
        }
    }
}

/// Each client is a file of ours, and one of the server's, which inherits the limit.
fn allow_many_files() -> Outcome {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    Ok(setrlimit(Resource::Nofile, limit)?)
}

const fn line(figure: &'static str, what: &'static str, goals: &'static [Goal]) -> Line {
    Line { figure, what, goals, prototype: "" }
}

const LINES: &[Line] = &[
    line("event_last_us", "from asking for it until the last client has the event", &[Goal::Most(6000.0)]),
    line("event_first_us", "  until the first has it (a durable commit is part of it)", &[]),
    line("event_spread_us", "  from the first to the last", &[]),
    line(
        "memory_bytes_per_client",
        "memory of the server for each client, after the events",
        &[Goal::Most(5.0 * 1024.0)],
    ),
    line("connected_bytes_per_client", "  before the first event", &[]),
    line("idle_bytes", "memory of the server without clients", &[Goal::Most(40.0 * 1024.0 * 1024.0)]),
];
