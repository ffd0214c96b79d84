//! A thousand clients of the WebSocket at once, and some that take nothing of what is sent to them.

use std::future::Future;
use std::sync::{Arc, Weak};
use std::time::Duration;

use cacherr::api::{ConnectionLimits, Connections};
use cacherr::domain::event::Event;
use cacherr::domain::id::FileId;
use cacherr::live::{HANDFUL, Heard, RING, Told};
use futures_util::stream::{self, StreamExt};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::support::app::{KEY, Options, Socket, TestApp};
use crate::support::tell;

/// Clients that never read.
const DEAF: usize = 50;
/// A client hears of what happened within this time, or something holds it up.
const PATIENCE: Duration = Duration::from_secs(60);
/// More than all buffers between the server and a client that does not read hold.
const LARGE: usize = 16 << 10;

fn clients() -> usize {
    std::env::var("CACHERR_CROWD").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000)
}

/// Each client takes two files of this process: its own end and the server's.
fn allow_files(clients: usize) {
    let needed = 4 * clients as u64 + 1_000;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < needed) {
        let current = limit.maximum.map_or(needed, |maximum| maximum.min(needed));
        setrlimit(Resource::Nofile, Rlimit { current: Some(current), ..limit }).unwrap();
    }
}

fn removal(number: usize, size: usize) -> Event {
    let (file_path, reason) = (format!("/m/{number}").into(), "x".repeat(size));
    Event::FileRemoved { file_id: FileId::new(), file_path, user: None, reason, by: "test".into() }
}

/// The number of the newest event.
fn latest(app: &TestApp) -> u64 {
    app.hub.listen(None).skip()
}

async fn within<T>(what: &str, act: impl Future<Output = T>) -> T {
    timeout(PATIENCE, act).await.unwrap_or_else(|_| panic!("{what} takes too long"))
}

/// What a reader took.
#[derive(Default, Debug)]
struct Taken {
    /// The number of the newest event, or of the newest `resync`.
    latest: u64,
    events: usize,
    resyncs: usize,
}

impl Taken {
    /// A frame: the next event, or word that something was missed.
    fn add(&mut self, frame: &Value) {
        let seq = frame["seq"].as_u64().unwrap();
        if frame["type"] == "resync" {
            assert!(seq >= self.latest, "back from {} to {seq}", self.latest);
            self.resyncs += 1;
        } else {
            assert!(self.latest == 0 || seq == self.latest + 1, "{} is followed by {seq}", self.latest);
            self.events += 1;
        }
        self.latest = seq;
    }
}

/// Reads until it was told to close, and says all along how far it is.
async fn read(mut socket: Socket, progress: watch::Sender<u64>) -> (Taken, u16) {
    let mut taken = Taken::default();
    loop {
        match socket.stream.next().await.expect("the connection ends without a word").unwrap() {
            Message::Text(text) => {
                taken.add(&serde_json::from_str(&text).unwrap());
                progress.send_replace(taken.latest);
            }
            Message::Close(frame) => return (taken, frame.map_or(1005, |frame| frame.code.into())),
            _ => {}
        }
    }
}

/// Readers, each in a task of its own.
struct Audience {
    tasks: Vec<tokio::task::JoinHandle<(Taken, u16)>>,
    progress: Vec<watch::Receiver<u64>>,
}

impl Audience {
    async fn gather(app: &TestApp, count: usize) -> Self {
        let sockets: Vec<Socket> =
            stream::iter(0..count).map(|_| app.listen("")).buffer_unordered(32).collect().await;
        let (mut tasks, mut progress) = (vec![], vec![]);
        for socket in sockets {
            let (told, seen) = watch::channel(0);
            tasks.push(tokio::spawn(read(socket, told)));
            progress.push(seen);
        }
        Self { tasks, progress }
    }

    /// Waits until everybody has come as far as the newest event.
    async fn catch_up(&mut self, app: &TestApp) {
        let target = latest(app);
        for seen in &mut self.progress {
            within("hearing of an event", seen.wait_for(|seen| *seen >= target)).await.unwrap();
        }
    }

    /// How each of them ended.
    async fn leave(self) -> Vec<(Taken, u16)> {
        let mut ends = vec![];
        for task in self.tasks {
            ends.push(within("saying goodbye", task).await.unwrap());
        }
        ends
    }
}

/// Connected, asks for everything there is, and takes none of it.
async fn deaf(app: &TestApp, since: u64) -> WebSocketStream<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let stream = socket.connect(app.origin().parse().unwrap()).await.unwrap();
    let mut request = format!("ws://{}/ws?since={since}", app.origin()).into_client_request().unwrap();
    request.headers_mut().insert("X-Api-Key", KEY.parse().unwrap());
    client_async(request, stream).await.unwrap().0
}

