//! Accounts and keys, for people and for scripts.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::show::clean;
use crate::command::access::{KeyDone, Told, User, UserAct, UserDone};
use crate::domain::account::KeyRow;
use crate::domain::time::Time;

/// Those who may log in, in lines.
pub(super) fn users(users: &[User]) -> String {
    if users.is_empty() {
        return "no accounts yet; `cacherr user add NAME --role admin` makes one, and so does the web page\n"
            .to_owned();
    }
    let lines = users.iter().map(|user| {
        let account = &user.account;
        let mut notes = vec![
            account.last_login.map_or_else(|| "never logged in".to_owned(), |at| format!("last log-in {at}")),
        ];
        match user.sessions {
            0 => {}
            1 => notes.push("1 session".to_owned()),
            more => notes.push(format!("{more} sessions")),
        }
        match (user.has_password, account.plex) {
            (true, None) => {}
            (true, Some(_)) => notes.push("or with Plex".to_owned()),
            (false, Some(_)) => notes.push("with Plex only".to_owned()),
            (false, None) => notes.push("has no password".to_owned()),
        }
        [clean(&account.name), account.role.to_string(), notes.join(", ")]
    });
    columns(lines)
}

/// What became of an account.
pub(super) fn user(done: &UserDone) -> String {
    let UserDone { act, user, password } = done;
    let (name, role) = (clean(&user.account.name), user.account.role);
    let mut out = match act {
        UserAct::Added => format!("{name} may log in, as {role}\n"),
        UserAct::ChangedRole => format!("{name} is {role} from now on; their sessions have ended\n"),
        UserAct::ResetPassword => format!("{name} has another password; their sessions have ended\n"),
        UserAct::Removed => format!("{name} may not log in any more; their sessions have ended\n"),
    };
    if let Some(Told(password)) = password {
        let _ = writeln!(out, "password: {}\nIt is shown this once.", password.expose());
    }
    out
}

/// The keys, in lines.
pub(super) fn keys(keys: &[KeyRow]) -> String {
    if keys.is_empty() {
        return "no API keys; `cacherr apikey add NAME --role viewer` makes one\n".to_owned();
    }
    columns(keys.iter().map(|key| {
        let expires =
            key.expires_at.map_or_else(|| "until it is revoked".to_owned(), |at| format!("until {at}"));
        let used = key.used_at.map_or_else(|| "never used".to_owned(), |at| format!("last used {at}"));
        [clean(&key.name), key.role.to_string(), format!("{}…, {expires}, {used}", key.begins)]
    }))
}

/// What became of a key.
pub(super) fn key(done: &KeyDone) -> String {
    let KeyDone { key, secret } = done;
    let name = clean(&key.name);
    match secret {
        Some(Told(secret)) => {
            let until = key.expires_at.map_or_else(String::new, |at| format!(", until {at}"));
            format!(
                "{name} opens what {} may do{until}\nkey: {}\nIt is shown this once.\n",
                key.role,
                secret.expose()
            )
        }
        None => format!("{name} opens nothing any more\n"),
    }
}

/// Three columns, each as wide as what is in it.
fn columns(lines: impl Iterator<Item = [String; 3]>) -> String {
    let lines: Vec<_> = lines.collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    let mut out = String::new();
    for [name, role, rest] in &lines {
        let _ = writeln!(out, "{name:<first$}  {role:<second$}  {rest}");
    }
    out
}

/// An account, with the names that the API has.
pub(super) fn user_data(user: &User) -> Value {
    let User { account, has_password, sessions } = user;
    json!({
        "id": account.id.to_string(),
        "name": account.name,
        "role": account.role.name(),
        "has_password": has_password,
        "plex_account": account.plex,
        "created_at": account.made_at.to_string(),
        "password_set_at": instant(account.password_at),
        "last_login": instant(account.last_login),
        "sessions": sessions,
    })
}

pub(super) fn user_done_data(done: &UserDone) -> Value {
    let UserDone { act: _, user, password } = done;
    json!({ "account": user_data(user), "password": shown_once(password.as_ref()) })
}

/// A key, with the names that the API has.
pub(super) fn key_data(key: &KeyRow) -> Value {
    json!({
        "id": key.id.to_string(),
        "name": key.name,
        "role": key.role.name(),
        "begins": key.begins,
        "created_by": key.made_by,
        "created_at": key.made_at.to_string(),
        "expires_at": instant(key.expires_at),
        "last_used": instant(key.used_at),
    })
}

pub(super) fn key_done_data(done: &KeyDone) -> Value {
    let KeyDone { key, secret } = done;
    json!({ "key": key_data(key), "secret": shown_once(secret.as_ref()) })
}

fn instant(at: Option<Time>) -> Value {
    at.map_or(Value::Null, |at| at.to_string().into())
}

fn shown_once(secret: Option<&Told>) -> Value {
    secret.map_or(Value::Null, |Told(secret)| secret.expose().into())
}
