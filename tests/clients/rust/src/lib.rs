//! The client that progenitor makes of `openapi/cacherr.json`.

#[allow(clippy::all, reason = "nobody wrote it")]
mod client {
    progenitor::generate_api!(spec = "../../../openapi/cacherr.json", interface = Builder);
}

pub use client::*;
