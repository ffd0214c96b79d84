//! The house is built as `src/ARCHITECTURE.md` says, and that page says how it is built: its tables are the rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const PAGE: &str = include_str!("../../src/ARCHITECTURE.md");
const MANIFEST: &str = include_str!("../../Cargo.toml");

/// A source file without its comments and its tests.
struct Source {
    /// From `src/`.
    path: PathBuf,
    code: String,
}

impl Source {
    /// The top-level module that it belongs to.
    fn module(&self) -> &str {
        let first = self.path.components().next().unwrap().as_os_str().to_str().unwrap();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// How many `super` lead from it to the root of the crate.
    fn depth(&self) -> usize {
        let depth = self.path.components().count();
        if self.path.ends_with("mod.rs") { depth - 1 } else { depth }
    }

    /// The top-level modules that it names.
    fn uses(&self) -> BTreeSet<String> {
        let above = "super::".repeat(self.depth());
        let mut found = BTreeSet::new();
        for prefix in ["crate::", above.as_str()] {
            for (at, _) in self.code.match_indices(prefix) {
                let before = self.code[..at].chars().next_back();
                // `$crate::` does not occur; `super::super::` is longer than what is looked for.
                if before.is_some_and(|c| is_name(c) || c == ':') {
                    continue;
                }
                for name in heads(&self.code[at + prefix.len()..]) {
                    // What stands in the root itself: `Error` and `Result`.
                    let in_root = name.starts_with(char::is_uppercase);
                    found.insert(if in_root { "error".to_owned() } else { name });
                }
            }
        }
        found.remove(self.module());
        found
    }

    /// Whether its code has this path, whatever stands before it in the path.
    fn names(&self, what: &str) -> bool {
        self.code.match_indices(what).any(|(at, _)| !self.code[..at].chars().next_back().is_some_and(is_name))
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The first names of a path, or of each path in braces.
fn heads(rest: &str) -> Vec<String> {
    let head = |text: &str| text.trim().chars().take_while(|c| is_name(*c)).collect::<String>();
    let Some(inside) = rest.strip_prefix('{') else { return vec![head(rest)] };
    let mut depth = 0;
    let mut names = vec![];
    let mut start = 0;
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            ',' if depth == 0 => {
                names.push(head(&inside[start..at]));
                start = at + 1;
            }
            '}' if depth == 0 => {
                names.push(head(&inside[start..at]));
                break;
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder with this ending, relative to it, in order.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, ending, found);
            } else if path.extension().is_some_and(|is| is == ending) {
                found.push(path);
            }
        }
    }
    let mut found = vec![];
    walk(folder, ending, &mut found);
    let mut found: Vec<PathBuf> =
        found.into_iter().map(|path| path.strip_prefix(folder).unwrap().to_path_buf()).collect();
    found.sort();
    found
}

fn sources() -> Vec<Source> {
    let folder = root().join("src");
    let sources: Vec<Source> = files(&folder, "rs")
        .into_iter()
        .filter(|path| !path.ends_with("tests.rs"))
        .map(|path| {
            let text = std::fs::read_to_string(folder.join(&path)).unwrap();
            // Tests stand at the end of a file.
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            Source { code: code.collect::<Vec<_>>().join("\n"), path }
        })
        .filter(|source| source.path != Path::new("lib.rs"))
        .collect();
    assert!(sources.len() > 100, "the sources were not found");
    sources
}

/// The cells of the lines of the page's table under that heading.
fn table(heading: &str) -> Vec<Vec<String>> {
    let heading = format!("\n## {heading}\n");
    let section = PAGE.split(&heading).nth(1).unwrap_or_else(|| panic!("the page has no {heading}"));
    let section = section.split("\n## ").next().unwrap();
    let line = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    let lines: Vec<Vec<String>> = section.lines().filter(|text| text.starts_with("| `")).map(line).collect();
    assert!(!lines.is_empty(), "the page has no table under {heading}");
    lines
}

