//! Names have the addresses that the files of this machine, and the name servers in them, say now; nobody else is asked.

use std::fs;
use std::net::{IpAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use cacherr::names::{Names, Unknown};

/// A name server, of as much as it takes. It listens until the test is over.
struct Server {
    port: u16,
    known: Arc<Mutex<Vec<(&'static str, IpAddr)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

const A: u16 = 1;
const AAAA: u16 = 28;
const NXDOMAIN: u8 = 3;

impl Server {
    fn start(known: &[(&'static str, &str)]) -> Self {
        let known = known.iter().map(|(name, address)| (*name, address.parse().unwrap())).collect();
        let (known, asked) = (Arc::new(Mutex::new(known)), Arc::<Mutex<Vec<String>>>::default());
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let server = Self { port, known, asked };
        let (known, asked) = (server.known.clone(), server.asked.clone());
        std::thread::spawn(move || {
            let mut question = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut question) {
                let (name, kind, end) = read(&question[..length]);
                let answer = answer(&question[..end], kind, &name, &known.lock().unwrap());
                asked.lock().unwrap().push(name);
                socket.send_to(&answer, from).unwrap();
            }
        });
        server
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// Of a question: the name, its kind, where it ends. RFC 1035, section 4.
fn read(question: &[u8]) -> (String, u16, usize) {
    let (mut at, mut labels) = (12, vec![]);
    while question[at] != 0 {
        let length = usize::from(question[at]);
        labels.push(String::from_utf8_lossy(&question[at + 1..=at + length]).to_lowercase());
        at += length + 1;
    }
    (labels.join("."), u16::from_be_bytes([question[at + 1], question[at + 2]]), at + 5)
}

fn answer(question: &[u8], kind: u16, name: &str, known: &[(&str, IpAddr)]) -> Vec<u8> {
    let of_name: Vec<IpAddr> =
        known.iter().filter(|(known, _)| *known == name).map(|(_, address)| *address).collect();
    let of_kind: Vec<Vec<u8>> = of_name
        .iter()
        .filter_map(|address| match address {
            IpAddr::V4(address) if kind == A => Some(address.octets().to_vec()),
            IpAddr::V6(address) if kind == AAAA => Some(address.octets().to_vec()),
            _ => None,
        })
        .collect();
    let mut answer = question.to_vec();
    // An answer, recursion wanted and had; one question, these answers, nothing else.
    answer[2..4].copy_from_slice(&[0x81, if of_name.is_empty() { 0x80 | NXDOMAIN } else { 0x80 }]);
    answer[4..12].copy_from_slice(&[0, 1, 0, of_kind.len().try_into().unwrap(), 0, 0, 0, 0]);
    for address in of_kind {
        answer.extend([0xc0, 12]);
        answer.extend(kind.to_be_bytes());
        answer.extend([0, 1, 0, 0, 0x0e, 0x10]);
        answer.extend(u16::try_from(address.len()).unwrap().to_be_bytes());
        answer.extend(address);
    }
    answer
}

/// The two files, in a folder of their own.
struct Etc(tempfile::TempDir);

impl Etc {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn hosts(&self) -> PathBuf {
        self.0.path().join("hosts")
    }

    fn servers(&self) -> PathBuf {
        self.0.path().join("resolv.conf")
    }

    fn names(&self, port: u16) -> Names {
        Names::told_by(&self.hosts(), &self.servers(), port)
    }
}

async fn addresses(names: &Names, name: &str) -> Vec<String> {
    let mut found = names.addresses(name).await.unwrap();
    found.sort();
    found.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn without_any_file_numbers_and_localhost_are_known_and_nobody_is_asked() {
    let etc = Etc::new();
    let names = etc.names(53);
    assert_eq!(addresses(&names, "192.168.1.2").await, ["192.168.1.2"]);
    assert_eq!(addresses(&names, "fd00::2").await, ["fd00::2"]);
    for local in ["localhost", "LocalHost.", "plex.localhost"] {
        assert_eq!(addresses(&names, local).await, ["127.0.0.1", "::1"], "{local}");
    }
    let unknown = names.addresses("plex.tv").await.unwrap_err();
    assert_eq!(unknown, Unknown::NoServers { file: etc.servers() });
    assert!(unknown.to_string().contains("as a number"), "{unknown}");
}

#[tokio::test]
async fn a_file_of_hosts_comes_first_and_is_read_anew() {
    let server = Server::start(&[("nas.lan", "10.0.0.2")]);
    let etc = Etc::new();
    fs::write(etc.servers(), "nameserver 127.0.0.1\n").unwrap();
    fs::write(etc.hosts(), "10.0.0.1 nas.lan nas\n").unwrap();
    let names = etc.names(server.port);
    assert_eq!(addresses(&names, "nas.lan").await, ["10.0.0.1"]);
    assert_eq!(addresses(&names, "NAS").await, ["10.0.0.1"]);
    assert!(server.asked().is_empty(), "{:?}", server.asked());
    fs::write(etc.hosts(), "").unwrap();
    assert_eq!(addresses(&names, "nas.lan").await, ["10.0.0.2"]);
}

#[tokio::test]
async fn a_name_has_addresses_of_both_kinds_and_no_answer_outlives_its_question() {
    let server = Server::start(&[("plex.lan", "10.0.0.7"), ("plex.lan", "fd00::7")]);
    let etc = Etc::new();
    fs::write(etc.servers(), "nameserver 127.0.0.1\n").unwrap();
    let names = etc.names(server.port);
    assert_eq!(addresses(&names, "plex.lan").await, ["10.0.0.7", "fd00::7"]);
    assert_eq!(addresses(&names, "plex.lan.").await, ["10.0.0.7", "fd00::7"]);
    *server.known.lock().unwrap() = vec![("plex.lan", "10.0.0.8".parse().unwrap())];
    assert_eq!(addresses(&names, "plex.lan").await, ["10.0.0.8"]);
    server.known.lock().unwrap().clear();
    assert!(matches!(names.addresses("plex.lan").await, Err(Unknown::Unheard { is_local: false, .. })));
    *server.known.lock().unwrap() = vec![("plex.lan", "10.0.0.9".parse().unwrap())];
    assert_eq!(addresses(&names, "plex.lan").await, ["10.0.0.9"], "that it was not known is forgotten, too");
}

#[tokio::test]
async fn short_names_are_looked_for_in_the_domains_of_the_file() {
    let server = Server::start(&[("nas.home.arpa", "10.0.0.3"), ("media.tower", "10.0.0.4")]);
    let etc = Etc::new();
    fs::write(etc.servers(), "search example.org home.arpa\nnameserver 127.0.0.1\noptions edns0 trust-ad\n")
        .unwrap();
    let names = etc.names(server.port);
    assert_eq!(addresses(&names, "nas").await, ["10.0.0.3"]);
    let asked = server.asked();
    assert!(asked.contains(&"nas.example.org".to_owned()), "{asked:?}");
    // With a dot it is asked for as it is.
    assert_eq!(addresses(&names, "media.tower").await, ["10.0.0.4"]);
    let asked = server.asked().split_off(asked.len());
    assert!(asked.iter().all(|name| name == "media.tower"), "{asked:?}");
    // Unless the file says that so many dots are few.
    fs::write(etc.servers(), "search home.arpa\nnameserver 127.0.0.1\noptions ndots:2\n").unwrap();
    let before = server.asked().len();
    assert_eq!(addresses(&names, "media.tower").await, ["10.0.0.4"]);
    assert_eq!(server.asked()[before], "media.tower.home.arpa");
}

#[tokio::test]
async fn other_name_servers_are_asked_as_soon_as_the_file_names_them() {
    let server = Server::start(&[("plex.lan", "10.0.0.5")]);
    let etc = Etc::new();
    let names = etc.names(server.port);
    assert!(matches!(names.addresses("plex.lan").await, Err(Unknown::NoServers { .. })));
    // Nobody listens there: the connection of a socket that sends there is refused.
    fs::write(etc.servers(), "nameserver 127.0.0.77\noptions timeout:1 attempts:1\n").unwrap();
    assert!(matches!(names.addresses("plex.lan").await, Err(Unknown::Silent { .. })));
    fs::write(etc.servers(), "nameserver 127.0.0.1\n").unwrap();
    assert_eq!(addresses(&names, "plex.lan").await, ["10.0.0.5"]);
    fs::remove_file(etc.servers()).unwrap();
    assert!(matches!(names.addresses("plex.lan").await, Err(Unknown::NoServers { .. })));
}

#[tokio::test]
async fn a_name_that_devices_announce_themselves_is_explained() {
    let server = Server::start(&[]);
    let etc = Etc::new();
    fs::write(etc.servers(), "nameserver 127.0.0.1\n").unwrap();
    let unknown = etc.names(server.port).addresses("nas.local").await.unwrap_err();
    assert!(matches!(unknown, Unknown::Unheard { is_local: true, .. }), "{unknown:?}");
    assert!(unknown.to_string().contains("give the number"), "{unknown}");
}

#[tokio::test]
async fn a_file_that_names_nobody_means_the_name_server_of_this_machine() {
    let server = Server::start(&[("plex.lan", "10.0.0.6")]);
    let etc = Etc::new();
    fs::write(etc.servers(), "# made by nobody\n").unwrap();
    assert_eq!(addresses(&etc.names(server.port), "plex.lan").await, ["10.0.0.6"]);
}

#[tokio::test]
async fn what_cannot_be_read_is_no_absence() {
    let etc = Etc::new();
    fs::create_dir(etc.servers()).unwrap();
    let unknown = etc.names(53).addresses("plex.lan").await.unwrap_err();
    assert!(matches!(&unknown, Unknown::Unusable { file, .. } if *file == etc.servers()), "{unknown:?}");
}

#[tokio::test]
async fn a_connection_is_made_to_whichever_address_answers() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let etc = Etc::new();
    fs::write(etc.hosts(), "127.0.0.99 plex\n127.0.0.1 plex\n").unwrap();
    let names = etc.names(53);
    let line = names.connect("plex", port).await.unwrap();
    assert_eq!(line.peer_addr().unwrap().port(), port);
    let error = names.connect("plex.lan", port).await.unwrap_err();
    let unknown = error.get_ref().and_then(|inner| inner.downcast_ref::<Unknown>());
    assert!(matches!(unknown, Some(Unknown::NoServers { .. })), "{error}");
}
