//! What files are worth: laid over the index, and nowhere else.

use std::collections::HashMap;

use cacherr::domain::id::FileId;
use cacherr::store::Store;

use super::{in_memory, rows, sound};

fn three() -> Store {
    let store = in_memory();
    for number in 1..=3 {
        store.write(|writer| writer.put_file(&rows::file(number, &format!("/media/{number}.mkv")))).unwrap();
    }
    store
}

fn scores(named: &[(u8, u8)]) -> HashMap<FileId, u8> {
    named.iter().map(|(number, score)| (rows::file_id(*number), *score)).collect()
}

fn seen(store: &Store) -> [Option<u8>; 3] {
    [1, 2, 3].map(|number| store.score(rows::file_id(number)).unwrap())
}

#[test]
fn who_is_not_named_has_no_score_and_nothing_of_it_is_written() {
    let store = three();
    let dump = store.dump().unwrap();
    assert_eq!(seen(&store), [None; 3]);
    store.set_scores(&scores(&[(1, 0), (2, 100), (9, 7)])).unwrap();
    assert_eq!(seen(&store), [Some(0), Some(100), None]);
    assert_eq!(store.score(rows::file_id(9)).unwrap(), None, "there is no such file");
    store.set_scores(&scores(&[(3, 60)])).unwrap();
    assert_eq!(seen(&store), [None, None, Some(60)]);
    assert_eq!(store.dump().unwrap(), dump);
    sound(&store);
}

#[test]
fn only_another_score_is_a_change() {
    let store = three();
    let before = store.changes();
    store.set_scores(&scores(&[])).unwrap();
    store.set_scores(&scores(&[(9, 7)])).unwrap();
    assert_eq!(store.changes(), before, "nobody has another one");
    store.set_scores(&scores(&[(1, 50)])).unwrap();
    let set = store.changes();
    assert!(set > before);
    store.set_scores(&scores(&[(1, 50), (9, 8)])).unwrap();
    assert_eq!(store.changes(), set);
    store.set_scores(&scores(&[])).unwrap();
    assert!(store.changes() > set);
}

#[test]
fn a_score_stays_while_its_row_changes_and_goes_with_it() {
    let store = three();
    store.set_scores(&scores(&[(1, 50), (2, 60), (3, 70)])).unwrap();
    // Another time of caching, another name: both move it within the index.
    let mut moved = rows::file(1, "/media/elsewhere.mkv");
    moved.cached_at = moved.cached_at.plus(jiff::SignedDuration::from_hours(24));
    store.write(|writer| writer.put_file(&moved)).unwrap();
    let mut used = rows::file(2, "/media/2.mkv");
    used.access_count += 1;
    store.write(|writer| writer.put_file(&used)).unwrap();
    assert_eq!(seen(&store), [Some(50), Some(60), Some(70)]);
    store.write(|writer| writer.remove_file(rows::file_id(3))).unwrap();
    store.write(|writer| writer.put_file(&rows::file(3, "/media/3.mkv"))).unwrap();
    assert_eq!(seen(&store), [Some(50), Some(60), None], "another one by the same id");
    sound(&store);
}
