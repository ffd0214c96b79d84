//! The index against a list of entries that is searched from end to end.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::file::{Operation, Status};
use crate::domain::query::{Direction, Filter, SearchType};
use crate::domain::time::Time;

type Naive = BTreeMap<FileId, Entry>;

fn file(number: u8) -> FileId {
    FileId(Uuid::from_u128(u128::from(number)))
}

fn wish() -> impl Strategy<Value = (u8, Operation, i64)> {
    (0..4_u8, prop::sample::select(Operation::ALL), 0..6_i64)
}

fn paths() -> impl Strategy<Value = PathText> {
    let folder = prop::sample::select(vec!["", "/m", "/m/b", "/m/a b", "/ä"]);
    let name = prop::sample::select(vec!["a", "ab.mkv", "b", "b.mkv", "%_", "ä"]);
    (folder, name).prop_map(|(folder, name)| PathText { folder: folder.into(), name: name.into() })
}

fn entry() -> impl Strategy<Value = Entry> {
    let numbers = (0..24_u8, 0..6_i64, prop::option::of(0..3_i64), 0..5_u64, 0..3_u64);
    let names = (prop::sample::select(Status::ALL), prop::sample::select(Operation::ALL), 0..3_u8);
    let texts = (paths(), prop::option::of(paths()), prop::collection::vec(wish(), 0..4));
    (numbers, names, texts).prop_map(|(numbers, names, texts)| {
        let (number, cached_at, last_accessed, size, access_count) = numbers;
        let (path, original, wishes) = texts;
        let mut seen = std::collections::HashSet::new();
        let wishes = wishes.into_iter().filter(|wish| seen.insert(wish.0)).map(|(user, reason, at)| Wish {
            user: format!("user{user}"),
            reason,
            at: Time::from_micros(at),
        });
        Entry {
            id: file(number),
            cached_at: Time::from_micros(cached_at),
            last_accessed: last_accessed.map(Time::from_micros),
            size,
            access_count,
            status: names.0,
            operation: names.1,
            library: format!("library{}", names.2),
            original: original.filter(|original| *original != path),
            path,
            pinned: size % 3 == 1,
            wishes: wishes.collect(),
        }
    })
}

fn change() -> impl Strategy<Value = Result<Entry, u8>> {
    prop_oneof![9 => entry().prop_map(Ok), 1 => (0..24_u8).prop_map(Err)]
}

/// Scores of some, also of files that are not there.
fn scores() -> impl Strategy<Value = HashMap<FileId, u8>> {
    let score = prop_oneof![4 => prop::sample::select(vec![0, 50, 100]), 1 => 0..=100_u8];
    prop::collection::vec((0..30_u8, score), 0..20)
        .prop_map(|scores| scores.into_iter().map(|(number, score)| (file(number), score)).collect())
}

fn filter() -> impl Strategy<Value = Filter> {
    use prop::option::{of, weighted};
    let text = prop::sample::select(vec![
        "",
        " ",
        "b",
        "/",
        "m/",
        "/b",
        "b/a",
        "%",
        "Ä",
        "m/a b/",
        "zz",
        "/m/b/b.mkv",
    ]);
    let words = (of(text), weighted(0.3, 0..6_u8), weighted(0.3, 0..4_u8));
    let names = (
        weighted(0.5, prop::sample::select(Status::ALL)),
        weighted(0.3, prop::sample::select(Operation::ALL)),
    );
    let numbers = (weighted(0.3, 0..5_u64), weighted(0.3, 0..5_u64), weighted(0.3, -1..7_i64));
    (words, names, numbers).prop_map(
        |((search, user, library), (status, operation), (size_min, size_max, since))| Filter {
            search: search.map(str::to_owned),
            user: user.map(|user| format!("user{user}")),
            status,
            operation,
            size_min,
            size_max,
            since: since.map(Time::from_micros),
            library: library.map(|library| format!("library{library}")),
        },
    )
}

fn text(path: &PathText) -> String {
    format!("{}/{}", path.folder, path.name)
}

