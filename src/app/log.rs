//! What is written to standard error while it runs.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::Config;

/// How much is said when nobody says otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Chatter {
    /// A running instance tells what it does.
    Instance,
    /// A command reports by itself.
    Command,
}

/// Starts the log. Later calls change nothing.
pub fn start_log(config: &Config, chatter: Chatter) {
    let default = match chatter {
        Chatter::Instance => "warn,cacherr=info",
        Chatter::Command => "off",
    };
    let filter = EnvFilter::new(config.log.as_deref().unwrap_or(default));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    // The only failure is that there is a log already.
    let _ = log.try_init();
}
