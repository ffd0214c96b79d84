//! `cacherr healthcheck`: one request, without a library.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::config::ServerSettings;
use crate::error::{Error, IoContext, Result};

/// A well server answers at once; a container waits no longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks `/healthz` of the configured address.
pub(super) fn check(server: &ServerSettings) -> Result<()> {
    let address = reachable(server.bind);
    let name = address.to_string();
    let base = server.base_path.trim_end_matches('/');
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).doing("connect to", &name)?;
    stream.set_read_timeout(Some(PATIENCE)).doing("connect to", &name)?;
    stream.set_write_timeout(Some(PATIENCE)).doing("connect to", &name)?;
    let request = format!("GET {base}/healthz HTTP/1.0\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).doing("ask", &name)?;
    // The status line is in the first bytes.
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer).doing("hear", &name)?;
    let line = String::from_utf8_lossy(&answer);
    let status = line.lines().next().unwrap_or_default();
    match status.split(' ').nth(1) {
        Some("200") => Ok(()),
        _ => Err(Error::io("be well at", &name, std::io::Error::other(format!("it answered {status:?}")))),
    }
}

/// "Every address of this machine" is no address to connect to.
fn reachable(mut bind: SocketAddr) -> SocketAddr {
    match bind.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => bind.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        IpAddr::V6(ip) if ip.is_unspecified() => bind.set_ip(IpAddr::V6(Ipv6Addr::LOCALHOST)),
        _ => {}
    }
    bind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_asked_as_this_machine() {
        let asked = |bind: &str| reachable(bind.parse().unwrap()).to_string();
        assert_eq!(asked("0.0.0.0:5445"), "127.0.0.1:5445");
        assert_eq!(asked("[::]:5445"), "[::1]:5445");
        assert_eq!(asked("192.168.1.2:80"), "192.168.1.2:80");
    }
}