fn passes(filter: &Filter, entry: &Entry) -> bool {
    let needle = filter.search.as_deref().unwrap_or("").trim().to_lowercase();
    filter.status.map_or(entry.status != Status::Removed, |status| entry.status == status)
        && filter.user.as_ref().is_none_or(|user| entry.wishes.iter().any(|wish| wish.user == *user))
        && filter.operation.is_none_or(|operation| entry.operation == operation)
        && filter.size_min.is_none_or(|least| entry.size >= least)
        && filter.size_max.is_none_or(|most| entry.size <= most)
        && filter.since.is_none_or(|since| entry.cached_at >= since)
        && filter.library.as_ref().is_none_or(|library| entry.library == *library)
        && text(&entry.path).contains(&needle)
}

fn is_found(entry: &Entry, needle: &str, kind: SearchType) -> bool {
    match kind {
        SearchType::Filename => entry.path.name.contains(needle),
        SearchType::Path => {
            text(&entry.path).contains(needle)
                || entry.original.as_ref().is_some_and(|path| text(path).contains(needle))
        }
        SearchType::User => entry.wishes.iter().any(|wish| wish.user.contains(needle)),
        SearchType::Operation => entry.operation.name().contains(needle),
        SearchType::All => {
            SearchType::ALL.iter().any(|kind| *kind != SearchType::All && is_found(entry, needle, *kind))
        }
    }
}

fn compare(sort: Sort, scores: &HashMap<FileId, u8>, a: &Entry, b: &Entry) -> Ordering {
    match sort {
        Sort::CachedAt => a.cached_at.cmp(&b.cached_at),
        Sort::LastAccessed => a.last_accessed.cmp(&b.last_accessed),
        Sort::Filename => a.path.name.cmp(&b.path.name),
        Sort::FileSizeBytes => a.size.cmp(&b.size),
        Sort::AccessCount => a.access_count.cmp(&b.access_count),
        Sort::Priority => scores.get(&a.id).cmp(&scores.get(&b.id)),
    }
    .then(a.id.cmp(&b.id))
}

fn totals(naive: &Naive) -> Totals {
    let present: Vec<&Entry> = naive.values().filter(|entry| entry.status != Status::Removed).collect();
    let count = |status| present.iter().filter(|entry| entry.status == status).count() as u64;
    let users: std::collections::HashSet<&str> =
        present.iter().flat_map(|entry| entry.wishes.iter().map(|wish| &*wish.user)).collect();
    let used = present.iter().filter(|entry| entry.access_count > 0);
    Totals {
        files: present.len() as u64,
        size: present.iter().map(|entry| entry.size).sum(),
        active: count(Status::Active),
        orphaned: count(Status::Orphaned),
        pending: count(Status::PendingRemoval),
        users: users.len() as u64,
        oldest: present.iter().map(|entry| entry.cached_at).min(),
        most_accessed: used.max_by_key(|one| (one.access_count, one.last_accessed, one.id)).map(|one| one.id),
    }
}

fn user_totals(naive: &Naive, user: &str, since: Time) -> UserTotals {
    let mut wanted: Vec<(&Entry, Operation)> = naive
        .values()
        .filter_map(|entry| {
            let wish = entry.wishes.iter().find(|wish| wish.user == user && wish.at >= since)?;
            Some((entry, wish.reason))
        })
        .collect();
    let files = wanted.len() as u64;
    wanted.retain(|(entry, _)| entry.status != Status::Removed);
    wanted.sort_by_key(|(entry, _)| std::cmp::Reverse((entry.cached_at, entry.id)));
    let score = |reason: &Operation| {
        let of = wanted.iter().filter(|(_, other)| other == reason);
        let newest = of.clone().map(|(entry, _)| (entry.cached_at, entry.id)).max();
        (of.count(), newest)
    };
    UserTotals {
        files,
        active: wanted.iter().filter(|(entry, _)| entry.status == Status::Active).count() as u64,
        size: wanted.iter().map(|(entry, _)| entry.size).sum(),
        most_common: wanted.iter().map(|(_, reason)| *reason).max_by_key(score),
        recent: wanted.iter().take(3).map(|(entry, reason)| (entry.id, *reason)).collect(),
    }
}

fn users(naive: &Naive) -> BTreeMap<String, UserCounts> {
    let mut users = BTreeMap::<String, UserCounts>::new();
    for entry in naive.values().filter(|entry| entry.status != Status::Removed) {
        for wish in &entry.wishes {
            let counts = users.entry(wish.user.to_string()).or_default();
            counts.files += 1;
            counts.active += u64::from(entry.status == Status::Active);
        }
    }
    users
}

