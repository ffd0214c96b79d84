//! From what somebody wants to change to edits of the file, and whether these came to what was meant.

use std::collections::{BTreeMap, BTreeSet};

use super::complaint::Complaint;
use super::describe::is_changed_here;
use super::edit::Edit;
use super::key::{self, About, Absent, BETWEEN, Form, Repeated};
use super::keys;
use super::origin::Origin;
use super::values::Values;

/// Longest value, and longest item of a list, in characters: a path of full length.
pub const LONGEST_VALUE: usize = 4096;
/// What is shown of a secret; who sends it back means the one that there is.
const HIDDEN: &str = "***";

/// What a setting is to become.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Its name; `library.1` for a whole table, to remove it; one past the last adds a table.
    pub key: String,
    /// Its value.
    pub to: To,
}

/// What somebody writes for a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum To {
    /// Nothing: the default holds again.
    Default,
    /// As a person writes it; the items of a list parted by `;`.
    Text(String),
    /// The items of a list.
    Items(Vec<String>),
}

/// Why nothing of it is done.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Something is wrong with what is wanted.
    Invalid(Vec<Complaint>),
    /// The file does not decide about this.
    Pinned { key: String, why: String },
}

/// What there is: what the file says alone, and with arguments and environment.
pub(super) struct Present<'a> {
    pub in_file: &'a Values,
    pub all: &'a Values,
}

