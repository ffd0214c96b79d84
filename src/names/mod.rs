//! Which addresses a name has: what `/etc/hosts` says, else what the name servers of `/etc/resolv.conf` say.
//!
//! The C library is not asked. Linked statically, glibc would load parts of itself that only a machine with the very same
//! version has, and crash on others; and a container made from scratch has none of it. Start with [`Names::addresses`].
//!
//! **Invariant:** nobody is asked but the name servers that stand in the file; where there is none, nobody is.
//! **Invariant:** both files are read anew with each question, and no answer is remembered: who moves to another network, or
//! mends a name, waits for nothing here.

mod hosts;
mod servers;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::select_ok;
use tokio::net::TcpStream;

use servers::Servers;

/// An address that does not answer at once is not waited for: the next is tried beside it (RFC 8305).
const BESIDE: Duration = Duration::from_millis(250);

/// Why a name has no address, and what to do about it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unknown {
    /// Nobody can be asked.
    #[error(
        "no name server is known here, since there is no {}; give its address as a number, or mount that file", file.display()
    )]
    NoServers {
        /// Where they would stand.
        file: PathBuf,
    },
    /// One of the two files cannot be read or understood.
    #[error("names cannot be looked up, since {} cannot be used: {why}", file.display())]
    Unusable {
        /// Which.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The name servers say that there is no such name, or that it has no address.
    #[error("its name is not known to the name servers of {}{}", file.display(), multicast(*is_local))]
    Unheard {
        /// Where they stand.
        file: PathBuf,
        /// Whether it ends in `.local`.
        is_local: bool,
    },
    /// They say nothing, or nothing sensible.
    #[error("the name servers of {} did not tell its address ({why})", file.display())]
    Silent {
        /// Where they stand.
        file: PathBuf,
        /// What happened.
        why: String,
    },
}

fn multicast(is_local: bool) -> &'static str {
    if is_local {
        "; names in .local that devices announce themselves are not heard here, give the number"
    } else {
        ""
    }
}

/// Looks names up. Cheap to clone.
#[derive(Clone)]
pub struct Names {
    places: Arc<Places>,
    /// Who was asked the last time, by the text of the file that names them.
    servers: Arc<Mutex<Option<(String, Servers)>>>,
}

struct Places {
    hosts: PathBuf,
    servers: PathBuf,
    port: u16,
}

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Names").finish_non_exhaustive()
    }
}

impl Names {
    /// As this machine, or this container, is told.
    #[must_use]
    pub fn of_this_machine() -> Self {
        Self::told_by(Path::new("/etc/hosts"), Path::new("/etc/resolv.conf"), 53)
    }

    /// As these files say; name servers listen at this port.
    #[must_use]
    pub fn told_by(hosts: &Path, servers: &Path, port: u16) -> Self {
        let places = Places { hosts: hosts.to_path_buf(), servers: servers.to_path_buf(), port };
        Self { places: Arc::new(places), servers: Arc::default() }
    }

    /// The addresses of a name, the one to be tried first in front; never none.
    ///
    /// # Errors
    /// It has none, or nobody can be asked for them.
    pub async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, Unknown> {
        if let Ok(address) = name.parse() {
            return Ok(vec![address]);
        }
        let plain = name.strip_suffix('.').unwrap_or(name);
        let (places, wanted) = (self.places.clone(), plain.to_owned());
        let looked = tokio::task::spawn_blocking(move || places.look(&wanted)).await;
        let text = match looked.map_err(|_| self.places.unusable("the program ends"))?? {
            Looked::Found(addresses) => return Ok(addresses),
            Looked::Ask(text) => text,
        };
        self.servers(text)?.addresses(name).await.map_err(|fault| self.places.unknown(plain, fault))
    }

    /// A connection to a port of that host, by whichever of its addresses answers first.
    ///
    /// # Errors
    /// What the last of its addresses said; an [`Unknown`] within, where it has none.
    pub async fn connect(&self, host: &str, port: u16) -> io::Result<TcpStream> {
        let addresses = self.addresses(host).await;
        let addresses = addresses.map_err(|unknown| io::Error::new(io::ErrorKind::NotFound, unknown))?;
        let tries = (0..).zip(addresses).map(|(turn, address)| {
            Box::pin(async move {
                tokio::time::sleep(BESIDE * turn).await;
                TcpStream::connect((address, port)).await
            })
        });
        select_ok(tries).await.map(|(stream, _)| stream)
    }

    /// Whom to ask by this text: those of the last time where it says the same.
    fn servers(&self, text: String) -> Result<Servers, Unknown> {
        let mut known = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, servers)) = known.as_ref().filter(|(known, _)| *known == text) {
            return Ok(servers.clone());
        }
        let servers = Servers::of(&text, self.places.port).map_err(|why| self.places.unusable(why))?;
        *known = Some((text, servers.clone()));
        Ok(servers)
    }
}

/// What the files say.
enum Looked {
    Found(Vec<IpAddr>),
    /// Nothing; whom to ask stands in this text.
    Ask(String),
}

impl Places {
    /// Blocks.
    fn look(&self, name: &str) -> Result<Looked, Unknown> {
        let found = read(&self.hosts)?.map(|text| hosts::find(&text, name)).unwrap_or_default();
        if !found.is_empty() {
            return Ok(Looked::Found(found));
        }
        if is_below(name, "localhost") {
            return Ok(Looked::Found(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]));
        }
        match read(&self.servers)? {
            Some(text) => Ok(Looked::Ask(text)),
            None => Err(Unknown::NoServers { file: self.servers.clone() }),
        }
    }

    fn unknown(&self, name: &str, fault: servers::Fault) -> Unknown {
        let file = self.servers.clone();
        match fault {
            servers::Fault::Unheard => Unknown::Unheard { file, is_local: is_below(name, "local") },
            servers::Fault::Silent(why) => Unknown::Silent { file, why },
        }
    }

    fn unusable(&self, why: impl Into<String>) -> Unknown {
        Unknown::Unusable { file: self.servers.clone(), why: why.into() }
    }
}

/// A file that may not be there.
fn read(file: &Path) -> Result<Option<String>, Unknown> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Unknown::Unusable { file: file.to_path_buf(), why: error.kind().to_string() }),
    }
}

/// Whether a name is this one or ends in it.
fn is_below(name: &str, above: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.strip_suffix(above).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
