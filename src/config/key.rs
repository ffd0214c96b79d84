//! What is known of a key: its name, its form, and the table that it stands in.

/// A key whose values are a `T`.
pub(super) struct Key<T: 'static> {
    /// What is known of it.
    pub about: About,
    /// From text to value, or to what is allowed.
    pub read: fn(&str) -> Result<T, String>,
}

/// What is known of a key, whatever the type of its values.
pub(super) struct About {
    /// Its dotted name. Where a table repeats, an index stands between it and the rest where the key is used.
    pub name: &'static str,
    /// Its meaning, line by line.
    pub doc: &'static [&'static str],
    /// How its values are written.
    pub form: Form,
    /// What holds where nobody sets it.
    pub absent: Absent,
}

/// How a value is written in the file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// In quotes.
    Text,
    /// In quotes, and one of these.
    Choice(&'static [&'static str]),
    /// In quotes, and never shown.
    Secret,
    /// In quotes, or a plain number of bytes.
    Size,
    /// A plain number.
    Number,
    /// `true` or `false`.
    Flag,
    /// Texts in quotes, in brackets; one of them may stand for itself. See [`items`].
    List,
}

/// What holds where a key is not set.
pub(super) enum Absent {
    /// This value.
    Is(&'static str),
    /// Nothing, or something derived. The text is an example.
    Unset(&'static str),
    /// Nothing, and the file is not the place for it.
    NotInFile,
}

/// A table of which there can be several: `[[library]]`.
pub(super) struct Repeated {
    /// Its name.
    pub table: &'static str,
    /// What each of them says at least.
    pub says: &'static str,
}

/// Where libraries live.
pub(super) const LIBRARY: Repeated = Repeated { table: "library", says: "name and path" };
/// What holds for some people.
pub(super) const USER: Repeated = Repeated { table: "user", says: "name or type" };
/// Every table of which there can be several.
pub(super) const REPEATED: &[&Repeated] = &[&LIBRARY, &USER];

/// The table of this name, if there can be several of it.
pub(super) fn repeated(table: &str) -> Option<&'static Repeated> {
    REPEATED.iter().copied().find(|one| one.table == table)
}

/// The table and the number in the name of a key as it is used: of `library.0.path`, `library` and 0.
pub(super) fn place_of(name: &str) -> Option<(&'static Repeated, usize)> {
    let (table, rest) = name.split_once('.')?;
    Some((repeated(table)?, rest.split('.').next()?.parse().ok()?))
}

/// What parts the items of a list in the text of its value. A person writes `;` for it.
pub(super) const BETWEEN: char = '\n';

/// The items of the text of a list.
pub(super) fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(BETWEEN).map(str::trim).filter(|item| !item.is_empty())
}

impl About {
    /// The table it stands in; empty for the top of the file.
    pub fn table(&self) -> &'static str {
        self.name.rsplit_once('.').map_or("", |(table, _)| table)
    }

    /// Its name within its table.
    pub fn leaf(&self) -> &'static str {
        self.name.rsplit_once('.').map_or(self.name, |(_, leaf)| leaf)
    }

    /// The table it stands in, if there can be several of it.
    pub fn repeated(&self) -> Option<&'static Repeated> {
        repeated(self.table())
    }

    /// Its name where it is used: tables of which there can be several are counted from 0.
    pub fn at(&self, index: Option<usize>) -> String {
        match index.filter(|_| self.repeated().is_some()) {
            Some(index) => format!("{}.{index}.{}", self.table(), self.leaf()),
            None => self.name.to_owned(),
        }
    }
}
