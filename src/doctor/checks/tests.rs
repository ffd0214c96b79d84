//! Each check where it passes and where it does not, on what was seen.

use std::io;
use std::path::PathBuf;

use jiff::SignedDuration;

use super::{cache, libraries, link, mover, readers, server, system};
use crate::cacher::ground::Ground;
use crate::cacher::probe::{Tried, Written};
use crate::doctor::disk::{Grounds, LibraryGround, Step};
use crate::doctor::mounts::Mounts;
use crate::doctor::server::{LinkTold, Server, Told};
use crate::doctor::{Check, Finding, Verdict};
use crate::domain::media::{Part, Preference, ServerPath};
use crate::domain::readers::{ReaderKind, ReaderRow};
use crate::domain::settings::{CacheSettings, Library, SwapMethod};
use crate::domain::time::Time;
use crate::error::Error;
use crate::files::Space;
use crate::mover::list::Trouble;
use crate::mover::{Examined, PidFile};

fn cache_settings() -> CacheSettings {
    CacheSettings::at("/fast/cacherr".into())
}

fn ground(path: &str, device: u64) -> Ground {
    let space = Space { available: 1 << 40, total: 1 << 41 };
    Ground { path: path.into(), device, owner: (99, 100), space }
}

fn written() -> Written {
    Written { ahead: SignedDuration::ZERO, not_given_to: vec![] }
}

fn tried() -> Tried {
    Tried {
        swaps: 20,
        reads: 1000,
        failed: 0,
        first_failure: None,
        exchange_refused: None,
        written: written(),
    }
}

fn library(swap: SwapMethod) -> LibraryGround {
    let mounts = Mounts::read("1 0 8:1 / /mnt/films rw - ext4 /dev/sda rw\n");
    LibraryGround {
        library: Library {
            name: "Movies".to_owned(),
            path: "/mnt/films".into(),
            server_path: "/mnt/films".into(),
            swap,
        },
        ground: Ok(ground("/mnt/films", 1)),
        tried: Some(Ok(tried())),
        mount: mounts.of("/mnt/films".as_ref()).cloned(),
    }
}

fn step(path: &str, mode: u32) -> Step {
    Step { path: path.into(), mode, uid: 99, gid: 100 }
}

/// Where all is well.
fn grounds() -> Grounds {
    Grounds {
        libraries: vec![library(SwapMethod::Exchange)],
        cache: Ok(ground("/fast/cacherr", 2)),
        written: Some(Ok(written())),
        way: Some(vec![step("/", 0o755), step("/fast", 0o755), step("/fast/cacherr", 0o711)]),
        folders: 300,
        homes: None,
        watches: Some(524_288),
        instances: Some(128),
    }
}

fn refused(kind: io::ErrorKind) -> Error {
    Error::io("make a folder in", "/mnt/films", kind.into())
}

/// The findings of one check.
fn of(check: Check, findings: &[Finding]) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.check == check).collect()
}

/// The one finding of a check, after its rules for sentences.
#[track_caller]
fn only(check: Check, findings: &[Finding]) -> (Verdict, String, String) {
    let found = of(check, findings);
    let [finding] = found[..] else { panic!("{check}: {findings:#?}") };
    assert_eq!(finding.fix.is_none(), finding.verdict == Verdict::Ok, "{finding:?}");
    assert!(!finding.subject.is_empty() && !finding.says.is_empty());
    (finding.verdict, finding.says.clone(), finding.fix.clone().unwrap_or_default())
}

/// The finding about swaps in one library.
fn swap(library: LibraryGround) -> (Verdict, String, String) {
    only(Check::Swap, &libraries::judge(&Grounds { libraries: vec![library], ..grounds() }))
}

#[test]
fn where_all_is_well_nothing_has_to_be_mended() {
    let (grounds, cache) = (grounds(), cache_settings());
    let mut findings = libraries::judge(&grounds);
    findings.extend(cache::judge(&grounds, &cache));
    findings.extend(system::judge(&grounds));
    findings.extend(server::judge(&Server::Spoke(told())));
    findings.extend(link::judge(&told(), &cache));
    findings.extend(mover::judge(&attended(), &grounds));
    for finding in &findings {
        assert_eq!((finding.verdict, &finding.fix), (Verdict::Ok, &None), "{finding:?}");
    }
    // Whatever is not told here is looked at on real files and told of by a real server (`tests/it/doctor.rs`).
    let elsewhere = [Check::Locations, Check::MappedFiles, Check::OtherReaders];
    for check in Check::ALL.iter().filter(|check| !elsewhere.contains(check)) {
        assert!(!of(*check, &findings).is_empty(), "{check}");
    }
}

