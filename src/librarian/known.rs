//! What is known of everybody's wishes, and what is wanted therefore. Pure.

use std::path::PathBuf;

use jiff::SignedDuration;

use super::said::Fault;
use crate::domain::answer::{Answer, Item, ItemFile};
use crate::domain::media::ServerPath;
use crate::domain::time::Time;
use crate::domain::wanted::{Source, Wanted};

/// How it stands with one source of one person.
#[derive(Clone, PartialEq, Debug)]
pub struct Standing {
    /// What it said last.
    pub answer: Answer,
    /// Why the last question has no answer, or not a whole one.
    pub trouble: Option<Fault>,
    /// Whether it was asked in the last round. Who is there no more is not; what was said of them holds for the grace.
    pub is_asked: bool,
}

impl Standing {
    /// Whether nobody can tell what this source does not wish for: it is asked, and has never answered within the grace.
    #[must_use]
    pub fn is_blind(&self, now: Time, grace: SignedDuration) -> bool {
        self.is_asked && self.answer.is_blind() && now.since(self.answer.first_asked) <= grace
    }
}

/// Everything that is known.
#[derive(Clone, PartialEq, Debug)]
pub struct Known {
    /// Everybody's sources, by person and source.
    pub standings: Vec<Standing>,
    /// When the last round ended; none before the first of this process.
    pub asked_at: Option<Time>,
    /// For so long what was said holds without being said again.
    pub grace: SignedDuration,
}

impl Known {
    /// Whose wishes nobody can tell: what is not in [`Known::wanted`] may be wanted all the same. Ends with the grace.
    /// Before the first round that is so of everybody, see [`Known::asked_at`].
    pub fn blind(&self, now: Time) -> impl Iterator<Item = (&str, Source)> {
        let blind = self.standings.iter().filter(move |standing| standing.is_blind(now, self.grace));
        blind.map(|standing| (standing.answer.user.as_str(), standing.answer.source))
    }

    /// What everybody wants, in the order of users, sources and paths: what is confirmed, or silent within the grace. `to_ours` says
    /// where a file of the server lies for us; what lies in no library is left out.
    #[must_use]
    pub fn wanted(&self, now: Time, to_ours: impl Fn(&ServerPath) -> Option<PathBuf>) -> Vec<Wanted> {
        let mut found: Vec<Wanted> = Vec::new();
        for Standing { answer, .. } in &self.standings {
            let lists = answer.in_force(now, self.grace);
            let items = lists.flat_map(|(list, _)| list.items.iter().map(move |item| (item, list)));
            for (item, list) in items {
                for file in &item.files {
                    let Some(path) = to_ours(&ServerPath(file.path.clone())) else { continue };
                    found.push(wanted(answer, item, file, path, list.silence(now)));
                }
            }
        }
        let key = |one: &Wanted, other: &Wanted| {
            let sources = (&one.user, one.source).cmp(&(&other.user, other.source));
            sources.then_with(|| one.path.as_os_str().cmp(other.path.as_os_str()))
        };
        found.sort_by(key);
        let mut joined: Vec<Wanted> = Vec::with_capacity(found.len());
        for one in found {
            match joined.pop() {
                Some(last) if key(&last, &one).is_eq() => joined.push(join(last, one)),
                last => joined.extend(last.into_iter().chain([one])),
            }
        }
        joined
    }
}

fn wanted(answer: &Answer, item: &Item, file: &ItemFile, path: PathBuf, age: SignedDuration) -> Wanted {
    Wanted {
        path,
        size: file.size,
        user: answer.user.clone(),
        operation: item.operation,
        source: answer.source,
        since: item.first_said,
        ahead: item.ahead,
        minutes: item.minutes,
        series: item.series.clone(),
        metadata: item.metadata.clone(),
        age,
    }
}

/// One source names a file twice for somebody: as what is next, and as what comes after something else.
fn join(one: Wanted, other: Wanted) -> Wanted {
    let (since, age) = (one.since.min(other.since), one.age.min(other.age));
    let minutes = one.minutes.min(other.minutes);
    let is_nearer = (other.ahead, other.operation) < (one.ahead, one.operation);
    Wanted { since, age, minutes, ..if is_nearer { other } else { one } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::answer::List;
    use crate::domain::file::{Metadata, Operation};

    const NOW: Time = Time::from_micros(1_790_000_000_000_000);

    fn item(key: &str, ahead: u32, first_said: Time) -> Item {
        Item {
            key: key.to_owned(),
            guid: None,
            files: ["1", "2"]
                .map(|part| ItemFile { path: format!("/media/{key}-{part}.mkv"), size: 7 })
                .to_vec(),
            operation: if ahead == 0 { Operation::ContinueWatching } else { Operation::Ondeck },
            ahead,
            minutes: ahead * 45,
            series: None,
            metadata: Metadata::default(),
            first_said,
        }
    }

    /// Each silent since then.
    fn known(lists: Vec<(Time, Vec<Item>)>) -> Known {
        let list = |(at, items)| {
            let (name, silent) = (String::new(), Some(at));
            List { name, at: Some(at), doubt: None, silent, items }
        };
        let lists = lists.into_iter().map(list).collect();
        let answer = Answer::unheard(1, Source::OnDeck, "user1".to_owned(), NOW);
        let answer = Answer { at: Some(NOW), lists, ..answer };
        let standings = vec![Standing { answer, trouble: None, is_asked: true }];
        Known { standings, asked_at: Some(NOW), grace: SignedDuration::from_hours(72) }
    }

    fn ours(path: &ServerPath) -> Option<PathBuf> {
        path.0.strip_prefix("/media/").map(PathBuf::from)
    }

    #[test]
    fn all_files_of_a_version_are_wanted_and_one_that_is_named_twice_once() {
        let hour = SignedDuration::from_hours(1);
        let (old, new) = (NOW, NOW.plus(hour));
        let wanted =
            known(vec![(new, vec![item("a", 2, old)]), (old, vec![item("a", 0, new)])]).wanted(new, ours);
        let paths: Vec<_> = wanted.iter().map(|one| one.path.to_str().unwrap()).collect();
        assert_eq!(paths, ["a-1.mkv", "a-2.mkv"]);
        let (one, zero) = (&wanted[0], SignedDuration::ZERO);
        assert_eq!(
            (one.ahead, one.minutes, one.operation, one.since),
            (0, 0, Operation::ContinueWatching, old),
            "the nearer"
        );
        assert_eq!((one.age, one.size), (zero, 7), "and as young as the younger");
    }

    #[test]
    fn what_is_silent_for_longer_than_the_grace_is_wanted_no_more() {
        let known = known(vec![(NOW, vec![item("a", 0, NOW)])]);
        let after = |minutes| known.wanted(NOW.plus(SignedDuration::from_mins(minutes)), ours);
        let end = 72 * 60;
        assert_eq!([after(0).len(), after(end).len(), after(end + 1).len()], [2, 2, 0]);
        assert_eq!(after(end)[0].age, SignedDuration::from_mins(end));
        assert_eq!(after(-5)[0].age, SignedDuration::ZERO, "a clock that was set back");
        assert!(known.wanted(NOW, |_| None).is_empty(), "what lies in no library");
    }
}
