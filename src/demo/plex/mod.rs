//! Plex Media Server and plex.tv, simulated over real HTTP and WebSockets, for tests and for a look around.
//!
//! A [`World`] holds what there is and what people do; a [`Simulator`] shows it at an address, as the media server, and
//! as plex.tv and its providers to whoever names them in `X-Forwarded-Host`. What shall go wrong is said in [`Faults`].
//!
//! **Invariant:** it says what real servers say, also where that is odd: XML unless JSON is asked for, errors as HTML,
//! text where numbers should be. It answers to nobody but those with a token of its world, and changes no file.
//!
//! Start reading at `world`, then `answers`.

mod answers;
mod asked;
mod door;
mod drift;
mod faults;
mod lines;
mod node;
mod notices;
mod reply;
mod webhooks;
mod world;

use std::net::SocketAddr;
use std::time::Duration;

use poem::Server;
use poem::listener::TcpAcceptor;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::error::{IoContext, Result};

use door::Door;
use lines::{Exchange, Lines};

pub use faults::{Fault, Faults, Rule};
pub use world::{
    Kind, Person, PersonId, PlayState, Player, RatingKey, Role, SessionKey, Title, Video, Visibility, World,
};

/// Connections that do not end by themselves have so long to do so.
const PATIENCE: Duration = Duration::from_secs(2);

/// A world that is shown at an address.
pub struct Simulator {
    address: SocketAddr,
    world: World,
    faults: Faults,
    stop: watch::Sender<bool>,
    task: JoinHandle<std::io::Result<()>>,
    sender: JoinHandle<()>,
}

impl Simulator {
    /// Shows the world at this address; port 0 is any that is free. Called within a runtime.
    ///
    /// # Errors
    /// The address cannot be taken.
    pub fn start(bind: SocketAddr, world: World) -> Result<Self> {
        let at = bind.to_string();
        let listener = std::net::TcpListener::bind(bind).doing("listen at", &at)?;
        listener.set_nonblocking(true).doing("listen at", &at)?;
        let address = listener.local_addr().doing("listen at", &at)?;
        let acceptor = TcpAcceptor::from_std(listener).doing("listen at", &at)?;
        let (faults, lines) = (Faults::default(), Lines::default());
        let (stop, stopped) = watch::channel(false);
        let door = Door {
            world: world.clone(),
            faults: faults.clone(),
            lines: lines.clone(),
            stop: stopped.clone(),
            origin: address.to_string(),
        };
        let sender = tokio::spawn(webhooks::send_all(world.listen_for_webhooks(), stopped.clone()));
        let server = Server::new_with_acceptor(Exchange { acceptor, lines });
        let ending = async move {
            let mut stopped = stopped;
            // Told, or nobody is left who could tell.
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        let task = tokio::spawn(server.run_with_graceful_shutdown(door, ending, Some(PATIENCE)));
        Ok(Self { address, world, faults, stop, task, sender })
    }

    /// Where it is reached.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://` and the address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What is shown.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What shall go wrong.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Takes no more connections, and ends those that are there.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        // They end as tasks do that nobody aborts.
        let _ = self.task.await;
        let _ = self.sender.await;
    }
}