fn walk(index: &Index, filter: &Filter, sort: Sort, direction: Direction, limit: u64) -> Vec<FileId> {
    let files = index.find(filter);
    let (mut ids, mut start) = (Vec::new(), Start::Offset(0));
    loop {
        let page = index.page(&files, sort, direction, &start, limit);
        assert_eq!((page.total, page.offset), (files.len(), ids.len() as u64));
        assert_eq!(page, index.page(&files, sort, direction, &Start::Offset(ids.len() as u64), limit));
        ids.extend(page.ids);
        match page.next {
            Some(next) => start = Start::After(next),
            None => return ids,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_question_is_answered_as_by_looking_at_every_entry(
        batches in prop::collection::vec((prop::collection::vec(change(), 0..90), prop::option::of(scores())), 1..5),
        filters in prop::collection::vec(filter(), 1..6),
        limit in 1..7_u64,
        since in -1..7_i64,
    ) {
        let (mut index, mut naive, mut scores) = (Index::default(), Naive::new(), HashMap::new());
        for (at, (batch, scored)) in batches.into_iter().enumerate() {
            // One change per file, as a commit has.
            let mut batch: BTreeMap<FileId, Option<Entry>> = batch
                .into_iter()
                .map(|change| match change {
                    Ok(entry) => (entry.id, Some(entry)),
                    Err(number) => (file(number), None),
                })
                .collect();
            if at > 0 {
                // Few at a time, so that the orders that were asked for are kept up.
                while batch.len() > 5 {
                    batch.pop_first();
                }
            }
            let changes = batch.iter().map(|(id, entry)| match entry {
                Some(entry) => Change::Put(entry.clone()),
                None => Change::Gone(*id),
            });
            index.apply(changes.collect());
            for (id, entry) in batch {
                match entry {
                    Some(entry) => naive.insert(id, entry),
                    None => naive.remove(&id),
                };
            }
            // Who is gone takes the score along.
            scores.retain(|id, _| naive.contains_key(id));
            prop_assert!(index.has_scores(&scores));
            if let Some(mut scored) = scored {
                let of_all = scored.clone();
                scored.retain(|id, _| naive.contains_key(id));
                prop_assert_eq!(index.set_scores(&of_all), scored != scores);
                scores = scored;
                prop_assert!(!index.set_scores(&of_all));
            }
            for number in 0..30 {
                prop_assert_eq!(index.score(file(number)), scores.get(&file(number)).copied());
            }
            let mut fresh = Index::builder();
            naive.values().for_each(|entry| fresh.add(entry));
            let fresh = fresh.finish();
            prop_assert_eq!(index.differences(&fresh), Vec::<String>::new());
            prop_assert_eq!(index.totals(), totals(&naive));
            prop_assert_eq!(index.users(), users(&naive));
            for filter in &filters {
                for (sort, direction) in Sort::ALL.iter().flat_map(|sort| Direction::ALL.iter().map(|d| (*sort, *d))) {
                    let mut wanted: Vec<&Entry> = naive.values().filter(|entry| passes(filter, entry)).collect();
                    wanted.sort_by(|a, b| compare(sort, &scores, a, b));
                    if direction == Direction::Desc {
                        wanted.reverse();
                    }
                    let wanted: Vec<FileId> = wanted.into_iter().map(|entry| entry.id).collect();
                    prop_assert_eq!(walk(&index, filter, sort, direction, limit), wanted);
                }
                let text = filter.search.as_deref().unwrap_or("user1");
                for (kind, removed) in SearchType::ALL.iter().flat_map(|kind| [(*kind, false), (*kind, true)]) {
                    let needle = text.trim().to_lowercase();
                    let is_wanted = |entry: &&Entry| {
                        (removed || entry.status != Status::Removed) && is_found(entry, &needle, kind)
                    };
                    let mut ids = index.ids(&index.search(text, kind, Naming::Own, removed));
                    ids.sort();
                    let wanted: Vec<FileId> = naive.values().filter(is_wanted).map(|entry| entry.id).collect();
                    prop_assert_eq!(ids, wanted);
                }
            }
            let since = Time::from_micros(since);
            for user in ["user0", "user1", "user3", "nobody"] {
                prop_assert_eq!(index.user_totals(user, since, 3), user_totals(&naive, user, since));
            }
        }
    }
}