fn list(cell: &str) -> BTreeSet<String> {
    cell.split(',')
        .map(|name| name.trim().trim_matches('`').to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Module → modules that it may use, in the order of the page.
fn rules() -> Vec<(String, BTreeSet<String>)> {
    table("Who may use whom").into_iter().map(|line| (line[0].replace('`', ""), list(&line[1]))).collect()
}

/// The dependencies of the manifest: those of the program, those of the tests.
fn dependencies() -> (BTreeSet<String>, BTreeSet<String>) {
    let manifest: toml::Table = MANIFEST.parse().unwrap();
    let of = |name: &str| manifest[name].as_table().unwrap().keys().cloned().collect();
    (of("dependencies"), of("dev-dependencies"))
}

/// Each of these stands in these files and no other. `why` is for whoever wants to add one.
fn only_in(what: &str, allowed: &[&str], why: &str) {
    let found: BTreeSet<String> = sources()
        .iter()
        .filter(|source| source.names(what))
        .map(|source| source.path.to_str().unwrap().to_owned())
        .collect();
    let allowed: BTreeSet<String> = allowed.iter().map(|&path| path.to_owned()).collect();
    assert_eq!(found, allowed, "{what}: {why}");
}

#[test]
fn modules_use_only_those_that_the_page_allows() {
    let rules: BTreeMap<_, _> = rules().into_iter().collect();
    for source in sources().iter().filter(|source| source.path != Path::new("main.rs")) {
        let allowed =
            rules.get(source.module()).unwrap_or_else(|| panic!("{:?} is not on the page", source.path));
        let forbidden: Vec<_> = source.uses().difference(allowed).cloned().collect();
        assert!(forbidden.is_empty(), "{} uses {forbidden:?}", source.path.display());
    }
}

#[test]
fn the_rules_are_seen_at_work() {
    // A test that finds nothing would hold whatever happens.
    let used: BTreeMap<String, BTreeSet<String>> =
        sources().iter().fold(BTreeMap::new(), |mut used, source| {
            used.entry(source.module().to_owned()).or_insert_with(BTreeSet::new).extend(source.uses());
            used
        });
    assert_eq!(used["cacher"], list("domain, error, clock, files, store"));
    assert_eq!(used["store"], list("domain, error, index"));
    assert!(used["app"].len() > 8);
}

#[test]
fn each_module_uses_only_what_stands_above_it_on_the_page_and_in_the_library() {
    let rules = rules();
    let order: Vec<&str> = rules.iter().map(|(module, _)| module.as_str()).collect();
    for (place, (module, uses)) in rules.iter().enumerate() {
        for used in uses {
            assert!(
                order[..place].contains(&used.as_str()),
                "{module} would use {used}, which is not above it"
            );
        }
    }
    let library = include_str!("../../src/lib.rs");
    let declared: Vec<&str> = library
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';')))
        .collect();
    assert_eq!(declared, order, "src/lib.rs and the page have the same modules in the same order");
}

#[test]
fn each_dependency_is_on_the_page_and_used_only_where_the_page_says() {
    let (program, tests) = dependencies();
    let lines = table("Dependencies");
    let named: BTreeSet<String> = lines.iter().map(|line| line[0].replace('`', "")).collect();
    assert_eq!(
        named,
        program.union(&tests).cloned().collect(),
        "the page and Cargo.toml name the same crates"
    );
    let sources = sources();
    for line in lines {
        let name = line[0].replace('`', "");
        if !program.contains(&name) {
            assert_eq!(line[1], "tests", "{name}");
            continue;
        }
        let path = format!("{}::", name.replace('-', "_"));
        let users: BTreeSet<String> =
            sources.iter().filter(|source| source.names(&path)).map(|s| s.module().to_owned()).collect();
        assert!(!users.is_empty(), "{name} is used nowhere: remove it");
        let allowed = list(&line[1]);
        let forbidden: Vec<_> = users.difference(&allowed).collect();
        assert!(forbidden.is_empty(), "{name} is used in {forbidden:?}; the page does not say so");
    }
}