/// A mover that is seen, and told what to leave alone.
fn attended() -> Examined {
    Examined {
        pid_files: vec![("/var/run/mover.pid".into(), PidFile::Absent)],
        processes: vec!["mover".to_owned()],
        sees_all_processes: true,
        list: Some(("/config/mover-exclude.txt".into(), Ok(b"/mnt/cache/cacherr".to_vec()))),
    }
}

#[test]
fn a_mover_that_cannot_be_seen_or_told_is_a_failure_with_something_to_do() {
    let judge = |examined: &Examined| mover::judge(examined, &grounds());
    for (state, verdict) in [
        (PidFile::Runs, Verdict::Ok),
        (PidFile::Stale, Verdict::Ok),
        (PidFile::NoFolder, Verdict::Failure),
        (PidFile::Unreadable(io::ErrorKind::PermissionDenied), Verdict::Failure),
    ] {
        let pid_files = vec![("/var/run/mover.pid".into(), state)];
        let examined = Examined { pid_files, processes: vec![], ..attended() };
        assert_eq!(only(Check::MoverSeen, &judge(&examined)).0, verdict, "{state:?}");
    }
    let blind = Examined { pid_files: vec![], sees_all_processes: false, ..attended() };
    let (verdict, _, fix) = only(Check::MoverSeen, &judge(&blind));
    assert!(verdict == Verdict::Failure && fix.contains("--pid=host"), "{fix}");
    // By the path of the union the mover knows nothing.
    for (kept, verdict, word) in [
        (Ok(b"/mnt/user/cacherr".to_vec()), Verdict::Warning, "pool"),
        (Err(Trouble::Unmapped), Verdict::Failure, "/cache=/mnt/cache/cacherr"),
        (Err(Trouble::MountedAlone), Verdict::Failure, "folder"),
    ] {
        let examined = Examined { list: Some(("/config/list".into(), kept)), ..attended() };
        let (found, _, fix) = only(Check::MoverList, &judge(&examined));
        assert!(found == verdict && fix.contains(word), "{fix}");
    }
    let nothing = Examined { pid_files: vec![], processes: vec![], list: None, ..attended() };
    assert!(judge(&nothing).is_empty(), "nobody is bothered where there is no mover");
}

#[test]
fn a_library_that_is_not_there_is_a_failure_and_not_tried() {
    let missing = Error::LibraryVolumeMissing {
        library: "Movies".to_owned(),
        path: "/mnt/films".into(),
        reason: "does not exist",
    };
    let gone = LibraryGround { ground: Err(missing), tried: None, ..library(SwapMethod::Exchange) };
    let findings = libraries::judge(&Grounds { libraries: vec![gone], ..grounds() });
    let (verdict, says, fix) = only(Check::LibraryRoot, &findings);
    assert_eq!((verdict, findings.len()), (Verdict::Failure, 1));
    assert!(says.contains("does not exist") && fix.contains("mount"), "{says} {fix}");
    let none = libraries::judge(&Grounds { libraries: vec![], ..grounds() });
    assert_eq!(only(Check::LibraryRoot, &none).0, Verdict::Failure);
}

