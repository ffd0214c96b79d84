//! From file and environment to one list of texts by name, each with its origin.
//!
//! **Invariant:** what is not understood is a problem, never ignored: a misspelt key must not silently mean its default.

use std::ffi::OsStr;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Environment;
use super::complaint::Complaint;
use super::key::{self, About, Absent, Form, Repeated};
use super::keys;
use super::origin::Origin;
use super::values::{Given, Values};

/// What containers are told under names that all of them know. Our own names win.
const PLAIN: [(&str, &str); 3] = [("PUID", "puid"), ("PGID", "pgid"), ("UMASK", "umask")];

impl Values {
    /// Takes over what the environment says. It wins over the file.
    pub fn read_environment(&mut self, env: &Environment) {
        for (variable, name) in PLAIN {
            if let Some(value) = env.get(OsStr::new(variable)).filter(|value| !value.is_empty()) {
                let origin = Origin::Env(variable.to_owned());
                let text = value.to_string_lossy().into_owned();
                self.given.insert(name.to_owned(), Given { text, origin });
            }
        }
        for (variable, value) in env {
            let Some(variable) = variable.to_str().filter(|name| name.starts_with("CACHERR_")) else {
                continue;
            };
            if is_of_an_orchestrator(variable, value) {
                continue;
            }
            let name = variable["CACHERR_".len()..].to_ascii_lowercase().replace("__", ".");
            let place = key::place_of(&name);
            let index = place.map(|(_, index)| index);
            let known = keys::find(&name).filter(|_| keys::variable(&name) == variable);
            let Some(about) = known else {
                let known = keys::ALL.iter().map(|about| keys::variable(&about.at(index)));
                let hint = keys::suggestion(variable, known);
                let shown = variable.escape_debug();
                let words = format!("the environment variable {shown} is unknown{hint}");
                self.problems.push(Complaint::of(words));
                continue;
            };
            let origin = Origin::Env(variable.to_owned());
            // Only paths that the caller reads from the environment itself may be anything but UTF-8.
            let text = value.to_string_lossy();
            if value.to_str().is_none()
                && about.name != keys::CONFIG.about.name
                && about.name != keys::DATA_DIR.about.name
            {
                let words = format!("{variable} is not UTF-8 text");
                self.problems.push(Complaint::of(words).about(&name));
            }
            if let Some((of, index)) = place {
                self.tables.entry((of.table, index)).or_insert_with(|| origin.clone());
            }
            let text = match about.form {
                Form::List => text.replace(';', &key::BETWEEN.to_string()),
                Form::Text | Form::Choice(_) | Form::Secret | Form::Size | Form::Number | Form::Flag => {
                    text.into_owned()
                }
            };
            self.given.insert(name, Given { text, origin });
        }
    }

