//! What this start of the program is, as `app` knows it.

use std::path::PathBuf;

use crate::domain::time::Time;

/// This start. A restart in place makes another one.
#[derive(Clone, Debug)]
pub struct Instance {
    /// When it began.
    pub started_at: Time,
    /// Where the store lives.
    pub data_dir: PathBuf,
    /// The configuration that was read, if there is one.
    pub config_file: Option<PathBuf>,
    /// Whether it is a sample.
    pub is_demo: bool,
}

/// The same with what the binary brings.
#[derive(Clone, Debug)]
pub(super) struct About {
    /// The start.
    pub instance: Instance,
    /// Which web app there is.
    pub ui_build: Option<String>,
}