#[test]
fn only_the_clock_asks_for_the_time() {
    only_in(
        "Timestamp::now",
        &["clock.rs", "demo/folder.rs"],
        "ask the Clock; the demo's is part of a random name",
    );
    only_in(
        "Uuid::now_v7",
        &["demo/folder.rs", "domain/id.rs"],
        "ids are made in one place; the demo's name a folder",
    );
    only_in("Zoned::now", &[], "ask the Clock");
    only_in(
        "SystemTime::now",
        &["demo/library.rs"],
        "ask the Clock; the sample's films have ages of their own",
    );
    only_in(
        "Instant::now",
        &[
            "access/mod.rs",            // for how long somebody waits who failed; how old a ticket is
            "api/serve/body.rs",        // for how long a body comes
            "api/serve/mod.rs",         // when something was complained of the last time
            "api/serve/pulse.rs",       // since when nothing happens on a connection
            "api/socket.rs",            // what a client may send in a second; whether it is still there
            "app/home.rs",              // patience with another process that is about to end
            "cacher/aside.rs",          // for how long a look at the NAS's mover holds
            "cacher/caching.rs",        // what the token bucket of `pacing` is asked with
            "cacher/control.rs",        // the rate of a copy; how long it holds
            "cacher/find.rs",           // for how long a search may go on
            "cacher/survey.rs",         // for how long files are counted
            "cacher/opens.rs",          // for how long an open of our own may not have been told of
            "cacher/reading.rs",        // patience with the media server
            "cacher/workers.rs", // when a job that could not run is tried again; patience of those who wait
            "cli/progress.rs",   // how often a line is written
            "command/follow.rs", // how often progress is asked for
            "librarian/hours.rs", // for how long something has changed
            "media/reader.rs",   // how long ago the server did not know a file
            "media/watcher.rs", // when the server is asked again; for how long nothing was heard of a playback
            "mover/look.rs",    // for how long a mover runs, whatever is done to the clock
            "plex/http/pace.rs", // when the next request to plex.tv may begin
            "plex/notices.rs",  // since when a line is silent
            "watch/mod.rs",     // since when something waits
            "watch/originals.rs", // since when something waits there
            "watch/originals/round.rs", // until when it may
            "watch/round.rs",   // until when it may
        ],
        "what is stored or compared with stored times comes from the Clock; this list is for waiting and measuring",
    );
}

#[test]
fn only_these_ever_sleep() {
    only_in(
        "thread::sleep",
        &[
            "app/home.rs", // a lock of another process says nothing when it is given back
            "clock.rs",    // `pass`, which a test passes without sleeping
        ],
        "wait for what you wait for",
    );
}

#[test]
fn no_other_program_is_ever_started() {
    for what in ["process::Command", "Command::new", "posix_spawn", "execve"] {
        only_in(what, &[], "as process 1 of a container it would have to see to what others leave behind");
    }
}

#[test]
fn the_environment_is_read_once() {
    only_in("env::vars_os", &["cli/mod.rs"], "config gets the environment as a value");
    only_in("env::temp_dir", &["demo/folder.rs"], "the demo's folder, where none was named");
    for what in ["env::var", "env::var_os", "env::vars", "env::set_var", "env::args"] {
        for source in sources() {
            let call = format!("{what}(");
            assert!(
                !source.names(&format!("std::{call}")) && !source.names(&call),
                "{:?}: {what}",
                source.path
            );
        }
    }
}

#[test]
fn whoever_may_touch_no_file_names_no_way_to() {
    let hands = ["std::fs", "std::os::unix::fs", "tokio::fs", "fs::File", "File::open", "rustix::fs"];
    for source in sources() {
        if ["error", "domain", "clock", "cacher", "plex", "live", "api", "cli"].contains(&source.module()) {
            for hand in hands {
                assert!(!source.names(hand), "{} has {hand}: files go through `Fs`", source.path.display());
            }
        }
    }
}

