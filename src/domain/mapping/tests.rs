//! Every mapping that is possible, and none that is not.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use proptest::prelude::*;

use super::Mapping;
use super::propose::{Location, Proposal, Sample, propose};
use crate::domain::media::ServerPath;
use crate::domain::settings::{Library, SwapMethod};

fn library(name: &str, path: &str, server_path: &str) -> Library {
    Library {
        name: name.to_owned(),
        path: PathBuf::from(path),
        server_path: PathBuf::from(server_path),
        swap: SwapMethod::Exchange,
    }
}

fn mapping(libraries: &[(&str, &str)]) -> Mapping {
    let libraries: Vec<Library> =
        libraries.iter().map(|(path, server_path)| library(path, path, server_path)).collect();
    Mapping::of(&libraries)
}

/// The first candidate, as text.
fn ours(mapping: &Mapping, path: &str) -> Option<String> {
    let ours = mapping.to_ours(&ServerPath(path.to_owned()))?;
    Some(ours.candidates[0].to_str().unwrap().to_owned())
}

fn theirs(mapping: &Mapping, path: &str) -> Option<String> {
    Some(mapping.to_server(Path::new(path))?.0)
}

#[test]
fn the_longest_server_path_wins_whatever_the_order() {
    for pairs in [
        [("/mnt/all", "/media"), ("/mnt/tv", "/media/tv"), ("/mnt/kids", "/media/tv/kids")],
        [("/mnt/kids", "/media/tv/kids"), ("/mnt/tv", "/media/tv"), ("/mnt/all", "/media")],
    ] {
        let mapping = mapping(&pairs);
        assert_eq!(ours(&mapping, "/media/tv/kids/a.mkv").unwrap(), "/mnt/kids/a.mkv");
        assert_eq!(ours(&mapping, "/media/tv/a.mkv").unwrap(), "/mnt/tv/a.mkv");
        assert_eq!(ours(&mapping, "/media/films/a.mkv").unwrap(), "/mnt/all/films/a.mkv");
        assert_eq!(theirs(&mapping, "/mnt/tv/a.mkv").unwrap(), "/media/tv/a.mkv");
        assert_eq!(theirs(&mapping, "/mnt/all/tv/a.mkv"), None, "the server sees another folder there");
    }
}

#[test]
fn half_a_component_is_none() {
    let mapping = mapping(&[("/mnt/tv", "/media/tv/")]);
    assert_eq!(ours(&mapping, "/media/tv2/a.mkv"), None);
    assert_eq!(ours(&mapping, "/media/t"), None);
    assert_eq!(ours(&mapping, "/media/tv").unwrap(), "/mnt/tv");
    assert_eq!(ours(&mapping, "/media/tv//").unwrap(), "/mnt/tv");
    assert_eq!(theirs(&mapping, "/mnt/tv2/a.mkv"), None);
}

