//! A restart in place: what is configured anew holds from then on, nobody is refused, and what goes on goes on.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use futures_util::StreamExt;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::{House, Instance, hash, wait_for};

pub(super) const KEY: &str = "a-key-of-sixteen";

/// An instance that knows a key, and where it listens.
fn start(house: &House) -> (Instance, SocketAddr) {
    let mut command = house.command(["run"]);
    command.env("CACHERR_API_KEY", KEY);
    let instance = house.start_by(command);
    let at = listens(&instance).pop().unwrap();
    (instance, at)
}

/// Where it listened, in the order of its starts.
fn listens(instance: &Instance) -> Vec<SocketAddr> {
    let log = instance.log();
    let told = log.split("listening at http://").skip(1);
    told.map(|rest| rest.split(['/', ' ', '\n']).next().unwrap().parse().unwrap()).collect()
}

/// A request by a connection of its own; nothing where the connection was closed before anything was answered, as one is
/// that comes just when a server ends. To be refused is a failure.
fn try_ask(at: SocketAddr, method: &str, path: &str) -> Option<(u16, Value)> {
    let mut stream = TcpStream::connect(at).expect("nobody listens");
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: {at}\r\nX-Api-Key: {KEY}\r\nConnection: close\r\n\r\n");
    let mut answer = Vec::new();
    let read = stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_end(&mut answer));
    match read {
        Ok(_) if answer.is_empty() => return None,
        Err(error) if answer.is_empty() && is_of_the_end(error.kind()) => return None,
        read => drop(read.unwrap()),
    }
    let text = String::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Some((status, serde_json::from_str(body).unwrap()))
}

fn is_of_the_end(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)
}

pub(super) fn ask(at: SocketAddr, method: &str, path: &str) -> (u16, Value) {
    (0..20).find_map(|_| try_ask(at, method, path)).expect("closed again and again")
}

pub(super) fn started_at(at: SocketAddr) -> String {
    let (status, answer) = ask(at, "GET", "/api/version");
    assert_eq!(status, 200, "{answer}");
    answer["data"]["started_at"].as_str().unwrap().to_owned()
}

/// Asks until another start answers.
fn wait_for_another(at: SocketAddr, before: &str) {
    wait_for("the next start", || started_at(at) != before);
}

pub(super) fn signal(instance: &Instance, signal: Signal) {
    kill_process(Pid::from_raw(instance.pid() as i32).unwrap(), signal).unwrap();
}

/// Somebody who connects all the time.
struct Visitor {
    over: Arc<AtomicBool>,
    answers: Arc<Mutex<Vec<u16>>>,
    thread: JoinHandle<()>,
}

impl Visitor {
    fn of(at: SocketAddr) -> Self {
        let (over, answers) = (Arc::new(AtomicBool::new(false)), Arc::<Mutex<Vec<u16>>>::default());
        let (is_over, answered) = (over.clone(), answers.clone());
        let thread = std::thread::spawn(move || {
            while !is_over.load(Ordering::SeqCst) {
                if let Some((status, _)) = try_ask(at, "GET", "/readyz") {
                    answered.lock().unwrap().push(status);
                }
            }
        });
        Self { over, answers, thread }
    }

    fn ends(self) -> Vec<u16> {
        self.over.store(true, Ordering::SeqCst);
        self.thread.join().expect("somebody was refused");
        Arc::into_inner(self.answers).unwrap().into_inner().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_place_refuses_nobody_and_what_was_under_way_goes_on() {
    let house = House::new();
    house.configure("bandwidth = \"1MB\"");
    let film = house.film("long.mkv", &[5; 40 << 20]);
    let before = hash(&film);
    let (instance, at) = start(&house);
    let first = started_at(at);
    let mut request = format!("ws://{at}/ws").into_client_request().unwrap();
    request.headers_mut().insert("X-Api-Key", KEY.parse().unwrap());
    let (mut socket, _) = connect_async(request).await.unwrap();
    let mut command = house.command(["cache".as_ref(), film.as_os_str()]).spawn().unwrap();
    wait_for("the copy to begin", || {
        house.tell(["status"])["jobs"][0]["bytes_done"].as_u64().is_some_and(|done| done > 0)
    });

    let visitor = Visitor::of(at);
    house.configure("");
    let (status, answer) = ask(at, "POST", "/api/system/restart");
    assert_eq!((status, &answer["data"]["restarting"]), (202, &Value::Bool(true)), "{answer}");
    let closed = loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Close(frame) => break frame.unwrap().code,
            _ => continue,
        }
    };
    assert_eq!(u16::from(closed), 1012);
    wait_for_another(at, &first);
    assert_eq!(command.wait().unwrap().code(), Some(1), "whoever waited is told");
    // As fast as it may now.
    wait_for("the copy to be finished", || house.active() == 1);
    assert!(film.is_symlink() && hash(&film) == before);
    let answers = visitor.ends();
    assert!(answers.len() > 3 && answers.iter().all(|status| *status == 200), "{answers:?}");
    let log = instance.log();
    assert_eq!(log.matches(" ready").count(), 2, "{log}");
    assert!(
        listens(&instance).iter().all(|again| *again == at),
        "a port that was free stays the same: {log}"
    );
    assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
    assert_eq!(instance.stop().0, Some(0));
    assert!(!house.at("data/cacherr.sock").exists());
}

