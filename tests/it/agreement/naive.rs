//! The answers as anybody would compute them who has all rows and time: no index, no sets, no cleverness.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::dump;

/// A file as the dump has it.
#[derive(Clone, Debug)]
pub struct Film {
    pub id: String,
    pub path: String,
    pub original: String,
    pub size: u64,
    pub count: u64,
    pub cached_at: Timestamp,
    pub last_accessed: Option<Timestamp>,
    pub operation: String,
    pub status: String,
    pub library: String,
    pub wishes: Vec<Wish>,
    pub score: Option<u8>,
    row: Value,
}

/// Who wants it and why.
#[derive(Clone, Debug)]
pub struct Wish {
    pub user: String,
    pub reason: String,
    at: Timestamp,
    ordinal: u64,
}

/// `PendingRemoval` is called `pending_removal` outside.
fn outside(variant: &Value) -> String {
    let mut name = String::new();
    for c in variant.as_str().unwrap().chars() {
        if c.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(c.to_lowercase());
    }
    name
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn time(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

/// Every file of a dump.
pub fn films(dump: &str) -> Vec<Film> {
    let film = |(id, record): (String, Value)| {
        let row = record["row"].clone();
        let of_it = record["attributions"].as_array().unwrap().iter();
        let mut wishes: Vec<Wish> = of_it
            .map(|wish| Wish {
                user: text(&wish["user"]),
                reason: outside(&wish["reason"]),
                at: time(&wish["added_at"]),
                ordinal: wish["ordinal"].as_u64().unwrap(),
            })
            .collect();
        wishes.sort_by_key(|wish| wish.ordinal);
        Film {
            path: text(&row["file_path"]),
            original: text(&row["original_path"]),
            size: row["size"].as_u64().unwrap(),
            count: row["access_count"].as_u64().unwrap(),
            cached_at: time(&row["cached_at"]),
            last_accessed: row["last_accessed"].as_str().map(|at| at.parse().unwrap()),
            operation: outside(&row["operation"]),
            status: outside(&row["status"]),
            library: text(&row["library"]),
            id,
            wishes,
            score: None,
            row,
        }
    };
    dump::rows(dump, "files_v1").into_iter().map(film).collect()
}

fn readable(size: u64) -> String {
    assert!(size < 1 << 20, "films of tests are small");
    let tenths = (size * 10 + 512) / 1024;
    if size < 1024 { format!("{size} B") } else { format!("{}.{} KB", tenths / 10, tenths % 10) }
}

impl Film {
    pub fn is_removed(&self) -> bool {
        self.status == "removed"
    }

    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap()
    }

    fn wish_of(&self, user: &str) -> Option<&Wish> {
        self.wishes.iter().find(|wish| wish.user == user)
    }

    /// As lists and searches show it.
    pub fn body(&self) -> Value {
        let mut body = self.exported();
        let fields = json!({ "library": self.library, "pinned": self.row["pinned"], "priority": self.score, "playing": false });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        body
    }

    /// As an export with metadata shows it.
    pub fn exported(&self) -> Value {
        let users: Vec<&String> = self.wishes.iter().map(|wish| &wish.user).collect();
        json!({
            "id": self.id,
            "filename": self.name(),
            "file_path": self.path,
            "original_path": self.original,
            "cached_path": self.row["place"]["cached_path"],
            "cache_method": outside(&self.row["method"]),
            "file_size_bytes": self.size,
            "file_size_readable": readable(self.size),
            "cached_at": self.row["cached_at"],
            "last_accessed": self.row["last_accessed"],
            "access_count": self.count,
            "triggered_by_user": users.first(),
            "triggered_by_operation": self.operation,
            "status": self.status,
            "users": users,
            "metadata": { "hash": self.row["place"]["hash"] },
        })
    }
}

/// `GET /api/cached/statistics`.
pub fn statistics(films: &[Film]) -> Value {
    let here: Vec<&Film> = films.iter().filter(|film| !film.is_removed()).collect();
    let count = |status: &str| here.iter().filter(|film| film.status == status).count();
    let users: HashSet<&String> = here.iter().flat_map(|film| &film.wishes).map(|wish| &wish.user).collect();
    let size = here.iter().map(|film| film.size).sum();
    let used = here.iter().filter(|film| film.count > 0);
    let oldest = here.iter().min_by_key(|film| film.cached_at);
    json!({
        "total_files": here.len(),
        "total_size_bytes": size,
        "total_size_readable": readable(size),
        "active_files": count("active"),
        "orphaned_files": count("orphaned"),
        "pending_files": count("pending_removal"),
        "users_count": users.len(),
        "oldest_cached_at": oldest.map(|film| &film.row["cached_at"]),
        "most_accessed_file": used.max_by_key(|film| (film.count, film.last_accessed, &film.id)).map(|film| &film.path),
        "cache_hit_ratio": 0.0,
    })
}

/// `GET /api/cached/users/{user_id}/stats`.
pub fn user_statistics(films: &[Film], user: &str, days: i64) -> Value {
    let since = Timestamp::now() - SignedDuration::from_hours(24 * days);
    let wanted = films.iter().filter(|film| film.wish_of(user).is_some_and(|wish| wish.at >= since));
    let mut here: Vec<&Film> = wanted.clone().filter(|film| !film.is_removed()).collect();
    here.sort_by_key(|film| std::cmp::Reverse((film.cached_at, &film.id)));
    let reason = |film: &Film| film.wish_of(user).unwrap().reason.clone();
    // Newest first, so the first of those that are most is the newest's.
    let mut most: Option<(usize, String)> = None;
    for film in &here {
        let count = here.iter().filter(|other| reason(other) == reason(film)).count();
        if most.as_ref().is_none_or(|(most, _)| count > *most) {
            most = Some((count, reason(film)));
        }
    }
    let size = here.iter().map(|film| film.size).sum();
    let recent = here.iter().take(10).map(|film| {
        json!({ "filename": film.name(), "cached_at": film.row["cached_at"],
            "file_size_readable": readable(film.size), "operation": reason(film) })
    });
    json!({
        "user_id": user,
        "period_days": days,
        "total_files": wanted.count(),
        "active_files": here.iter().filter(|film| film.status == "active").count(),
        "total_size_bytes": size,
        "total_size_readable": readable(size),
        "most_common_operation": most.map(|(_, reason)| reason),
        "recent_files": recent.collect::<Vec<_>>(),
    })
}

/// What a list is asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub search: Option<&'static str>,
    pub user: Option<&'static str>,
    pub status: Option<&'static str>,
    pub operation: Option<&'static str>,
    pub size_min: Option<u64>,
    pub size_max: Option<u64>,
    /// Since the caching of the file with this number.
    pub since: Option<usize>,
    pub sort: Option<&'static str>,
    pub order: Option<&'static str>,
}

