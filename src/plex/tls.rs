//! Whom we trust: the roots that are built in, those of the system, and, only where the owner says so, anybody.
//!
//! The default of `reqwest` panics where a system has no roots, as in an empty container; this never does.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

use crate::anybody::Anybody;

/// Which certificates are accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Trust {
    /// Those that a known root vouches for.
    #[default]
    Roots,
    /// Any. For a server in the own network with a certificate of its own; whoever sits in between can read the token.
    Anything,
}

/// Reads the system's roots, so it may take a moment: to be called where blocking is allowed.
pub(super) fn config(trust: Trust) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
    Ok(match trust {
        Trust::Roots => builder.with_root_certificates(roots()).with_no_client_auth(),
        Trust::Anything => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody::by(provider)))
            .with_no_client_auth(),
    })
}

fn roots() -> RootCertStore {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let system = rustls_native_certs::load_native_certs();
    let (added, _) = roots.add_parsable_certificates(system.certs);
    tracing::debug!(added, unreadable = system.errors.len(), "certificates of the system");
    roots
}
