use super::*;
use crate::domain::wanted::Source;

const NOW: Time = Time::from_micros(1_790_000_000_000_000);

fn later(minutes: i64) -> Time {
    NOW.plus(SignedDuration::from_mins(minutes))
}

fn metadata(item: &str) -> Metadata {
    let ids = [(COMMON.to_owned(), item.to_owned()), ("tmdb".to_owned(), "7".to_owned())];
    Metadata { title: Some("Dune".to_owned()), media_ids: ids.into(), ..Metadata::default() }
}

fn wanted(path: &str, size: u64, item: &str) -> Wanted {
    Wanted {
        path: path.into(),
        size,
        user: "user2".to_owned(),
        operation: Operation::Ondeck,
        source: Source::OnDeck,
        since: NOW,
        ahead: 0,
        minutes: 0,
        series: None,
        metadata: metadata(item),
        age: SignedDuration::ZERO,
    }
}

fn cached(id: FileId, path: &str, size: u64) -> Cached {
    Cached {
        id,
        path: path.into(),
        size,
        cached_at: NOW,
        pinned: false,
        playing: false,
        attributions: vec![],
        operation: Operation::Ondeck,
        last_accessed: None,
        watched_by: vec![],
        companion_of: None,
    }
}

fn tracked(path: &str, item: &str, gone: Option<Time>) -> Tracked {
    Tracked {
        id: FileId::new(),
        path: path.into(),
        pinned: true,
        users: vec!["user1".to_owned()],
        metadata: metadata(item),
        cached_at: NOW,
        gone,
        superseded: false,
    }
}

/// Where each moves on to, and whether it was seen to be gone.
fn short(moves: &[Move]) -> Vec<(Vec<&str>, bool)> {
    moves.iter().map(|one| (one.to.iter().map(|path| path.to_str().unwrap()).collect(), one.gone)).collect()
}

#[test]
fn a_file_is_looked_at_when_the_server_tells_another_size_that_says_something() {
    let [a, b, c, d] = [(); 4].map(|()| FileId::new());
    let files = [cached(a, "/a", 7), cached(b, "/b", 7), cached(c, "/c", 7), cached(d, "/d", 7)];
    let told = [wanted("/a", 7, "1"), wanted("/b", 8, "2"), wanted("/c", 0, "3"), wanted("/e", 9, "4")];
    assert_eq!(replaced(&told, &files), [(b, 8)]);
}

#[test]
fn an_item_that_is_named_with_other_files_moves_on_and_one_that_is_not_named_stays() {
    let named = [wanted("/new", 7, "movie/dune"), wanted("/other", 7, "movie/arrival")];
    let old = tracked("/old", "movie/dune", None);
    assert_eq!(short(&moved(&named, &[old])), [(vec!["/new"], false)], "it is to be looked at");
    let gone = tracked("/old", "movie/dune", Some(NOW));
    let moves = moved(&named, std::slice::from_ref(&gone));
    assert_eq!(short(&moves), [(vec!["/new"], true)]);
    assert_eq!(
        (moves[0].old, moves[0].pinned, &moves[0].users[..]),
        (gone.id, true, &["user1".to_owned()][..])
    );
    assert_eq!(moves[0].metadata, metadata("movie/dune"));
    for stays in [
        tracked("/new", "movie/dune", None),
        // Its link is missing, and the server has not noticed.
        tracked("/new", "movie/dune", Some(NOW)),
        tracked("/old", "movie/another", Some(NOW)),
        Tracked { metadata: Metadata::default(), ..tracked("/old", "", Some(NOW)) },
    ] {
        assert_eq!(moved(&named, std::slice::from_ref(&stays)), [], "{stays:?}");
    }
}

#[test]
fn no_name_and_no_number_of_others_makes_it_the_same_item() {
    let mut named = wanted("/new", 7, "movie/dune");
    // The same title, the same number at tmdb: a film and an episode may share that.
    named.metadata.media_ids.remove(COMMON);
    let mut old = tracked("/old", "movie/dune", Some(NOW));
    assert_eq!(moved(&[named.clone()], &[old.clone()]), []);
    old.metadata.media_ids.remove(COMMON);
    assert_eq!(moved(&[named], &[old]), []);
}

#[test]
fn another_file_at_the_path_is_asked_for_even_where_nobody_names_the_item() {
    let superseded = Tracked { superseded: true, ..tracked("/a", "movie/dune", Some(NOW)) };
    let again = [(vec!["/a"], true)];
    assert_eq!(short(&moved(&[], std::slice::from_ref(&superseded))), again);
    assert_eq!(short(&moved(&[wanted("/a", 9, "movie/dune")], std::slice::from_ref(&superseded))), again);
    // It lies elsewhere now; what has its path is something else.
    let elsewhere = moved(&[wanted("/new", 9, "movie/dune")], &[superseded]);
    assert_eq!(short(&elsewhere), [(vec!["/new"], true)]);
}

#[test]
fn a_version_that_was_beside_the_old_file_does_not_stand_for_it() {
    let named = [wanted("/hd", 7, "movie/dune"), wanted("/new", 7, "movie/dune")];
    let old = tracked("/old", "movie/dune", Some(later(5)));
    let beside = tracked("/hd", "movie/dune", None);
    assert_eq!(short(&moved(&named, &[old.clone(), beside])), [(vec!["/new"], true)]);
    let since = Tracked { cached_at: later(6), ..tracked("/hd", "movie/dune", None) };
    assert_eq!(short(&moved(&named, &[old.clone(), since])), [(vec!["/hd", "/new"], true)]);
    let beside = tracked("/hd", "movie/dune", None);
    assert_eq!(
        short(&moved(&named[..1], &[old, beside])),
        [(vec!["/hd"], true)],
        "where nothing else is left"
    );
}

#[test]
fn what_was_looked_at_in_vain_is_looked_at_ever_more_seldom() {
    let (id, mut upgrades) = (FileId::new(), Upgrades::default());
    assert!(upgrades.is_due(id, NOW));
    for (count, minutes) in [(1, 10), (2, 20), (3, 40), (8, 1280), (20, 1280), (u32::MAX, 1280)] {
        upgrades.looks.insert(id, (NOW, count));
        assert!(!upgrades.is_due(id, later(minutes - 1)) && upgrades.is_due(id, later(minutes)), "{count}");
        assert!(upgrades.is_due(id, later(-1)), "a clock that was set back");
    }
}