/// Clients for whom more waits than fits on the way to them, and some of that.
async fn deaf_clients(app: &TestApp, count: usize) -> (Vec<WebSocketStream<TcpStream>>, Vec<Weak<Told>>) {
    let mut listener = app.hub.listen(None);
    let before = listener.skip();
    let mut told = Vec::new();
    for number in 0..RING {
        app.hub.sink()(removal(number, LARGE));
        let Some(Heard::Events(events)) = listener.look() else { panic!("nothing was told") };
        told.extend(events.iter().map(Arc::downgrade));
    }
    let clients: Vec<_> =
        stream::iter(0..count).map(|_| deaf(app, before)).buffer_unordered(8).collect().await;
    for client in &clients {
        // It begins to be sent.
        client.get_ref().peek(&mut [0]).await.unwrap();
    }
    (clients, told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_hear_everything_in_order_while_fifty_do_not_read() {
    let clients = clients();
    allow_files(clients);
    let started = Instant::now();
    let limits = ConnectionLimits { connections: 2 * clients, ..ConnectionLimits::default() };
    let connections = Connections { limits, encryption: None };
    let mut app = TestApp::start_with(Options { connections, ..Options::default() }).await;
    let (deaf, told) = deaf_clients(&app, DEAF).await;
    let mut audience = Audience::gather(&app, clients - DEAF).await;
    let gathered = started.elapsed();

    // As fast as is not yet too fast, with files that really come and go in between.
    let mut pace = tokio::time::interval(Duration::from_millis(250));
    for round in 0..10 {
        pace.tick().await;
        (0..15).for_each(|number| app.hub.sink()(removal(round * 15 + number, 10)));
        if round % 3 == 0 {
            let id = app.cache(&app.film(&format!("{round}.mkv"), 1_000), json!({})).await;
            app.delete(&format!("/api/cached/files/{id}")).await.is(200);
        }
    }
    audience.catch_up(&app).await;
    let paced = started.elapsed() - gathered;
    // And faster than anybody should be told.
    (0..5_000).for_each(|number| app.hub.sink()(removal(number, 10)));
    audience.catch_up(&app).await;
    app.hub.sink()(removal(0, 10));
    audience.catch_up(&app).await;
    let flooded = started.elapsed();
    // What was told is gone, but for what those hold who are in the middle of it.
    let held = told.iter().filter(|told| told.strong_count() > 0).count();
    assert!(held <= 2 * HANDFUL, "{held} of {RING} events are held for those who do not read");

    // Nobody keeps a line open for those who take nothing.
    for client in deaf {
        within("letting a client go", let_go(client)).await;
    }
    let left = started.elapsed();
    let mut late = app.listen("").await;
    app.hub.sink()(removal(7, 10));
    assert_eq!(late.frame().await["data"]["file_path"], "/m/7");
    audience.catch_up(&app).await;
    drop(late);

    app.stop_server().await;
    let ends = audience.leave().await;
    let (events, resyncs) = ends.iter().fold((0, 0), |(events, resyncs), (taken, code)| {
        assert_eq!(*code, 1001);
        assert!(taken.events > 0, "who listens is told something");
        assert!(taken.resyncs > 0, "five thousand at once are a flood");
        (events + taken.events, resyncs + taken.resyncs)
    });
    tell(&format!(
        "{} readers heard {events} events and {resyncs} resyncs; gathered in {gathered:.1?}, heard what was paced in \
         {paced:.1?}, the flood by {flooded:.1?}; {DEAF} that did not read were let go by {left:.1?}, all left by {:.1?}",
        ends.len(),
        started.elapsed()
    ));
}

/// Returns when the server has let go of a client that does not read: what it sends is refused then.
async fn let_go(mut client: WebSocketStream<TcpStream>) {
    use tokio::io::AsyncWriteExt;
    // An empty, masked pong, which asks for nothing.
    while client.get_mut().write_all(&[0x8a, 0x80, 0, 0, 0, 0]).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn clients_that_do_not_read_do_not_hold_up_the_end() {
    let mut app = TestApp::start().await;
    let mut audience = Audience::gather(&app, 10).await;
    let (_deaf, _) = deaf_clients(&app, 10).await;
    audience.catch_up(&app).await;
    let asked = Instant::now();
    app.stop_server().await;
    // A service manager grants ten seconds.
    assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());
    for (_, code) in audience.leave().await {
        assert_eq!(code, 1001);
    }
}
