//! Whoever started this process and asked to be told how it is: systemd, or podman, by the protocol of `sd_notify(3)`.
//! Where nobody asked, nothing is told.
//!
//! **Invariant:** "ready" is told only while the API answers on an open store, and that the process lives only by who just
//! saw it. Nothing here waits for whoever is told, or fails with them.

use std::ffi::OsStr;
use std::fmt::{Display, Write};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::config::Environment;
use crate::domain::plain::Spelt;

/// So long a full queue of theirs may hold us up.
const PATIENCE: Duration = Duration::from_millis(200);
/// What is told of the state is a line for people.
const LONGEST: usize = 300;
/// Between two starts in place nobody is there who could say that the process lives. All that happens then has its own
/// limit; together they are shorter than this.
const BETWEEN: Duration = Duration::from_secs(600);

/// Who is told. Made once, outlives every start.
pub struct Supervisor {
    line: Option<Line>,
    /// Within which time they want to hear that it lives.
    watchdog: Option<Duration>,
    stage: Mutex<Stage>,
}

/// A way to tell.
struct Line {
    socket: UnixDatagram,
    address: SocketAddr,
}

/// What they were told last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Starting,
    Ready,
    StartingAnew,
    Stopping,
}

impl Supervisor {
    /// Whom the environment names.
    #[must_use]
    pub fn of(env: &Environment) -> Self {
        let line = env.get(OsStr::new("NOTIFY_SOCKET")).and_then(|name| match Line::to(name) {
            Ok(line) => Some(line),
            Err(error) => {
                tracing::warn!("NOTIFY_SOCKET = {name:?} cannot be used, and nobody is told: {error}");
                None
            }
        });
        let number = |name: &str| env.get(OsStr::new(name))?.to_str()?.parse::<u64>().ok();
        // Meant for another process where it names one.
        let is_ours = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
        let within = number("WATCHDOG_USEC").filter(|micros| *micros > 0 && is_ours);
        let watchdog = within.map(Duration::from_micros).filter(|_| line.is_some());
        Self { line, watchdog, stage: Mutex::new(Stage::Starting) }
    }

    /// How often they want to hear that it lives: three times within the time that they wait.
    pub(super) fn rhythm(&self) -> Option<Duration> {
        self.watchdog.map(|within| within / 3)
    }

    /// What is done before it is ready.
    pub(super) fn starts(&self, what: &str) {
        self.tell("", &what);
    }

    /// The API answers, at this address. Also tells why an earlier wish for another start came to nothing.
    pub(super) fn is_ready(&self, at: &dyn Display, trouble: Option<&str>) {
        *self.stage() = Stage::Ready;
        let mut message = "READY=1\n".to_owned();
        if let Some(within) = self.watchdog {
            // Their patience was prolonged by `starts_anew`.
            let _ = write!(message, "WATCHDOG_USEC={}\nWATCHDOG=1\n", within.as_micros());
        }
        match trouble {
            None => self.tell(&message, &format_args!("ready at {at}")),
            Some(why) => self.tell(&message, &format_args!("ready at {at}; {why}")),
        }
    }

    /// Somebody asked for another start; whether it can be is not known yet.
    pub(super) fn was_asked(&self) {
        if *self.stage() == Stage::Ready {
            self.tell(&reloading(), &"reading the configuration");
        }
    }

    /// It cannot be, and what runs goes on.
    pub(super) fn refused(&self, why: &dyn Display) {
        if *self.stage() == Stage::Ready {
            self.tell("READY=1\n", &format_args!("ready; not started anew: {why}"));
        }
    }

    /// From here on nothing is answered until it is ready again.
    pub(super) fn starts_anew(&self) {
        *self.stage() = Stage::StartingAnew;
        let mut message = reloading();
        if self.watchdog.is_some() {
            let _ = writeln!(message, "WATCHDOG_USEC={}", BETWEEN.as_micros());
        }
        self.tell(&message, &"starting anew");
    }

    /// It ends, for good.
    pub(super) fn stops(&self, why: &dyn Display) {
        if std::mem::replace(&mut *self.stage(), Stage::Stopping) != Stage::Stopping {
            self.tell("STOPPING=1\n", why);
        }
    }

    /// Somebody just saw that it lives.
    pub(super) fn lives(&self) {
        if *self.stage() == Stage::Ready
            && let Some(line) = &self.line
        {
            line.send(b"WATCHDOG=1\n");
        }
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, message: &str, status: &dyn Display) {
        let Some(line) = &self.line else { return };
        let mut said = String::new();
        // A text never refuses to be written to.
        let _ = write!(Spelt(&mut said), "{status}");
        let end = said.char_indices().nth(LONGEST).map_or(said.len(), |(at, _)| at);
        line.send(format!("{message}STATUS={}\n", &said[..end]).as_bytes());
    }
}

/// With the instant, so that they know which wish it answers (`Type=notify-reload`).
fn reloading() -> String {
    let now = clock_gettime(ClockId::Monotonic);
    format!("RELOADING=1\nMONOTONIC_USEC={}\n", now.tv_sec * 1_000_000 + now.tv_nsec / 1_000)
}

