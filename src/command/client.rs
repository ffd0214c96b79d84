//! Asking a running instance.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::address::Address;
use super::{Reply, Request, Sink};
use crate::error::{Error, IoContext, Result};

/// A running instance.
pub struct Instance {
    stream: UnixStream,
}

impl Instance {
    /// The one that works on this data dir, if there is one.
    ///
    /// # Errors
    /// The socket is there and cannot be used.
    pub fn of(data_dir: &Path) -> Result<Option<Self>> {
        if !data_dir.is_dir() {
            return Ok(None);
        }
        let address = Address::below(data_dir)?;
        match UnixStream::connect(&address.path) {
            Ok(stream) => Ok(Some(Self { stream })),
            // None, or what a killed one left behind.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
                Ok(None)
            }
            Err(error) => Err(Error::io("talk to the running Cacherr through", &address.file, error)),
        }
    }

    /// Asks it, and passes on its replies up to the last one.
    ///
    /// # Errors
    /// It cannot be reached, or ended before it answered.
    pub fn ask(mut self, request: &Request, sink: Sink<'_>) -> Result<()> {
        let mut line = serde_json::to_vec(request)
            .map_err(|error| Error::Invalid(format!("the request cannot be written: {error}")))?;
        line.push(b'\n');
        self.stream.write_all(&line).doing("ask the running Cacherr through", "cacherr.sock")?;
        for line in BufReader::new(&self.stream).lines() {
            let line = line.doing("hear the running Cacherr through", "cacherr.sock")?;
            let reply: Reply = serde_json::from_str(&line).map_err(|_| {
                Error::Invalid(
                    "the running Cacherr is of another version; restart it, then repeat".to_owned(),
                )
            })?;
            let last = matches!(reply, Reply::Done(_) | Reply::Failed(_));
            if sink(reply).is_break() || last {
                return Ok(());
            }
        }
        let ended = std::io::Error::new(
            ErrorKind::UnexpectedEof,
            "it ended before it answered; what it accepted goes on when it is started again",
        );
        Err(Error::io("hear the running Cacherr through", "cacherr.sock", ended))
    }
}
