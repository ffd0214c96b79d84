//! What somebody is about to choose (a cache dir, a library, a media server), judged by the same checks as what is
//! configured, in the same words.
//!
//! **Invariant:** nothing of it is saved. What a trial writes in a folder is gone afterwards. A token is sent to the server
//! that it was given for, and to no other.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::PoisonError;
use std::time::Duration;

use super::checks;
use super::disk::{Grounds, LibraryGround, way_to};
use super::finding::{Check, Finding};
use super::mapping::{Fit, TestedLibrary};
use super::mounts::{Manner, Mount, Mounts};
use super::server::{LinkTold, Server, Told, ahead};
use super::{Doctor, Inner, TRIAL};
use crate::cacher::Engine;
use crate::cacher::ground::Ground;
use crate::cacher::survey::{Counted, Marker};
use crate::clock::Clock;
use crate::domain::media::Section;
use crate::domain::settings::{CacheSettings, Library};
use crate::domain::size::readable;
use crate::error::Error;
use crate::plex::{Client, Fault};

/// Files are counted up to so many, and for so long: what matters is whether there are any.
const FILES: u64 = 10_000;
const COUNTING: Duration = Duration::from_secs(2);

/// A folder, as it was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Surveyed {
    /// What the checks say.
    pub findings: Vec<Finding>,
    /// What it stands on; none where it is not there.
    pub ground: Option<Ground>,
    /// What it is mounted from, where that can be told.
    pub mount: Option<Mount>,
    /// Configured libraries on the same file system.
    pub shared_with: Vec<String>,
    /// Whether library and cache lie on the same one.
    pub same_file_system: Option<bool>,
    /// Whether its disk turns, where the kernel tells.
    pub rotational: Option<bool>,
    /// Whether two names can be exchanged there; of libraries.
    pub exchange: Option<bool>,
    /// Files below; of libraries.
    pub counted: Option<Counted>,
    /// Whose marker is there; of cache dirs.
    pub marker: Option<Marker>,
}

/// A media server, as it was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SurveyedServer {
    /// What the checks say.
    pub findings: Vec<Finding>,
    /// Its version.
    pub version: Option<String>,
    /// Its sections, where a token opens them.
    pub sections: Option<Vec<Section>>,
}

impl SurveyedServer {
    /// One that did not answer before people turned away.
    #[must_use]
    pub fn late() -> Self {
        let finding = Check::MediaServer.failure(
            "Plex",
            "it did not answer within twenty seconds",
            "see that it runs, and that plex.url is right as seen from this machine or container",
        );
        Self { findings: vec![finding], ..Self::default() }
    }
}

impl Surveyed {
    /// Whether it is on another machine.
    #[must_use]
    pub fn is_network(&self) -> Option<bool> {
        self.mount.as_ref().map(|mount| mount.manner() == Manner::Network)
    }
}

impl Doctor {
    /// Looks at a folder that may become the cache dir. Blocks.
    #[must_use]
    pub fn survey_cache(&self, dir: &Path) -> Surveyed {
        self.0.survey_cache(dir)
    }

    /// Looks at a folder that may become a library, and swaps a file of our own there twenty times. Blocks.
    #[must_use]
    pub fn survey_library(&self, library: &Library) -> Surveyed {
        self.0.survey_library(library)
    }

    /// Asks a media server who it is, and with a token what it has.
    pub async fn survey_server(&self, client: &Client, has_token: bool) -> SurveyedServer {
        let asked = ask(client, self.0.parts.clock.as_ref(), has_token).await;
        let (version, sections) = match &asked {
            Ok(told) => (Some(told.version.clone()), has_token.then(|| sections(told))),
            Err(_) => (None, None),
        };
        let mut findings = match asked {
            Ok(told) => checks::server::judge(&Server::Spoke(told)),
            Err(fault) => checks::server::judge(&Server::Silent(fault)),
        };
        if !has_token {
            // Without one, nothing was asked that only a token opens.
            findings.retain(|finding| finding.check != Check::Preferences);
        }
        if sections.as_ref().is_some_and(Vec::is_empty) {
            findings.push(checks::files::no_section());
        }
        SurveyedServer { findings, version, sections }
    }
}

async fn ask(client: &Client, clock: &dyn Clock, has_token: bool) -> Result<Told, Fault> {
    let version = client.identity().await?.version;
    let asked = clock.now();
    let time = client.time().await?;
    let ahead = time.map(|time| ahead(time, asked, clock.now()));
    let (mut sections, mut preferences) = (vec![], Ok(vec![]));
    if has_token {
        for section in client.sections().await? {
            sections.push(super::server::TellsOf { section, files: Ok(vec![]) });
        }
        preferences = client.preferences().await;
    }
    Ok(Told { version, ahead, sections, preferences, link: LinkTold::Nothing })
}

fn sections(told: &Told) -> Vec<Section> {
    told.sections.iter().map(|told| told.section.clone()).filter(|one| one.kind.videos().is_some()).collect()
}