fn holds(text: &str, needle: &str) -> bool {
    text.to_lowercase().contains(&needle.trim().to_lowercase())
}

impl Wanted {
    pub fn since(&self, films: &[Film]) -> Option<String> {
        let number = self.since?.checked_rem(films.len())?;
        Some(text(&films[number].row["cached_at"]))
    }

    fn takes(&self, film: &Film, since: Option<Timestamp>) -> bool {
        self.status.map_or(!film.is_removed(), |status| film.status == status)
            && self.search.is_none_or(|search| holds(&film.path, search))
            && self.user.is_none_or(|user| film.wish_of(user).is_some())
            && self.operation.is_none_or(|operation| film.operation == operation)
            && self.size_min.is_none_or(|least| film.size >= least)
            && self.size_max.is_none_or(|most| film.size <= most)
            && since.is_none_or(|since| film.cached_at >= since)
    }

    /// Every file that it takes, in order.
    pub fn list(&self, films: &[Film]) -> Vec<Film> {
        let since = self.since(films).map(|since| since.parse().unwrap());
        let mut list: Vec<Film> = films.iter().filter(|film| self.takes(film, since)).cloned().collect();
        list.sort_by(|a, b| {
            let by_value = match self.sort.unwrap_or("cached_at") {
                "cached_at" => a.cached_at.cmp(&b.cached_at),
                "last_accessed" => a.last_accessed.cmp(&b.last_accessed),
                "filename" => a.name().to_lowercase().cmp(&b.name().to_lowercase()),
                "file_size_bytes" => a.size.cmp(&b.size),
                "access_count" => a.count.cmp(&b.count),
                "priority" => a.score.cmp(&b.score),
                other => panic!("{other}"),
            };
            by_value.then_with(|| a.id.cmp(&b.id))
        });
        if self.order != Some("asc") {
            list.reverse();
        }
        list
    }
}

/// `GET /api/cached/files/search`: every file that is found, newest first.
pub fn search(films: &[Film], needle: &str, kind: &str, include_removed: bool) -> Vec<Film> {
    let kinds = if kind == "all" { vec!["filename", "path", "user", "operation"] } else { vec![kind] };
    let finds = |film: &Film, kind: &str| match kind {
        "filename" => holds(film.name(), needle),
        "path" => holds(&film.path, needle) || holds(&film.original, needle),
        "user" => film.wishes.iter().any(|wish| holds(&wish.user, needle)),
        "operation" => holds(&film.operation, needle),
        other => panic!("{other}"),
    };
    let mut found: Vec<Film> = films
        .iter()
        .filter(|film| include_removed || !film.is_removed())
        .filter(|film| kinds.iter().any(|kind| finds(film, kind)))
        .cloned()
        .collect();
    found.sort_by_key(|film| std::cmp::Reverse((film.cached_at, film.id.clone())));
    found
}
