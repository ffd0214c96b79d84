//! As what we introduce ourselves: Plex lists each client by its identifier and lets its owner sign it out.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

/// This installation. The identifier is made once and kept: another one is another device, which has to sign in anew.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Device {
    /// The identifier of this installation, a UUID.
    pub identifier: String,
    /// What people call it; any language.
    pub name: String,
    /// Our version.
    pub version: String,
}

impl Device {
    /// The headers of every request. What cannot stand in a header is left out.
    pub(super) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("accept", "application/json"),
            ("x-plex-client-identifier", &self.identifier),
            ("x-plex-product", "Cacherr"),
            ("x-plex-version", &self.version),
            ("x-plex-platform", "Linux"),
            ("x-plex-device", "Server"),
            ("x-plex-device-name", &self.name),
        ] {
            // From bytes, since the name of a device may be in any script.
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        headers
    }
}
