//! What values must not say together. Aliases that only show on disk (bind mounts, unions) are the doctor's business.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use super::Config;
use super::complaint::Complaint;
use super::key::About;
use super::keys;
use super::values::Values;
use crate::domain::file::Method;
use crate::domain::settings::{LibrarianSettings, SwapMethod};

/// What a slow reader may take between reading a link and opening its target.
const SHORT_GRACE: SignedDuration = SignedDuration::from_secs(10);

/// Adds what is forbidden to the problems.
pub(super) fn check(config: &Config, values: &mut Values) {
    let complaints: Vec<Complaint> =
        [names(config, values), places(config, values), swaps(config, values)].concat();
    values.problems.extend(complaints);
}

/// What is allowed, and should be known.
pub(super) fn warnings(config: &Config, values: &Values) -> Vec<String> {
    let mut warnings = Vec::new();
    let data_dir = config.data_dir.display();
    if std::fs::metadata(&config.data_dir).is_ok_and(|found| found.mode() & 0o007 != 0) {
        warnings.push(format!(
            "the data dir {data_dir} is open to every user of this machine; `chmod o= {data_dir}` closes it"
        ));
    }
    if config.process.user.is_none() && values.origin(&keys::PGID.about) != super::Origin::Default {
        let blame = values.blame(&keys::PGID.about, None);
        warnings.push(format!("{blame} means nothing without {}", keys::PUID.about.name));
    }
    if values.origin(&keys::CACHE_DIR.about) == super::Origin::Default && !config.libraries.is_empty() {
        let dir = config.cache.dir.display();
        warnings.push(format!("{} is not set, so copies go to {dir}", keys::CACHE_DIR.about.name));
    }
    if config.cache.release_grace < SHORT_GRACE {
        let blame = values.blame(&keys::RELEASE_GRACE.about, None);
        warnings.push(format!(
            "{blame} is short; whoever has read a link and opens it later than that finds nothing"
        ));
    }
    if !config.plex.verify_certificate && config.plex.url.starts_with("https://") {
        let blame = values.blame(&keys::PLEX_VERIFY_CERTIFICATE.about, None);
        warnings.push(format!(
            "{blame} lets whoever sits between here and {} pose as it and read the token; fine within a home network",
            config.plex.url
        ));
    }
    warnings.extend(doors(config, values));
    let LibrarianSettings { schedule, plan, .. } = &config.librarian;
    if schedule.longest_pause().is_none_or(|pause| pause >= plan.source_grace) {
        let blame = values.blame(&keys::SCHEDULE.about, None);
        warnings.push(format!(
            "{blame} lets more time pass between two cycles than {}: what a source wanted is then given back as soon as \
             it does not answer once",
            keys::SOURCE_GRACE_HOURS.about.name
        ));
    }
    let cache_device = device(&config.cache.dir);
    for library in &config.libraries {
        if cache_device.is_some()
            && std::fs::metadata(&library.path).ok().map(|found| found.dev()) == cache_device
        {
            warnings.push(format!(
                "the library {} and the cache are on one file system; caching gains nothing there",
                library.name
            ));
        }
    }
    warnings
}

/// Who is let in without showing anything of their own, and whose word counts.
fn doors(config: &Config, values: &Values) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(role) = config.access.local_role {
        let blame = values.blame(&keys::LOCAL_ROLE.about, None);
        warnings.push(format!(
            "{blame} lets everybody in as {role}, without a log-in, who asks from one of the {}",
            keys::LOCAL_NETWORKS.about.name
        ));
    }
    if config.access.trusted_proxies.iter().any(|network| network.prefix_len() == 0) {
        let blame = values.blame(&keys::TRUSTED_PROXIES.about, None);
        warnings.push(format!("{blame} trusts everybody: whoever asks can say who they are and from where"));
    }
    if config.access.user_header.is_some() && config.access.trusted_proxies.is_empty() {
        let blame = values.blame(&keys::USER_HEADER.about, None);
        warnings
            .push(format!("{blame} counts for nobody, since {} is empty", keys::TRUSTED_PROXIES.about.name));
    }
    warnings
}

