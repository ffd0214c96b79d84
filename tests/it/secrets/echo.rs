//! A server that repeats whatever it is sent, tokens and all, wherever an answer has room for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub struct Echo {
    address: std::net::SocketAddr,
    repeated: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Echo {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, repeated) = (listener.local_addr().unwrap(), Arc::<AtomicUsize>::default());
        let count = repeated.clone();
        let task = tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                tokio::spawn(answer(line, count.clone()));
            }
        });
        Self { address, repeated, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests with a token, or a feed, were repeated.
    pub fn repeated(&self) -> usize {
        self.repeated.load(SeqCst)
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut line: TcpStream, count: Arc<AtomicUsize>) {
    let (mut head, mut piece) = (Vec::new(), [0; 2048]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match line.read(&mut piece).await {
            Ok(length) if length > 0 => head.extend_from_slice(&piece[..length]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let token = head.lines().find_map(|field| {
        let (name, value) = field.split_once(": ")?;
        name.eq_ignore_ascii_case("x-plex-token").then(|| value.to_owned())
    });
    let what = format!("{} {target}", token.clone().unwrap_or_default());
    let number = if token.is_some() || target.contains("feed") { count.fetch_add(1, SeqCst) } else { 5 };
    let (status, header, body) = match number % 6 {
        0 => ("500 Internal Server Error", String::new(), format!("<html><h1>no {what}</h1></html>")),
        1 => ("302 Found", format!("location: {target}?X-Plex-Token={what}\r\n"), what.clone()),
        2 => ("200 OK", String::new(), format!("{{\"MediaContainer\": \"{what}\", {what}")),
        3 => {
            ("401 Unauthorized", String::new(), format!("{{\"errors\": [{{\"message\": \"bad {what}\"}}]}}"))
        }
        4 => (
            "400 Bad Request",
            String::new(),
            what.chars().flat_map(|c| [c, c]).chain(what.chars()).collect(),
        ),
        _ => ("200 OK", String::new(), format!("<?xml version=\"1.0\"?><error>{what}</error>")),
    };
    let header = header.replace(' ', "%20").replacen("%20", " ", 1);
    let length = body.len();
    let answer =
        format!("HTTP/1.1 {status}\r\n{header}content-length: {length}\r\nconnection: close\r\n\r\n{body}");
    let _ = line.write_all(answer.as_bytes()).await;
}
