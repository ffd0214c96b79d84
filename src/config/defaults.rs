//! The commented configuration file that `cacherr config defaults` prints.

use super::key::{self, About, Absent, Form};
use super::keys;

const HEAD: &str = "\
# cacherr.toml: arguments > CACHERR_* environment > this file > defaults.
# Every key with its default. Lines that begin with `#` and a key are not set, what they show is an example.
# In the environment [server] bind is CACHERR_SERVER__BIND, the first library's path CACHERR_LIBRARY__0__PATH; the items
# of a list are separated by `;`.
# Not in this file: CACHERR_API_KEY or CACHERR_API_KEY_FILE, CACHERR_CONFIG, CACHERR_LOG.

";

/// A file that says what holds without a file.
#[must_use]
pub fn defaults() -> String {
    let mut text = HEAD.to_owned();
    let mut table = "";
    for about in keys::ALL {
        // One library or user more or less is a difference; so its table is an example as a whole.
        let repeated = about.repeated().is_some();
        let (line, is_set) = match &about.absent {
            Absent::Is(value) => (line(about, value), !repeated),
            Absent::Unset(example) => (line(about, example), false),
            Absent::NotInFile => continue,
        };
        if table != about.table() {
            table = about.table();
            text += &if repeated { format!("\n#[[{table}]]\n") } else { format!("\n[{table}]\n") };
        }
        for doc in about.doc {
            text += &format!("#{doc}\n");
        }
        text += &if is_set { line } else { format!("#{line}") };
    }
    text
}

fn line(about: &About, value: &str) -> String {
    match about.form {
        Form::Text | Form::Choice(_) | Form::Secret | Form::Size => format!("{} = {value:?}\n", about.leaf()),
        Form::Number | Form::Flag => format!("{} = {value}\n", about.leaf()),
        Form::List => format!("{} = {:?}\n", about.leaf(), key::items(value).collect::<Vec<_>>()),
    }
}
