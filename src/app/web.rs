//! The HTTP server as part of the process: its address is taken before anything else is done, it answers once the
//! engine runs, and it ends with it.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::access::Access;
use crate::api::{self, ApiParts, Hooks};
use crate::cacher::Cacher;
use crate::clock::SystemClock;
use crate::config::ServerSettings;
use crate::doctor::Doctor;
use crate::domain::privacy::{Attributions, Privacy};
use crate::error::{Error, IoContext, Result};
use crate::librarian::Librarian;
use crate::live::Hub;
use crate::media::{Media, pseudonyms};

/// A taken address. Whoever connects from now on waits until [`Web::open`].
pub(super) struct Web {
    listener: std::net::TcpListener,
    server: ServerSettings,
    attributions: Attributions,
    /// Where events go.
    pub hub: Hub,
}

/// A server that answers.
pub(super) struct Open {
    task: JoinHandle<Result<()>>,
    stop: oneshot::Sender<()>,
}

impl Web {
    pub fn bind(server: &ServerSettings, attributions: Attributions) -> Result<Self> {
        let at = server.bind.to_string();
        let listener = std::net::TcpListener::bind(server.bind).doing("listen at", &at)?;
        listener.set_nonblocking(true).doing("listen at", &at)?;
        // Port 0 is whichever is free; what is told is the one it became.
        let bind = listener.local_addr().doing("listen at", &at)?;
        let server = ServerSettings { bind, ..server.clone() };
        Ok(Self { listener, server, attributions, hub: Hub::new(Arc::new(SystemClock)) })
    }

    /// Answers from now on. Called within the runtime.
    pub fn open(
        self,
        cacher: &Cacher,
        media: &Media,
        librarian: &Librarian,
        doctor: &Doctor,
        access: Access,
    ) -> Result<Open> {
        let Self { listener, server, attributions, hub } = self;
        let privacy = Privacy::of(attributions, || pseudonyms::key(cacher.engine().store()))?;
        let at = server.bind.to_string();
        let listener = TcpListener::from_std(listener).doing("listen at", &at)?;
        tracing::info!("listening at http://{at}{}", server.base_path);
        let (stop, stopped) = oneshot::channel();
        let told = media.clone();
        let hooks = Hooks {
            token: media.household().tokens().webhook().clone(),
            tell: Arc::new(move |tip| told.tip(tip)),
        };
        let parts = ApiParts {
            cacher: cacher.clone(),
            media: media.clone(),
            librarian: librarian.clone(),
            doctor: doctor.clone(),
            hub,
            privacy,
            server,
            access,
            hooks: Some(hooks),
        };
        let task = tokio::spawn(api::serve(listener, parts, async {
            // Told, or nobody is left who could tell.
            let _ = stopped.await;
        }));
        Ok(Open { task, stop })
    }
}

impl Open {
    /// Returns when it ended by itself, which is a failure.
    pub async fn failure(&mut self) -> Error {
        match (&mut self.task).await {
            Ok(Err(error)) => error,
            Ok(Ok(())) | Err(_) => {
                Error::io("go on", "the web server", std::io::Error::other("it ended by itself"))
            }
        }
    }

    /// No new connection; what is being answered is answered.
    pub async fn close(self) {
        let Self { task, stop } = self;
        drop(stop);
        if !task.is_finished()
            && let Ok(Err(error)) = task.await
        {
            tracing::warn!(%error, "the web server did not end well");
        }
    }
}