    /// Takes over what a file says.
    pub fn read_file(&mut self, path: &Path, text: &str) {
        let place = |at: usize| position(path, text, at);
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let at = place(error.span().map_or(0, |span| span.start));
            self.problems.push(Complaint::at(&at, error.message()));
        }
        if errors.is_empty() {
            self.read_table("", table.get_ref(), &place);
        }
    }

    fn read_table(&mut self, prefix: &str, table: &DeTable<'_>, place: &dyn Fn(usize) -> Origin) {
        for (key, value) in table {
            let name = if prefix.is_empty() {
                key.get_ref().to_string()
            } else {
                format!("{prefix}.{}", key.get_ref())
            };
            let at = place(key.span().start);
            match value.get_ref() {
                // A quoted key may contain a dot; ours never do.
                _ if key.get_ref().contains('.') => {
                    let words = format!("the key {:?} is unknown", key.get_ref());
                    self.problems.push(Complaint::at(&at, words));
                }
                DeValue::Table(inner) if is_table(&name) => {
                    self.read_table(&name, inner, place);
                }
                found => match (keys::find(&name), key::repeated(&name), found) {
                    (Some(about), ..) => self.read_value(&name, about, value, place),
                    (None, Some(of), DeValue::Array(items)) => self.read_repeated(of, items, place),
                    (None, Some(_), DeValue::Table(_)) => {
                        let words = format!(
                            "a {name} is written with double brackets, [[{name}]]; there can be several"
                        );
                        self.problems.push(Complaint::at(&at, words));
                    }
                    (None, ..) => {
                        let index = key::place_of(&name).map(|(_, index)| index);
                        let tables = keys::ALL.iter().map(|about| about.table().to_owned());
                        let names = keys::ALL.iter().map(|about| about.at(index));
                        let hint =
                            keys::suggestion(&name, names.chain(tables).filter(|name| !name.is_empty()));
                        let shown = name.escape_debug();
                        let words = format!("the key {shown} is unknown{hint}");
                        self.problems.push(Complaint::at(&at, words));
                    }
                },
            }
        }
    }

    fn read_repeated(
        &mut self,
        of: &'static Repeated,
        items: &[Spanned<DeValue<'_>>],
        place: &dyn Fn(usize) -> Origin,
    ) {
        let Repeated { table, says } = of;
        for (index, item) in items.iter().enumerate() {
            let at = place(item.span().start);
            match item.get_ref() {
                DeValue::Table(inner) => {
                    self.tables.insert((table, index), at);
                    self.read_table(&format!("{table}.{index}"), inner, place);
                }
                _ => {
                    let words = format!("a {table} is a table with {says}");
                    self.problems.push(Complaint::at(&at, words));
                }
            }
        }
    }

    fn read_value(
        &mut self,
        name: &str,
        about: &About,
        value: &Spanned<DeValue<'_>>,
        place: &dyn Fn(usize) -> Origin,
    ) {
        let origin = place(value.span().start);
        if matches!(about.absent, Absent::NotInFile) {
            let variable = keys::variable(about.name);
            let words = format!("{name} is not read from the file; set {variable} instead");
            self.problems.push(Complaint::at(&origin, words).about(name));
            return;
        }
        let text = match (value.get_ref(), about.form) {
            (
                DeValue::String(text),
                Form::Text | Form::Choice(_) | Form::Secret | Form::Size | Form::List,
            ) => text.to_string(),
            (DeValue::Array(items), Form::List) => {
                match items.iter().map(text_of).collect::<Result<Vec<_>, _>>() {
                    Ok(texts) => texts.join(&key::BETWEEN.to_string()),
                    Err(item) => {
                        let (at, found) = (place(item.span().start), item.get_ref().type_str());
                        let words = format!("each item of {name} must be text in quotes, not {found}");
                        self.problems.push(Complaint::at(&at, words).about(name));
                        return;
                    }
                }
            }
            (DeValue::Integer(number), Form::Number | Form::Size) => number.to_string(),
            (DeValue::Boolean(flag), Form::Flag) => flag.to_string(),
            (found, form) => {
                let (found, wanted) = (found.type_str(), form.words());
                let words = format!("{name} must be {wanted}, not {found}");
                self.problems.push(Complaint::at(&origin, words).about(name));
                return;
            }
        };
        // The environment was read first and wins.
        self.given.entry(name.to_owned()).or_insert(Given { text, origin });
    }
}

impl Form {
    fn words(self) -> &'static str {
        match self {
            Self::Text | Self::Choice(_) | Self::Secret => "text in quotes",
            Self::Size => "a size in quotes, or a number of bytes",
            Self::Number => "a number",
            Self::Flag => "true or false",
            Self::List => "text in quotes, or a list of such texts in brackets",
        }
    }
}

/// Whether it is the name of a table of which there is one.
fn is_table(name: &str) -> bool {
    key::repeated(name).is_none() && keys::ALL.iter().any(|about| about.table() == name)
}

/// The text of an item of a list, or what is there instead.
fn text_of<'i, 'a>(item: &'i Spanned<DeValue<'a>>) -> Result<&'i str, &'i Spanned<DeValue<'a>>> {
    item.get_ref().as_str().ok_or(item)
}

/// Kubernetes gives every container variables about a service that is called like us.
fn is_of_an_orchestrator(variable: &str, value: &OsStr) -> bool {
    let address = variable == "CACHERR_PORT" && value.to_string_lossy().contains("://");
    address || ["CACHERR_SERVICE_", "CACHERR_PORT_"].iter().any(|known| variable.starts_with(known))
}

fn position(path: &Path, text: &str, at: usize) -> Origin {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Origin::File {
        path: path.to_path_buf(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}
