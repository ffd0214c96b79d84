//! Settings that the running binary is told over HTTP: it does them after a start in place, and they are there for good.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

use super::{House, wait_for};

const KEY: &str = "a-key-of-sixteen";

/// Asks until it is answered: a connection that comes just when a server ends is closed.
fn ask(at: SocketAddr, method: &str, path: &str, body: &Value) -> (u16, Value) {
    for _ in 0..20 {
        let mut stream = TcpStream::connect(at).expect("nobody listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {at}\r\nX-Api-Key: {KEY}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut answer = String::new();
        if stream.write_all(request.as_bytes()).is_err() || stream.read_to_string(&mut answer).is_err() {
            continue;
        }
        let Some((head, body)) = answer.split_once("\r\n\r\n") else { continue };
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        return (status, serde_json::from_str(body).unwrap());
    }
    panic!("closed again and again");
}

fn get(at: SocketAddr, path: &str) -> Value {
    let (status, answer) = ask(at, "GET", path, &Value::Null);
    assert_eq!(status, 200, "{answer}");
    answer["data"].clone()
}

#[test]
fn what_is_changed_while_it_runs_holds_at_once_and_after_every_start_and_is_told_once() {
    let house = House::new();
    let file = house.at("cacherr.toml");
    let written = format!("# Mine.\n{}", fs::read_to_string(&file).unwrap());
    fs::write(&file, &written).unwrap();
    let run = || {
        let mut command = house.command(["run"]);
        command.env("CACHERR_API_KEY", KEY);
        house.start_by(command)
    };
    let instance = run();
    let told = instance.log().split("listening at http://").nth(1).unwrap().to_owned();
    let at: SocketAddr = told.split(['/', ' ', '\n']).next().unwrap().parse().unwrap();
    let started = get(at, "/api/version")["started_at"].clone();
    let changes = json!({ "changes": [
        { "key": "cache.limit", "value": "1GB" },
        { "key": "library.0.name", "value": "Films" },
    ] });
    let (status, answer) = ask(at, "PATCH", "/api/settings", &changes);
    assert_eq!((status, &answer["data"]["restarting"]), (200, &json!(true)), "{answer}");
    wait_for("the next start", || get(at, "/api/version")["started_at"] != started);
    let settings = get(at, "/api/settings");
    assert_eq!((&settings["pending"], &settings["problems"]), (&json!([]), &json!([])));
    assert_eq!(get(at, "/api/plan")["room"]["limit_bytes"], 1 << 30, "it does what was said");
    let log = get(at, "/api/cached/operations?operation_type=settings");
    let log = log["operations"].as_array().unwrap();
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(log[0]["triggered_by"], "api_key");
    assert_eq!(log[0]["metadata"]["cache.limit"], "not set → \"1GB\"");
    let text = fs::read_to_string(&file).unwrap();
    let (before, added) = ("name = \"Movies\"", "release_grace = \"0s\"");
    let expected =
        written.replace(before, "name = \"Films\"").replace(added, &format!("{added}\nlimit = \"1GB\""));
    assert_eq!(text, expected);
    assert_eq!(fs::read_to_string(house.at("cacherr.toml.previous")).unwrap(), written);
    instance.stop();
    let instance = run();
    assert_eq!(house.tell(["config", "print"])["settings"].to_string().matches("1GB").count(), 1);
    assert_eq!(fs::read_to_string(&file).unwrap(), expected);
    instance.stop();
}
