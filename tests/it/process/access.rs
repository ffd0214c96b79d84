//! The commands for whoever is locked out: with a running instance, and without one.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use serde_json::{Value, json};

use super::{House, Instance, Ran};

const PASSWORD: &str = "correct horse";

fn with_input(house: &House, args: &[&str], input: &[u8]) -> Ran {
    let mut child = house.command(args).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A running instance over HTTP.
struct Web {
    origin: String,
    runtime: tokio::runtime::Runtime,
}

impl Web {
    fn of(instance: &Instance) -> Self {
        let log = instance.log();
        let (_, rest) = log.split_once("listening at ").expect(&log);
        let origin = rest.split_whitespace().next().unwrap().trim_end_matches('/').to_owned();
        Self { origin, runtime: tokio::runtime::Runtime::new().unwrap() }
    }

    /// Status and body.
    fn send(&self, ask: impl FnOnce(&reqwest::Client, &str) -> reqwest::RequestBuilder) -> (u16, Value) {
        self.runtime.block_on(async {
            let answer = ask(&crate::support::http_client(), &self.origin).send().await.unwrap();
            (answer.status().as_u16(), answer.json().await.unwrap())
        })
    }

    fn with_key(&self, key: &str) -> u16 {
        self.send(|client, at| client.get(format!("{at}/api/keys")).header("X-Api-Key", key)).0
    }

    fn log_in(&self, name: &str, password: &str) -> (u16, Value) {
        let body = json!({ "name": name, "password": password });
        self.send(|client, at| client.post(format!("{at}/api/auth/login")).json(&body))
    }
}

fn names(listed: &Value, list: &str) -> Vec<String> {
    listed[list].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn without_an_instance_accounts_are_made_changed_and_removed_on_the_store() {
    let house = House::new();
    assert_eq!(house.tell(["user", "list"])["accounts"], json!([]));
    let made = with_input(
        &house,
        &["user", "add", "admin1", "--role", "admin", "--password-stdin"],
        b"correct horse\r\n",
    );
    assert_eq!((made.code, made.stdout.as_str()), (0, "admin1 may log in, as admin\n"), "{}", made.stderr);
    assert!(!house.at("data/setup-token").exists(), "nobody asks for it here");

    let made = house.tell(["user", "add", "user1", "--role", "viewer"]);
    assert_eq!(made["account"]["role"], "viewer");
    let password = made["password"].as_str().unwrap();
    assert_eq!(password.len(), 19);
    assert_eq!(house.tell(["user", "role", "USER1", "operator"])["account"]["role"], "operator");
    let shown = house.run(["user", "reset-password", "user1"]);
    assert!(shown.stdout.contains("password: ") && !shown.stdout.contains(password), "{}", shown.stdout);
    assert_eq!(names(&house.tell(["user", "list"]), "accounts"), ["admin1", "user1"]);
    let listed = house.run(["user", "list"]).stdout;
    assert!(listed.starts_with("admin1  admin     never logged in\nuser1   operator  never"), "{listed}");

    for refused in [["user", "remove", "admin1", "--json"], ["user", "remove", "nobody", "--json"]] {
        let (code, document) = house.ask(&refused[..3]);
        let expected = if refused[2] == "admin1" { "last_admin" } else { "invalid_parameter" };
        assert_eq!((code, document["code"].as_str()), (1, Some(expected)), "{document}");
    }
    house.tell(["user", "remove", "user1"]);
    assert_eq!(names(&house.tell(["user", "list"]), "accounts"), ["admin1"]);
    assert_eq!(house.tell(["check"])["store"], json!([]));
}

#[test]
fn without_an_instance_keys_are_made_and_taken_back_on_the_store() {
    let house = House::new();
    let made = house.tell(["apikey", "add", "dashboard", "--role", "viewer", "--expires", "90d"]);
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with(made["key"]["begins"].as_str().unwrap()) && secret.starts_with("ck_"));
    assert!(
        made["key"]["expires_at"].is_string()
            && made["key"]["created_by"].as_str().unwrap().starts_with("local:")
    );
    let listed = house.run(["apikey", "list", "--json"]).stdout;
    assert!(listed.contains("dashboard") && !listed.contains(secret), "{listed}");
    let (code, document) = house.ask(["apikey", "add", "Dashboard", "--role", "viewer"]);
    assert_eq!((code, document["code"].as_str()), (1, Some("name_taken")));
    let instance = house.start();
    let web = Web::of(&instance);
    assert_eq!(web.with_key(secret), 403, "it opens, and not this");
    assert_eq!(instance.stop().0, Some(0));
    house.tell(["apikey", "revoke", "dashboard"]);
    assert_eq!(house.tell(["apikey", "list"])["keys"], json!([]));
}

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_done() {
    let house = House::new();
    for usage in [
        &["user"][..],
        &["user", "add", "user1"],
        &["user", "add", "user1", "--role", "owner"],
        &["user", "add", "user1", "--role", "admin", "--password", "on the command line"],
        &["apikey", "add", "a", "--role", "viewer", "--expires", "soon"],
        &["apikey", "add", "a", "--role", "viewer", "--expires", "-1d"],
    ] {
        assert_eq!(house.run(usage).code, 2, "{usage:?}");
    }
    for (input, code) in
        [(&b""[..], "invalid_parameter"), (b"\nlater", "invalid_parameter"), (b"short\n", "weak_password")]
    {
        let ran = with_input(
            &house,
            &["user", "add", "user1", "--role", "admin", "--password-stdin", "--json"],
            input,
        );
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((ran.code, document["code"].as_str()), (1, Some(code)), "{document}");
    }
    assert_eq!(house.run(["user", "add", "system", "--role", "admin"]).code, 1);
    assert_eq!(house.tell(["user", "list"])["accounts"], json!([]));
}

#[test]
fn a_running_instance_knows_at_once_what_the_commands_did() {
    let house = House::new();
    let instance = house.start();
    let web = Web::of(&instance);
    let token = fs::read_to_string(house.at("data/setup-token")).unwrap();
    assert_eq!(fs::metadata(house.at("data/setup-token")).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(instance.log().contains(token.trim()), "{}", instance.log());

    let made = with_input(
        &house,
        &["user", "add", "admin1", "--role", "admin", "--password-stdin"],
        PASSWORD.as_bytes(),
    );
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert!(!house.at("data/setup-token").exists());
    let body = json!({ "token": token.trim(), "name": "another", "password": PASSWORD });
    let (status, refused) = web.send(|client, at| client.post(format!("{at}/api/auth/setup")).json(&body));
    assert_eq!((status, refused["code"].as_str()), (409, Some("already_set_up")), "{refused}");

    assert_eq!(web.log_in("admin1", PASSWORD).0, 200);
    let made = house.tell(["user", "reset-password", "admin1"]);
    assert_eq!(made["account"]["sessions"], 0);
    let (status, refused) = web.log_in("admin1", PASSWORD);
    assert_eq!((status, refused["code"].as_str()), (401, Some("log_in_failed")));
    assert_eq!(web.log_in("admin1", made["password"].as_str().unwrap()).0, 200);

    let key = house.tell(["apikey", "add", "script", "--role", "admin"]);
    let secret = key["secret"].as_str().unwrap();
    assert_eq!(web.with_key(secret), 200);
    house.tell(["apikey", "revoke", "script"]);
    assert_eq!(web.with_key(secret), 401);

    let log = instance.log();
    for secret in [PASSWORD, made["password"].as_str().unwrap(), secret] {
        assert!(!log.contains(secret), "{log}");
    }
    assert_eq!(instance.stop().0, Some(0));
    assert!(house.start().stop().0 == Some(0), "a restart prints no token");
    assert!(!fs::read_to_string(house.at("log")).unwrap().contains("setup token"));
}

#[test]
fn a_second_start_prints_the_same_token_and_a_configured_key_keeps_it_out_of_the_log() {
    let house = House::new();
    let instance = house.start();
    let token = fs::read_to_string(house.at("data/setup-token")).unwrap();
    assert_eq!(instance.stop().0, Some(0));
    let instance = house.start();
    assert!(instance.log().contains(token.trim()), "{}", instance.log());
    assert_eq!(instance.stop().0, Some(0));

    let mut command = house.command(["run"]);
    command.env("CACHERR_API_KEY", "a-key-of-the-configuration");
    let instance = house.start_by(command);
    assert!(!instance.log().contains(token.trim()), "{}", instance.log());
    assert_eq!(fs::read_to_string(house.at("data/setup-token")).unwrap(), token, "the wizard can use it");
    assert_eq!(Web::of(&instance).with_key("a-key-of-the-configuration"), 200);
    assert_eq!(instance.stop().0, Some(0));
}
