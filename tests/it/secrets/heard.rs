//! All that was said, and by whom.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::{Arc, Mutex};

use futures_util::StreamExt;
use redb::{ReadableDatabase, ReadableTable, TableDefinition, TableHandle};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::support::http_client;

/// Who listens to an instance and remembers.
#[derive(Default)]
pub struct Heard {
    at: String,
    key: &'static str,
    said: Vec<(String, String)>,
    frames: Vec<Arc<Mutex<String>>>,
    /// What the webhooks' address has for a secret; the one answer that may hold it is not kept.
    pub webhook: Option<String>,
}

impl Heard {
    pub fn at(&self) -> &str {
        &self.at
    }

    pub fn add(&mut self, whence: &str, what: String) {
        self.said.push((whence.to_owned(), what));
    }

    /// From now on this is who is asked, and whose events are listened to.
    pub fn listen_to(&mut self, at: &str, key: &'static str) {
        (self.at, self.key) = (at.to_owned(), key);
        let mut request = format!("ws://{at}/ws").into_client_request().unwrap();
        request.headers_mut().insert("x-api-key", key.parse().unwrap());
        let frames = Arc::<Mutex<String>>::default();
        self.frames.push(frames.clone());
        tokio::spawn(async move {
            let (mut line, _) = connect_async(request).await.unwrap();
            while let Some(Ok(message)) = line.next().await {
                frames.lock().unwrap().push_str(&format!("{message:?}\n"));
            }
        });
    }

    fn request(&self, method: &str, path: &str) -> RequestBuilder {
        http_client().request(method.parse::<Method>().unwrap(), format!("http://{}{path}", self.at))
    }

    async fn answer(&mut self, what: String, request: RequestBuilder) -> Value {
        let answer = request.send().await.unwrap();
        let head = format!("{} {:?}", answer.status(), answer.headers());
        let bytes = answer.bytes().await.unwrap();
        let text = unpacked(&bytes);
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        self.add(&format!("head of {what}"), head);
        match value["data"]["plex"].as_str().filter(|_| what.ends_with("/api/webhooks")) {
            Some(address) => self.webhook = address.rsplit('/').next().map(str::to_owned),
            None => self.add(&what, text),
        }
        value
    }

    pub async fn send(&mut self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let request = self.request(method, path).header("x-api-key", self.key);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        self.answer(format!("{method} {path}"), request).await
    }

    pub async fn get(&mut self, path: &str) -> Value {
        self.send("GET", path, None).await
    }

    pub async fn post(&mut self, path: &str, body: &Value) -> Value {
        let body = Some(body).filter(|body| !body.is_null());
        self.send("POST", path, body).await
    }

    pub async fn without_a_key(&mut self, path: &str) {
        let request = self.request("GET", path);
        self.answer(format!("without a key {path}"), request).await;
    }

    pub async fn with_header(&mut self, path: &str, name: &str, value: &str) {
        let request = self.request("GET", path).header(name, value);
        self.answer(format!("with {name} {path}"), request).await;
    }

    pub async fn send_raw(&mut self, path: &str, content_type: &str, body: &'static str) {
        let request = self.request("POST", path).header("content-type", content_type).body(body);
        self.answer("a webhook".to_owned(), request).await;
    }

    /// Every place where one of them is, at once.
    pub fn holds_none_of(&self, secrets: &BTreeSet<String>) {
        let frames = self.frames.iter().map(|frames| ("a frame".to_owned(), frames.lock().unwrap().clone()));
        let mut found = BTreeSet::new();
        for (whence, what) in self.said.iter().cloned().chain(frames) {
            for secret in secrets.iter().filter(|secret| what.contains(secret.as_str())) {
                let at = what.find(secret.as_str()).unwrap();
                let around: String =
                    what[..at].chars().rev().take(80).collect::<Vec<_>>().into_iter().rev().collect();
                found.insert(format!("{secret} in {whence}, behind {around:?}"));
            }
        }
        assert!(found.is_empty(), "{found:#?}");
    }
}

/// The text of a body; of an archive, of all that is in it.
fn unpacked(bytes: &[u8]) -> String {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        return String::from_utf8_lossy(bytes).into_owned();
    };
    let mut all = String::new();
    for number in 0..archive.len() {
        let mut file = archive.by_index(number).unwrap();
        all.push_str(&file.name().unwrap());
        file.read_to_string(&mut all).unwrap();
    }
    all
}

/// Keys and values of each table as they lie on disk.
pub fn tables(store: &Path) -> Vec<(String, Vec<u8>)> {
    let database = redb::Database::open(store).unwrap();
    let reader = database.begin_read().unwrap();
    let names: Vec<String> = reader.list_tables().unwrap().map(|table| table.name().to_owned()).collect();
    assert!(names.iter().any(|name| name == "secrets_v1"), "{names:?}");
    let read = |name: String| {
        let table = reader.open_table(TableDefinition::<&[u8], &[u8]>::new(&name)).unwrap();
        let mut bytes = Vec::new();
        for entry in table.iter().unwrap() {
            let (key, value) = entry.unwrap();
            bytes.extend_from_slice(key.value());
            bytes.extend_from_slice(value.value());
        }
        (name, bytes)
    };
    names.into_iter().map(read).collect()
}
