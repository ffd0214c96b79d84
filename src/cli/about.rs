//! `cacherr version` and `cacherr paths`: what this program is, and where its things lie. Nothing is touched or made.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use super::args::{Format, VERSION};
use super::show::name;
use super::{OK, json, show};
use crate::app;
use crate::command::Named;
use crate::config::{Config, SettingsFile};
use crate::domain::job::Failure;

/// What it was built for.
const TARGET: &str = env!("CACHERR_TARGET");

/// Which program this is.
pub(super) fn version(format: Format) -> u8 {
    if format.json {
        show::document(&json!({
            "success": true,
            "data": {
                "name": "cacherr",
                "version": env!("CARGO_PKG_VERSION"),
                "commit": option_env!("CACHERR_COMMIT").filter(|commit| !commit.is_empty()),
                "target": TARGET,
            },
        }));
        return OK;
    }
    show::text(&format!("cacherr {VERSION}\n{TARGET}\n"))
}

/// Where everything lies.
pub(super) fn paths(config: &Config, format: Format) -> Result<u8, Failure> {
    let file = SettingsFile::of(config).map_err(|error| Failure::from(&error))?;
    let files = app::files_of(&config.data_dir);
    if format.json {
        let mut data = json!({
            "data_dir": json::of_path(&config.data_dir),
            "data_dir_from": origin(config),
            "config_file": json::of_path(file.path()),
            "config_file_exists": config.config_file.is_some(),
            "cache_dir": json::of_path(&config.cache.dir),
            "libraries": config.libraries.iter().map(|library| json!({
                "name": library.name,
                "path": json::of_path(&library.path),
                "server_path": json::of_path(&library.server_path),
            })).collect::<Vec<_>>(),
        });
        for (what, path) in &files {
            data[what.replace(' ', "_")] = json::of_path(path);
        }
        show::document(&json::with_trouble(data, None));
        return Ok(OK);
    }
    let mut out = String::new();
    let mut row = |what: &str, path: &Path, note: &str| {
        let _ = writeln!(out, "{what:<16}{}{note}", name(&Named(path.to_path_buf())));
    };
    row("data dir", &config.data_dir, &format!("  ({})", origin(config)));
    let note = if config.config_file.is_some() { "" } else { "  (not there)" };
    row("configuration", file.path(), note);
    for (what, path) in &files {
        row(what, path, "");
    }
    row("cache dir", &config.cache.dir, "");
    for (nth, library) in config.libraries.iter().enumerate() {
        row(if nth == 0 { "libraries" } else { "" }, &library.path, "");
    }
    Ok(show::text(&out))
}

/// Who said where the data dir is.
fn origin(config: &Config) -> String {
    let said = config.report().into_iter().find(|setting| setting.key == "data_dir");
    said.map(|setting| setting.origin.to_string()).unwrap_or_default()
}
