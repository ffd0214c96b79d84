//! `bench web`: the page Cached before all records, in a real browser (`web/e2e/measure.ts`): its first rows, scrolling,
//! and its memory while files come and go.

use std::path::Path;
use std::process::Command;

use super::measure::Outcome;
use super::place::{Place, setting};
use super::server::{Home, Stock};

/// Starts an instance with all records, and lets the browser say what it saw.
pub fn measure() -> Outcome {
    let server = Home::make(&Place::find()?, Stock::Everything)?.start()?;
    let movies = server.home.as_ref().ok_or("no house")?.movies();
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    let status = Command::new("npm")
        .args(["run", "--silent", "measure"])
        .current_dir(web)
        .env("MEASURE_URL", format!("http://127.0.0.1:{}", server.port))
        .env("MEASURE_MOVIES", movies)
        .env("MEASURE_SECONDS", setting("WEB_SECONDS", "600"))
        .status()?;
    if status.success() { Ok(()) } else { Err("the browser did not come to its end".into()) }
}
