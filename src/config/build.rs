//! From typed values to the parts of a [`Config`](super::Config).
//!
//! Each part reads all of its keys before it gives up: whoever repairs a file wants to know everything at once.

use std::path::{Path, PathBuf};

use super::key::{self, Key};
use super::keys;
use super::origin::Origin;
use super::values::Values;
use super::{PlexSettings, ProcessSettings, ServerSettings, ServingSettings, TlsFiles};
use crate::domain::mover::MoverSettings;
use crate::domain::privacy::Attributions;
use crate::domain::secret::Secret;
use crate::domain::settings::{CacheSettings, Library, Limit};

mod access;
mod librarian;

pub(super) use access::access;
pub(super) use librarian::librarian;

/// `[server]`, and the API key.
pub(super) fn server(values: &mut Values) -> Option<ServerSettings> {
    let (bind, base_path) = (values.get(&keys::BIND), values.get(&keys::BASE_PATH));
    let (in_place, file) = either(values, &keys::API_KEY, &keys::API_KEY_FILE);
    let api_key = match file {
        Some(path) => match std::fs::read_to_string(&path) {
            Ok(text) => {
                values.settle(
                    &keys::API_KEY.about,
                    None,
                    text.trim_end().to_owned(),
                    values.origin(&keys::API_KEY_FILE.about),
                );
                values.get(&keys::API_KEY)
            }
            Err(error) => {
                let blame = values.blame(&keys::API_KEY_FILE.about, None);
                values.problems.push(blame.says(format!("cannot be read: {error}")));
                None
            }
        },
        None => in_place,
    };
    Some(ServerSettings { bind: bind?, base_path: base_path?, api_key })
}

