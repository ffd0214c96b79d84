//! The HTTP server as part of the process: its address is taken before anything else is done, it answers once the
//! engine runs, and it ends with it.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::access::Access;
use crate::api::{self, ApiParts, ConnectionLimits, Connections, Hooks, Instance, Parting, Restart};
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

/// A taken address, from one start to the next. Whoever connects from now on waits until [`Web::open`].
pub(super) struct Bound {
    /// As it is configured.
    asked: SocketAddr,
    listener: std::net::TcpListener,
}

impl Bound {
    pub fn at(asked: SocketAddr) -> Result<Self> {
        let at = asked.to_string();
        let listener = std::net::TcpListener::bind(asked).doing("listen at", &at)?;
        listener.set_nonblocking(true).doing("listen at", &at)?;
        Ok(Self { asked, listener })
    }

    /// Whether it is what this address means.
    pub fn is_for(&self, address: SocketAddr) -> bool {
        self.asked == address
    }
}

/// The server of one start, before it answers.
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
    /// Where, for people.
    pub address: String,
    task: JoinHandle<()>,
    stop: oneshot::Sender<Parting>,
}

impl Web {
    pub fn on(bound: &Bound, config: &Config) -> Result<Self> {
        let (server, serving) = (&config.server, &config.serving);
        let certificate = serving.tls.as_ref().map(Certificate::open).transpose()?;
        let at = server.bind.to_string();
        // Ends with this start; the address stays taken, and its queue stays open.
        let listener = bound.listener.try_clone().doing("listen at", &at)?;
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
        (instance, restart): (Instance, Restart),
    ) -> Result<Open> {
        let Self { listener, server, limits, certificate, attributions, settings, hub } = self;
        let privacy = Privacy::of(attributions, || pseudonyms::key(cacher.engine().store()))?;
        let at = server.bind.to_string();
        let listener = TcpListener::from_std(listener).doing("listen at", &at)?;
        let scheme = if certificate.is_some() { "https" } else { "http" };
        let address = format!("{scheme}://{at}{}", server.base_path);
        tracing::info!("listening at {address}");
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
            connections: Connections { limits, encryption: certificate.as_ref().map(Certificate::newest) },
            ui: Ui::embedded(),
            instance,
            restart,
        };
        // Told, or nobody is left who could tell.
        let parting = async { stopped.await.unwrap_or(Parting::Stop) };
        let serving = api::serve(listener, parts, parting);
        let task = tokio::spawn(async {
            match certificate {
                None => serving.await,
                Some(certificate) => tokio::select! {
                    served = serving => served,
                    never = certificate.follow() => match never {},
                },
            }
        });
        Ok(Open { address, task, stop })
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
    pub async fn close(self, parting: Parting) {
        let Self { address: _, task, stop } = self;
        // Nobody hears it where it ended by itself.
        let _ = stop.send(parting);
        if !task.is_finished()
            && let Err(error) = task.await
        {
            tracing::warn!(%error, "the web server did not end well");
        }
    }
}
