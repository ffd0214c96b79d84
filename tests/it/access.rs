//! Who may come in: with the real store, without the network.

mod accounts;

mod keys;
mod log_in;
mod plex;
mod sessions;
mod setup;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use cacherr::Result;
use cacherr::access::{Access, AccountChange, Caller, NewAccount, Opened, Parts, Password};
use cacherr::clock::ManualClock;
use cacherr::domain::access::Role;
use cacherr::domain::account::AccountRow;
use cacherr::domain::actor::Actor;
use cacherr::domain::log::{LogKind, LogRow};
use cacherr::domain::secret::Secret;
use cacherr::domain::settings::AccessSettings;
use cacherr::domain::time::Time;
use cacherr::store::{Rows, Store};
use jiff::SignedDuration;
use tempfile::TempDir;

const PASSWORD: &str = "correct horse";

/// A data dir, a clock, and what is set.
struct House {
    dir: TempDir,
    clock: Arc<ManualClock>,
    settings: AccessSettings,
    key: Option<Secret>,
}

/// An open house.
struct Open {
    access: Access,
    store: Store,
    clock: Arc<ManualClock>,
}

impl House {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::at(Time::from_micros(1_700_000_000_000_000)));
        Self { dir: TempDir::new().unwrap(), clock, settings: AccessSettings::default(), key: None }
    }

    fn store_file(&self) -> PathBuf {
        self.dir.path().join("store.redb")
    }

    fn token_file(&self) -> PathBuf {
        self.dir.path().join("setup-token")
    }

    fn open(&self) -> Open {
        let store = Store::open(&self.store_file()).unwrap();
        let access = Access::open(Parts {
            store: store.clone(),
            clock: self.clock.clone(),
            settings: self.settings.clone(),
            data_dir: self.dir.path().to_path_buf(),
            configured_key: self.key.clone(),
        });
        Open { access: access.unwrap(), store, clock: self.clock.clone() }
    }
}

impl Open {
    fn advance(&self, by: SignedDuration) {
        self.clock.advance(by);
    }

    async fn add(&self, name: &str, role: Role) -> AccountRow {
        let new =
            NewAccount { name: name.to_owned(), role, password: Some(Password::new(PASSWORD)), plex: None };
        self.access.add_account(new, &command()).await.unwrap()
    }

    async fn log_in(&self, name: &str) -> Opened {
        self.access.log_in(name, Password::new(PASSWORD), &at("192.0.2.1")).await.unwrap()
    }

    async fn change(&self, account: &AccountRow, change: AccountChange) -> Result<AccountRow> {
        self.access.change_account(account.id, change, &command()).await
    }

    /// What a session's token opens, asked from another address.
    fn by(&self, opened: &Opened) -> Option<cacherr::domain::access::Principal> {
        self.access.by_session(opened.token.expose(), &at("198.51.100.7")).unwrap()
    }

    /// The operation log of this kind, oldest first.
    fn log(&self, kind: LogKind) -> Vec<LogRow> {
        let mut log = self.store.read().unwrap().log(None, 1000).unwrap();
        log.retain(|entry| entry.kind == kind);
        log.reverse();
        log
    }
}

fn command() -> Actor {
    "local:0".into()
}

fn at(address: &str) -> Caller {
    Caller::new(address.parse::<IpAddr>().unwrap(), Some("a browser\u{1b}[31m"))
}

/// A fact of an entry.
fn fact<'a>(entry: &'a LogRow, name: &str) -> Option<&'a str> {
    entry.metadata.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}