impl Inner {
    fn engine(&self) -> &Engine {
        self.parts.cacher.engine()
    }

    fn mount_of(&self, ground: &Ground) -> Option<Mount> {
        let text = std::fs::read_to_string(&self.places.mounts).unwrap_or_default();
        Mounts::read(&text).of(&ground.path).cloned()
    }

    /// What the configured libraries stand on, as far as they are there.
    fn neighbours(&self) -> Vec<(&Library, Ground)> {
        let ground = |library| Some((library, self.engine().unproven(library).ok()?.ground().ok()?));
        self.parts.libraries.iter().filter_map(ground).collect()
    }

    fn survey_cache(&self, dir: &Path) -> Surveyed {
        let settings = CacheSettings { link_target: None, ..CacheSettings::at(dir.to_path_buf()) };
        let neighbours = self.neighbours();
        let survey = self.engine().survey_cache(dir);
        let owners: BTreeSet<_> = neighbours.iter().map(|(_, ground)| ground.owner).collect();
        let owners: Vec<_> = owners.into_iter().collect();
        // In what is somebody else's, nothing is written.
        let is_free = survey.as_ref().is_ok_and(|survey| match survey.marker {
            Marker::None => !survey.is_in_use,
            Marker::Ours => true,
            Marker::Foreign => false,
        });
        let written = is_free.then(|| {
            let _trying = self.trying.lock().unwrap_or_else(PoisonError::into_inner);
            self.engine().try_cache_at(dir, &owners)
        });
        let missing = |reason| Error::CacheVolumeMissing { dir: dir.to_path_buf(), reason };
        let marker = survey.as_ref().ok().map(|survey| survey.marker);
        let ground = survey.as_ref().ok().map(|survey| survey.ground.clone());
        let cache = survey.and_then(|survey| match (survey.marker, survey.is_in_use) {
            (Marker::Foreign, _) => {
                Err(missing("belongs to another Cacherr (its marker carries another store's id)"))
            }
            (Marker::None, true) => Err(missing("is not empty and carries no marker of this store")),
            (Marker::None, false) | (Marker::Ours, _) => Ok(survey.ground),
        });
        let way = ground.is_some().then(|| way_to(dir)).flatten();
        let grounds = Grounds { written, way, ..Grounds::of(neighbours.iter().map(beside).collect(), cache) };
        let mut findings = checks::cache::judge(&grounds, &settings);
        if let Some(ground) = &ground {
            let is_new = |finding: &&mut Finding| finding.check == Check::CacheDir && finding.fix.is_none();
            if let (Some(Marker::None), Some(finding)) = (marker, findings.iter_mut().find(is_new)) {
                let free = readable(ground.space.available);
                finding.says = format!("{} can be used, {free} free", dir.display());
            }
            findings.extend(overlaps(Check::CacheDir, "cache dir", ground, &neighbours));
        }
        let mut surveyed = self.surveyed(ground, &neighbours);
        surveyed.same_file_system = surveyed.ground.is_some().then_some(!surveyed.shared_with.is_empty());
        Surveyed { findings, marker, ..surveyed }
    }

    fn survey_library(&self, library: &Library) -> Surveyed {
        let name = &library.name;
        let root = match self.engine().unproven(library) {
            Ok(root) => root,
            Err(error) => return Surveyed::failed(library, error),
        };
        let ground = match root.ground() {
            Ok(ground) => ground,
            Err(error) => return Surveyed::failed(library, error),
        };
        let mut neighbours = self.neighbours();
        // The one that is configured may be looked at again.
        neighbours.retain(|(known, _)| known.path != library.path);
        let mut findings = overlaps(Check::LibraryRoot, name, &ground, &neighbours);
        let cache = self.engine().survey_cache(&self.parts.cache.dir).map(|survey| survey.ground);
        if let Ok(cache) = &cache {
            let ours = [("cache dir", cache)];
            findings.extend(
                ours.iter()
                    .filter_map(|(what, other)| lies_in(Check::LibraryRoot, name, &ground, what, other)),
            );
        }
        let mount = self.mount_of(&ground);
        let is_pseudo = mount.as_ref().is_some_and(|mount| PSEUDO.contains(&mount.kind.as_str()));
        let mut surveyed = self.surveyed(Some(ground.clone()), &neighbours);
        surveyed.same_file_system = cache.as_ref().ok().map(|cache| cache.device == ground.device);
        if ground.path.parent().is_none() || is_pseudo {
            let says = format!("{} is a part of the system, and no folder of films", ground.path.display());
            findings.push(Check::LibraryRoot.failure(name, says, "choose the folder that holds the films"));
            return Surveyed { findings, ..surveyed };
        }
        let tried = {
            let _trying = self.trying.lock().unwrap_or_else(PoisonError::into_inner);
            root.try_swaps(TRIAL)
        };
        surveyed.exchange = tried.as_ref().ok().map(|tried| tried.exchange_refused.is_none());
        let counted = root.count_files(FILES, COUNTING);
        let seen = LibraryGround { library: library.clone(), ground: Ok(ground), tried: Some(tried), mount };
        let grounds = Grounds::of(vec![seen], cache);
        let mut judged = checks::libraries::judge(&grounds);
        judged.extend(checks::cache::devices(&grounds));
        for finding in &mut judged {
            // Nobody knows it yet.
            if finding.check == Check::LibraryRoot && finding.fix.is_none() {
                finding.says = format!("{} is there", library.path.display());
            }
        }
        if counted == (Counted { files: 0, complete: true }) {
            judged.push(Check::LibraryRoot.warning(
                name,
                "no file is in it; it may be an empty mount point",
                "see that its volume is mounted (in containers: mapped to this path), or choose another folder",
            ));
        }
        findings.extend(judged);
        findings.sort_by_key(|finding| finding.check);
        Surveyed { findings, counted: Some(counted), ..surveyed }
    }