#[test]
fn a_library_that_cannot_be_written_says_whose_rights_are_missing() {
    for (kind, hint) in [
        (io::ErrorKind::PermissionDenied, "PUID"),
        (io::ErrorKind::ReadOnlyFilesystem, ":ro"),
        (io::ErrorKind::StorageFull, "space"),
        (io::ErrorKind::Other, "again"),
    ] {
        let closed = LibraryGround { tried: Some(Err(refused(kind))), ..library(SwapMethod::Exchange) };
        let findings = libraries::judge(&Grounds { libraries: vec![closed], ..grounds() });
        let (verdict, _, fix) = only(Check::LibraryAccess, &findings);
        assert_eq!(verdict, Verdict::Failure);
        assert!(fix.contains(hint), "{kind}: {fix}");
        assert!(of(Check::Swap, &findings).is_empty());
    }
    let strangers = Written { not_given_to: vec![(99, 100)], ..written() };
    let tried = Tried { written: strangers, ..tried() };
    let library = LibraryGround { tried: Some(Ok(tried)), ..library(SwapMethod::Exchange) };
    let findings = libraries::judge(&Grounds { libraries: vec![library], ..grounds() });
    let (verdict, _, fix) = only(Check::LibraryAccess, &findings);
    assert_eq!(verdict, Verdict::Warning);
    assert!(fix.contains("PUID=99, PGID=100"), "{fix}");
}

#[test]
fn an_exchange_that_is_refused_leads_to_the_other_method() {
    let tried = Tried { swaps: 0, exchange_refused: Some("Invalid argument".to_owned()), ..tried() };
    let (verdict, says, fix) =
        swap(LibraryGround { tried: Some(Ok(tried.clone())), ..library(SwapMethod::Exchange) });
    assert_eq!(verdict, Verdict::Failure);
    assert!(says.contains("ext4") && fix.contains("swap = \"link_rename\""), "{says} {fix}");
    let tried = Tried { swaps: 20, ..tried };
    let well = swap(LibraryGround { tried: Some(Ok(tried)), ..library(SwapMethod::LinkRename) });
    assert_eq!(well.0, Verdict::Ok);
    let better = swap(library(SwapMethod::LinkRename));
    assert_eq!(better.0, Verdict::Warning);
    assert!(better.2.contains("exchange"));
}

#[test]
fn reads_that_fail_during_swaps_are_a_failure_and_none_at_all_is_unknown() {
    let tried = Tried { failed: 3, first_failure: Some("Stale file handle".to_owned()), ..tried() };
    for (method, hint) in
        [(SwapMethod::Exchange, "leave this library out"), (SwapMethod::LinkRename, "same mount")]
    {
        let (verdict, says, fix) = swap(LibraryGround { tried: Some(Ok(tried.clone())), ..library(method) });
        assert_eq!(verdict, Verdict::Failure);
        assert!(says.contains("3 of 1000") && says.contains("Stale") && fix.contains(hint), "{says} {fix}");
    }
    let nobody = Tried { reads: 0, failed: 0, ..tried };
    let unread = swap(LibraryGround { tried: Some(Ok(nobody)), ..library(SwapMethod::Exchange) });
    assert_eq!(unread.0, Verdict::Unknown);
}

#[test]
fn file_systems_that_behave_otherwise_are_named() {
    let on = |text: &str| {
        let mount = Mounts::read(text).of("/mnt/films".as_ref()).cloned();
        let library = LibraryGround { mount, ..library(SwapMethod::Exchange) };
        only(Check::FileSystem, &libraries::judge(&Grounds { libraries: vec![library], ..grounds() }))
    };
    let union = on("1 0 0:1 / /mnt rw - fuse.mergerfs a:b rw\n");
    assert!(union.0 == Verdict::Ok && union.1.contains("this very mount"), "{union:?}");
    let network = on("1 0 0:1 / /mnt rw - nfs4 nas:/ rw\n");
    assert!(network.0 == Verdict::Warning && network.1.contains("nfs4"), "{network:?}");
    assert_eq!(on("").0, Verdict::Unknown);
}

#[test]
fn the_cache_dir_has_to_be_ours_writable_and_elsewhere() {
    let settings = cache_settings();
    let missing = Error::CacheVolumeMissing { dir: "/fast/cacherr".into(), reason: "does not exist" };
    let away = Grounds { cache: Err(missing), written: None, ..grounds() };
    let (verdict, _, fix) = only(Check::CacheDir, &cache::judge(&away, &settings));
    assert!(verdict == Verdict::Failure && fix.contains("adopt"), "{fix}");
    assert!(of(Check::CacheDevice, &cache::judge(&away, &settings)).is_empty());

    let closed = Grounds { written: Some(Err(refused(io::ErrorKind::PermissionDenied))), ..grounds() };
    assert_eq!(only(Check::CacheDir, &cache::judge(&closed, &settings)).0, Verdict::Failure);

    let strangers = Written { not_given_to: vec![(99, 100)], ..written() };
    let strangers = Grounds { written: Some(Ok(strangers)), ..grounds() };
    assert_eq!(only(Check::CacheDir, &cache::judge(&strangers, &settings)).0, Verdict::Warning);

    let same = Grounds { cache: Ok(ground("/mnt/films/.cache", 1)), ..grounds() };
    assert_eq!(only(Check::CacheDevice, &cache::judge(&same, &settings)).0, Verdict::Warning);
}