impl Line {
    fn to(name: &OsStr) -> std::io::Result<Self> {
        let address = match name.as_bytes() {
            [b'@', rest @ ..] => SocketAddr::from_abstract_name(rest)?,
            [b'/', ..] => SocketAddr::from_pathname(name)?,
            _ => return Err(std::io::Error::other("it is neither a path nor an abstract name")),
        };
        let socket = UnixDatagram::unbound()?;
        socket.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { socket, address })
    }

    fn send(&self, message: &[u8]) {
        if let Err(error) = self.socket.send_to_addr(message, &self.address) {
            tracing::debug!(%error, "whoever supervises this process was not told");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Environment {
        pairs.iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    /// Who listens at an abstract name of their own, and who tells them.
    fn pair(name: &str, more: &[(&str, &str)]) -> (UnixDatagram, Supervisor) {
        let name = format!("cacherr-{name}-{}", std::process::id());
        let listens = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        listens.set_nonblocking(true).unwrap();
        let mut env = env(more);
        env.insert("NOTIFY_SOCKET".into(), format!("@{name}").into());
        (listens, Supervisor::of(&env))
    }

    fn heard(listens: &UnixDatagram) -> Option<String> {
        let mut bytes = [0; 4096];
        listens.recv(&mut bytes).ok().map(|length| String::from_utf8_lossy(&bytes[..length]).into_owned())
    }

    #[test]
    fn nobody_is_told_where_nobody_asked_or_can_be_reached() {
        for env in [
            env(&[]),
            env(&[("NOTIFY_SOCKET", "")]),
            env(&[("NOTIFY_SOCKET", "vsock:2:1234"), ("WATCHDOG_USEC", "1000")]),
            env(&[("WATCHDOG_USEC", "1000")]),
        ] {
            let supervisor = Supervisor::of(&env);
            assert!(supervisor.line.is_none() && supervisor.rhythm().is_none(), "{env:?}");
            supervisor.is_ready(&"here", None);
            supervisor.stops(&"over");
        }
        // Nobody listens there: told in vain, and no failure.
        let supervisor = Supervisor::of(&env(&[("NOTIFY_SOCKET", "@cacherr-nobody-listens-here")]));
        supervisor.is_ready(&"here", None);
    }

    #[test]
    fn a_watchdog_of_another_process_is_none_of_ours() {
        let ours = std::process::id().to_string();
        for (more, rhythm) in [
            (vec![("WATCHDOG_USEC", "30000000")], Some(Duration::from_secs(10))),
            (vec![("WATCHDOG_USEC", "30000000"), ("WATCHDOG_PID", &*ours)], Some(Duration::from_secs(10))),
            (vec![("WATCHDOG_USEC", "30000000"), ("WATCHDOG_PID", "1")], None),
            (vec![("WATCHDOG_USEC", "0")], None),
            (vec![("WATCHDOG_USEC", "soon")], None),
        ] {
            assert_eq!(pair("pid", &more).1.rhythm(), rhythm, "{more:?}");
        }
    }

    #[test]
    fn what_is_told_of_the_state_is_one_line() {
        let (listens, supervisor) = pair("line", &[]);
        supervisor.stops(&format!("a\nREADY=1\n{}", "é".repeat(1000)));
        let told = heard(&listens).unwrap();
        assert!(told.starts_with("STOPPING=1\nSTATUS=a\\nREADY=1\\né"), "{told}");
        assert_eq!((told.lines().count(), told.matches('é').count() < LONGEST), (2, true));
    }

    #[test]
    fn nothing_is_promised_between_two_starts_nor_after_the_end() {
        let (listens, supervisor) = pair("between", &[("WATCHDOG_USEC", "3000000")]);
        supervisor.lives();
        assert_eq!(heard(&listens), None, "it was never ready");
        supervisor.is_ready(&"here", None);
        let ready = heard(&listens).unwrap();
        assert_eq!(ready, "READY=1\nWATCHDOG_USEC=3000000\nWATCHDOG=1\nSTATUS=ready at here\n");
        supervisor.lives();
        assert_eq!(heard(&listens).as_deref(), Some("WATCHDOG=1\n"));
        supervisor.starts_anew();
        let told = heard(&listens).unwrap();
        assert!(told.starts_with("RELOADING=1\nMONOTONIC_USEC="), "{told}");
        assert!(told.contains("\nWATCHDOG_USEC=600000000\n"), "{told}");
        supervisor.lives();
        supervisor.was_asked();
        supervisor.refused(&"another wish");
        assert_eq!(heard(&listens), None, "it is not ready, and will say so by itself");
        supervisor.is_ready(&"here", Some("trouble"));
        assert!(heard(&listens).unwrap().ends_with("STATUS=ready at here; trouble\n"));
        supervisor.stops(&"over");
        supervisor.stops(&"over");
        supervisor.lives();
        assert_eq!(heard(&listens).as_deref(), Some("STOPPING=1\nSTATUS=over\n"));
        assert_eq!(heard(&listens), None);
    }
}