    fn surveyed(&self, ground: Option<Ground>, neighbours: &[(&Library, Ground)]) -> Surveyed {
        let Some(ground) = ground else { return Surveyed::default() };
        let shares = |(_, other): &&(&Library, Ground)| other.device == ground.device;
        let shared_with = neighbours.iter().filter(shares).map(|(library, _)| library.name.clone()).collect();
        Surveyed {
            mount: self.mount_of(&ground),
            rotational: rotational(ground.device),
            shared_with,
            ground: Some(ground),
            ..Surveyed::default()
        }
    }
}

/// What a test of the mapping says of a library that is looked at.
#[must_use]
pub fn judge_fit(tested: &TestedLibrary) -> Finding {
    let (check, name) = (Check::MappedFiles, &tested.library.name);
    let theirs = tested.library.server_path.display();
    let all = tested.samples.len();
    match (tested.verdict, &tested.proposal) {
        (Fit::Ok, _) => {
            let found = tested.samples.iter().filter(|sample| sample.found).count();
            check.ok(name, format!("{found} of {all} files that Plex has in {theirs} are there"))
        }
        (Fit::Unreachable, _) => check.unknown(
            name,
            "its files were not looked for, since the folder cannot be read",
            "see that the folder is there and can be read",
        ),
        (Fit::Wrong | Fit::Empty, Some(better)) => check.failure(
            name,
            format!("Plex has no file in {theirs} that is there"),
            format!("set server_path to {}", better.0),
        ),
        (Fit::Wrong, None) => check.failure(
            name,
            format!("none of {all} files that Plex has in {theirs} is there"),
            "correct server_path: the path that Plex has for the same folder",
        ),
        (Fit::Empty, None) => check.warning(
            name,
            format!("Plex has no film and no episode in {theirs}"),
            "correct server_path, if this folder is a part of a library of Plex; else it can stay so",
        ),
    }
}

/// What the kernel makes up.
const PSEUDO: [&str; 8] =
    ["proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "securityfs", "debugfs"];

impl Surveyed {
    fn failed(library: &Library, error: Error) -> Self {
        let seen = LibraryGround { library: library.clone(), ground: Err(error), tried: None, mount: None };
        let nowhere = Err(Error::Cancelled);
        Self { findings: checks::libraries::judge(&Grounds::of(vec![seen], nowhere)), ..Self::default() }
    }
}

fn beside((library, ground): &(&Library, Ground)) -> LibraryGround {
    LibraryGround { library: (*library).clone(), ground: Ok(ground.clone()), tried: None, mount: None }
}

/// One folder must not lie in another one that is configured: each file belongs to one library, and no copy to any.
fn overlaps(check: Check, subject: &str, ground: &Ground, neighbours: &[(&Library, Ground)]) -> Vec<Finding> {
    let named = |(library, other): &(&Library, Ground)| {
        lies_in(check, subject, ground, &format!("library {}", library.name), other)
    };
    neighbours.iter().filter_map(named).collect()
}

fn lies_in(check: Check, subject: &str, ground: &Ground, what: &str, other: &Ground) -> Option<Finding> {
    let (path, theirs) = (&ground.path, &other.path);
    let how = if path == theirs {
        "is the same folder as"
    } else if path.starts_with(theirs) {
        "lies in"
    } else if theirs.starts_with(path) {
        "holds"
    } else {
        return None;
    };
    let says = format!("{} {how} the {what} ({})", path.display(), theirs.display());
    Some(check.failure(subject, says, "choose folders of which none lies in another one"))
}

/// Whether the disk behind a device turns. A partition says it of its disk; what has no device of its own says nothing.
fn rotational(device: u64) -> Option<bool> {
    let major = (device >> 8) & 0xfff | (device >> 32) & !0xfff;
    let minor = device & 0xff | (device >> 12) & !0xff;
    let at = format!("/sys/dev/block/{major}:{minor}");
    let told = ["queue/rotational", "../queue/rotational"]
        .iter()
        .find_map(|name| std::fs::read_to_string(Path::new(&at).canonicalize().ok()?.join(name)).ok())?;
    Some(told.trim() == "1")
}
