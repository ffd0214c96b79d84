//! What an answer makes of the one before. Pure.
//!
//! **Invariant:** no failure removes an item, and no failure makes anything look younger than it is. **Invariant:** an
//! item that is named again keeps the instant at which it was first named, and its files where none are named.

use jiff::SignedDuration;

use super::said::{Fault, Said};
use crate::domain::answer::{Answer, Item, List};
use crate::domain::time::Time;

/// A list that was full and comes empty is believed when it still comes empty after so long.
pub const DOUBT: SignedDuration = SignedDuration::from_mins(10);

/// A stored answer may be so much older than the one in memory: not every confirmation is worth a commit.
const STALE: SignedDuration = SignedDuration::from_hours(1);

/// What holds after a question.
#[must_use]
pub fn fold(last: &Answer, came: Result<&Said, &Fault>, now: Time) -> Answer {
    let Ok(said) = came else {
        return unasked(last, now);
    };
    let known = |name: &str| last.lists.iter().find(|list| list.name == name);
    let mut lists: Vec<List> = said
        .lists()
        .map(|(name, list)| match list {
            Ok(items) => heard(known(name), name, items, last, now),
            Err(_) => unheard(known(name), name, now),
        })
        .collect();
    if said.is_open() {
        let left = last.lists.iter().filter(|list| said.list(&list.name).is_none());
        lists.extend(left.map(|list| unheard(Some(list), &list.name, now)));
        lists.sort_by(|one, other| one.name.cmp(&other.name));
    } else if said.is_empty() {
        // As if each of them had come empty.
        lists = last.lists.iter().map(|list| heard(Some(list), &list.name, &[], last, now)).collect();
        lists.retain(|list| !list.items.is_empty());
    }
    let is_answer = (said.is_empty() && !said.is_open()) || said.lists().any(|(_, list)| list.is_ok());
    let at = if is_answer { Some(now) } else { last.at };
    Answer { at, lists, ..last.clone() }
}

/// A list that was answered.
fn heard(before: Option<&List>, name: &str, items: &[Item], last: &Answer, now: Time) -> List {
    if let Some(full) = before.filter(|list| items.is_empty() && !list.items.is_empty()) {
        // Clocks are set back, too: then it is doubted anew.
        let doubt = full.doubt.filter(|since| *since <= now).unwrap_or(now);
        if now.since(doubt) < DOUBT {
            return List { doubt: Some(doubt), silent: silent(full, now), ..full.clone() };
        }
    }
    let items = items.iter().map(|item| remembered(item, last)).collect();
    List { name: name.to_owned(), at: Some(now), doubt: None, silent: None, items }
}

/// A list that was not answered.
fn unheard(before: Option<&List>, name: &str, now: Time) -> List {
    let never = || List { name: name.to_owned(), at: None, doubt: None, silent: Some(now), items: vec![] };
    // What was doubted is not said twice in a row any more.
    before.map_or_else(never, |list| List { doubt: None, silent: silent(list, now), ..list.clone() })
}

/// Since when it is silent, where it is now. Clocks are set back, too.
fn silent(list: &List, now: Time) -> Option<Time> {
    Some(list.silent.filter(|since| *since <= now).unwrap_or(now))
}

/// Nobody is asked for this person any more.
#[must_use]
pub fn unasked(last: &Answer, now: Time) -> Answer {
    let lists = last.lists.iter().map(|list| unheard(Some(list), &list.name, now)).collect();
    Answer { lists, ..last.clone() }
}

/// An item with what was known of it.
fn remembered(item: &Item, last: &Answer) -> Item {
    let known = || last.items().filter(|known| known.is(item));
    let first_said = known().map(|known| known.first_said).min();
    let files = known().map(|known| &known.files).find(|files| !files.is_empty());
    let files = files.filter(|_| item.files.is_empty()).unwrap_or(&item.files);
    Item {
        first_said: first_said.map_or(item.first_said, |first| first.min(item.first_said)),
        files: files.clone(),
        ..item.clone()
    }
}

/// Whether the answer is to be written down, where `stored` is what was.
#[must_use]
pub fn is_news(stored: Option<&Answer>, answer: &Answer) -> bool {
    let Some(stored) = stored else { return true };
    let younger = |old: Option<Time>, new: Option<Time>| match (old, new) {
        (Some(old), Some(new)) => new.since(old) >= STALE || new < old,
        (old, new) => old != new,
    };
    let differs = |(old, new): (&List, &List)| {
        old.name != new.name
            || (old.doubt, old.silent) != (new.doubt, new.silent)
            || old.items != new.items
            || younger(old.at, new.at)
    };
    stored.user != answer.user
        || stored.first_asked != answer.first_asked
        || younger(stored.at, answer.at)
        || stored.lists.len() != answer.lists.len()
        || stored.lists.iter().zip(&answer.lists).any(differs)
}

#[cfg(test)]
mod tests;
