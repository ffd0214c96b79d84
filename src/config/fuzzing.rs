//! Any text as the file, any text as the environment: everything that is wrong is said with its place, on a line of its
//! own, and never with a secret.

use std::path::Path;

use super::values::Values;
use super::*;

/// Long enough that no text has them by chance.
const TOKEN: &str = "fuzzed-t0ken-5f1e9c";
const KEY: &str = "fuzzed-k3y-0a77d2b4";

/// How the token is written: a text, or what people write by mistake.
const WAYS: [&str; 8] = [
    "[plex]\ntoken = \"@\"\n",
    "[plex]\ntoken = ['@']\n",
    "[plex]\ntoken = { text = '@' }\n",
    "[plex]\ntoken = \"@\n",
    "[plex]\ntoken = \"@ \"\n",
    "[plex]\ntoken = @\n",
    "plex.token = '''@'''\n",
    "[plex]\ntoken = \"@\" token_file = \"/run/secrets/plex\"\n",
];

/// How the token is written, the file after it, and behind a zero byte the environment.
pub fn config(data: &[u8]) {
    let Some((way, rest)) = data.split_first() else { return };
    let Ok(rest) = std::str::from_utf8(rest) else { return };
    if rest.contains(TOKEN) || rest.contains(KEY) {
        return;
    }
    let (written, said) = rest.split_once('\0').unwrap_or((rest, ""));
    let file = [WAYS[usize::from(*way) % WAYS.len()].replace('@', TOKEN), written.to_owned()].concat();
    let mut values = Values::default();
    values.read_environment(&environment(said));
    values.read_file(Path::new("/etc/cacherr.toml"), &file);
    let source = Source::new(Flags::default(), &Environment::new());
    let built = Config::build(&source, PathBuf::from("/var/lib/cacherr"), None, &mut values, vec![]);
    let shown = match &built {
        Ok(config) => {
            let settings = config.report();
            reads_back(&settings);
            format!("{config:?}{}{}", print(&settings), config.warnings.join("\n"))
        }
        Err(complaints) => {
            let complaints: Vec<String> = complaints.iter().map(ToString::to_string).collect();
            complaints.iter().for_each(|complaint| has_a_place(complaint));
            complaints.join("\n")
        }
    };
    for secret in [TOKEN, KEY] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

/// A variable and its value on each line. What leads to other files is left out: this reads none.
fn environment(said: &str) -> Environment {
    let key = ("CACHERR_API_KEY".into(), KEY.into());
    let lines = said.lines().filter_map(|line| line.split_once('='));
    let named = lines.filter(|(name, _)| !name.ends_with("_FILE") && !name.contains('\0'));
    named.map(|(name, value)| (name.into(), value.into())).chain([key]).collect()
}

fn has_a_place(complaint: &str) {
    let in_file = complaint.strip_prefix("/etc/cacherr.toml:").is_some_and(|rest| {
        let mut numbers =
            rest.split(':').map(|number| number.parse::<usize>().is_ok_and(|number| number > 0));
        numbers.next() == Some(true) && numbers.next() == Some(true)
    });
    let in_environment =
        complaint.starts_with("CACHERR_") || complaint.starts_with("the environment variable");
    let between_defaults = complaint.starts_with("default: ");
    assert!(in_file || in_environment || between_defaults, "no place: {complaint:?}");
    assert!(!complaint.contains(char::is_control), "{complaint:?}");
}

/// What `config print` shows can be set, and means the same.
fn reads_back(settings: &[Setting]) {
    for Setting { key, value, .. } in settings {
        assert!(keys::find(key).is_some(), "{key} is none");
        assert!(value.as_deref().is_none_or(|value| key != "plex.token" || value == "***"));
    }
}