/// Names are folders of the cache, which may fold cases.
fn names(config: &Config, values: &Values) -> Vec<Complaint> {
    let mut seen = BTreeMap::new();
    let mut complaints = Vec::new();
    for (index, library) in config.libraries_by_index(values) {
        if let Some(first) = seen.insert(library.name.to_lowercase(), &library.name) {
            let blame = values.blame(&keys::LIBRARY_NAME.about, Some(index));
            complaints.push(
                blame.says(format!("is taken by the library {first}; names must differ in more than case")),
            );
        }
    }
    complaints
}

struct Place<'a> {
    about: &'a About,
    index: Option<usize>,
    path: &'a Path,
    real: PathBuf,
}

/// Each file belongs to one library, and nothing of ours lies where files are cached from.
fn places(config: &Config, values: &Values) -> Vec<Complaint> {
    let place = |about, index, path| Place { about, index, path, real: real(path) };
    let ours = [
        place(&keys::CACHE_DIR.about, None, config.cache.dir.as_path()),
        place(&keys::DATA_DIR.about, None, config.data_dir.as_path()),
    ];
    let roots: Vec<Place<'_>> = config
        .libraries_by_index(values)
        .map(|(index, library)| place(&keys::LIBRARY_PATH.about, Some(index), library.path.as_path()))
        .collect();
    let mut complaints = Vec::new();
    for (nth, root) in roots.iter().enumerate() {
        for other in roots[..nth].iter().chain(&ours) {
            if let Some(how) = overlap(root, other) {
                let blame = values.blame(root.about, root.index);
                let theirs = values.blame(other.about, other.index);
                complaints.push(
                    blame.says(format!("{how} ({theirs}); libraries, cache dir and data dir must lie apart")),
                );
            }
        }
    }
    // The default cache dir lies in the data dir, which is fine; the other way round, the cache would not be ours alone.
    let [cache, data] = ours;
    if data.path.starts_with(cache.path) || data.real.starts_with(&cache.real) {
        let blame = values.blame(cache.about, None);
        let inside = data.path.display();
        complaints.push(blame.says(format!("contains the data dir {inside}; it must hold nothing else")));
    }
    complaints
}

fn overlap(a: &Place<'_>, b: &Place<'_>) -> Option<&'static str> {
    let overlaps = |a: &Path, b: &Path| a.starts_with(b) || b.starts_with(a);
    if overlaps(a.path, b.path) {
        Some("overlaps")
    } else if overlaps(&a.real, &b.real) {
        Some("overlaps, through a symlink,")
    } else {
        None
    }
}

/// With link and rename, a file that somebody else puts at the path within that instant is lost; in move mode it
/// could be the last one.
fn swaps(config: &Config, values: &Values) -> Vec<Complaint> {
    let renames =
        config.libraries_by_index(values).filter(|(_, library)| library.swap == SwapMethod::LinkRename);
    let moving = config.cache.mode == Method::AtomicSymlink;
    let mode = values.blame(&keys::MODE.about, None);
    renames
        .filter(|_| moving)
        .map(|(index, _)| {
            let blame = values.blame(&keys::LIBRARY_SWAP.about, Some(index));
            blame.says(format!("is not possible together with {mode}; use copy mode"))
        })
        .collect()
}

/// The path with the symlinks of its existing part resolved.
fn real(path: &Path) -> PathBuf {
    let existing = path.ancestors().find_map(|ancestor| Some((ancestor, ancestor.canonicalize().ok()?)));
    match existing.and_then(|(ancestor, real)| Some(real.join(path.strip_prefix(ancestor).ok()?))) {
        // Joining nothing leaves a slash at the end.
        Some(real) => real.components().collect(),
        None => path.to_path_buf(),
    }
}

/// The device a path is on, or will be once it is made.
fn device(path: &Path) -> Option<u64> {
    path.ancestors().find_map(|ancestor| std::fs::metadata(ancestor).ok()).map(|found| found.dev())
}
