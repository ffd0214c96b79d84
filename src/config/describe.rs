//! Settings as they are shown to people who change them: what each means, what it may be, and whether the file decides.

use super::key::{self, About, Absent, Form as Written, Repeated};
use super::keys;
use super::origin::{Origin, Setting};
use super::values::Values;
use crate::domain::file::closed_names;

/// A setting with all that is known of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Described {
    /// Its name, such as `cache.dir` or `library.0.path`; with `*` for the number where it stands for those to come.
    pub key: String,
    /// The table it stands in; empty for the top of the file.
    pub table: &'static str,
    /// Its value as a person writes it; `***` where it must not be seen.
    pub value: Option<String>,
    /// The items of a list.
    pub items: Option<Vec<String>>,
    /// What holds where nobody sets it.
    pub default: Option<String>,
    /// What it might be, where there is no default.
    pub example: Option<&'static str>,
    /// How its values are written.
    pub form: Form,
    /// What it means.
    pub doc: String,
    /// What it may be, where that is a closed list.
    pub allowed: Option<&'static [&'static str]>,
    /// Where the value came from.
    pub origin: Origin,
    /// Whether the file decides, so that it can be changed there.
    pub changeable: bool,
}

/// How the values of a setting are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Text.
    Text,
    /// Text that is never shown.
    Secret,
    /// Bytes, or with a unit.
    Size,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// Several texts.
    List,
}

closed_names!(Form {
    Text => "text",
    Secret => "secret",
    Size => "size",
    Number => "number",
    Flag => "flag",
    List => "list",
});

/// A table of which there can be several.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Repetition {
    /// Its name.
    pub table: &'static str,
    /// How many there are; the number of the next.
    pub entries: usize,
    /// What each says at least.
    pub says: &'static str,
    /// Whether another can be added.
    pub changeable: bool,
}

impl Described {
    /// `in_file` counts the tables of a name that the file holds.
    pub(super) fn of(setting: &Setting, in_file: impl Fn(&Repeated) -> usize) -> Option<Self> {
        let about = keys::find(&setting.key)?;
        let place = key::place_of(&setting.key);
        let has_place = place.is_none_or(|(of, index)| index < in_file(of));
        Some(Self {
            value: setting.value.clone(),
            items: setting.items.clone(),
            origin: setting.origin.clone(),
            changeable: setting.origin.is_changeable() && has_place && is_changed_here(about),
            ..Self::plain(about, setting.key.clone())
        })
    }

    /// What is known of a key of a table that is to come.
    pub(super) fn template(about: &About, changeable: bool) -> Self {
        Self { changeable, ..Self::plain(about, format!("{}.*.{}", about.table(), about.leaf())) }
    }

    fn plain(about: &About, key: String) -> Self {
        let list = |text: &str| key::items(text).collect::<Vec<_>>().join("; ");
        let (form, allowed) = match about.form {
            Written::Text => (Form::Text, None),
            Written::Choice(allowed) => (Form::Text, Some(allowed)),
            Written::Secret => (Form::Secret, None),
            Written::Size => (Form::Size, None),
            Written::Number => (Form::Number, None),
            Written::Flag => (Form::Flag, None),
            Written::List => (Form::List, None),
        };
        let (default, example) = match about.absent {
            Absent::Is(text) if form == Form::List => (Some(list(text)), None),
            Absent::Is(text) => (Some(text.to_owned()), None),
            Absent::Unset(example) => (None, Some(example)),
            Absent::NotInFile => (None, None),
        };
        Self {
            key,
            table: about.table(),
            value: None,
            items: None,
            default,
            example,
            form,
            doc: about.doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "),
            allowed,
            origin: Origin::Default,
            changeable: false,
        }
    }
}

/// Whether a running instance can change it at all. Its data dir is where it lives.
pub(super) fn is_changed_here(about: &About) -> bool {
    !matches!(about.absent, Absent::NotInFile) && about.name != keys::DATA_DIR.about.name
}

/// The tables of which there can be several. `in_file` is what the file says alone, `all` with the environment.
pub(super) fn repetitions(in_file: &Values, all: &Values) -> Vec<Repetition> {
    let repetition = |of: &&Repeated| {
        let count = in_file.numbers(of).len();
        let entries = all.numbers(of).last().map_or(0, |last| last + 1);
        Repetition { table: of.table, entries, says: of.says, changeable: entries == count }
    };
    key::REPEATED.iter().map(repetition).collect()
}

/// What is known of the keys of those tables.
pub(super) fn templates(repetitions: &[Repetition]) -> Vec<Described> {
    let templates = keys::ALL.iter().filter_map(|about| {
        let table = repetitions.iter().find(|one| one.table == about.table())?;
        Some(Described::template(about, table.changeable))
    });
    templates.collect()
}