/// All edits, or everything that is wrong.
pub(super) fn edits(changes: &[Change], present: &Present<'_>) -> Result<Vec<Edit>, Refusal> {
    let (mut edits, mut complaints, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for Change { key, to } in changes {
        if !seen.insert(key) {
            complaints.push(Complaint::of("is given more than once").about(key));
            continue;
        }
        match present.edit(key, to) {
            Ok(edit) => edits.extend(edit),
            Err(Wrong::Words(words)) => complaints.push(Complaint::of(words).about(key)),
            Err(Wrong::Pinned(why)) => return Err(Refusal::Pinned { key: key.clone(), why }),
        }
    }
    complaints.extend(present.gaps(&edits));
    if complaints.is_empty() { Ok(edits) } else { Err(Refusal::Invalid(complaints)) }
}

enum Wrong {
    Words(String),
    Pinned(String),
}

impl From<String> for Wrong {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl Present<'_> {
    /// What the file holds of a table of which there can be several.
    fn count(&self, of: &Repeated) -> usize {
        self.in_file.numbers(of).len()
    }

    fn edit(&self, key: &str, to: &To) -> Result<Option<Edit>, Wrong> {
        if let Some((of, index)) = whole(key) {
            return self.removal(of, index, to).map(Some);
        }
        let Some(about) = keys::find(key) else {
            let index = key::place_of(key).map(|(_, index)| index);
            let hint = keys::suggestion(key, keys::ALL.iter().map(|about| about.at(index)));
            return Err(Wrong::Words(format!("is unknown{hint}")));
        };
        if !is_changed_here(about) {
            return Err(Wrong::Pinned(match about.absent {
                Absent::NotInFile => {
                    format!("{key} is not read from the file; set {} instead", keys::variable(about.name))
                }
                _ => format!("{key} cannot become another one while Cacherr runs: its store lies there"),
            }));
        }
        if let Some(given) = self.all.given.get(key) {
            pinned(key, &given.origin)?;
        }
        let place = key::place_of(key);
        if let Some((of, index)) = place {
            self.has_room(of, index)?;
        }
        let index = place.map(|(_, index)| index);
        let to = match to {
            To::Text(text) if about.form == Form::Secret && text == HIDDEN => return Ok(None),
            To::Default => match place {
                Some((of, index)) if index >= self.count(of) => {
                    return Err(format!("is none: the file has {} of them", self.count(of)).into());
                }
                _ => None,
            },
            To::Text(text) => Some(text_of(about, text)?),
            To::Items(items) if about.form == Form::List => Some(list(items.iter().map(String::as_str))?),
            To::Items(_) => return Err("takes one value and no list".to_owned().into()),
        };
        Ok(Some(Edit::Key { about, index, to }))
    }

    /// Where the environment has tables that the file has not, a number of the file would mean one of those.
    fn has_room(&self, of: &Repeated, index: usize) -> Result<(), Wrong> {
        let mut beyond = self.all.numbers(of).into_iter().filter(|number| *number >= self.count(of));
        match beyond.next() {
            Some(number) if index >= self.count(of) => {
                let origin = self.all.begins(of.table, number);
                pinned(&format!("{}.{number}", of.table), &origin)
            }
            _ => Ok(()),
        }
    }

    fn removal(&self, of: &'static Repeated, index: usize, to: &To) -> Result<Edit, Wrong> {
        if *to != To::Default {
            return Err(format!("is a whole {}, which can only be removed", of.table).into());
        }
        // What follows gets another number, by which the environment means what it meant before.
        for (name, given) in &self.all.given {
            if key::place_of(name).is_some_and(|(table, at)| table.table == of.table && at >= index) {
                pinned(name, &given.origin)?;
            }
        }
        if index >= self.count(of) {
            return Err(format!("is none: the file has {} of them", self.count(of)).into());
        }
        Ok(Edit::Remove { of, index })
    }

    /// Tables that are added have the numbers after the last; one that goes is not changed.
    fn gaps(&self, edits: &[Edit]) -> Vec<Complaint> {
        let mut complaints = Vec::new();
        for of in key::REPEATED {
            let count = self.count(of);
            let named: BTreeSet<usize> = edits
                .iter()
                .filter_map(|edit| match edit {
                    Edit::Key { about, index, .. } if about.table() == of.table => *index,
                    _ => None,
                })
                .collect();
            let mut added = (count..).zip(named.range(count..));
            if let Some((next, index)) = added.find(|(next, index)| next != *index) {
                let words = format!("is none, and the next {} has the number {next}", of.table);
                complaints.push(Complaint::of(words).about(format!("{}.{index}", of.table)));
            }
            for edit in edits {
                if let Edit::Remove { of: gone, index } = edit
                    && gone.table == of.table
                    && named.contains(index)
                {
                    let words = "is to be removed and to be changed at once";
                    complaints.push(Complaint::of(words).about(format!("{}.{index}", of.table)));
                }
            }
        }
        complaints
    }
}

/// Of `library.1`: the table, and 1.
fn whole(key: &str) -> Option<(&'static Repeated, usize)> {
    let (table, index) = key.split_once('.')?;
    let number: usize = index.parse().ok()?;
    Some((key::repeated(table).filter(|_| number.to_string() == index)?, number))
}

fn pinned(key: &str, origin: &Origin) -> Result<(), Wrong> {
    match origin {
        origin if origin.is_changeable() => Ok(()),
        origin => Err(Wrong::Pinned(format!(
            "{key} is set by {origin}, which wins over the file; change it there, or remove it there first"
        ))),
    }
}

fn text_of(about: &About, text: &str) -> Result<String, String> {
    match about.form {
        Form::List => list(text.split(';').filter(|item| !item.trim().is_empty())),
        _ if text.chars().any(char::is_control) => Err("must not contain control characters".to_owned()),
        _ if text.chars().count() > LONGEST_VALUE => {
            Err(format!("must be at most {LONGEST_VALUE} characters long"))
        }
        Form::Number => {
            let number = text.trim().parse::<i64>();
            number.map(|number| number.to_string()).map_err(|_| "must be a whole number".to_owned())
        }
        Form::Flag if !matches!(text, "true" | "false") => Err("must be true or false".to_owned()),
        Form::Text | Form::Choice(_) | Form::Secret | Form::Size | Form::Flag => Ok(text.to_owned()),
    }
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> Result<String, String> {
    let item = |item: &'a str| {
        let item = item.trim();
        let is_plain = !item.chars().any(char::is_control) && item.chars().count() <= LONGEST_VALUE;
        if item.is_empty() || !is_plain {
            return Err(format!(
                "must have items that are not empty, without control characters, of at most {LONGEST_VALUE} characters"
            ));
        }
        Ok(item)
    };
    let items: Vec<&str> = items.map(item).collect::<Result<_, _>>()?;
    Ok(items.join(&BETWEEN.to_string()))
}

/// What a file says: the text of each key, and how many tables there are of each that can be there several times.
pub(super) type Meaning = (BTreeMap<String, String>, BTreeMap<&'static str, usize>);

/// What it says now.
pub(super) fn meaning(in_file: &Values) -> Meaning {
    let given = in_file.given.iter().map(|(name, given)| (name.clone(), given.text.clone())).collect();
    let counts = key::REPEATED.iter().map(|of| (of.table, in_file.numbers(of).len())).collect();
    (given, counts)
}

/// What it has to say after the edits.
pub(super) fn meant(before: Meaning, edits: &[Edit]) -> Meaning {
    let (mut given, mut counts) = before;
    for edit in edits {
        let Edit::Key { about, index, to } = edit else { continue };
        match to {
            Some(text) => {
                given.insert(about.at(*index), text.clone());
                if let (Some(of), Some(index)) = (about.repeated(), index) {
                    let count = counts.entry(of.table).or_default();
                    *count = (*count).max(index + 1);
                }
            }
            None => {
                given.remove(&about.at(*index));
            }
        }
    }
    for of in key::REPEATED {
        let gone: BTreeSet<usize> = edits
            .iter()
            .filter_map(|edit| match edit {
                Edit::Remove { of: gone, index } if gone.table == of.table => Some(*index),
                _ => None,
            })
            .collect();
        let renumber = |(name, text): (String, String)| match key::place_of(&name) {
            Some((table, index)) if table.table == of.table => {
                let leaf = name.rsplit('.').next().unwrap_or_default();
                let index = (!gone.contains(&index)).then(|| index - gone.range(..index).count())?;
                Some((format!("{}.{index}.{leaf}", of.table), text))
            }
            _ => Some((name, text)),
        };
        given = given.into_iter().filter_map(renumber).collect();
        if let Some(count) = counts.get_mut(of.table) {
            *count = count.saturating_sub(gone.len());
        }
    }
    (given, counts)
}
