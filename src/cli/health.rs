//! `cacherr healthcheck`: one request, without a library, encrypted where the instance is.

mod tls;

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::config::Config;
use crate::error::{Error, IoContext, Result};

/// A well server answers at once; a container waits no longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks `/healthz` of the configured address.
pub(super) fn check(config: &Config) -> Result<()> {
    let address = reachable(config.server.bind);
    let name = address.to_string();
    let stream = TcpStream::connect_timeout(&address, PATIENCE).doing("connect to", &name)?;
    stream.set_read_timeout(Some(PATIENCE)).doing("connect to", &name)?;
    stream.set_write_timeout(Some(PATIENCE)).doing("connect to", &name)?;
    let base = config.server.base_path.trim_end_matches('/');
    let request = format!("GET {base}/healthz HTTP/1.0\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let status = match config.serving.tls {
        None => ask(stream, &request),
        Some(_) => tls::encrypted(stream, address.ip()).and_then(|stream| ask(stream, &request)),
    };
    let status = status.doing("ask", &name)?;
    match status.split(' ').nth(1) {
        Some("200") => Ok(()),
        _ => Err(Error::io("be well at", &name, std::io::Error::other(format!("it answered {status:?}")))),
    }
}

/// The status line of the answer, which is in the first bytes.
fn ask(mut stream: impl Read + Write, request: &str) -> std::io::Result<String> {
    stream.write_all(request.as_bytes())?;
    stream.flush()?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned())
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
