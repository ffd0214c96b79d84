//! Name servers, as resolv.conf(5) names them, asked one after the other in its order, as people expect who named one of
//! their own first.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{LookupIpStrategy, ResolveHosts, ServerOrderingStrategy};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::system_conf::parse_resolv_conf;

/// No server is waited for longer, so that the next one has its turn before whoever wants a connection gives up.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why there is no address.
pub enum Fault {
    /// There is none.
    Unheard,
    /// It is not known whether there is one.
    Silent(String),
}

/// Those of one file. Cheap to clone.
#[derive(Clone)]
pub struct Servers(Arc<TokioResolver>);

impl Servers {
    /// From the text of the file, or what is wrong with it.
    pub fn of(text: &str, port: u16) -> Result<Self, String> {
        let names_any = text.lines().any(|line| line.split_whitespace().next() == Some("nameserver"));
        let implied = if names_any { "" } else { "\nnameserver 127.0.0.1\n" };
        let parsed = parse_resolv_conf(format!("{text}{implied}")).map_err(|error| error.to_string())?;
        let (mut config, mut options) = parsed;
        for connection in config.name_servers.iter_mut().flat_map(|server| &mut server.connections) {
            connection.port = port;
        }
        options.timeout = options.timeout.min(PATIENCE);
        options.server_ordering_strategy = ServerOrderingStrategy::UserProvidedOrder;
        options.num_concurrent_reqs = 1;
        options.ip_strategy = LookupIpStrategy::Ipv6AndIpv4;
        options.use_hosts_file = ResolveHosts::Never;
        options.cache_size = 0;
        let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        let resolver = builder.with_options(options).build().map_err(|error| error.to_string())?;
        Ok(Self(Arc::new(resolver)))
    }

    /// All addresses of a name; not none.
    pub async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, Fault> {
        let found: Vec<IpAddr> = self.0.lookup_ip(name).await.map_err(Fault::from)?.iter().collect();
        if found.is_empty() { Err(Fault::Unheard) } else { Ok(found) }
    }
}

impl From<NetError> for Fault {
    fn from(error: NetError) -> Self {
        match error {
            NetError::Dns(DnsError::NoRecordsFound(none))
                if matches!(none.response_code, ResponseCode::NXDomain | ResponseCode::NoError) =>
            {
                Self::Unheard
            }
            NetError::Timeout => Self::Silent("no answer in time".to_owned()),
            NetError::Io(error) => Self::Silent(error.kind().to_string()),
            other => Self::Silent(other.to_string()),
        }
    }
}
