//! Says that the process lives, to whoever wants to hear it, each time that it was seen: a task of the runtime that answers
//! requests asks the engine, on one of the threads on which requests ask it.
//!
//! **Invariant:** no timer stands in for a sign of life: who does not answer is not spoken for.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use super::supervisor::Supervisor;
use crate::cacher::Cacher;
use crate::error::Result;

/// Ends with this.
pub(super) struct Pulse(Option<JoinHandle<()>>);

impl Pulse {
    /// Begins, if anybody wants to hear it. Called within the runtime.
    pub fn start(supervisor: &Arc<Supervisor>, cacher: &Cacher) -> Self {
        let cacher = cacher.clone();
        Self::of(supervisor, move || answers(&cacher))
    }

    fn of(supervisor: &Arc<Supervisor>, ask: impl Fn() -> Result<bool> + Send + Sync + 'static) -> Self {
        let Some(rhythm) = supervisor.rhythm() else { return Self(None) };
        let (supervisor, ask) = (supervisor.clone(), Arc::new(ask));
        Self(Some(tokio::spawn(async move {
            let mut beats = tokio::time::interval(rhythm);
            beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                beats.tick().await;
                let ask = ask.clone();
                // Does not come back where the engine does not.
                match tokio::task::spawn_blocking(move || ask()).await {
                    Ok(Ok(true)) => supervisor.lives(),
                    Ok(Ok(false)) => tracing::error!("a thread of the engine has ended by itself"),
                    Ok(Err(error)) => tracing::error!(%error, "the store cannot be read"),
                    Err(error) => tracing::error!(%error, "the engine cannot be asked"),
                }
            }
        })))
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

/// Whether the engine works: nobody keeps it locked, its threads are there, its store is read.
fn answers(cacher: &Cacher) -> Result<bool> {
    cacher.engine().store().read()?;
    Ok(cacher.is_at_work())
}

#[cfg(test)]
mod tests {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixDatagram};
    use std::sync::Mutex;
    use std::time::Duration;

    use super::*;
    use crate::config::Environment;

    #[tokio::test(flavor = "multi_thread")]
    async fn who_does_not_answer_is_not_spoken_for() {
        let name = format!("cacherr-pulse-{}", std::process::id());
        let listens = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        listens.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        let heard = || {
            let mut bytes = [0; 512];
            listens.recv(&mut bytes).map(|length| String::from_utf8_lossy(&bytes[..length]).into_owned())
        };
        let env: Environment = [("NOTIFY_SOCKET", format!("@{name}")), ("WATCHDOG_USEC", "60000".to_owned())]
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        let supervisor = Arc::new(Supervisor::of(&env));
        supervisor.is_ready(&"here", None);
        assert!(heard().unwrap().starts_with("READY=1"));

        let engine = Arc::new(Mutex::new(true));
        let asked = engine.clone();
        let pulse = Pulse::of(&supervisor, move || Ok(*asked.lock().unwrap()));
        for _ in 0..3 {
            assert_eq!(heard().unwrap(), "WATCHDOG=1\n");
        }
        let held = engine.lock().unwrap();
        // What was under way when it was taken.
        while heard().is_ok() {}
        assert!(heard().is_err(), "silent while it is held");
        drop(held);
        assert_eq!(heard().unwrap(), "WATCHDOG=1\n", "it goes on where the engine does");
        *engine.lock().unwrap() = false;
        while heard().is_ok() {}
        assert!(heard().is_err(), "silent while it is not at work");
        drop(pulse);
    }
}
