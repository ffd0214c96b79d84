//! The doctor on real folders, and with the simulated Plex over the network.

mod api;
mod server;
mod trial;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cacherr::cacher::Cacher;
use cacherr::clock::SystemClock;
use cacherr::demo::plex::{Kind, Person, RatingKey, Simulator, Video, World};
use cacherr::doctor::{Check, Diagnosis, Doctor, Finding, Parts, Verdict};
use cacherr::domain::mover::MoverSettings;
use cacherr::domain::secret::Secret;
use cacherr::domain::settings::{CacheSettings, Library};
use cacherr::files::real::RealFs;
use cacherr::mover::Mover;
use cacherr::plex::{Client, Device, Patience, Trust};
use tempfile::TempDir;
use tokio::runtime::Handle;

use crate::support::house::{House, bytes, disk, film, library, settings};

/// A library of ten films, a cache, and a Plex that sees them where we do.
struct Clinic {
    house: House,
    libraries: Vec<Library>,
    cache: CacheSettings,
    simulator: Simulator,
    section: u32,
    films: Vec<RatingKey>,
    _dirs: [TempDir; 2],
}

impl Clinic {
    async fn new() -> Self {
        Self::with(|_, _| {}).await
    }

    /// The same, configured otherwise.
    async fn with(change: impl FnOnce(&mut Library, &mut CacheSettings)) -> Self {
        let ((one, root), (two, cache)) = (disk(), disk());
        let world = World::new(Arc::new(SystemClock));
        let anna = Person::owner(1, "Anna");
        world.add_person(anna);
        world.set_preference("autoEmptyTrash", "0");
        let section = world.add_section(Kind::Movie, "Films", std::slice::from_ref(&root));
        let films = (0..10).map(|number| {
            let folder = root.join(format!("Film {number} (2020)"));
            fs::create_dir(&folder).unwrap();
            let path = folder.join(format!("Film {number}.mkv"));
            film(&path, &bytes(number, 1000 + usize::try_from(number).unwrap()));
            world.add(section, Video::new(&format!("Film {number}")).year(2020).file(path)).unwrap()
        });
        let films = films.collect();
        let mut library = library("Movies", &root);
        let mut cache = settings(&cache);
        change(&mut library, &mut cache);
        let libraries = vec![library];
        let house = House::with(RealFs, libraries.clone(), cache.clone());
        let simulator = Simulator::start("127.0.0.1:0".parse().unwrap(), world).unwrap();
        Self { house, libraries, cache, simulator, section, films, _dirs: [one, two] }
    }

    fn root(&self) -> &Path {
        &self.libraries[0].path
    }

    fn film(&self, number: usize) -> PathBuf {
        self.root().join(format!("Film {number} (2020)/Film {number}.mkv"))
    }

    fn world(&self) -> &World {
        self.simulator.world()
    }

    fn client(&self) -> Client {
        self.client_of(&Person::owner(1, "Anna").server_token)
    }

    fn client_of(&self, token: &str) -> Client {
        let device = Device { identifier: "a".into(), name: "b".into(), version: "c".into() };
        let patience = Patience { tries: 1, ..Patience::default() };
        Client::new(&self.simulator.url(), Secret::new(token), device, patience, Trust::Roots).unwrap()
    }

    /// A doctor who asks as the owner.
    fn doctor(&self) -> Doctor {
        self.doctor_asking(Some(self.client()))
    }

    fn doctor_asking(&self, client: Option<Client>) -> Doctor {
        Doctor::new(Parts {
            cacher: Cacher::at_rest(self.house.engine.clone()),
            clock: self.house.clock.clone(),
            cache: self.cache.clone(),
            libraries: self.libraries.clone(),
            mover: Mover::new(MoverSettings::default(), &self.cache.dir, self.house.clock.clone()),
            watches_originals: false,
            server: Box::new(move || Ok(client.clone())),
            runtime: Handle::current(),
        })
    }

    async fn examine(&self) -> Arc<Diagnosis> {
        run(&self.doctor()).await
    }

    /// The one finding of a check.
    async fn finding(&self, check: Check) -> Finding {
        only(&*self.examine().await, check)
    }
}

async fn run(doctor: &Doctor) -> Arc<Diagnosis> {
    let doctor = doctor.clone();
    tokio::task::spawn_blocking(move || doctor.run().unwrap()).await.unwrap()
}

#[track_caller]
fn only(diagnosis: &Diagnosis, check: Check) -> Finding {
    let found: Vec<_> = diagnosis.findings.iter().filter(|finding| finding.check == check).collect();
    let [finding] = found[..] else { panic!("{check}: {:#?}", diagnosis.findings) };
    finding.clone()
}

/// What has to be mended.
fn troubles(diagnosis: &Diagnosis) -> Vec<(Check, Verdict)> {
    let bad = diagnosis.findings.iter().filter(|finding| finding.verdict != Verdict::Ok);
    bad.map(|finding| (finding.check, finding.verdict)).collect()
}