/// The rest of `[server]`.
pub(super) fn serving(values: &mut Values) -> Option<ServingSettings> {
    let (connections, per_address) =
        (values.get(&keys::CONNECTIONS), values.get(&keys::CONNECTIONS_PER_ADDRESS));
    let tls = match (values.get(&keys::TLS_CERTIFICATE), values.get(&keys::TLS_KEY)) {
        (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
        (None, None) => None,
        (certificate, _) => {
            let (there, missing) = match certificate {
                Some(_) => (&keys::TLS_CERTIFICATE, &keys::TLS_KEY),
                None => (&keys::TLS_KEY, &keys::TLS_CERTIFICATE),
            };
            // One that is no path was complained of.
            if values.origin(&missing.about) == Origin::Default {
                let blame = values.blame(&there.about, None);
                values.problems.push(blame.says(format!("is of no use without {}", missing.about.name)));
            }
            None
        }
    };
    Some(ServingSettings { tls, connections: connections?, connections_per_address: per_address? })
}

/// What the process is to the system.
pub(super) fn process(values: &mut Values) -> Option<ProcessSettings> {
    let (user, group) = (values.get(&keys::PUID), values.get(&keys::PGID));
    let umask = values.get(&keys::UMASK);
    let user = user.filter(|user| *user != 0).map(|user| (user, group.unwrap_or(user)));
    Some(ProcessSettings { umask: umask?, user })
}

/// A secret or the file it lies in. The one whose origin is stronger counts.
fn either(
    values: &mut Values,
    secret: &Key<Secret>,
    file: &Key<PathBuf>,
) -> (Option<Secret>, Option<PathBuf>) {
    let (in_place, in_file) = (values.get(secret), values.get(file));
    let (a, b) = (values.origin(&secret.about), values.origin(&file.about));
    match (in_place, in_file) {
        (Some(_), Some(_)) if a.ranks_with(&b) => {
            let blame = values.blame(&file.about, None);
            let other = secret.about.name;
            values.problems.push(blame.says(format!("and {other} ({a}) are both set; remove one")));
            (None, None)
        }
        (Some(_), in_file @ Some(_)) if b > a => (None, in_file),
        (in_place @ Some(_), Some(_)) => (in_place, None),
        one => one,
    }
}

/// `[privacy]`.
pub(super) fn privacy(values: &mut Values) -> Option<Attributions> {
    values.get(&keys::PRIVACY_ATTRIBUTION)
}

/// `[cache]` and `[history]`.
pub(super) fn cache(values: &mut Values, data_dir: &Path) -> Option<CacheSettings> {
    let said = values.get(&keys::CACHE_DIR);
    let is_said = values.origin(&keys::CACHE_DIR.about) != Origin::Default;
    let dir = if is_said { said } else { Some(data_dir.join("cache")) };
    if let Some(dir) = &dir {
        values.derive(&keys::CACHE_DIR.about, None, || dir.display().to_string());
    }
    let limit = values.get(&keys::LIMIT).unwrap_or(Limit::None);
    let (min_free, mode, verify) =
        (values.get(&keys::MIN_FREE), values.get(&keys::MODE), values.get(&keys::VERIFY));
    let (concurrency, bandwidth) = (values.get(&keys::CONCURRENCY), values.get(&keys::BANDWIDTH));
    let bandwidth_while_playing = values.get(&keys::BANDWIDTH_WHILE_PLAYING);
    let (link, link_target) = (values.get(&keys::LINK), values.get(&keys::LINK_TARGET));
    let release_grace = values.get(&keys::RELEASE_GRACE);
    let auto_cleanup = values.get(&keys::AUTO_CLEANUP);
    let log_kept = values.get(&keys::LOG_DAYS);
    Some(CacheSettings {
        dir: dir?,
        limit,
        min_free: min_free?,
        mode: mode?,
        verify: verify?,
        concurrency: concurrency?,
        bandwidth: bandwidth?,
        bandwidth_while_playing: bandwidth_while_playing?,
        link: link?,
        link_target: link_target?,
        release_grace: release_grace?,
        auto_cleanup: auto_cleanup?,
        log_kept: log_kept?,
    })
}

/// `[mover]`.
pub(super) fn mover(values: &mut Values) -> Option<MoverSettings> {
    let (pid_files, processes) = (values.get(&keys::MOVER_PID_FILE), values.get(&keys::MOVER_PROCESS));
    let longest = values.get(&keys::MOVER_LONGEST);
    let (exclude_file, host_paths) =
        (values.get(&keys::MOVER_EXCLUDE_FILE), values.get(&keys::MOVER_HOST_PATHS));
    Some(MoverSettings {
        pid_files: pid_files?,
        processes: processes?,
        longest: longest?,
        exclude_file: exclude_file?,
        host_paths: host_paths?,
    })
}

/// Every `[[library]]`.
pub(super) fn libraries(values: &mut Values) -> Option<Vec<Library>> {
    let all: Vec<Option<Library>> =
        values.numbers(&key::LIBRARY).into_iter().map(|index| library(values, index)).collect();
    all.into_iter().collect()
}

fn library(values: &mut Values, index: usize) -> Option<Library> {
    let name = values.require_at(&keys::LIBRARY_NAME, index);
    let path = values.require_at(&keys::LIBRARY_PATH, index);
    if let Some(path) = &path {
        values.derive(&keys::LIBRARY_SERVER_PATH.about, Some(index), || path.display().to_string());
    }
    let server_path = values.get_at(&keys::LIBRARY_SERVER_PATH, Some(index));
    let swap = values.get_at(&keys::LIBRARY_SWAP, Some(index));
    Some(Library { name: name?, path: path?, server_path: server_path?, swap: swap? })
}

/// `[watch]`: whether libraries are.
pub(super) fn watch(values: &mut Values) -> Option<bool> {
    values.get(&keys::WATCH_LIBRARIES)
}

/// `[plex]`.
pub(super) fn plex(values: &mut Values) -> Option<PlexSettings> {
    let (url, cloud_url) = (values.get(&keys::PLEX_URL), values.get(&keys::PLEX_CLOUD_URL));
    let verify_certificate = values.get(&keys::PLEX_VERIFY_CERTIFICATE);
    let (token, token_file) = either(values, &keys::PLEX_TOKEN, &keys::PLEX_TOKEN_FILE);
    let (cloud_interval, min_watch) =
        (values.get(&keys::PLEX_CLOUD_INTERVAL), values.get(&keys::PLEX_MIN_WATCH));
    let episodes_ahead = values.get(&keys::PLEX_EPISODES_AHEAD);
    Some(PlexSettings {
        url: url?,
        verify_certificate: verify_certificate?,
        token_file,
        token,
        cloud_url: cloud_url?,
        cloud_interval: cloud_interval?,
        episodes_ahead: episodes_ahead?,
        min_watch: min_watch?,
    })
}
