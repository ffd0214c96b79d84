//! What was said about each name, and what it means.

use std::collections::{BTreeMap, BTreeSet};

use super::complaint::{Blame, Complaint};
use super::key::{self, About, Absent, Form, Key, Repeated};
use super::keys;
use super::origin::{Origin, Setting};
use crate::domain::secret::Secret;

/// What was said about a name, and by whom.
#[derive(Clone)]
pub(super) struct Given {
    pub text: String,
    pub origin: Origin,
}

/// Everything that was said, and everything that is wrong with it.
#[derive(Default)]
pub(super) struct Values {
    /// By name as it is used: `cache.dir`, `library.0.path`.
    pub given: BTreeMap<String, Given>,
    /// Where each table begins of which there can be several, by name and number.
    pub tables: BTreeMap<(&'static str, usize), Origin>,
    /// Each with its place.
    pub problems: Vec<Complaint>,
}

impl Values {
    /// Whether the key was set by anybody, and by whom.
    pub fn origin(&self, about: &About) -> Origin {
        self.origin_of(about.name)
    }

    /// The value of a key; absent where nothing is set and there is no default, or where what is set is a problem.
    pub fn get<T>(&mut self, key: &Key<T>) -> Option<T> {
        self.get_at(key, None)
    }

    /// The same for a key of a table of which there can be several.
    pub fn get_at<T>(&mut self, key: &Key<T>, index: Option<usize>) -> Option<T> {
        let text = self.text(&key.about.at(index), &key.about)?;
        match (key.read)(text) {
            Ok(value) => Some(value),
            Err(allowed) => {
                let blame = self.blame(&key.about, index);
                self.problems.push(blame.says(allowed));
                None
            }
        }
    }

    /// The same, where nothing is a problem.
    pub fn require_at<T>(&mut self, key: &Key<T>, index: usize) -> Option<T> {
        if !self.given.contains_key(&key.about.at(Some(index))) {
            let at = self.begins(key.about.table(), index);
            let words = format!("this {} has no {}", key.about.table(), key.about.leaf());
            self.problems.push(Complaint::at(&at, words).about(key.about.at(Some(index))));
        }
        self.get_at(key, Some(index))
    }

    /// Where a table begins of which there can be several.
    pub fn begins(&self, table: &'static str, index: usize) -> Origin {
        self.tables.get(&(table, index)).cloned().unwrap_or(Origin::Default)
    }

    /// Numbers of the tables of this name that anybody named, in order. Those of an environment need not be without gaps.
    pub fn numbers(&self, of: &Repeated) -> BTreeSet<usize> {
        self.tables.keys().filter(|(table, _)| *table == of.table).map(|(_, index)| *index).collect()
    }

    /// `where: name = "value"`, the beginning of a complaint.
    pub fn blame(&self, about: &About, index: Option<usize>) -> Blame {
        let key = about.at(index);
        Blame { place: self.origin_of(&key), value: self.shown(&key, about).unwrap_or_default(), key }
    }

    /// Puts in what came out, where that depends on more than one key.
    pub fn settle(&mut self, about: &About, index: Option<usize>, text: String, origin: Origin) {
        self.given.insert(about.at(index), Given { text, origin });
    }

    /// The same, unless somebody set it.
    pub fn derive(&mut self, about: &About, index: Option<usize>, text: impl FnOnce() -> String) {
        self.given.entry(about.at(index)).or_insert_with(|| Given { text: text(), origin: Origin::Default });
    }

    /// Every key with what holds.
    pub fn settings(&self) -> Vec<Setting> {
        let mut settings = Vec::new();
        let once = keys::ALL.iter().filter(|about| about.repeated().is_none());
        settings.extend(once.map(|about| self.setting(about, None)));
        for table in key::REPEATED {
            let keys = || keys::ALL.iter().filter(|about| about.table() == table.table);
            for index in self.numbers(table) {
                settings.extend(keys().map(|about| self.setting(about, Some(index))));
            }
        }
        settings
    }

    /// What must not be seen, by key.
    pub fn secrets(&self) -> BTreeMap<String, Secret> {
        let is_secret = |name: &str| keys::find(name).is_some_and(|about| about.form == Form::Secret);
        let secrets = self.given.iter().filter(|(name, _)| is_secret(name));
        secrets.map(|(name, given)| (name.clone(), Secret::new(given.text.as_str()))).collect()
    }

    fn setting(&self, about: &About, index: Option<usize>) -> Setting {
        let key = about.at(index);
        let items = || key::items(self.text(&key, about).unwrap_or_default()).map(str::to_owned).collect();
        Setting {
            value: self.shown(&key, about),
            origin: self.origin_of(&key),
            items: (about.form == Form::List).then(items),
            key,
        }
    }

    /// What was said, or the default.
    fn text(&self, name: &str, about: &About) -> Option<&str> {
        match (self.given.get(name), &about.absent) {
            (Some(given), _) => Some(&given.text),
            (None, Absent::Is(text)) => Some(text),
            (None, Absent::Unset(_) | Absent::NotInFile) => None,
        }
    }

    fn origin_of(&self, name: &str) -> Origin {
        self.given.get(name).map_or(Origin::Default, |given| given.origin.clone())
    }

    fn shown(&self, name: &str, about: &About) -> Option<String> {
        let text = self.text(name, about)?;
        Some(match about.form {
            Form::Secret => "***".to_owned(),
            Form::List => key::items(text).collect::<Vec<_>>().join("; "),
            _ => text.to_owned(),
        })
    }
}
