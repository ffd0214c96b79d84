//! The certificate and its key: read, made sure of, and read again when they change.
//!
//! **Invariant:** once it serves, no change of the files ends that: what cannot be used leaves in use what was.

use std::convert::Infallible;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::sync::watch;

use crate::config::TlsFiles;
use crate::error::{Error, Result};

/// The files are looked at so often. Nothing is read unless they changed.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// A certificate in use.
pub(super) struct Certificate {
    files: TlsFiles,
    /// What the files were like from which the one in use was read.
    used: Faces,
    /// What they were like when they could not be used, and whether that was told.
    refused: Option<(Faces, bool)>,
    newest: watch::Sender<Arc<ServerConfig>>,
}

/// What two files are like, whatever is in them.
type Faces = [Option<Face>; 2];

#[derive(Clone, Copy, PartialEq, Eq)]
struct Face {
    inode: (u64, u64),
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Certificate {
    /// Reads it for the first time.
    ///
    /// # Errors
    /// [`Error::Config`] with what is wrong with the files.
    pub fn open(files: &TlsFiles) -> Result<Self> {
        let used = faces(files);
        let config = read(files)?;
        if std::fs::metadata(&files.key).is_ok_and(|key| key.mode() & 0o004 != 0) {
            let key = files.key.display();
            tracing::warn!("every user of this machine can read {key}; `chmod o= {key}` ends that");
        }
        Ok(Self { files: files.clone(), used, refused: None, newest: watch::channel(config).0 })
    }

    /// What connections are encrypted with: always the newest.
    pub fn newest(&self) -> watch::Receiver<Arc<ServerConfig>> {
        self.newest.subscribe()
    }

    /// Follows what becomes of the files.
    pub async fn follow(mut self) -> Infallible {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let files = self.files.clone();
            let (used, refused) = (self.used, self.refused);
            let looked = tokio::task::spawn_blocking(move || {
                let now = faces(&files);
                let is_news = now != used && refused != Some((now, true));
                is_news.then(|| (now, read(&files)))
            });
            // An error is the end of the runtime.
            if let Ok(Some((now, read))) = looked.await {
                self.take(now, read);
            }
        }
    }

    fn take(&mut self, now: Faces, read: Result<Arc<ServerConfig>>) {
        match read {
            Ok(config) => {
                tracing::info!(certificate = %self.files.certificate.display(), "another certificate is in use");
                (self.used, self.refused) = (now, None);
                self.newest.send_replace(config);
            }
            // One file after the other is replaced, so what is found between is not told of at once.
            Err(error) => {
                let is_still = self.refused.is_some_and(|(then, _)| then == now);
                if is_still {
                    tracing::warn!(
                        "the certificate stays as it was, for what there is now cannot be used: {error}"
                    );
                }
                self.refused = Some((now, is_still));
            }
        }
    }
}

fn faces(files: &TlsFiles) -> Faces {
    let face = |found: Metadata| Face {
        inode: (found.dev(), found.ino()),
        size: found.size(),
        modified: (found.mtime(), found.mtime_nsec()),
        changed: (found.ctime(), found.ctime_nsec()),
    };
    [&files.certificate, &files.key].map(|path| std::fs::metadata(path).ok().map(face))
}

fn read(files: &TlsFiles) -> Result<Arc<ServerConfig>> {
    let chain = certificates(&files.certificate)?;
    let key = private_key(&files.key)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key));
    let mut config = config.map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => wrong(
            "server.tls_key",
            &files.key,
            "is not the key of the first certificate in server.tls_certificate",
        ),
        error => wrong("server.tls_certificate", &files.certificate, format!("cannot be used: {error}")),
    })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    const KEY: &str = "server.tls_certificate";
    let text = std::fs::read(path).map_err(|error| unreadable(KEY, path, &error))?;
    let chain: std::result::Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&text).collect();
    match chain {
        Ok(chain) if chain.is_empty() => {
            Err(wrong(KEY, path, "holds no certificate (`-----BEGIN CERTIFICATE-----`)"))
        }
        Ok(chain) => Ok(chain),
        Err(error) => Err(wrong(KEY, path, format!("is no PEM: {error}"))),
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    const KEY: &str = "server.tls_key";
    let text = std::fs::read(path).map_err(|error| unreadable(KEY, path, &error))?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| match error {
        pem::Error::NoItemsFound => wrong(
            KEY,
            path,
            "holds no private key (`-----BEGIN PRIVATE KEY-----`); one that a password protects is none",
        ),
        error => wrong(KEY, path, format!("is no PEM: {error}")),
    })
}

fn unreadable(key: &str, path: &Path, error: &io::Error) -> Error {
    wrong(key, path, format!("cannot be read: {error}"))
}

fn wrong(key: &str, path: &Path, what: impl std::fmt::Display) -> Error {
    Error::Config(format!("{key} = {:?} {what}", path.display().to_string()))
}
