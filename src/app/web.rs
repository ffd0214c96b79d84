//! The HTTP server as part of the process: its address is taken before anything else is done, it answers once the
//! engine runs, and it ends with it.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::access::Access;
use crate::api::{self, ApiParts, ConnectionLimits, Connections, Hooks, Instance};
use crate::cacher::Cacher;
use crate::clock::SystemClock;
use crate::config::{Config, ServerSettings, ServingSettings, SettingsFile};
use crate::doctor::Doctor;
use crate::domain::privacy::{Attributions, Privacy};
use crate::error::{Error, IoContext, Result};
use crate::librarian::Librarian;
use crate::live::Hub;
use crate::media::{Media, pseudonyms};
use crate::ui::Ui;

use super::tls::Certificate;

/// A taken address. Whoever connects from now on waits until [`Web::open`].
pub(super) struct Web {
    listener: std::net::TcpListener,
    server: ServerSettings,
    limits: ConnectionLimits,
    certificate: Option<Certificate>,
    attributions: Attributions,
    settings: SettingsFile,
    /// Where events go.
    pub hub: Hub,
}

/// A server that answers.
pub(super) struct Open {
    task: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

impl Web {
    pub fn bind(config: &Config) -> Result<Self> {
        let (server, serving) = (&config.server, &config.serving);
        let certificate = serving.tls.as_ref().map(Certificate::open).transpose()?;
        let at = server.bind.to_string();
        let listener = std::net::TcpListener::bind(server.bind).doing("listen at", &at)?;
        listener.set_nonblocking(true).doing("listen at", &at)?;
        // Port 0 is whichever is free; what is told is the one it became.
        let bind = listener.local_addr().doing("listen at", &at)?;
        let server = ServerSettings { bind, ..server.clone() };
        let ServingSettings { connections, connections_per_address, .. } = *serving;
        let limits = ConnectionLimits { connections, connections_per_address, ..ConnectionLimits::default() };
        let (attributions, hub) = (config.attributions, Hub::new(Arc::new(SystemClock)));
        let settings = SettingsFile::of(config)?;
        Ok(Self { listener, server, limits, certificate, attributions, settings, hub })
    }

    /// Answers from now on. Called within the runtime.
    pub fn open(
        self,
        cacher: &Cacher,
        media: &Media,
        librarian: &Librarian,
        doctor: &Doctor,
        access: Access,
        instance: Instance,
    ) -> Result<Open> {
        let Self { listener, server, limits, certificate, attributions, settings, hub } = self;
        let privacy = Privacy::of(attributions, || pseudonyms::key(cacher.engine().store()))?;
        let at = server.bind.to_string();
        let listener = TcpListener::from_std(listener).doing("listen at", &at)?;
        let scheme = if certificate.is_some() { "https" } else { "http" };
        tracing::info!("listening at {scheme}://{at}{}", server.base_path);
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
            settings,
            apply: Arc::new(|| false),
            connections: Connections { limits, encryption: certificate.as_ref().map(Certificate::newest) },
            ui: Ui::embedded(),
            instance,
        };
        let serving = api::serve(listener, parts, async {
            // Told, or nobody is left who could tell.
            let _ = stopped.await;
        });
        let task = tokio::spawn(async {
            match certificate {
                None => serving.await,
                Some(certificate) => tokio::select! {
                    served = serving => served,
                    never = certificate.follow() => match never {},
                },
            }
        });
        Ok(Open { task, stop })
    }
}

impl Open {
    /// Returns when it ended by itself, which is a failure.
    pub async fn failure(&mut self) -> Error {
        // However it did.
        let _ = (&mut self.task).await;
        Error::io("go on", "the web server", std::io::Error::other("it ended by itself"))
    }

    /// No new connection; what is being answered is answered.
    pub async fn close(self) {
        let Self { task, stop } = self;
        drop(stop);
        if !task.is_finished()
            && let Err(error) = task.await
        {
            tracing::warn!(%error, "the web server did not end well");
        }
    }
}
