//! What the tests stand on: a file system in memory that can lose power, one that can fail at any call, real volumes,
//! and an engine on them.
#![allow(dead_code, unused_imports, reason = "a shelf: not every tool is in use at every commit")]

pub mod app;
pub mod faults;
pub mod faulty;
pub mod house;
pub mod log;
pub mod mounts;
pub mod other;
pub mod sim;
pub mod stock;
pub mod world;

/// Says something past the capture of test output: figures that a reader of any run should see.
#[expect(clippy::explicit_write, reason = "eprintln would be captured")]
pub fn tell(what: &str) {
    use std::io::Write;
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    writeln!(std::io::stderr(), "{test}: {what}").unwrap();
}

/// An HTTP client that is not ours. It trusts nobody, since it speaks with this machine alone; the roots of the system, which
/// it would look for, may be missing.
pub fn http_client() -> reqwest::Client {
    http_client_builder().build().unwrap()
}

/// The same, for those who want it otherwise.
pub fn http_client_builder() -> reqwest::ClientBuilder {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls)
}