#[test]
fn a_way_to_the_cache_that_others_cannot_go_is_found_where_it_is_closed() {
    let way = |mode| Some(vec![step("/", 0o755), step("/fast", mode), step("/fast/cacherr", 0o755)]);
    let judged = |mode| {
        only(Check::CacheWay, &cache::judge(&Grounds { way: way(mode), ..grounds() }, &cache_settings()))
    };
    assert_eq!(judged(0o711).0, Verdict::Ok);
    let group = judged(0o750);
    assert!(
        group.0 == Verdict::Warning && group.1.contains("group 100") && group.2.contains("'/fast'"),
        "{group:?}"
    );
    let nobody = judged(0o700);
    assert!(nobody.0 == Verdict::Failure && nobody.2.contains("chmod o+x '/fast'"), "{nobody:?}");
}

/// A server with which all is well.
fn told() -> Told {
    let preference = |name: &str, value: &str| Preference { name: name.to_owned(), value: value.to_owned() };
    Told {
        version: "1.43".to_owned(),
        ahead: Some(SignedDuration::from_secs(-3)),
        sections: vec![],
        preferences: Ok(vec![
            preference("autoEmptyTrash", "0"),
            preference("FSEventLibraryUpdatesEnabled", "true"),
            preference("FSEventLibraryPartialScanEnabled", "1"),
        ]),
        link: LinkTold::Looked {
            path: "/mnt/films/Dune.mkv".into(),
            part: Some(part(Some(true), Some(true))),
        },
    }
}

fn part(exists: Option<bool>, accessible: Option<bool>) -> Part {
    let file = Some(ServerPath("/mnt/films/Dune.mkv".to_owned()));
    Part { id: None, file, size: None, exists, accessible }
}

fn with_preferences(all: &[(&str, &str)]) -> Vec<(Verdict, String)> {
    let preference =
        |(name, value): &(&str, &str)| Preference { name: (*name).to_owned(), value: (*value).to_owned() };
    let told = Told { preferences: Ok(all.iter().map(preference).collect()), ..told() };
    let findings = server::judge(&Server::Spoke(told));
    let found = of(Check::Preferences, &findings).into_iter();
    found.map(|finding| (finding.verdict, finding.fix.clone().unwrap_or_default())).collect()
}

#[test]
fn preferences_that_harm_come_with_the_place_where_they_are_set() {
    let (watch, partial) = ("FSEventLibraryUpdatesEnabled", "FSEventLibraryPartialScanEnabled");
    let trash = with_preferences(&[("autoEmptyTrash", "true"), (watch, "1"), (partial, "1")]);
    assert!(matches!(&trash[..], [(Verdict::Warning, fix)] if fix.contains("Empty trash")), "{trash:?}");
    let whole = with_preferences(&[("autoEmptyTrash", "0"), (watch, "1"), (partial, "0")]);
    assert!(matches!(&whole[..], [(Verdict::Warning, fix)] if fix.contains("partial scan")), "{whole:?}");
    let never =
        with_preferences(&[("autoEmptyTrash", "0"), (watch, "0"), ("ScheduledLibraryUpdatesEnabled", "0")]);
    assert!(matches!(&never[..], [(Verdict::Warning, fix)] if fix.contains("Scan my library")), "{never:?}");
    assert_eq!(with_preferences(&[("autoEmptyTrash", "0")])[0].0, Verdict::Ok);
    assert_eq!(with_preferences(&[])[0].0, Verdict::Unknown);
}

#[test]
fn a_server_of_which_nothing_is_known_is_no_failure_but_a_bad_setting_is() {
    assert_eq!(only(Check::MediaServer, &server::judge(&Server::Unconfigured)).0, Verdict::Unknown);
    let unusable = server::judge(&Server::Unusable("cannot read the token".to_owned()));
    assert_eq!(only(Check::MediaServer, &unusable).0, Verdict::Failure);
}

