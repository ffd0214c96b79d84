//! The only caller of Plex: a media server, and plex.tv.
//!
//! [`Client`] asks a media server, [`Cloud`] asks plex.tv (with [`sign_in`]), [`notices`] listens to what a server tells.
//! What they send is read leniently by `wire` and leaves this module as types of [`crate::domain::media`]. Start with
//! [`client`].
//!
//! **Invariant:** a token leaves in a header of a request to the host it is for, and in nothing else: not in an address,
//! an error, a log line or a redirect. **Invariant:** nothing here decides what is cached, keeps state about media, or
//! touches a file. **Invariant:** every answer is bounded in size and time.

pub mod client;
pub mod cloud;
pub mod device;
pub mod fault;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod http;
pub mod notices;
pub mod patience;
pub mod sign_in;
mod text;
mod tls;
pub mod webhook;
mod wire;

pub use client::Client;
pub use cloud::Cloud;
pub use device::Device;
pub use fault::{Fault, Kind};
pub use patience::Patience;
pub use tls::Trust;
