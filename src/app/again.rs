//! Starting anew in place: asked for, made sure of, and waited for.
//!
//! **Invariant:** whoever asks for what cannot be started with is refused while everything goes on.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use super::tls::Certificate;
use super::web::Bound;
use crate::api::Restart;
use crate::config::Config;
use crate::error::{Error, Result};

/// Reads the configuration anew.
pub type Load = Box<dyn Fn() -> Result<Config> + Send + Sync>;

/// What the next start begins with.
pub(super) struct Next {
    pub config: Config,
    /// Its address, where it is another one and free.
    pub bound: Option<Bound>,
}

/// What was asked for, and the way to ask.
pub(super) struct Again {
    /// The way to ask.
    pub restart: Restart,
    asked: Arc<Asked>,
}

#[derive(Default)]
struct Asked {
    next: Mutex<Option<Next>>,
    told: Notify,
}

impl Again {
    /// For a process that works on this data dir, for good.
    pub fn of(load: Load, data_dir: PathBuf) -> Self {
        let asked = Arc::<Asked>::default();
        let ask = {
            let asked = asked.clone();
            move || {
                let config = load()?;
                *asked.next.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some(prepare(config, &data_dir)?);
                asked.told.notify_one();
                Ok(())
            }
        };
        Self { restart: Restart::by(ask), asked }
    }

    /// Waits until somebody asks. Several who do so are asked for one.
    pub async fn next(&self) -> Next {
        loop {
            self.asked.told.notified().await;
            if let Some(next) = self.asked.next.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return next;
            }
        }
    }
}

/// Makes sure of all that can be made sure of while something else runs.
fn prepare(config: Config, data_dir: &std::path::Path) -> Result<Next> {
    if config.data_dir != data_dir {
        return Err(Error::Config(format!(
            "data_dir = {:?} takes effect when the process is started anew; until then it works in {:?}",
            config.data_dir.display().to_string(),
            data_dir.display().to_string()
        )));
    }
    if let Some(tls) = &config.serving.tls {
        Certificate::open(tls)?;
    }
    let bound = match Bound::at(config.server.bind) {
        Ok(bound) => Some(bound),
        // Most likely by ourselves: then it is kept, or given back before it is taken.
        Err(Error::Io { source, .. }) if source.kind() == ErrorKind::AddrInUse => None,
        Err(error) => return Err(Error::Config(format!("server.bind: {error}"))),
    };
    Ok(Next { config, bound })
}