#[test]
fn clocks_that_differ_are_told_with_their_direction() {
    let plex = |ahead| only(Check::Clock, &server::judge(&Server::Spoke(Told { ahead, ..told() })));
    assert_eq!(plex(Some(SignedDuration::from_secs(30))).0, Verdict::Ok);
    let late = plex(Some(SignedDuration::from_secs(-3600)));
    assert!(late.0 == Verdict::Warning && late.1.contains("behind"), "{late:?}");
    assert_eq!(plex(None).0, Verdict::Unknown);
    let written = Written { ahead: SignedDuration::from_mins(5), ..written() };
    let grounds = Grounds { written: Some(Ok(written)), ..grounds() };
    let findings = system::judge(&grounds);
    let clocks = of(Check::Clock, &findings);
    assert_eq!(clocks.iter().map(|clock| clock.verdict).collect::<Vec<_>>(), [Verdict::Ok, Verdict::Warning]);
    assert!(clocks[1].says.contains("ahead of"), "{clocks:?}");
}

#[test]
fn only_a_server_that_says_no_cannot_read_a_link() {
    let judged = |link| only(Check::LinkReadable, &link::judge(&Told { link, ..told() }, &cache_settings()));
    let looked = |exists, accessible| {
        judged(LinkTold::Looked { path: PathBuf::from("/f"), part: Some(part(exists, accessible)) })
    };
    assert_eq!(looked(Some(true), Some(true)).0, Verdict::Ok);
    for (exists, accessible) in [(Some(false), Some(false)), (Some(true), Some(false)), (Some(false), None)] {
        let (verdict, _, fix) = looked(exists, accessible);
        assert!(verdict == Verdict::Failure && fix.contains("/fast/cacherr"), "{fix}");
    }
    for (exists, accessible) in [(None, None), (Some(true), None), (None, Some(true))] {
        assert_eq!(looked(exists, accessible).0, Verdict::Unknown);
    }
    assert_eq!(judged(LinkTold::Looked { path: PathBuf::from("/f"), part: None }).0, Verdict::Unknown);
    assert_eq!(judged(LinkTold::Nothing).0, Verdict::Unknown);
}

#[test]
fn readers_are_asked_for_and_each_has_to_see_the_cache() {
    let row = |kind, sees_cache| ReaderRow { kind, sees_cache, noted_at: Time::from_micros(0) };
    let judged = |row: ReaderRow| {
        only(Check::OtherReaders, &readers::judge(&[("x".to_owned(), row)], &cache_settings()))
    };
    assert_eq!(only(Check::OtherReaders, &readers::judge(&[], &cache_settings())).0, Verdict::Warning);
    assert_eq!(judged(row(ReaderKind::Player, Some(true))).0, Verdict::Ok);
    assert_eq!(judged(row(ReaderKind::Other, None)).0, Verdict::Warning);
    let (verdict, _, fix) = judged(row(ReaderKind::DownloadManager, Some(false)));
    assert!(verdict == Verdict::Failure && fix.contains("/fast/cacherr"), "{fix}");
    let (verdict, _, fix) = judged(row(ReaderKind::FileShare, Some(false)));
    assert!(verdict == Verdict::Failure && fix.contains("wide links"), "{fix}");
}

#[test]
fn limits_of_watching_are_compared_with_what_is_watched() {
    let judged = |watches, instances| {
        only(Check::Inotify, &system::judge(&Grounds { watches, instances, ..grounds() }))
    };
    assert_eq!(judged(Some(8192), Some(128)).0, Verdict::Ok);
    let few = judged(Some(299), Some(128));
    assert!(few.0 == Verdict::Failure && few.2.contains("max_user_watches=524288"), "{few:?}");
    assert_eq!(judged(Some(1000), Some(128)).0, Verdict::Warning);
    let listeners = judged(Some(8192), Some(2));
    assert!(listeners.0 == Verdict::Warning && listeners.2.contains("max_user_instances"), "{listeners:?}");
    assert_eq!(judged(None, Some(128)).0, Verdict::Unknown);
}