#[test]
fn nothing_allows_unsafe_code() {
    let manifest: toml::Table = MANIFEST.parse().unwrap();
    assert_eq!(manifest["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for source in sources() {
        for what in ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern", "unsafe("] {
            assert!(!source.names(what), "{}", source.path.display());
        }
    }
    // Neither does an attribute, nor who calls the compiler.
    for folder in ["src", "tests/it", "tests/bench", "tests/simulator"] {
        for path in files(&root().join(folder), "rs") {
            let text = std::fs::read_to_string(root().join(folder).join(&path)).unwrap();
            let named = text.matches("unsafe_code").count();
            let here = if path == Path::new("architecture.rs") { named } else { 0 };
            assert_eq!(named, here, "{folder}/{} speaks of the lint", path.display());
        }
    }
    let build = std::fs::read_to_string(root().join("build.rs")).unwrap();
    for escape in ["rustc-flags", "unsafe", "RUSTFLAGS", "cap-lints"] {
        assert!(!build.contains(escape), "build.rs has {escape}");
    }
    for config in [".cargo/config.toml", ".cargo/config"] {
        assert!(!root().join(config).exists(), "{config} could allow it");
    }
}

#[test]
fn what_fuzzers_call_is_never_in_the_program() {
    let only = "#[cfg(any(test, fuzzing))]";
    for path in files(&root().join("src"), "rs").iter().filter(|path| path.ends_with("fuzzing.rs")) {
        let parent = path.parent().unwrap();
        let above = if parent == Path::new("") { Path::new("lib").to_owned() } else { parent.to_owned() };
        let [beside, within] = [above.with_extension("rs"), above.join("mod.rs")];
        let above =
            root().join("src").join(if root().join("src").join(&beside).exists() { beside } else { within });
        let text = std::fs::read_to_string(&above).unwrap();
        let before = text.split("pub mod fuzzing;").next().unwrap();
        let attributes = before.rsplit(';').next().unwrap();
        assert!(before.len() < text.len() && attributes.contains(only), "{} compiles it", above.display());
    }
}

#[test]
fn secrets_are_shown_only_to_those_who_need_them() {
    only_in(
        "expose()",
        &[
            "access/mod.rs",          // the configured key, to be digested
            "access/passwords.rs",    // to be hashed and compared
            "access/setup.rs", // the setup token: its file, and the one line of the log that is meant to be read
            "api/auth/plex.rs", // claim, code and page, to whoever began to log in
            "api/gate/cookie.rs", // the cookie, to whoever logged in
            "api/keys.rs",     // a new key or a ticket, to whoever asked for it
            "api/text.rs",     // what a request says, to `access`
            "api/sources/sign_in.rs", // the code and the page, to whoever signs in
            "api/webhooks.rs", // the address that a person gives to the media server
            "cli/access.rs",   // a new password or key, to whoever asked for it
            "command/access.rs", // the same, through the socket
            "media/pseudonyms.rs", // the key, from its digits
            "media/tokens.rs", // the identifier, which lies among the secrets and is none
            "media/tokens/card.rs", // from the store
            "plex/cloud/accounts.rs", // a PIN, which plex.tv takes in the address alone
            "plex/cloud/feed.rs", // the address of a feed
            "plex/fuzzing.rs", // which looks for it
            "plex/http.rs",    // the header; what a server quotes of it
            "plex/sign_in.rs", // the page where a code is entered
        ],
        "a secret that is exposed can be logged; who needs its text stands here with the reason",
    );
    only_in(
        "secret::kept",
        &["media/tokens/card.rs", "store/rows/secret.rs"],
        "what is kept as it is lies in one table of the store",
    );
}

#[test]
fn no_source_file_is_forgotten() {
    for (folder, root_file) in [("src", "lib.rs"), ("tests/it", "main.rs")] {
        let folder = root().join(folder);
        for path in files(&folder, "rs") {
            if [Path::new(root_file), Path::new("main.rs")].contains(&path.as_path()) {
                continue;
            }
            // The module that has to declare it: `a.rs` or `a/mod.rs` for what is in `a`, else the root.
            let (name, parent) = if path.ends_with("mod.rs") {
                let module = path.parent().unwrap();
                (module.file_name().unwrap(), module.parent().unwrap())
            } else {
                (path.file_stem().unwrap(), path.parent().unwrap())
            };
            let declared_in = if parent == Path::new("") {
                folder.join(root_file)
            } else {
                let beside = folder.join(parent).with_extension("rs");
                if beside.exists() { beside } else { folder.join(parent).join("mod.rs") }
            };
            let text = std::fs::read_to_string(&declared_in).unwrap();
            let declaration = format!("mod {};", name.to_str().unwrap());
            assert!(
                text.lines().any(|line| {
                    let seen = line.strip_suffix(&declaration).map(str::trim_end);
                    seen.is_some_and(|seen| matches!(seen, "" | "pub" | "pub(super)"))
                }),
                "{} is not declared in {}",
                path.display(),
                declared_in.display()
            );
        }
    }
}

#[test]
fn every_noun_of_the_tests_says_what_it_promises() {
    let main = include_str!("main.rs");
    let promises: String = main.lines().filter(|line| line.starts_with("//!")).collect();
    for module in main.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')) {
        let said = promises.contains(&format!("`{module}`")) || module == "support";
        assert!(said, "tests/it/main.rs does not say what `{module}` promises");
    }
}

#[test]
fn every_file_of_the_engine_is_on_the_page() {
    for path in files(&root().join("src/cacher"), "rs").iter().filter(|path| !path.ends_with("mod.rs")) {
        let name = format!("`src/cacher/{}`", path.display());
        assert!(PAGE.contains(&name), "the page does not say what {name} is");
    }
}

#[test]
fn what_the_page_names_exists() {
    let code: String = sources().into_iter().map(|source| source.code).collect();
    for name in PAGE.split('`').skip(1).step_by(2) {
        let is_path = name.starts_with("src/") || name.starts_with("tests/");
        if is_path && !name.contains('…') {
            assert!(root().join(name).exists(), "the page names {name}");
        }
        if let Some(function) = name.strip_suffix("()") {
            let generic = code.contains(&format!("fn {function}<"));
            assert!(generic || code.contains(&format!("fn {function}(")), "the page names {name}");
        }
    }
}
