//! What the system says to the process: `SIGTERM` and `SIGINT` stop it, the second at once; `SIGHUP` starts it anew in place.
//!
//! **Invariant:** once listened for, none is lost, also while nothing runs between two starts.

use std::sync::Arc;

use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::supervisor::Supervisor;
use crate::api::Restart;
use crate::error::{IoContext, Result};

/// The signals of this process, from when it was first ready.
pub(super) struct Signals {
    /// Outlives every start.
    runtime: Runtime,
    stops: watch::Receiver<Stops>,
}

/// How often it was asked to stop, and by which signal the last time.
#[derive(Clone, Copy)]
struct Stops(u32, &'static str);

impl Signals {
    /// Listens from now on.
    pub fn listen(restart: Restart, supervisor: Arc<Supervisor>) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.doing("start the", "runtime of the signals")?;
        let (tell, stops) = watch::channel(Stops(0, ""));
        let _within = runtime.enter();
        let mut terminate = signal(SignalKind::terminate()).doing("listen for", "SIGTERM")?;
        let mut interrupt = signal(SignalKind::interrupt()).doing("listen for", "SIGINT")?;
        let mut hang_up = signal(SignalKind::hangup()).doing("listen for", "SIGHUP")?;
        runtime.spawn(async move {
            loop {
                let name = tokio::select! {
                    _ = terminate.recv() => "SIGTERM",
                    _ = interrupt.recv() => "SIGINT",
                    _ = hang_up.recv() => {
                        let (restart, supervisor) = (restart.clone(), supervisor.clone());
                        tokio::task::spawn_blocking(move || ask(&restart, &supervisor));
                        continue;
                    }
                };
                tell.send_modify(|stops| *stops = Stops(stops.0 + 1, name));
            }
        });
        drop(_within);
        Ok(Self { runtime, stops })
    }

    /// Waits for a signal that says stop, the first or another one, and names it.
    pub async fn stop(&self, after: u32) -> &'static str {
        let mut stops = self.stops.clone();
        match stops.wait_for(|stops| stops.0 > after).await {
            Ok(stops) => stops.1,
            // Who would tell is gone with the runtime, and that with this.
            Err(_) => std::future::pending().await,
        }
    }

    /// Whether a signal has said stop.
    pub fn say_stop(&self) -> bool {
        self.stops.borrow().0 > 0
    }

    /// Ends.
    pub fn end(self) {
        self.runtime.shutdown_background();
    }
}

fn ask(restart: &Restart, supervisor: &Supervisor) {
    supervisor.was_asked();
    match restart.ask() {
        Ok(()) => tracing::info!("SIGHUP: starting anew"),
        Err(error) => {
            tracing::error!("SIGHUP: nothing is stopped, for the configuration cannot be used: {error}");
            supervisor.refused(&error);
        }
    }
}
