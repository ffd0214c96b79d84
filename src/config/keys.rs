//! Every key there is: name, type, default and meaning, once.
//!
//! The table drives reading, `config print`, `config defaults` and the suggestions for misspelt keys.
//! **Invariant:** no other place of the program writes a key's name or default.

use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use jiff::SignedDuration;

use super::key::Absent::{Is, NotInFile, Unset};
use super::key::Form::{Choice, Flag, List, Number, Secret as Hidden, Size, Text};
use super::key::{About, Key, repeated};
use super::value;
use crate::domain::access::Role;
use crate::domain::file::Method;
use crate::domain::mover::HostPath;
use crate::domain::plan::exclude::Pattern;
use crate::domain::privacy::Attributions;
use crate::domain::rules::UserKind;
use crate::domain::schedule::{QuietHours, Schedule};
use crate::domain::secret::Secret;
use crate::domain::settings::{Limit, LinkStyle, SwapMethod, Versions, Viewers};

/// Roles, or none.
const ROLES: &[&str] = &["", Role::Viewer.name(), Role::Operator.name(), Role::Admin.name()];
/// As a person calls them.
const MODES: &[&str] = &["copy", "move"];

macro_rules! keys {
    ($($(#[doc = $doc:literal])+ $key:ident: $type:ty = $name:literal, $form:expr, $absent:expr, $read:path;)+) => {
        $(
            $(#[doc = $doc])+
            pub(super) const $key: Key<$type> = Key {
                about: About { name: $name, doc: &[$($doc),+], form: $form, absent: $absent },
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
    API_KEY: Secret = "api_key", Hidden, NotInFile, value::api_key;
    /// A file that holds the API key.
    API_KEY_FILE: PathBuf = "api_key_file", Text, NotInFile, value::path;

    /// What is logged to standard error, such as `debug` or `warn,cacherr::cacher=trace`.
    LOG: String = "log", Text, NotInFile, value::log_filter;

    /// The user that a start as root becomes before anything else, by number (also PUID): it owns the data dir then, and what
    /// is needed to keep the owners of films stays allowed. Not set, or 0: whoever started it.
    PUID: u32 = "puid", Number, NotInFile, value::id;
    /// The same for the group (also PGID). Not set: the number of the user.
    PGID: u32 = "pgid", Number, NotInFile, value::id;

    /// Where the store lives. Counts here only if this file was named by --config or CACHERR_CONFIG; otherwise the
    /// file is found through the data dir.
    DATA_DIR: PathBuf = "data_dir", Text, Unset("/var/lib/cacherr"), value::path;
    /// Rights that new files and folders do not get, in octal digits (in the environment also UMASK). Copies have those of
    /// what they are copies of, and what is in the data dir is for its owner alone, whatever this says.
    UMASK: u32 = "umask", Text, Is("022"), value::umask;

    /// Address and port of the API. Nobody is let in who has neither an account, nor a key, nor what [access] says.
    BIND: SocketAddr = "server.bind", Text, Is("0.0.0.0:5445"), value::address;
    /// Path below which everything is served, for a reverse proxy.
    BASE_PATH: String = "server.base_path", Text, Is("/"), value::base_path;
    /// A file with the certificate in PEM, then those that vouch for it: with it and its key HTTPS is spoken at server.bind, and
    /// nothing else. When the files change, the new ones are used within seconds.
    TLS_CERTIFICATE: PathBuf = "server.tls_certificate", Text, Unset("/etc/ssl/cacherr.crt"), value::path;
    /// A file with its private key in PEM.
    TLS_KEY: PathBuf = "server.tls_key", Text, Unset("/etc/ssl/private/cacherr.key"), value::path;
    /// Connections at the same time, 16 to 65536.
    CONNECTIONS: usize = "server.connections", Number, Is("2048"), value::connections;
    /// The same from one address; this machine may have any number. A reverse proxy elsewhere brings everybody from its own.
    CONNECTIONS_PER_ADDRESS: usize = "server.connections_per_address", Number, Is("256"), value::connections_of_one;

    /// What whoever asks from local_networks may do without logging in: "viewer", "operator" or "admin". Empty: nothing.
    LOCAL_ROLE: Option<Role> = "access.local_role", Choice(ROLES), Is(""), value::optional_role;
    /// What counts as near. Whoever comes through a proxy counts by the address that a trusted one names, else never.
    LOCAL_NETWORKS: Vec<IpNet> = "access.local_networks", List,
        Is("127.0.0.0/8\n10.0.0.0/8\n172.16.0.0/12\n192.168.0.0/16\n169.254.0.0/16\n::1\nfc00::/7\nfe80::/10"),
        value::networks;
    /// Addresses of reverse proxies. What they say of addresses, names, encryption and users is believed, so nobody else
    /// may be able to ask from there.
    TRUSTED_PROXIES: Vec<IpNet> = "access.trusted_proxies", List, Is(""), value::networks;
    /// Header in which such a proxy names the account of whoever asks, such as "Remote-User". It has to remove the header
    /// from what it is sent itself.
    USER_HEADER: Option<String> = "access.user_header", Text, Is(""), value::user_header;
    /// Names under which this instance is reached, such as "nas.lan". Under others nobody is let in by local_role:
    /// whoever makes a web page can have a name of theirs lead here.
    HOSTS: Vec<String> = "access.hosts", List, Is(""), value::hosts;
    /// Origins of other web apps that may use the API in a browser, such as "https://app.example"; "*": every page that has
    /// a key.
    ALLOWED_ORIGINS: Vec<String> = "access.allowed_origins", List, Is(""), value::origins;
    /// What somebody may do who signs in with Plex, counts there as a user of this server, and has no account here. Empty:
    /// nothing.
    PLEX_ROLE: Option<Role> = "access.plex_role", Choice(ROLES), Is(""), value::optional_role;
    /// A session ends when it was not used for so long,
    SESSION_IDLE: SignedDuration = "access.session_idle", Text, Is("30d"), value::some_days;
    /// and after so long in any case.
    SESSION_LONGEST: SignedDuration = "access.session_longest", Text, Is("90d"), value::some_days;

    /// What those who may only look (role viewer) are told of who watches what: "full", "pseudonym" (who is called
    /// user-1a2b3c4d, the same everywhere), or "hidden" (nothing). Operators and admins are told everything.
    PRIVACY_ATTRIBUTION: Attributions = "privacy.attribution", Choice(Attributions::NAMES), Is("full"), value::attributions;

    /// Folder on the fast volume; empty, or a cache dir of this Cacherr. Not set: the folder `cache` in the data dir.
    CACHE_DIR: PathBuf = "cache.dir", Text, Unset("/mnt/fast/cacherr"), value::path;
    /// At most this much is used: bytes, KB to TB (1024-based), or a share of the volume. Not set: no limit.
    LIMIT: Limit = "cache.limit", Size, Unset("250GB"), value::limit;
    /// At least this much stays free on the volume.
    MIN_FREE: u64 = "cache.min_free", Size, Is("5GB"), value::bytes;
    /// "copy" keeps the original beside its link; "move" gives it up a minute later, where there is a Plex token once Plex
    /// was seen reading the copy. What playbacks ask for is cached in copy mode.
    MODE: Method = "cache.mode", Choice(MODES), Is("copy"), value::mode;
    /// Read every copy back before it is used.
    VERIFY: bool = "cache.verify", Flag, Is("true"), value::flag;
    /// Copies at the same time, 1 to 16.
    CONCURRENCY: usize = "cache.concurrency", Number, Is("2"), value::concurrency;
    /// Bytes per second of all copies together; 0 = unlimited.
    BANDWIDTH: u64 = "cache.bandwidth", Size, Is("0"), value::bytes;
    /// The same, while somebody plays from the device that is read.
    BANDWIDTH_WHILE_PLAYING: u64 = "cache.bandwidth_while_playing", Size, Is("30MB"), value::bytes;
    /// What links look like: "absolute" or "relative".
    LINK: LinkStyle = "cache.link", Choice(LinkStyle::NAMES), Is("absolute"), value::link;
    /// Replaces cache.dir at the start of links, where the media server sees the cache under another path.
    LINK_TARGET: Option<PathBuf> = "cache.link_target", Text, Is(""), value::optional_path;
    /// How long a copy outlives its link: a reader that has just read the link still has to open its target.
    RELEASE_GRACE: SignedDuration = "cache.release_grace", Text, Is("60s"), value::duration;
    /// Forget files whose copy got lost and whose original is back, 90 days after that.
    AUTO_CLEANUP: bool = "cache.auto_cleanup", Flag, Is("false"), value::flag;

    /// Files that hold the number of the NAS's own mover while it runs, such as "/var/run/mover.pid" on Unraid. Meanwhile nothing
    /// is copied, swapped in, given back or removed, whoever asked for it: copies halt, and go on afterwards. In a container
    /// whose processes are its own (without `--pid=host`) nobody can see whether that number lives: there the file alone counts.
    MOVER_PID_FILE: Vec<PathBuf> = "mover.pid_file", List, Is(""), value::paths;
    /// The same, by what its process or script is called, such as ["mover", "age_mover"]. A container sees processes of the
    /// machine with `--pid=host` only.
    MOVER_PROCESS: Vec<String> = "mover.process", List, Is(""), value::processes;
    /// A mover that has not ended after so long is not waited for any more; it may have died and left its file behind.
    MOVER_LONGEST: SignedDuration = "mover.longest", Text, Is("24h"), value::duration;
    /// File to keep up to date with what the mover must leave alone: the cache dir, between two lines that begin with #. What
    /// others write there stays. In a container its folder has to be mounted, not the file alone.
    MOVER_EXCLUDE_FILE: Option<PathBuf> = "mover.exclude_file", Text, Is(""), value::optional_path;
    /// What the host calls folders of the container, such as "/cache=/mnt/cache/cacherr"; on Unraid by the pool, never
    /// /mnt/user. Empty: the same. The longest that holds cache.dir counts.
    MOVER_HOST_PATHS: Vec<HostPath> = "mover.host_paths", List, Is(""), value::host_paths;

    /// Days for which the operation log keeps an entry, at least 90 (as long as files that were removed are remembered);
    /// 0 = for ever.
    LOG_DAYS: Option<SignedDuration> = "history.log_days", Number, Is("365"), value::log_days;

    /// A name; the first folder of its cached files.
    LIBRARY_NAME: String = "library.name", Text, Unset("Movies"), value::library_name;
    /// Its folder, as this machine sees it.
    LIBRARY_PATH: PathBuf = "library.path", Text, Unset("/mnt/array/movies"), value::path;
    /// Its folder, as the media server sees it. Not set: the same.
    LIBRARY_SERVER_PATH: PathBuf = "library.server_path", Text, Unset("/media/movies"), value::server_path;
    /// How a link takes a file's place: "exchange", or "link_rename" where the file system refuses that (unions, NFS).
    LIBRARY_SWAP: SwapMethod = "library.swap", Choice(SwapMethod::NAMES), Is("exchange"), value::swap;

    /// Have the kernel tell what others do to links and originals of cached files, so that a replaced, renamed or deleted film is
    /// noticed at once: each of their folders is watched by inotify. A start reads these folders once, which may wake disks;
    /// later nothing there is looked at unless something happened. false: Plex's word and `cacherr check --deep` remain.
    WATCH_LIBRARIES: bool = "watch.libraries", Flag, Is("true"), value::flag;

    /// Address of the Plex server, as seen from this machine or container.
    PLEX_URL: String = "plex.url", Text, Is("http://127.0.0.1:32400"), value::url;
    /// Whether the Plex server needs a certificate that a known authority vouches for; false for one that made its own.
    /// Never concerns plex.tv.
    PLEX_VERIFY_CERTIFICATE: bool = "plex.verify_certificate", Flag, Is("true"), value::flag;
    /// File that holds the Plex token of the server's owner; it is read again while Cacherr runs. With neither it nor
    /// `token`, sign in: POST /api/sources/plex/sign-in.
    PLEX_TOKEN_FILE: PathBuf = "plex.token_file", Text, Unset("/run/secrets/plex"), value::path;
    /// The Plex token itself; better kept in a file of its own, or obtained by signing in.
    PLEX_TOKEN: Secret = "plex.token", Hidden, Unset("the-token"), value::token;
    /// Where plex.tv is. Anything else is asked instead of every plex.tv host.
    PLEX_CLOUD_URL: String = "plex.cloud_url", Text, Is("https://plex.tv"), value::url;
    /// Least time between two requests to plex.tv hosts.
    PLEX_CLOUD_INTERVAL: SignedDuration = "plex.cloud_interval", Text, Is("1s"), value::duration;
    /// Episodes to cache after the one that plays or is next, across seasons, without specials.
    PLEX_EPISODES_AHEAD: u32 = "plex.episodes_ahead", Number, Is("5"), value::episodes;
    /// What a playback asked for is called off if it ends sooner and nobody else wants it. A finished copy stays.
    PLEX_MIN_WATCH: SignedDuration = "plex.min_watch", Text, Is("120s"), value::duration;

    /// Cache what is next for somebody.
    ON_DECK: bool = "sources.on_deck", Flag, Is("true"), value::flag;
    /// Cache what somebody has begun.
    CONTINUE_WATCHING: bool = "sources.continue_watching", Flag, Is("true"), value::flag;
    /// Cache what stands on somebody's watchlist.
    WATCHLIST: bool = "sources.watchlist", Flag, Is("true"), value::flag;
    /// Cache what plays, and what follows it.
    PLAYBACK: bool = "sources.playback", Flag, Is("true"), value::flag;
    /// Days after which what is next or begun is not wanted any more; 0 = never.
    ON_DECK_DAYS: Option<SignedDuration> = "sources.on_deck_days", Number, Is("183"), value::days;
    /// Days after which what stands on a watchlist is not wanted any more; 0 = never.
    WATCHLIST_DAYS: Option<SignedDuration> = "sources.watchlist_days", Number, Is("0"), value::days;
    /// Episodes to cache of a show on a watchlist.
    WATCHLIST_EPISODES: u32 = "sources.watchlist_episodes", Number, Is("3"), value::some_episodes;
    /// Instead of plex.episodes_ahead: as many as begin within so many minutes after the current one ends; 0 = count.
    MINUTES_AHEAD: Option<u32> = "sources.minutes_ahead", Number, Is("0"), value::minutes;
    /// Only for those who have played something within so many days; 0 = for everybody.
    ACTIVE_DAYS: Option<SignedDuration> = "sources.active_days", Number, Is("0"), value::days;
    /// Of what is there in several versions: "one", the one that is played or would be, or "all".
    VERSIONS: Versions = "sources.versions", Choice(Versions::NAMES), Is("one"), value::versions;
    /// Whose playbacks are cached for: "all", "local" (in the network of the media server) or "remote".
    VIEWERS: Viewers = "sources.viewers", Choice(Viewers::NAMES), Is("all"), value::viewers;
    /// For so many hours what a source said holds while it does not answer.
    SOURCE_GRACE_HOURS: SignedDuration = "sources.source_grace_hours", Number, Is("72"), value::some_hours;

    /// When a cycle begins: cron expressions in local time, such as ["30 3 * * *", "0 15 * * sat"], a rhythm such as "every 30m",
    /// or "manual" for never by itself. Empty: every 15 minutes, and when the media server says that something changed.
    SCHEDULE: Schedule = "plan.schedule", List, Is(""), value::schedule;
    /// When cycles copy nothing, in local time, such as ["23:00-07:00"]. What plays is cached all the same.
    QUIET_HOURS: QuietHours = "plan.quiet_hours", List, Is(""), value::quiet_hours;
    /// Give back what nobody wants any more; false: only when its room is needed.
    GIVE_BACK: bool = "plan.give_back", Flag, Is("true"), value::flag;
    /// For so many hours after it was cached or begun what nobody wants any more stays, unless it was watched since.
    RETENTION_HOURS: SignedDuration = "plan.retention_hours", Number, Is("12"), value::hours;
    /// For so many hours what a person removed does not come back for the same wishes.
    HOLD_HOURS: SignedDuration = "plan.hold_hours", Number, Is("72"), value::hours;
    /// When copies fill so many hundredths of cache.limit, files leave for better ones,
    EVICT_AT: u8 = "plan.evict_at", Number, Is("90"), value::share;
    /// and only files that score less than this.
    EVICT_BELOW: u8 = "plan.evict_below", Number, Is("60"), value::score;
    /// At most this much for the wishes of one user; empty: no limit.
    PLAN_USER_LIMIT: Option<u64> = "plan.user_limit", Size, Is(""), value::optional_bytes;
    /// Subtitles are cached with their video.
    COMPANIONS: bool = "plan.companions", Flag, Is("true"), value::flag;
    /// What is never cached for a wish: names, ends of paths, or whole paths, such as ["Extras", "*.iso", "/films/4K/**"].
    EXCLUDE: Vec<Pattern> = "plan.exclude", List, Is(""), value::patterns;

    /// A score is the sum of these, from 0 to 100. Every file:
    WEIGHT_BASE: i32 = "weights.base", Number, Is("50"), value::points;
    /// it is next, or begun, for somebody;
    WEIGHT_ON_DECK: i32 = "weights.on_deck", Number, Is("15"), value::points;
    /// for each user who wants it,
    WEIGHT_PER_USER: i32 = "weights.per_user", Number, Is("5"), value::points;
    /// and at most so much for all of them;
    WEIGHT_USERS_MOST: i32 = "weights.users_most", Number, Is("15"), value::points;
    /// cached less than a day ago;
    WEIGHT_CACHED_DAY: i32 = "weights.cached_day", Number, Is("5"), value::points;
    /// cached less than three days ago;
    WEIGHT_CACHED_THREE_DAYS: i32 = "weights.cached_three_days", Number, Is("3"), value::points;
    /// on a watchlist for less than seven days;
    WEIGHT_WATCHLIST_NEW: i32 = "weights.watchlist_new", Number, Is("10"), value::points_or_less;
    /// on a watchlist for more than sixty days;
    WEIGHT_WATCHLIST_OLD: i32 = "weights.watchlist_old", Number, Is("-10"), value::points_or_less;
    /// next for less than seven days;
    WEIGHT_ON_DECK_NEW: i32 = "weights.on_deck_new", Number, Is("5"), value::points_or_less;
    /// next for fourteen to thirty days;
    WEIGHT_ON_DECK_OLD: i32 = "weights.on_deck_old", Number, Is("-5"), value::points_or_less;
    /// next for thirty days or longer;
    WEIGHT_ON_DECK_OLDER: i32 = "weights.on_deck_older", Number, Is("-10"), value::points_or_less;
    /// the episode that is current;
    WEIGHT_CURRENT: i32 = "weights.current", Number, Is("15"), value::points;
    /// one of the first half of those ahead.
    WEIGHT_NEXT: i32 = "weights.next", Number, Is("10"), value::points;

    /// What holds for one user, by the name that GET /api/users shows; what is not set here is as for their type.
    USER_NAME: String = "user.name", Text, Unset("user1"), value::user_name;
    /// Instead of a name: "owner", "home" (of their Plex Home) or "shared"; what is not set here is as for everybody.
    USER_TYPE: UserKind = "user.type", Choice(UserKind::NAMES), Unset("shared"), value::user_kind;
    /// As in sources; so are all that follow.
    USER_ON_DECK: bool = "user.on_deck", Flag, Unset("true"), value::flag;
    /// Cache what they have begun.
    USER_CONTINUE_WATCHING: bool = "user.continue_watching", Flag, Unset("true"), value::flag;
    /// Cache what stands on their watchlist.
    USER_WATCHLIST: bool = "user.watchlist", Flag, Unset("false"), value::flag;
    /// Cache what they play, and what follows it.
    USER_PLAYBACK: bool = "user.playback", Flag, Unset("true"), value::flag;
    /// Counts for them also where others have minutes_ahead.
    USER_EPISODES_AHEAD: u32 = "user.episodes_ahead", Number, Unset("2"), value::episodes;
    /// 0 = count episodes.
    USER_MINUTES_AHEAD: Option<u32> = "user.minutes_ahead", Number, Unset("90"), value::minutes;
    /// Episodes of a show on their watchlist.
    USER_WATCHLIST_EPISODES: u32 = "user.watchlist_episodes", Number, Unset("1"), value::some_episodes;
    /// 0 = always.
    USER_ACTIVE_DAYS: Option<SignedDuration> = "user.active_days", Number, Unset("30"), value::days;
    /// At most this much for their wishes; empty: no limit.
    USER_LIMIT: Option<u64> = "user.limit", Size, Unset("100GB"), value::optional_bytes;
}

/// The key of a name as it is used: `cache.dir`, `library.0.path`.
pub(super) fn find(name: &str) -> Option<&'static About> {
    let plain = match name.split('.').collect::<Vec<_>>()[..] {
        // `00` would be another name for the same table.
        [table, index, leaf]
            if repeated(table).is_some()
                && index.parse().is_ok_and(|number: usize| number.to_string() == index) =>
        {
            format!("{table}.{leaf}")
        }
        [table, ..] if repeated(table).is_some() => return None,
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