#[test]
fn what_cannot_be_used_stops_nothing_and_is_told() {
    let house = House::new();
    let (instance, at) = start(&house);
    let first = started_at(at);
    let file = house.at("cacherr.toml");
    let good = std::fs::read_to_string(&file).unwrap();
    for (bad, says) in [
        (good.replace("min_free", "min_fee"), "min_fee"),
        ("[cache".to_owned(), "cacherr.toml"),
        (
            good.replace(house.at("data").to_str().unwrap(), house.at("elsewhere").to_str().unwrap()),
            "data_dir",
        ),
        (good.replace("127.0.0.1:0", "192.0.2.1:5445"), "server.bind"),
    ] {
        std::fs::write(&file, &bad).unwrap();
        let (status, answer) = ask(at, "POST", "/api/system/restart");
        assert_eq!((status, answer["code"].as_str()), (400, Some("invalid_settings")), "{answer}");
        assert!(answer["error"].as_str().unwrap().contains(says), "{says}: {answer}");
        let told = || instance.log().matches("SIGHUP: nothing is stopped").count();
        let before = told();
        signal(&instance, Signal::HUP);
        wait_for("the log to say so", || told() == before + 1);
    }
    assert_eq!(started_at(at), first);
    assert!(!house.at("elsewhere").exists());
    std::fs::write(&file, good.replace("127.0.0.1:0\"", "127.0.0.1:0\"\nbase_path = \"/cacherr\"")).unwrap();
    signal(&instance, Signal::HUP);
    wait_for("the next start", || ask(at, "GET", "/cacherr/readyz").0 == 200);
    assert_eq!(house.tell(["status"])["running"], true, "commands reach it as before");
    assert_eq!(instance.stop().0, Some(0));
}

#[test]
fn a_configuration_that_does_not_start_gives_way_to_the_one_that_ran() {
    let house = House::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let file = house.at("cacherr.toml");
    let at = |address: &str| {
        let text = std::fs::read_to_string(&file).unwrap();
        let (head, rest) = text.split_once("bind = \"").unwrap();
        let (_, tail) = rest.split_once('"').unwrap();
        std::fs::write(&file, format!("{head}bind = \"{address}\"{tail}")).unwrap();
    };
    at(&format!("127.0.0.1:{port}"));
    let (instance, here) = start(&house);
    let first = started_at(here);
    // Only who gives back the one address can find out that the other one is taken.
    let neighbour = TcpListener::bind(("127.0.0.2", port)).unwrap();
    at(&format!("0.0.0.0:{port}"));
    let (status, answer) = ask(here, "POST", "/api/system/restart");
    assert_eq!(status, 202, "{answer}");
    wait_for("the fall back", || instance.log().contains("does not start"));
    wait_for("the one that ran", || instance.log().matches(" ready").count() == 2);
    assert_ne!(started_at(here), first);
    assert_eq!(house.tell(["status"])["running"], true);

    drop(neighbour);
    let second = started_at(here);
    assert_eq!(ask(here, "POST", "/api/system/restart").0, 202);
    wait_for("the wide address", || listens(&instance).len() == 3);
    assert_ne!(started_at(here), second);
    assert_eq!(listens(&instance), [here, here, format!("0.0.0.0:{port}").parse().unwrap()]);

    // To an address of its own it moves.
    let third = started_at(here);
    let other = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    at(&other.to_string());
    assert_eq!(ask(here, "POST", "/api/system/restart").0, 202);
    wait_for("the other address", || listens(&instance).last() == Some(&other));
    assert_ne!(started_at(other), third);
    wait_for("the old one to be given back", || TcpStream::connect(here).is_err());
    assert_eq!(instance.stop().0, Some(0));
}

#[test]
fn a_signal_that_comes_between_two_starts_is_not_lost() {
    for wait in [0, 5, 20, 80, 200] {
        let house = House::new();
        let (instance, _) = start(&house);
        signal(&instance, Signal::HUP);
        std::thread::sleep(Duration::from_millis(wait));
        let (code, took) = instance.stop();
        assert_eq!(code, Some(0), "after {wait} ms");
        assert!(took < Duration::from_secs(15), "{took:?} after {wait} ms");
    }
}
