//! Every key there is: name, type, default and meaning, once.
//!
//! The table drives reading, `config print`, `config defaults` and the suggestions for misspelt keys.
//! **Invariant:** no other place of the program writes a key's name or default.

use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::SignedDuration;

use super::value;
use crate::domain::file::Method;
use crate::domain::secret::Secret;
use crate::domain::settings::{Limit, LinkStyle, SwapMethod};

/// A key whose values are a `T`.
pub(super) struct Key<T: 'static> {
    /// What is known of it.
    pub about: About,
    /// From text to value, or to what is allowed.
    pub read: fn(&str) -> Result<T, String>,
}

/// What is known of a key, whatever the type of its values.
pub(super) struct About {
    /// Its dotted name. Keys of libraries have an index between `library` and the rest where they are used.
    pub name: &'static str,
    /// Its meaning, line by line.
    pub doc: &'static [&'static str],
    /// How its values are written.
    pub form: Form,
    /// What holds where nobody sets it.
    pub absent: Absent,
}

/// How a value is written in the file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// In quotes.
    Text,
    /// In quotes, and never shown.
    Secret,
    /// In quotes, or a plain number of bytes.
    Size,
    /// A plain number.
    Number,
    /// `true` or `false`.
    Flag,
}

/// What holds where a key is not set.
pub(super) enum Absent {
    /// This value.
    Is(&'static str),
    /// Nothing, or something derived. The text is an example.
    Unset(&'static str),
    /// Nothing, and the file is not the place for it.
    NotInFile,
}

use Absent::{Is, NotInFile, Unset};

macro_rules! keys {
    ($($(#[doc = $doc:literal])+ $key:ident: $type:ty = $name:literal, $form:ident, $absent:expr, $read:path;)+) => {
        $(
            $(#[doc = $doc])+
            pub(super) const $key: Key<$type> = Key {
                about: About { name: $name, doc: &[$($doc),+], form: Form::$form, absent: $absent },
                read: $read,
            };
        )+

        /// Every key, in the order of the file.
        pub(super) const ALL: &[&About] = &[$(&$key.about),+];
    };
}

keys! {
    /// The configuration file.
    CONFIG: PathBuf = "config", Text, NotInFile, value::any_path;
    /// An API key with the role admin, for containers and scripts: at least 16 characters.
    API_KEY: Secret = "api_key", Secret, NotInFile, value::api_key;
    /// A file that holds the API key.
    API_KEY_FILE: PathBuf = "api_key_file", Text, NotInFile, value::path;

    /// What is logged to standard error, such as `debug` or `warn,cacherr::cacher=trace`.
    LOG: String = "log", Text, NotInFile, value::log_filter;

    /// Where the store lives. Counts here only if this file was named by --config or CACHERR_CONFIG; otherwise the
    /// file is found through the data dir.
    DATA_DIR: PathBuf = "data_dir", Text, Unset("/var/lib/cacherr"), value::path;

    /// Address and port of the API. Without an API key only this machine is served.
    BIND: SocketAddr = "server.bind", Text, Is("0.0.0.0:5445"), value::address;
    /// Path below which everything is served, for a reverse proxy.
    BASE_PATH: String = "server.base_path", Text, Is("/"), value::base_path;

    /// Folder on the fast volume; empty, or a cache dir of this Cacherr. Not set: the folder `cache` in the data dir.
    CACHE_DIR: PathBuf = "cache.dir", Text, Unset("/mnt/fast/cacherr"), value::path;
    /// At most this much is used: bytes, KB to TB (1024-based), or a share of the volume. Not set: no limit.
    LIMIT: Limit = "cache.limit", Size, Unset("250GB"), value::limit;
    /// At least this much stays free on the volume.
    MIN_FREE: u64 = "cache.min_free", Size, Is("5GB"), value::bytes;
    /// "copy" keeps the original beside its link; "move" gives it up a minute later, where there is a Plex token once Plex
    /// was seen reading the copy. What playbacks ask for is cached in copy mode.
    MODE: Method = "cache.mode", Text, Is("copy"), value::mode;
    /// Read every copy back before it is used.
    VERIFY: bool = "cache.verify", Flag, Is("true"), value::flag;
    /// Copies at the same time, 1 to 16.
    CONCURRENCY: usize = "cache.concurrency", Number, Is("2"), value::concurrency;
    /// Bytes per second of all copies together; 0 = unlimited.
    BANDWIDTH: u64 = "cache.bandwidth", Size, Is("0"), value::bytes;
    /// The same, while somebody plays from the device that is read.
    BANDWIDTH_WHILE_PLAYING: u64 = "cache.bandwidth_while_playing", Size, Is("30MB"), value::bytes;
    /// What links look like: "absolute" or "relative".
    LINK: LinkStyle = "cache.link", Text, Is("absolute"), value::link;
    /// Replaces cache.dir at the start of links, where the media server sees the cache under another path.
    LINK_TARGET: Option<PathBuf> = "cache.link_target", Text, Is(""), value::optional_path;
    /// How long a copy outlives its link: a reader that has just read the link still has to open its target.
    RELEASE_GRACE: SignedDuration = "cache.release_grace", Text, Is("60s"), value::duration;
    /// Forget files whose copy got lost and whose original is back, 90 days after that.
    AUTO_CLEANUP: bool = "cache.auto_cleanup", Flag, Is("false"), value::flag;

    /// A name; the first folder of its cached files.
    LIBRARY_NAME: String = "library.name", Text, Unset("Movies"), value::library_name;
    /// Its folder, as this machine sees it.
    LIBRARY_PATH: PathBuf = "library.path", Text, Unset("/mnt/array/movies"), value::path;
    /// Its folder, as the media server sees it. Not set: the same.
    LIBRARY_SERVER_PATH: PathBuf = "library.server_path", Text, Unset("/media/movies"), value::server_path;
    /// How a link takes a file's place: "exchange", or "link_rename" where the file system refuses that (unions, NFS).
    LIBRARY_SWAP: SwapMethod = "library.swap", Text, Is("exchange"), value::swap;

    /// Address of the Plex server, as seen from this machine or container.
    PLEX_URL: String = "plex.url", Text, Is("http://127.0.0.1:32400"), value::url;
    /// Whether the Plex server needs a certificate that a known authority vouches for; false for one that made its own.
    /// Never concerns plex.tv.
    PLEX_VERIFY_CERTIFICATE: bool = "plex.verify_certificate", Flag, Is("true"), value::flag;
    /// File that holds the Plex token of the server's owner; it is read again while Cacherr runs. With neither it nor
    /// `token`, sign in: POST /api/sources/plex/sign-in.
    PLEX_TOKEN_FILE: PathBuf = "plex.token_file", Text, Unset("/run/secrets/plex"), value::path;
    /// The Plex token itself; better kept in a file of its own, or obtained by signing in.
    PLEX_TOKEN: Secret = "plex.token", Secret, Unset("the-token"), value::token;
    /// Where plex.tv is. Anything else is asked instead of every plex.tv host.
    PLEX_CLOUD_URL: String = "plex.cloud_url", Text, Is("https://plex.tv"), value::url;
    /// Least time between two requests to plex.tv hosts.
    PLEX_CLOUD_INTERVAL: SignedDuration = "plex.cloud_interval", Text, Is("1s"), value::duration;
    /// Episodes to cache after the one that plays, across seasons, without specials.
    PLEX_EPISODES_AHEAD: u32 = "plex.episodes_ahead", Number, Is("5"), value::episodes;
    /// What a playback asked for is called off if it ends sooner and nobody else wants it. A finished copy stays.
    PLEX_MIN_WATCH: SignedDuration = "plex.min_watch", Text, Is("120s"), value::duration;
}

/// Where libraries live: the one table that repeats.
pub(super) const LIBRARY: &str = "library";

impl About {
    /// The table it stands in; empty for the top of the file.
    pub fn table(&self) -> &'static str {
        self.name.rsplit_once('.').map_or("", |(table, _)| table)
    }

    /// Its name within its table.
    pub fn leaf(&self) -> &'static str {
        self.name.rsplit_once('.').map_or(self.name, |(_, leaf)| leaf)
    }

    /// Its name where it is used: libraries are counted from 0.
    pub fn at(&self, index: Option<usize>) -> String {
        match index {
            Some(index) => format!("{}.{index}.{}", self.table(), self.leaf()),
            None => self.name.to_owned(),
        }
    }
}

/// The key of a name as it is used: `cache.dir`, `library.0.path`.
pub(super) fn find(name: &str) -> Option<&'static About> {
    let plain = match name.split('.').collect::<Vec<_>>()[..] {
        // `00` would be another name for the same library.
        [LIBRARY, index, leaf] if index.parse().is_ok_and(|number: usize| number.to_string() == index) => {
            format!("{LIBRARY}.{leaf}")
        }
        [LIBRARY, ..] => return None,
        _ => name.to_owned(),
    };
    ALL.iter().copied().find(|about| about.name == plain)
}

/// The variable that sets a name.
pub(super) fn variable(name: &str) -> String {
    format!("CACHERR_{}", name.to_ascii_uppercase().replace('.', "__"))
}

/// `; did you mean …?` with the nearest of the candidates, or nothing when none is near.
pub(super) fn suggestion(wrong: &str, candidates: impl Iterator<Item = String>) -> String {
    let nearest = candidates.map(|name| (strsim::damerau_levenshtein(wrong, &name), name)).min();
    match nearest {
        Some((distance, name)) if distance <= 3.max(wrong.len() / 3) => format!("; did you mean {name}?"),
        _ => String::new(),
    }
}
