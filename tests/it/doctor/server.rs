//! What the media server tells is compared with what is there.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use cacherr::demo::plex::{Fault, Kind, Person, Video};
use cacherr::doctor::{Check, ReaderNote, Verdict};
use cacherr::domain::file::Method;
use cacherr::domain::readers::ReaderKind;
use jiff::SignedDuration;

use super::{Clinic, only, run, troubles};
use crate::support::house::{bytes, film};

#[tokio::test(flavor = "multi_thread")]
async fn in_a_sound_house_only_what_nobody_told_is_asked_for() {
    let clinic = Clinic::new().await;
    let doctor = clinic.doctor();
    assert!(doctor.last().is_none());
    let diagnosis = run(&doctor).await;
    // Library and cache of a test lie on one disk, and nothing is cached yet.
    let expected = [
        (Check::CacheDevice, Verdict::Warning),
        (Check::LinkReadable, Verdict::Unknown),
        (Check::OtherReaders, Verdict::Warning),
    ];
    let way = |(check, _): &(Check, Verdict)| *check != Check::CacheWay;
    let found: Vec<_> = troubles(&diagnosis).into_iter().filter(way).collect();
    assert_eq!(found, expected, "{:#?}", diagnosis.findings);
    assert_eq!(doctor.last().unwrap(), diagnosis);
    for finding in &diagnosis.findings {
        assert_eq!(finding.fix.is_none(), finding.verdict == Verdict::Ok, "{finding:?}");
        assert!(!finding.says.contains("token"), "{finding:?}");
    }
    clinic.house.assert_idle();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_sees_other_paths_is_mapped_and_found() {
    let clinic = Clinic::with(|library, _| library.server_path = "/data/films".into()).await;
    // Plex has the folder where we have it; the configuration says otherwise.
    let diagnosis = clinic.examine().await;
    let location = only(&diagnosis, Check::Locations);
    assert_eq!(location.verdict, Verdict::Failure);
    let fix = location.fix.unwrap();
    let set = format!("server_path = \"{}\"", clinic.root().display());
    assert!(fix.contains(&set) && fix.contains("10 of 10"), "{fix}");

    let other = Clinic::new().await;
    let theirs = other.world().add_section(Kind::Movie, "Elsewhere", &["/films/of/others".into()]);
    other.world().add(theirs, Video::new("Heat").file("/films/of/others/Heat.mkv")).unwrap();
    let diagnosis = other.examine().await;
    let told: Vec<_> =
        diagnosis.findings.iter().filter(|finding| finding.check == Check::Locations).collect();
    assert_eq!(told.iter().map(|one| one.verdict).collect::<Vec<_>>(), [Verdict::Ok, Verdict::Warning]);
    assert!(told[1].fix.as_ref().unwrap().contains("add a [[library]]"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_leads_nowhere_is_a_failure_with_what_it_should_be() {
    // One folder too high: everything is covered, and nothing is found.
    let clinic = Clinic::with(|library, _| {
        let above = library.server_path.parent().unwrap().to_path_buf();
        library.server_path = above;
    })
    .await;
    let finding = clinic.finding(Check::MappedFiles).await;
    assert_eq!((finding.verdict, finding.subject.as_str()), (Verdict::Failure, "Films"));
    let set = format!("server_path = \"{}\"", clinic.root().display());
    assert!(finding.fix.as_ref().unwrap().contains(&set), "{finding:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_gone_or_have_another_size_are_told_with_an_example() {
    let clinic = Clinic::new().await;
    assert_eq!(clinic.finding(Check::MappedFiles).await.verdict, Verdict::Ok);
    film(&clinic.film(3), &bytes(3, 5));
    let resized = clinic.finding(Check::MappedFiles).await;
    assert_eq!(resized.verdict, Verdict::Warning);
    assert!(resized.says.contains("1 of 10") && resized.says.contains("Film 3.mkv"), "{resized:?}");
    fs::remove_file(clinic.film(5)).unwrap();
    let gone = clinic.finding(Check::MappedFiles).await;
    assert!(gone.verdict == Verdict::Warning && gone.says.contains("Film 5.mkv"), "{gone:?}");
    fs::create_dir(clinic.film(5)).unwrap();
    film(&clinic.film(3), &bytes(3, 1003));
    let odd = clinic.finding(Check::MappedFiles).await;
    assert!(odd.verdict == Verdict::Warning && odd.says.contains("a folder"), "{odd:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cached_film_is_found_with_its_size_and_read_through_its_link() {
    let clinic = Clinic::new().await;
    for number in 0..10 {
        clinic.house.cache_as(&clinic.film(number), Method::AtomicCopy).unwrap();
    }
    let diagnosis = clinic.examine().await;
    assert_eq!(only(&diagnosis, Check::MappedFiles).verdict, Verdict::Ok);
    let link = only(&diagnosis, Check::LinkReadable);
    assert!(link.verdict == Verdict::Ok && link.says.contains("Film 9.mkv"), "{link:?}");

    // The server's container without the cache in it.
    let away = clinic.cache.dir.with_extension("away");
    fs::rename(&clinic.cache.dir, &away).unwrap();
    let blind = clinic.finding(Check::LinkReadable).await;
    assert_eq!(blind.verdict, Verdict::Failure);
    assert!(blind.fix.unwrap().contains(clinic.cache.dir.to_str().unwrap()));
    let dir = clinic.finding(Check::CacheDir).await;
    assert_eq!(dir.verdict, Verdict::Failure, "{dir:?}");
    fs::rename(&away, &clinic.cache.dir).unwrap();

    // What the server has taken out of its library it cannot look at.
    clinic.films.iter().for_each(|film| clinic.world().remove(*film));
    assert_eq!(clinic.finding(Check::LinkReadable).await.verdict, Verdict::Unknown);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_fails_while_it_looks_has_not_said_no() {
    let clinic = Clinic::new().await;
    clinic.house.cache(&clinic.film(0)).unwrap();
    let path = format!("/library/metadata/{}", clinic.films[0]);
    clinic.simulator.faults().add(&path, 1, Fault::Page { status: 500 });
    let link = clinic.finding(Check::LinkReadable).await;
    assert_eq!(link.verdict, Verdict::Unknown, "{link:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_answer_and_a_token_that_is_bad_say_what_to_do() {
    let clinic = Clinic::new().await;
    let bad = run(&clinic.doctor_asking(Some(clinic.client_of("nobody's")))).await;
    let finding = only(&bad, Check::MediaServer);
    assert!(
        finding.verdict == Verdict::Failure && finding.fix.unwrap().contains("plex.token"),
        "{}",
        finding.says
    );
    assert!(!bad.findings.iter().any(|finding| finding.says.contains("nobody's")));
    let none = run(&clinic.doctor_asking(None)).await;
    assert_eq!(only(&none, Check::MediaServer).verdict, Verdict::Unknown);
    let client = clinic.client();
    let doctor = clinic.doctor_asking(Some(client));
    let Clinic { simulator, .. } = clinic;
    simulator.stop().await;
    let silent = only(&*run(&doctor).await, Check::MediaServer);
    assert!(
        silent.verdict == Verdict::Failure && silent.fix.unwrap().contains("plex.url"),
        "{}",
        silent.says
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_the_owner_is_told_no_preferences() {
    let clinic = Clinic::new().await;
    let bob = Person::shared(7, "Bob").seeing(&[clinic.section]);
    let token = bob.server_token.clone();
    clinic.world().add_person(bob);
    let told = run(&clinic.doctor_asking(Some(clinic.client_of(&token)))).await;
    assert_eq!(only(&told, Check::Preferences).verdict, Verdict::Unknown);
    clinic.world().set_preference("autoEmptyTrash", "1");
    assert_eq!(clinic.finding(Check::Preferences).await.verdict, Verdict::Warning);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_is_compared_with_the_servers_and_the_disks() {
    let clinic = Clinic::new().await;
    clinic.house.clock.advance(SignedDuration::from_hours(-2));
    let diagnosis = clinic.examine().await;
    let clocks: Vec<_> = diagnosis.findings.iter().filter(|finding| finding.check == Check::Clock).collect();
    let subjects: Vec<&str> = clocks.iter().map(|clock| clock.subject.as_str()).collect();
    assert_eq!(subjects, ["Plex", "Movies", "cache dir"]);
    for clock in clocks {
        assert!(clock.verdict == Verdict::Warning && clock.says.contains("2h ahead of"), "{clock:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_that_is_away_is_one_failure_and_the_others_are_looked_at() {
    let mut clinic = Clinic::new().await;
    let gone = crate::support::house::library("Gone", &clinic.root().join("../never"));
    clinic.libraries.push(gone);
    let diagnosis = clinic.examine().await;
    let roots: Vec<_> =
        diagnosis.findings.iter().filter(|finding| finding.check == Check::LibraryRoot).collect();
    assert_eq!(
        roots.iter().map(|root| (root.subject.as_str(), root.verdict)).collect::<Vec<_>>(),
        [("Movies", Verdict::Ok), ("Gone", Verdict::Failure)]
    );
    assert_eq!(only(&diagnosis, Check::Swap).verdict, Verdict::Ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_to_the_cache_that_is_closed_to_others_is_found() {
    let clinic = Clinic::new().await;
    let mode = |mode| fs::set_permissions(&clinic.cache.dir, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o700);
    let closed = clinic.finding(Check::CacheWay).await;
    assert_eq!(closed.verdict, Verdict::Failure, "{closed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_else_reads_is_remembered_and_judged() {
    let clinic = Clinic::new().await;
    let doctor = clinic.doctor();
    let note = |sees_cache| ReaderNote { kind: ReaderKind::DownloadManager, sees_cache };
    doctor.note_reader("Sonarr", note(Some(false)), &"test".into()).unwrap();
    doctor.note_reader("Radarr", note(None), &"test".into()).unwrap();
    let told = |diagnosis: &cacherr::doctor::Diagnosis| {
        let readers = diagnosis.findings.iter().filter(|finding| finding.check == Check::OtherReaders);
        readers.map(|finding| (finding.subject.clone(), finding.verdict)).collect::<Vec<_>>()
    };
    let expected = [("Radarr".to_owned(), Verdict::Warning), ("Sonarr".to_owned(), Verdict::Failure)];
    assert_eq!(told(&*run(&doctor).await), expected);
    doctor.note_reader("Sonarr", note(Some(true)), &"test".into()).unwrap();
    doctor.forget_reader("Radarr", &"test".into()).unwrap();
    assert_eq!(told(&*run(&doctor).await), [("Sonarr".to_owned(), Verdict::Ok)]);
    assert_eq!(doctor.forget_reader("Radarr", &"test".into()).unwrap_err().code(), "not_found");
}
