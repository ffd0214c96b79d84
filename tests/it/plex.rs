//! The real client against servers that follow a script: whatever they do, what comes is right or a fault of the right
//! kind, and the token stays where it belongs.

mod cloud;
mod faults;
mod feed;
mod library;
mod notices;
mod server;
mod tls;

use std::time::Duration;

use cacherr::domain::secret::Secret;
use cacherr::plex::{Client, Cloud, Device, Patience, Trust};

/// What is searched for where it must not be.
const TOKEN: &str = "tok-SECRET-4711";

fn device() -> Device {
    Device { identifier: "8b7c".to_owned(), name: "Küche".to_owned(), version: "1.2.3".to_owned() }
}

/// Waits long for an answer, and hardly at all between tries.
fn patience() -> Patience {
    Patience { first: Duration::from_millis(1), longest: Duration::from_millis(5), ..Patience::default() }
}

fn client(origin: &str) -> Client {
    client_with(origin, patience(), Trust::Roots)
}

fn client_with(origin: &str, patience: Patience, trust: Trust) -> Client {
    Client::new(origin, Secret::new(TOKEN), device(), patience, trust).unwrap()
}

fn cloud(origin: &str) -> Cloud {
    Cloud::new(origin, Duration::ZERO, device(), patience()).unwrap()
}

fn token() -> Secret {
    Secret::new(TOKEN)
}