#[test]
fn windows_is_compared_without_case_and_with_either_slash() {
    let mapping = mapping(&[("/mnt/films", r"Z:\Media\Films\"), ("/mnt/tv", r"\\NAS\media\Télé")]);
    for path in
        [r"Z:\Media\Films\Dune\Dune.mkv", "z:/media/FILMS/Dune/Dune.mkv", r"z:\MEDIA/films\Dune/Dune.mkv"]
    {
        assert_eq!(ours(&mapping, path).unwrap(), "/mnt/films/Dune/Dune.mkv", "{path}");
    }
    for path in
        [r"\\nas\MEDIA\télé\Show\a.mkv", "//nas/media/TÉLÉ/Show/a.mkv", r"\\NAS/media\Télé/Show\a.mkv"]
    {
        assert_eq!(ours(&mapping, path).unwrap(), "/mnt/tv/Show/a.mkv", "{path}");
    }
    assert_eq!(theirs(&mapping, "/mnt/films/Dune/Dune.mkv").unwrap(), r"Z:\Media\Films\Dune\Dune.mkv");
    assert_eq!(theirs(&mapping, "/mnt/tv/Show/a.mkv").unwrap(), r"\\NAS\media\Télé\Show\a.mkv");
    assert_eq!(theirs(&mapping, r"/mnt/films/a\b.mkv"), None, "Windows has no such name");
    for path in
        [r"Y:\Media\Films\a.mkv", r"Z:Media\Films\a.mkv", r"Z:\Media\Films2\a.mkv", "/Media/Films/a.mkv"]
    {
        assert_eq!(ours(&mapping, path), None, "{path}");
    }
}

#[test]
fn a_drive_or_everything_can_be_a_root() {
    let mapping = mapping(&[("/mnt/z", r"Z:\"), ("/mnt/all", "/")]);
    assert_eq!(ours(&mapping, r"z:\a\b.mkv").unwrap(), "/mnt/z/a/b.mkv");
    assert_eq!(ours(&mapping, "/a/b.mkv").unwrap(), "/mnt/all/a/b.mkv");
    assert_eq!(theirs(&mapping, "/mnt/z/a").unwrap(), r"Z:\a");
    assert_eq!(theirs(&mapping, "/mnt/all/a").unwrap(), "/a");
    assert_eq!(theirs(&mapping, "/mnt/all").unwrap(), "/");
}

#[test]
fn elsewhere_case_and_backslashes_count() {
    let mapping = mapping(&[("/mnt/films", "/Media")]);
    assert_eq!(ours(&mapping, "/media/a.mkv"), None);
    assert_eq!(ours(&mapping, r"/Media/a\b.mkv").unwrap(), r"/mnt/films/a\b.mkv");
    assert_eq!(theirs(&mapping, r"/mnt/films/a\b.mkv").unwrap(), r"/Media/a\b.mkv");
}

#[test]
fn what_could_lead_out_is_refused() {
    let mapping = mapping(&[("/mnt/films", "/media"), ("/mnt/tv", r"Z:\tv")]);
    for path in [
        "",
        "media/a.mkv",
        "/media/../etc/passwd",
        "/media/a/../../b",
        "/media/..",
        "/media/./a",
        "/media//a",
        "//media/a",
        "/media/a\0b",
        r"Z:\tv\..\a",
        r"Z:\tv\a/../b",
        r"Z:\tv\\a",
        r"\\",
        r"\\nas",
        "é:/tv/a",
    ] {
        assert_eq!(ours(&mapping, path), None, "{path:?}");
    }
    for path in ["/mnt/films/../tv/a", "mnt/films/a", "/mnt"] {
        assert_eq!(theirs(&mapping, path), None, "{path:?}");
    }
    assert_eq!(mapping.to_server(&Path::new("/mnt/films").join(OsStr::from_bytes(b"\xff.mkv"))), None);
}

#[test]
fn both_forms_of_unicode_are_offered_the_sent_one_first() {
    let mapping = mapping(&[("/mnt/films", "/m\u{e9}dia")]);
    let found = |path: &str| mapping.to_ours(&ServerPath(path.to_owned())).unwrap().candidates;
    let (composed, decomposed) = ("/mnt/films/Am\u{e9}lie.mkv", "/mnt/films/Ame\u{301}lie.mkv");
    assert_eq!(found("/m\u{e9}dia/Am\u{e9}lie.mkv"), [PathBuf::from(composed), PathBuf::from(decomposed)]);
    assert_eq!(
        found("/me\u{301}dia/Ame\u{301}lie.mkv"),
        [PathBuf::from(decomposed), PathBuf::from(composed)]
    );
    assert_eq!(found("/m\u{e9}dia/Dune.mkv").len(), 1);
    let mixed = found("/m\u{e9}dia/\u{e9}/e\u{301}");
    assert_eq!(mixed.len(), 3);
    assert_eq!(mixed[0], PathBuf::from("/mnt/films/\u{e9}/e\u{301}"));
}

#[test]
fn of_two_spellings_the_very_same_bytes_decide() {
    let mapping = mapping(&[("/mnt/a", "/m\u{e9}dia"), ("/mnt/b", "/me\u{301}dia")]);
    assert_eq!(ours(&mapping, "/m\u{e9}dia/x").unwrap(), "/mnt/a/x");
    assert_eq!(ours(&mapping, "/me\u{301}dia/x").unwrap(), "/mnt/b/x");
}

/// What `propose` says where these files are here: section, library, `server_path`, found of samples.
fn proposed(
    locations: &[(&str, &[(&str, u64)])],
    libraries: &[Library],
    here: &[(&str, u64)],
) -> Vec<(String, String, String, usize, usize)> {
    let here: BTreeMap<PathBuf, u64> = here.iter().map(|(path, size)| (PathBuf::from(path), *size)).collect();
    let sample =
        |(file, size): &(&str, u64)| Sample { file: ServerPath((*file).to_owned()), size: Some(*size) };
    let locations: Vec<Location> = locations
        .iter()
        .map(|(path, samples)| Location {
            section: format!("at {path}"),
            path: ServerPath((*path).to_owned()),
            samples: samples.iter().map(sample).collect(),
        })
        .collect();
    propose(&locations, libraries, &|path| here.get(path).copied())
        .into_iter()
        .map(|Proposal { section, library, server_path, found, samples, .. }| {
            (section, library, server_path.0, found, samples)
        })
        .collect()
}

fn said(
    section: &str,
    library: &str,
    server_path: &str,
    found: usize,
    samples: usize,
) -> (String, String, String, usize, usize) {
    (section.to_owned(), library.to_owned(), server_path.to_owned(), found, samples)
}

#[test]
fn names_propose_where_nothing_better_is_known() {
    let libraries = [
        library("Movies", "/mnt/user/media/movies", "/mnt/user/media/movies"),
        library("TV", "/mnt/user/media/tv", "/mnt/user/media/tv"),
    ];
    let found = proposed(&[("/data/media/tv", &[]), ("/data/Movies", &[]), ("/music", &[])], &libraries, &[]);
    assert_eq!(
        found,
        [
            said("at /data/media/tv", "TV", "/data/media/tv", 0, 0),
            said("at /data/Movies", "Movies", "/data/Movies", 0, 0)
        ]
    );
}

#[test]
fn samples_find_a_library_under_any_name() {
    let libraries = [library("A", "/mnt/a", "/mnt/a"), library("B", "/mnt/b", "/mnt/b")];
    let location = ("/data", &[("/data/x/1.mkv", 10), ("/data/x/2.mkv", 20), ("/data/y/3.mkv", 30)][..]);
    let here =
        [("/mnt/b/x/1.mkv", 10), ("/mnt/b/x/2.mkv", 21), ("/mnt/b/y/3.mkv", 30), ("/mnt/a/x/1.mkv", 11)];
    assert_eq!(proposed(&[location], &libraries, &here), [said("at /data", "B", "/data", 2, 3)]);
}

#[test]
fn samples_find_a_library_above_and_below_the_servers_folder() {
    let above = [library("All", "/mnt/all", "/mnt/all")];
    let movies = ("/data/movies", &[("/data/movies/Dune/Dune.mkv", 10)][..]);
    let shows = ("/data/tv", &[("/data/tv/Show/1.mkv", 20)][..]);
    let here = [("/mnt/all/movies/Dune/Dune.mkv", 10), ("/mnt/all/tv/Show/1.mkv", 20)];
    let found = proposed(&[movies, shows], &above, &here);
    assert_eq!(
        found,
        [said("at /data/movies", "All", "/data", 1, 1), said("at /data/tv", "All", "/data", 1, 1)]
    );
    let below = [library("4K", "/mnt/4k", "/mnt/4k")];
    let here = [("/mnt/4k/Dune.mkv", 10)];
    let samples = ("/data/movies", &[("/data/movies/uhd/Dune.mkv", 10)][..]);
    assert_eq!(
        proposed(&[samples], &below, &here),
        [said("at /data/movies", "4K", "/data/movies/uhd", 1, 1)]
    );
}

#[test]
fn samples_of_windows_are_found_as_well() {
    let libraries = [library("Movies", "/mnt/films", "/mnt/films")];
    let location = (r"Z:\Films", &[(r"Z:\Films\Dune\Dune.mkv", 10), (r"z:\films\Heat.mkv", 20)][..]);
    let here = [("/mnt/films/Dune/Dune.mkv", 10), ("/mnt/films/Heat.mkv", 20)];
    assert_eq!(proposed(&[location], &libraries, &here), [said(r"at Z:\Films", "Movies", r"Z:\Films", 2, 2)]);
}

#[test]
fn what_works_is_left_alone() {
    let libraries = [library("Movies", "/mnt/movies", "/data/movies")];
    let covered = ("/data/movies", &[("/data/movies/Dune.mkv", 10)][..]);
    assert_eq!(proposed(&[covered], &libraries, &[("/mnt/movies/Dune.mkv", 10)]), []);
    // The copy of a film in another section must not turn the library away from the section that it covers.
    let twin = ("/other/movies", &[("/other/movies/Dune.mkv", 10)][..]);
    assert_eq!(proposed(&[covered, twin], &libraries, &[("/mnt/movies/Dune.mkv", 10)]), []);
    // A part of a location is a library as well.
    let part = [library("4K", "/mnt/4k", "/data/movies/4k")];
    assert_eq!(proposed(&[("/data/movies", &[])], &part, &[]), []);
}

#[test]
fn a_library_that_was_set_wrongly_is_set_right_by_what_is_found() {
    // Everything is covered, and nothing is where the mapping says.
    let libraries = [library("Movies", "/mnt/films", "/data")];
    let movies = ("/data/movies", &[("/data/movies/Dune.mkv", 10)][..]);
    let here = [("/mnt/films/Dune.mkv", 10)];
    assert_eq!(
        proposed(&[movies], &libraries, &here),
        [said("at /data/movies", "Movies", "/data/movies", 1, 1)]
    );
    // Where nothing is found at all, there is nothing better to say than what is set.
    let set = [library("Movies", "/mnt/movies", "/data/movies")];
    assert_eq!(proposed(&[movies], &set, &[]), []);
}

#[test]
fn a_library_that_was_set_too_deep_is_moved_up() {
    let libraries = [library("All", "/mnt/all", "/data/movies")];
    let movies = ("/data/movies", &[][..]);
    let shows = ("/data/tv", &[("/data/tv/Show/1.mkv", 20)][..]);
    let found = proposed(&[movies, shows], &libraries, &[("/mnt/all/tv/Show/1.mkv", 20)]);
    assert_eq!(found, [said("at /data/tv", "All", "/data", 1, 1)]);
}

/// Names that are often the same, often a part of each other, and sometimes no names.
fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[ab]{1,2}",
        2 => prop_oneof![Just("é".to_owned()), Just("e\u{301}".to_owned()), Just("A".to_owned()), Just("a.b".to_owned())],
        1 => r"[a\\ ]{1,3}",
    ]
}

fn start() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => Just("/"), 1 => Just("Z:\\"), 1 => Just("\\\\nas\\share\\")]
}

fn server_root() -> impl Strategy<Value = String> {
    (start(), prop::collection::vec(part(), 0..3))
        .prop_map(|(start, parts)| format!("{start}{}", parts.join("/")))
}

fn libraries() -> impl Strategy<Value = Vec<Library>> {
    prop::collection::vec((server_root(), part()), 1..5).prop_map(|roots| {
        let each = roots.into_iter().enumerate();
        each.map(|(nth, (root, name))| library(&nth.to_string(), &format!("/mnt/{nth}/{name}"), &root))
            .collect()
    })
}

/// What a server may send: mostly paths, sometimes anything.
fn sent() -> impl Strategy<Value = String> {
    let odd = prop_oneof![10 => part(), 1 => Just("..".to_owned()), 1 => Just(".".to_owned()), 1 => Just(String::new())];
    let path = (start(), prop::collection::vec(odd, 0..6), prop_oneof![Just("/"), Just("\\")])
        .prop_map(|(start, parts, separator)| format!("{start}{}", parts.join(separator)));
    prop_oneof![9 => path, 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_of_ours_comes_back_from_the_servers_view(
        libraries in libraries(), which in 0_usize..5, below in prop::collection::vec(part(), 0..4),
    ) {
        let mapping = Mapping::of(&libraries);
        let library = &libraries[which % libraries.len()];
        let path = below.iter().fold(library.path.clone(), |path, part| path.join(part));
        if let Some(server) = mapping.to_server(&path) {
            let back = mapping.to_ours(&server).unwrap();
            prop_assert_eq!(&back.candidates[0], &path);
            prop_assert_eq!(&back.library, &library.name);
        }
    }

    #[test]
    fn a_file_of_the_servers_comes_back_from_ours(libraries in libraries(), sent in sent()) {
        let mapping = Mapping::of(&libraries);
        if let Some(ours) = mapping.to_ours(&ServerPath(sent)) {
            // Two libraries may have one server path; where they do not, the way back leads to the same file.
            if let Some(server) = mapping.to_server(&ours.candidates[0]) {
                prop_assert_eq!(mapping.to_ours(&server), Some(ours));
            }
        }
    }

    #[test]
    fn nothing_leads_out_of_its_library(libraries in libraries(), sent in sent()) {
        if let Some(ours) = Mapping::of(&libraries).to_ours(&ServerPath(sent.clone())) {
            let library = libraries.iter().find(|library| library.name == ours.library).unwrap();
            prop_assert!(!ours.candidates.is_empty() && ours.candidates.len() <= 3);
            for path in &ours.candidates {
                let below = path.strip_prefix(&library.path).unwrap();
                prop_assert!(below.components().all(|part| matches!(part, Component::Normal(_))), "{:?}", path);
                prop_assert!(!path.to_str().unwrap().contains('\0'));
            }
        }
    }

    #[test]
    fn the_library_is_the_longest_whole_prefix(libraries in libraries(), sent in sent()) {
        let root = |library: &Library| naive(library.server_path.to_str().unwrap()).0;
        let (parts, is_honest) = naive(&sent);
        let covering = |library: &&Library| parts.starts_with(&root(library));
        let longest = libraries.iter().filter(covering).map(|library| root(library).len()).max();
        match Mapping::of(&libraries).to_ours(&ServerPath(sent.clone())) {
            Some(found) => {
                let library = libraries.iter().find(|library| library.name == found.library).unwrap();
                prop_assert!(covering(&library), "{} for {}", library.server_path.display(), sent);
                prop_assert_eq!(Some(root(library).len()), longest);
            }
            None => prop_assert!(longest.is_none() || !is_honest, "{sent:?} is covered"),
        }
    }
}

/// A path as parts of one case and form, the first of which says where it begins; and whether each of them is a name.
fn naive(text: &str) -> (Vec<String>, bool) {
    use unicode_normalization::UnicodeNormalization;
    let text: String = text.nfc().collect();
    let is_share = ["//", r"\\"].iter().any(|start| text.starts_with(start));
    let is_windows = is_share || !text.starts_with('/');
    let text = if is_windows { text.replace('\\', "/").to_lowercase() } else { text };
    let start = if is_share {
        "//"
    } else if is_windows {
        ""
    } else {
        "/"
    };
    let below = text.strip_prefix(start).unwrap_or(&text).trim_end_matches('/');
    let is_name = |part: &str| !["", ".", ".."].contains(&part) && !part.contains('\0');
    let is_honest = below.is_empty() || below.split('/').all(is_name);
    let parts = below.split('/').filter(|part| !part.is_empty()).map(str::to_owned);
    (std::iter::once(start.to_owned()).chain(parts).collect(), is_honest)
}
