//! What is written to standard error while it runs.
//!
//! **Invariant:** an event is a line. What others wrote (names of files and people, titles, what a server says) makes no
//! second one, and commands no terminal.

use std::ffi::OsStr;
use std::fmt::Write;
use std::io::{self, IsTerminal};

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::debug_fn;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Config, Environment};
use crate::domain::plain::Spelt;

/// How much is said when nobody says otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Chatter {
    /// A running instance tells what it does.
    Instance,
    /// A command reports by itself.
    Command,
}

/// Who says when a line was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stamps {
    Ours,
    /// The journal of systemd stamps each line by itself.
    Theirs,
}

/// Starts the log. Later calls change nothing.
pub fn start_log(config: &Config, chatter: Chatter, env: &Environment) {
    let default = match chatter {
        Chatter::Instance => "warn,cacherr=info",
        Chatter::Command => "off",
    };
    let filter = EnvFilter::new(config.log.as_deref().unwrap_or(default));
    // The only failure is that there is a log already.
    let _ = lines(filter, io::stderr, io::stderr().is_terminal(), stamps(env)).try_init();
}

/// The journal names its stream, so that whoever is redirected elsewhere finds out.
fn stamps(env: &Environment) -> Stamps {
    let named = env.get(OsStr::new("JOURNAL_STREAM")).and_then(|name| name.to_str());
    let is_it = rustix::fs::fstat(io::stderr()).is_ok_and(|stat| {
        let ours = format!("{}:{}", stat.st_dev, stat.st_ino);
        named == Some(ours.as_str())
    });
    if is_it { Stamps::Theirs } else { Stamps::Ours }
}

/// Whoever writes events as lines.
fn lines<W>(filter: EnvFilter, writer: W, ansi: bool, stamps: Stamps) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let fields = debug_fn(|writer, field, value| match field.name() {
        "message" => write!(Spelt(writer), "{value:?}"),
        name => write!(Spelt(writer), "{name}={value:?}"),
    });
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(ansi)
        .with_target(false)
        .fmt_fields(fields.delimited(" "));
    match stamps {
        Stamps::Ours => Box::new(lines.finish()),
        Stamps::Theirs => Box::new(lines.without_time().finish()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::{Arc, Mutex, PoisonError};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written of what `say` says.
    fn log(ansi: bool, say: impl FnOnce()) -> String {
        let written = Written::default();
        let writer = written.clone();
        let lines = lines(EnvFilter::new("trace"), move || writer.clone(), ansi, Stamps::Ours);
        tracing::subscriber::with_default(lines, say);
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    const HOSTILE: &str =
        "a\nERROR forged \u{1b}[2J\u{1b}]0;title\u{7}\r\u{9b}31m\u{2028}\u{202e}\u{2066}\0end";

    #[test]
    fn an_event_is_a_line_whatever_it_says() {
        let path = Path::new(HOSTILE);
        let said = log(false, || {
            tracing::warn!("{HOSTILE}");
            tracing::info!(path = %path.display(), user = HOSTILE, ?path, "as a field");
            tracing::error!(error = &io::Error::other(HOSTILE) as &dyn std::error::Error, "as an error");
            let span = tracing::info_span!("span", title = %HOSTILE);
            span.in_scope(|| tracing::debug!("as a span"));
        });
        assert_eq!(said.lines().count(), 4, "{said}");
        let acting: Vec<char> = said.chars().filter(|c| crate::domain::plain::acts(*c)).collect();
        assert_eq!(acting, ['\n'; 4], "{said:?}");
        assert_eq!(said.matches("forged").count(), 6, "nothing was lost: {said}");
        assert!(said.lines().all(|line| line.contains("Z ")), "each began by itself: {said}");
    }

    #[test]
    fn colours_are_ours_alone() {
        let said = log(true, || tracing::warn!(name = %"\u{1b}[32mgreen", "\u{1b}[31mred"));
        assert!(said.contains("\u{1b}[33m WARN\u{1b}[0m"), "{said:?}");
        assert!(!said.contains("\u{1b}[31m") && !said.contains("\u{1b}[32m"), "{said:?}");
    }

    #[test]
    fn an_ordinary_line_reads_as_ever() {
        let said =
            log(false, || tracing::info!(count = 3, name = "Amélie", path = %"/m/a b", "cached {}", "it"));
        assert!(said.ends_with(" INFO cached it count=3 name=\"Amélie\" path=/m/a b\n"), "{said}");
    }
}
