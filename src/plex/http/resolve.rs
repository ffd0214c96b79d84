//! Lets the HTTP client look names up as the rest of the program does. By itself it would ask the C library, or, where a
//! machine names no name server, one of Google's.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve};

use crate::names::Names;

pub struct Resolving(Names);

impl Resolving {
    pub fn by(names: Names) -> Self {
        Self(names)
    }
}

impl Resolve for Resolving {
    fn resolve(&self, name: Name) -> reqwest::dns::Resolving {
        let names = self.0.clone();
        Box::pin(async move {
            let addresses = names.addresses(name.as_str()).await?;
            // The port is that of the URL.
            let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok::<Addrs, _>(Box::new(addresses))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::super::pace::Pace;
    use super::super::{Http, web_address};
    use super::*;
    use crate::domain::secret::Secret;
    use crate::plex::{Client, Device, Kind, Patience, Trust};

    #[tokio::test]
    async fn requests_and_the_line_say_alike_why_a_name_has_no_address() {
        let empty = tempfile::tempdir().unwrap();
        let names = Names::told_by(&empty.path().join("hosts"), &empty.path().join("resolv.conf"), 53);
        let device = Device { identifier: "1".to_owned(), name: "nas".to_owned(), version: "1".to_owned() };
        let patience = Patience { tries: 1, ..Patience::default() };
        let http = Http { names, ..Http::new(device, patience, Trust::Roots, Pace::new(Duration::ZERO)) };
        let base = web_address("http://plex.home.arpa:32400").unwrap();
        let client = Client { http: Arc::new(http), base, token: Secret::new("token") };
        let asked = client.identity().await.unwrap_err();
        assert_eq!(asked.kind(), Kind::Unreachable, "{asked}");
        for part in ["http://plex.home.arpa:32400 cannot be reached", "there is no ", "resolv.conf"] {
            assert!(asked.to_string().contains(part), "{asked}");
        }
        assert_eq!(client.listen(crate::plex::notices::Pulse::default()).await.err(), Some(asked));
    }
}
