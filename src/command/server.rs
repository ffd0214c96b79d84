//! The control socket of a running instance.
//!
//! **Invariant:** only its own user and root are answered, whatever the permissions of the file say at that instant.

use std::fs::Permissions;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::address::Address;
use super::{Context, Reply, Report, Request, actor, run};
use crate::access::Access;
use crate::cacher::Cacher;
use crate::config::Config;
use crate::doctor::Doctor;
use crate::domain::job::Failure;
use crate::error::{Error, IoContext, Result};
use crate::librarian::Librarian;

/// As long as a request may be: more than the kernel takes as arguments, written as JSON.
const LONGEST: u64 = 64 << 20;
/// Replies that wait for a slow listener.
const REPLIES: usize = 64;

/// What requests are answered with. A clone is another handle.
#[derive(Clone)]
pub struct With {
    /// The running engine.
    pub cacher: Cacher,
    /// Who looks at the installation.
    pub doctor: Doctor,
    /// Who decides what is worth keeping.
    pub librarian: Librarian,
    /// Who may come in.
    pub access: Access,
    /// What is configured.
    pub config: Arc<Config>,
}

/// A bound socket. Whoever connects from now on waits until [`Door::serve`] runs.
pub struct Door {
    listener: UnixListener,
    address: Address,
}

impl Door {
    /// Binds the socket of a data dir. The caller holds its lock, so a socket that is there is one left behind.
    ///
    /// # Errors
    /// The data dir cannot be written.
    pub fn bind(data_dir: &Path) -> Result<Self> {
        let address = Address::below(data_dir)?;
        match std::fs::remove_file(&address.file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Error::io("remove the old socket", &address.file, error));
            }
            _ => {}
        }
        let listener = UnixListener::bind(&address.path).doing("bind the socket", &address.file)?;
        std::fs::set_permissions(&address.file, Permissions::from_mode(0o600))
            .doing("close to others the socket", &address.file)?;
        listener.set_nonblocking(true).doing("listen at", &address.file)?;
        Ok(Self { listener, address })
    }

    /// Answers until dropped.
    ///
    /// # Errors
    /// The socket fails.
    pub async fn serve(&self, with: &With) -> Result<()> {
        let file = &self.address.file;
        let clone = self.listener.try_clone().doing("listen at", file)?;
        let listener = tokio::net::UnixListener::from_std(clone).doing("listen at", file)?;
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let with = with.clone();
                    tokio::spawn(async move {
                        // Somebody who hangs up early harms nobody.
                        if let Err(error) = converse(stream, with).await {
                            tracing::debug!(%error, "a command hung up");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the control socket refused a command");
                    // Out of descriptors: trying again at once would only burn time.
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            }
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        // Another one that started meanwhile is impossible: the lock is held until after this.
        let _ = std::fs::remove_file(&self.address.file);
    }
}

async fn converse(stream: UnixStream, with: With) -> std::io::Result<()> {
    let uid = stream.peer_cred()?.uid();
    if uid != 0 && uid != rustix::process::geteuid().as_raw() {
        return Err(ErrorKind::PermissionDenied.into());
    }
    let (read, mut write) = stream.into_split();
    let mut line = Vec::new();
    BufReader::new(read.take(LONGEST)).read_until(b'\n', &mut line).await?;
    let (sender, mut replies) = mpsc::channel(REPLIES);
    match serde_json::from_slice::<Request>(&line) {
        Ok(request) => {
            tokio::task::spawn_blocking(move || {
                let by = actor(uid);
                let With { cacher, doctor, librarian, access, config } = &with;
                let runtime = &Handle::current();
                let context = Context { cacher, doctor, librarian, access, runtime, config, by: &by };
                run(&request, &context, &mut |reply| match sender.blocking_send(reply) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                });
            });
        }
        Err(_) => {
            let error = Error::Invalid(
                "the running Cacherr does not know this request; is it of another version?".to_owned(),
            );
            // The channel is empty, and its other end is below.
            let _ = sender.try_send(Reply::Failed(Failure::from(&error)));
            drop(sender);
        }
    }
    while let Some(mut reply) = replies.recv().await {
        if let Reply::Done(Report::Status(status)) = &mut reply {
            status.running = true;
        }
        let mut line = serde_json::to_vec(&reply)?;
        line.push(b'\n');
        write.write_all(&line).await?;
    }
    write.shutdown().await
}
