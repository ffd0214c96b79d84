//! `cacherr rescue`: the one command that needs no store, and so no instance either.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::Rescue;
use super::progress::Progress;
use super::show::name;
use super::{FAILED, OK, json, show};
use crate::app::{self, Chatter};
use crate::cacher::rescue::Rescued;
use crate::command::Named;
use crate::config::{Config, Environment};
use crate::domain::job::Failure;
use crate::error::Result;

/// Rescues, and tells of it. Returns the exit code: something that is left needs a person.
pub(super) fn rescue(config: &Config, asked: &Rescue, env: &Environment) -> Result<u8, Failure> {
    app::start_log(config, Chatter::Command, env);
    let mut progress = Progress::start();
    let mut tell = |path: &Path, what: &str| {
        progress.note(&format!("{}: {what}", name(&Named(path.to_path_buf()))));
    };
    let rescued = asked
        .whole_cache_dir()
        .and_then(|cache_dir| app::rescue(config, &asked.roots, cache_dir.as_deref(), &mut tell))
        .map_err(|error| Failure::from(&error))?;
    let trouble = trouble(&rescued);
    let code = if trouble.is_some() { FAILED } else { OK };
    if asked.format.json {
        show::document(&json::with_trouble(data(&rescued), trouble));
    } else {
        show::text(&text(&rescued));
    }
    Ok(code)
}

fn trouble(rescued: &Rescued) -> Option<Failure> {
    let message = match rescued.left.len() {
        0 => return None,
        1 => "one thing is left that needs a person".to_owned(),
        more => format!("{more} things are left that need a person"),
    };
    Some(Failure { code: "needs_attention".to_owned(), message })
}

fn data(rescued: &Rescued) -> serde_json::Value {
    let Rescued { restored, copied_back, put_aside, copies_deleted, left } = rescued;
    let path = |path: &PathBuf| json::path(&Named(path.clone()));
    let paths = |all: &[PathBuf]| all.iter().map(path).collect::<serde_json::Value>();
    json!({
        "restored": paths(restored),
        "copied_back": paths(copied_back),
        "put_aside": paths(put_aside),
        "copies_deleted": copies_deleted,
        "left": left.iter().map(|(at, why)| json!({ "path": path(at), "reason": why })).collect::<Vec<_>>(),
    })
}

fn text(rescued: &Rescued) -> String {
    let Rescued { restored, copied_back, put_aside, copies_deleted, left } = rescued;
    let mut out = String::new();
    let _ = writeln!(out, "{:>6} originals put back", restored.len());
    let _ = writeln!(out, "{:>6} files copied back from the cache", copied_back.len());
    let _ = writeln!(out, "{copies_deleted:>6} copies deleted");
    if !put_aside.is_empty() {
        out += "\nput aside, because their places were taken; delete them when you miss nothing:\n";
    }
    for path in put_aside {
        let _ = writeln!(out, "  {}", name(&Named(path.clone())));
    }
    if !left.is_empty() {
        out += "\nleft as it was; this needs you:\n";
    }
    for (path, why) in left {
        let _ = writeln!(out, "  {}\n    {}", name(&Named(path.clone())), show::clean(why));
    }
    out
}
