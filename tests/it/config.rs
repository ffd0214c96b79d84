//! Configuration: who wins, what is refused, and how it is said.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use cacherr::Error;
use cacherr::config::{self, Config, Environment, Flags, Origin};
use cacherr::domain::file::Method;
use cacherr::domain::privacy::Attributions;
use cacherr::domain::settings::{CacheSettings, Limit, LinkStyle, SwapMethod};
use jiff::SignedDuration;
use tempfile::TempDir;

mod access;
mod librarian;

const KEY: &str = "CACHERR_API_KEY";
const GOOD_KEY: &str = "0123456789abcdef";

/// A home with nothing in it but what a test puts there.
struct Home {
    dir: TempDir,
    env: Environment,
    flags: Flags,
}

impl Home {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let flags = Flags { data_dir: Some(dir.path().join("data")), config: None };
        fs::create_dir(dir.path().join("data")).unwrap();
        fs::set_permissions(dir.path().join("data"), fs::Permissions::from_mode(0o700)).unwrap();
        Self { dir, env: Environment::new(), flags }
    }

    fn with_file(text: &str) -> Self {
        let home = Self::new();
        fs::write(home.file(), text).unwrap();
        home
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn file(&self) -> PathBuf {
        self.path("data/cacherr.toml")
    }

    fn try_load(&self) -> cacherr::Result<Config> {
        Config::load(self.flags.clone(), &self.env)
    }

    fn load(&self) -> Config {
        self.try_load().unwrap()
    }

    /// The complaint, with the file's path shortened to its name.
    fn complaint(&self) -> String {
        match self.try_load() {
            Err(Error::Config(text)) => text.replace(self.file().to_str().unwrap(), "cacherr.toml"),
            other => panic!("expected a complaint, got {other:?}"),
        }
    }
}

fn complaint(text: &str) -> String {
    Home::with_file(text).complaint()
}

fn origin_of(config: &Config, key: &str) -> (Option<String>, Origin) {
    let setting = config.report().into_iter().find(|setting| setting.key == key).unwrap();
    (setting.value, setting.origin)
}

#[test]
fn nothing_said_means_the_documented_defaults() {
    let home = Home::new();
    let config = home.load();
    assert_eq!(config.cache, CacheSettings::at(home.path("data/cache")));
    assert_eq!(config.server.base_path, "/");
    assert_eq!(config.plex.url, "http://127.0.0.1:32400");
    assert_eq!(config.plex.cloud_url, "https://plex.tv");
    assert_eq!(config.plex.cloud_interval, SignedDuration::from_secs(1));
    assert!(config.plex.verify_certificate);
    assert_eq!(config.plex.episodes_ahead, 5);
    assert_eq!(config.plex.min_watch, SignedDuration::from_secs(120));
    assert!(config.libraries.is_empty() && config.config_file.is_none());
}

#[test]
fn the_printed_defaults_parse_to_the_defaults() {
    let plain = Home::new();
    let mut written = plain.load();
    fs::write(plain.file(), config::defaults()).unwrap();
    let read = plain.load();
    assert_eq!(read.config_file.as_deref(), Some(plain.file().as_path()));
    written.config_file.clone_from(&read.config_file);
    let values = |config: &Config| config.report().into_iter().map(|s| (s.key, s.value)).collect::<Vec<_>>();
    assert_eq!(values(&read), values(&written));
    assert_eq!((read.cache, read.server, read.plex), (written.cache, written.server, written.plex));
    assert_eq!(read.librarian, written.librarian);
}

#[test]
fn every_example_in_the_printed_defaults_is_valid() {
    let text = config::defaults();
    let example = |line: &str| {
        let key = line.starts_with('#')
            && line.as_bytes().get(1).is_some_and(|c| c.is_ascii_lowercase() || *c == b'[');
        // Of two that stand for each other only one is set.
        if key && !line.starts_with("#token ") && !line.starts_with("#type ") {
            line[1..].to_owned()
        } else {
            line.to_owned()
        }
    };
    let text = text.lines().map(example).collect::<Vec<_>>().join("\n");
    let mut home = Home::new();
    fs::write(home.file(), text).unwrap();
    home.flags = Flags { config: Some(home.file()), data_dir: None };
    let config = home.load();
    assert_eq!(config.data_dir, PathBuf::from("/var/lib/cacherr"));
    assert_eq!(config.libraries[0].server_path, PathBuf::from("/media/movies"));
    assert_eq!(config.cache.limit, Limit::Bytes(250 << 30));
    assert_eq!(config.librarian.house.of("user1", None).watchlist_episodes, 1);
}

#[test]
fn the_environment_wins_over_the_file_and_each_value_knows_its_origin() {
    let home =
        Home::with_file("[cache]\nmode = \"move\"\n  limit = \"50%\"\n[server]\nbind = \"127.0.0.1:1\"\n")
            .env("CACHERR_SERVER__BIND", "127.0.0.1:2")
            .env("CACHERR_CACHE__VERIFY", "false")
            .env("CACHERR_CACHE__AUTO_CLEANUP", "true");
    let config = home.load();
    assert_eq!(config.server.bind.port(), 2);
    assert_eq!((config.cache.mode, config.cache.limit), (Method::AtomicSymlink, Limit::Percent(50)));
    assert!(!config.cache.verify && config.cache.auto_cleanup);
    assert_eq!(origin_of(&Home::with_file("").load(), "cache.auto_cleanup").0, Some("false".into()));
    let file = |line, column| Origin::File { path: home.file(), line, column };
    assert_eq!(origin_of(&config, "cache.limit"), (Some("50%".into()), file(3, 11)));
    assert_eq!(origin_of(&config, "cache.mode"), (Some("move".into()), file(2, 8)));
    assert_eq!(
        origin_of(&config, "server.bind"),
        (Some("127.0.0.1:2".into()), Origin::Env("CACHERR_SERVER__BIND".into()))
    );
    assert_eq!(origin_of(&config, "cache.min_free"), (Some("5GB".into()), Origin::Default));
    assert_eq!(origin_of(&config, "data_dir").1, Origin::Flag("--data-dir"));
    assert!(!origin_of(&config, "server.bind").1.is_changeable() && file(1, 1).is_changeable());
}

#[test]
fn viewers_are_told_names_unless_the_owner_says_otherwise() {
    assert_eq!(Home::new().load().attributions, Attributions::Full);
    for (said, meant) in [("pseudonym", Attributions::Pseudonym), ("hidden", Attributions::Hidden)] {
        let home = Home::with_file(&format!("[privacy]\nattribution = \"{said}\"\n"));
        assert_eq!(home.load().attributions, meant);
    }
    let wrong = complaint("[privacy]\nattribution = \"some\"\n");
    assert!(wrong.contains("must be full or pseudonym or hidden"), "{wrong}");
}

#[test]
fn a_whole_file_is_read_as_it_says() {
    let home = Home::with_file(
        r#"
[cache]
dir = "/mnt/fast/cacherr/"
limit = 1_048_576
min_free = "1.5GB"
concurrency = 16
bandwidth = "10MB"
link = "relative"
link_target = "/cache"
release_grace = "10m"
[[library]]
name = "Movies"
path = "/mnt/array/movies"
server_path = "D:\\Movies"
swap = "link_rename"
[[library]]
name = "Shows"
path = "/mnt/array/shows"
[plex]
url = "http://10.0.0.2:32400/"
token = "secret-token"
"#,
    );
    let config = home.load();
    assert_eq!(config.cache.dir, PathBuf::from("/mnt/fast/cacherr"));
    assert_eq!((config.cache.limit, config.cache.min_free), (Limit::Bytes(1 << 20), 3 << 29));
    assert_eq!((config.cache.concurrency, config.cache.bandwidth), (16, 10 << 20));
    assert_eq!((config.cache.link, config.cache.link_target), (LinkStyle::Relative, Some("/cache".into())));
    assert_eq!(config.cache.release_grace, SignedDuration::from_mins(10));
    assert_eq!(config.libraries[0].swap, SwapMethod::LinkRename);
    assert_eq!(config.libraries[0].server_path, PathBuf::from("D:\\Movies"));
    assert_eq!(config.libraries[1].server_path, config.libraries[1].path);
    assert_eq!(config.plex.url, "http://10.0.0.2:32400");
    assert_eq!(config.plex.token.as_ref().unwrap().expose(), "secret-token");
}

#[test]
fn libraries_can_come_from_the_environment_alone() {
    let config = Home::new()
        .env("CACHERR_LIBRARY__0__NAME", "Movies")
        .env("CACHERR_LIBRARY__0__PATH", "/mnt/array/movies")
        .load();
    assert_eq!(config.libraries[0].name, "Movies");
    assert_eq!(origin_of(&config, "library.0.path").1, Origin::Env("CACHERR_LIBRARY__0__PATH".into()));
}

#[test]
fn unknown_keys_are_refused_with_the_nearest_one() {
    for (text, wanted) in [
        ("[cache]\ndirr = 1\n", "cacherr.toml:2:1: the key cache.dirr is unknown; did you mean cache.dir?"),
        ("[chache]\ndir = \"/x\"\n", "cacherr.toml:1:2: the key chache is unknown; did you mean cache?"),
        (
            "[[library]]\nname=\"M\"\npth=\"/m\"\n",
            "cacherr.toml:3:1: the key library.0.pth is unknown; did you mean library.0.path?",
        ),
        ("\"cache.dir\" = \"/x\"\n", "cacherr.toml:1:1: the key \"cache.dir\" is unknown"),
        (
            "[library]\nname=\"M\"\n",
            "cacherr.toml:1:2: a library is written with double brackets, [[library]]; there can be several",
        ),
        (
            "api_key = \"0123456789abcdef\"\n",
            "cacherr.toml:1:11: api_key is not read from the file; set CACHERR_API_KEY instead",
        ),
    ] {
        assert!(complaint(text).contains(wanted), "{text}: {}", complaint(text));
    }
}

#[test]
fn unknown_variables_are_refused_with_the_nearest_one() {
    let complaint = |name: &str| Home::new().env(name, "x").complaint();
    assert_eq!(
        complaint("CACHERR_CACHE__DIRR"),
        "the environment variable CACHERR_CACHE__DIRR is unknown; did you mean CACHERR_CACHE__DIR?"
    );
    assert!(complaint("CACHERR_CACHE_DIR").ends_with("did you mean CACHERR_CACHE__DIR?"));
    assert!(complaint("CACHERR_cache__dir").contains("is unknown"));
    assert!(complaint("CACHERR_LIBRARY__00__NAME").contains("is unknown"));
    assert!(complaint("CACHERR_LIBRARY__NAME").contains("is unknown"));
    assert!(complaint("CACHERR_LIBRARY__0__PTH").ends_with("did you mean CACHERR_LIBRARY__0__PATH?"));
}

#[test]
fn variables_that_kubernetes_makes_for_a_service_of_our_name_are_nobodys_mistake() {
    Home::new()
        .env("CACHERR_SERVICE_HOST", "10.0.0.1")
        .env("CACHERR_PORT", "tcp://10.0.0.1:5445")
        .env("CACHERR_PORT_5445_TCP_ADDR", "10.0.0.1")
        .load();
    Home::new().env("CACHERR_PORT", "5445").complaint();
}

#[test]
fn every_wrong_value_says_where_it_is_and_what_is_allowed() {
    for (text, wanted) in [
        ("[cache]\ndir = \"fast\"\n", "cacherr.toml:2:7: cache.dir = \"fast\" must be an absolute path"),
        ("[cache]\ndir = \"/a/../b\"\n", "must not contain `..`"),
        (
            "[cache]\nlimit = \"101%\"\n",
            "must be a size such as 250GB, or a share of the volume from 1% to 100%",
        ),
        ("[cache]\nlimit = 0\n", "without this line there is no limit"),
        ("[cache]\nmin_free = \"5XB\"\n", "must be a size"),
        ("[cache]\nmode = \"hardlink\"\n", "must be copy or move"),
        ("[cache]\nverify = \"yes\"\n", "cacherr.toml:2:10: cache.verify must be true or false, not string"),
        ("[cache]\nconcurrency = 0\n", "must be a whole number from 1 to 16"),
        ("[cache]\nconcurrency = 17\n", "must be a whole number from 1 to 16"),
        ("[cache]\nlink = \"soft\"\n", "must be absolute or relative"),
        ("[cache]\nrelease_grace = 60\n", "cache.release_grace must be text in quotes, not integer"),
        ("[cache]\nrelease_grace = \"-1s\"\n", "must be a length of time with its unit"),
        ("[server]\nbase_path = \"cacherr\"\n", "must start with `/`"),
        ("[server]\nbind = \"5445\"\n", "must be an address and a port"),
        ("[plex]\nurl = \"127.0.0.1\"\n", "must be an address such as http://127.0.0.1:32400"),
        ("[plex]\nepisodes_ahead = -1\n", "must be a whole number from 0"),
        ("[[library]]\nname = \"\"\npath=\"/m\"\n", "must be usable as the name of a folder"),
        ("[[library]]\nname = \".cacherr\"\npath=\"/m\"\n", "must be usable as the name of a folder"),
        ("[[library]]\nname = \"a/b\"\npath=\"/m\"\n", "must be usable as the name of a folder"),
        ("[[library]]\nname = \"M\"\npath=\"m\"\n", "library.0.path = \"m\" must be an absolute path"),
        ("[[library]]\nname = \"M\"\n", "cacherr.toml:1:1: this library has no path"),
        (
            "[[library]]\nname=\"M\"\npath=\"/m\"\nserver_path=\"m\"\n",
            "must be the whole path as the media server shows it",
        ),
        ("[[library]]\nname=\"M\"\npath=\"/m\"\nswap=\"rename\"\n", "must be exchange or link_rename"),
        ("[server\n", "cacherr.toml:1:8: "),
        ("[server]\nbind = \"127.0.0.1:1\"\nbind = \"127.0.0.1:2\"\n", "cacherr.toml:3:1: "),
    ] {
        assert!(complaint(text).contains(wanted), "{text}: {}", complaint(text));
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let home = Home::with_file("[cache]\nmode = \"x\"\nlink = \"y\"\n[nope]\n").env("CACHERR_NOPE", "1");
    assert_eq!(home.complaint().lines().count(), 4, "{}", home.complaint());
}

#[test]
fn columns_count_characters() {
    assert!(complaint("x = { \"ä\" = 1 }\n").contains("cacherr.toml:1:1:"));
    assert!(
        complaint("plex = { token = \"ääää\", urll = 1 }").contains("cacherr.toml:1:26: the key plex.urll")
    );
}

#[test]
fn libraries_cache_and_data_dir_must_lie_apart() {
    let two = |a: &str, b: &str| {
        format!("[[library]]\nname=\"A\"\npath=\"{a}\"\n[[library]]\nname=\"B\"\npath=\"{b}\"\n")
    };
    for (a, b) in [("/m", "/m"), ("/m", "/m/shows"), ("/m/shows/", "/m")] {
        assert!(complaint(&two(a, b)).contains("library.1.path"), "{a} {b}");
    }
    assert!(Home::with_file(&two("/m/a", "/m/ab")).try_load().is_ok());
    let cache = |dir: &str| format!("[cache]\ndir=\"{dir}\"\n[[library]]\nname=\"A\"\npath=\"/m\"\n");
    assert!(complaint(&cache("/m/cache")).contains("overlaps (cacherr.toml:2:5: cache.dir = \"/m/cache\")"));
    assert!(complaint(&cache("/")).contains("overlaps"));
    let home = Home::new();
    let data = home.path("data");
    fs::write(home.file(), format!("[[library]]\nname=\"A\"\npath={:?}\n", home.dir.path())).unwrap();
    assert!(home.complaint().contains("overlaps (--data-dir: data_dir"), "{}", home.complaint());
    fs::write(home.file(), format!("[cache]\ndir={data:?}\n")).unwrap();
    assert!(home.complaint().contains("contains the data dir"), "{}", home.complaint());
}

#[test]
fn an_overlap_through_a_symlink_is_seen() {
    let home = Home::new();
    fs::create_dir_all(home.path("array/movies")).unwrap();
    symlink(home.path("array"), home.path("alias")).unwrap();
    fs::write(
        home.file(),
        format!(
            "[cache]\ndir={:?}\n[[library]]\nname=\"A\"\npath={:?}\n",
            home.path("alias/movies/not/yet/there"),
            home.path("array/movies")
        ),
    )
    .unwrap();
    assert!(home.complaint().contains("overlaps, through a symlink,"), "{}", home.complaint());
}

#[test]
fn library_names_differ_in_more_than_case() {
    let text = "[[library]]\nname=\"Movies\"\npath=\"/a\"\n[[library]]\nname=\"movies\"\npath=\"/b\"\n";
    assert_eq!(
        complaint(text),
        "cacherr.toml:5:6: library.1.name = \"movies\" is taken by the library Movies; names must differ in more than case"
    );
}

#[test]
fn link_rename_is_never_combined_with_move_mode() {
    let text = "[cache]\nmode=\"move\"\n[[library]]\nname=\"A\"\npath=\"/a\"\nswap=\"link_rename\"\n";
    let said = complaint(text);
    assert!(said.contains("cacherr.toml:6:6: library.0.swap = \"link_rename\" is not possible"), "{said}");
    assert!(said.contains("cacherr.toml:2:6: cache.mode = \"move\""), "{said}");
}

#[test]
fn an_api_key_is_long_and_may_lie_in_a_file() {
    assert!(
        Home::new()
            .env(KEY, "short")
            .complaint()
            .contains("CACHERR_API_KEY: api_key = \"***\" must be at least 16")
    );
    assert!(Home::new().env(KEY, "").complaint().contains("at least 16"));
    let home = Home::new();
    fs::write(home.path("key"), format!("{GOOD_KEY}\n")).unwrap();
    let path = home.path("key");
    let home = home.env("CACHERR_API_KEY_FILE", path.to_str().unwrap());
    assert!(home.load().server.api_key.unwrap().matches(GOOD_KEY));
    assert!(home.env(KEY, GOOD_KEY).complaint().contains("are both set; remove one"));
    let gone = Home::new().env("CACHERR_API_KEY_FILE", "/nowhere/key").complaint();
    assert!(gone.contains("CACHERR_API_KEY_FILE: api_key_file = \"/nowhere/key\" cannot be read"), "{gone}");
}

#[test]
fn the_stronger_of_token_and_token_file_counts() {
    let home = Home::with_file("[plex]\ntoken = \"from-file\"\n")
        .env("CACHERR_PLEX__TOKEN_FILE", "/run/secrets/plex");
    let plex = home.load().plex;
    assert_eq!((plex.token, plex.token_file), (None, Some("/run/secrets/plex".into())));
    let home = Home::with_file("[plex]\ntoken_file = \"/run/t\"\n").env("CACHERR_PLEX__TOKEN", "from-env");
    let plex = home.load().plex;
    assert!(plex.token.unwrap().matches("from-env") && plex.token_file.is_none());
    assert!(complaint("[plex]\ntoken = \"a\"\ntoken_file = \"/t\"\n").contains("both set"));
}

#[test]
fn secrets_are_never_shown() {
    let home = Home::new().env(KEY, GOOD_KEY).env("CACHERR_PLEX__TOKEN", "plex-token-text");
    let config = home.load();
    let shown = [
        format!("{config:?}"),
        format!("{}", config.server.api_key.as_ref().unwrap()),
        serde_json::to_string(&config.report()).unwrap(),
        serde_json::to_string(&config.plex.token).unwrap(),
        config::print(&config.report()),
    ];
    for text in shown {
        assert!(!text.contains(GOOD_KEY) && !text.contains("plex-token-text"), "{text}");
        assert!(text.contains("***"), "{text}");
    }
    let two = Home::with_file("[plex]\ntoken = \"ä-token\"\n").complaint();
    assert!(!two.contains("ä-token") && two.contains("***"), "{two}");
}

#[test]
fn print_shows_each_key_with_its_origin() {
    let home = Home::with_file("[[library]]\nname=\"A\"\npath=\"/a\"\n");
    let text = config::print(&home.load().report());
    let line = |start: &str| {
        text.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}: {text}"))
    };
    assert!(line("cache.limit is not set").ends_with("# default"));
    assert!(line("library.0.name = \"A\"").contains("cacherr.toml:2:6"));
    assert!(line("library.0.server_path = \"/a\"").ends_with("# default"));
    assert!(line("data_dir = ").ends_with("# --data-dir"));
}

#[test]
fn the_data_dir_is_found_in_the_documented_order() {
    let mut home = Home::new();
    let file = home.path("named.toml");
    fs::write(&file, "data_dir = \"/from/file\"\n").unwrap();
    home.flags = Flags::default();
    home.env.insert("HOME".into(), "/home/somebody".into());
    let at = |home: &Home| home.load().data_dir.display().to_string();
    assert_eq!(at(&home), "/home/somebody/.local/share/cacherr");
    home.env.insert("XDG_DATA_HOME".into(), "/xdg".into());
    assert_eq!(at(&home), "/xdg/cacherr");
    home.env.insert("STATE_DIRECTORY".into(), "/var/lib/cacherr:/var/lib/other".into());
    assert_eq!(at(&home), "/var/lib/cacherr");
    home.env.insert("CACHERR_CONFIG".into(), file.clone().into());
    assert_eq!(at(&home), "/from/file");
    assert_eq!(home.load().config_file, Some(file));
    home.env.insert("CACHERR_DATA_DIR".into(), "/from/env".into());
    assert_eq!(at(&home), "/from/env");
    home.flags.data_dir = Some("/from/flag".into());
    assert_eq!(at(&home), "/from/flag");
}

#[test]
fn a_data_dir_in_a_file_that_nobody_named_is_ignored_with_a_warning() {
    let home = Home::with_file("data_dir = \"/elsewhere\"\n");
    let config = home.load();
    assert_eq!(config.data_dir, home.path("data"));
    assert!(
        config.warnings.iter().any(|warning| warning.contains("data_dir is ignored")),
        "{:?}",
        config.warnings
    );
}

#[test]
fn a_named_file_must_exist_and_the_default_one_need_not() {
    let mut home = Home::new();
    assert!(home.try_load().is_ok());
    home.flags.config = Some("/nowhere/cacherr.toml".into());
    assert!(home.complaint().starts_with("the configuration /nowhere/cacherr.toml cannot be read"));
}

#[test]
fn a_flag_wins_over_the_variable_that_names_the_file() {
    let mut home = Home::new().env("CACHERR_CONFIG", "/nowhere.toml");
    fs::write(home.path("a.toml"), "[plex]\nepisodes_ahead = 9\n").unwrap();
    home.flags.config = Some(home.path("a.toml"));
    let config = home.load();
    assert_eq!(config.plex.episodes_ahead, 9);
    assert_eq!(origin_of(&config, "config").1, Origin::Flag("--config"));
}

#[test]
fn what_is_allowed_but_unwise_is_a_warning() {
    let home = Home::new();
    fs::create_dir(home.path("movies")).unwrap();
    fs::set_permissions(home.path("data"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(
        home.file(),
        format!("[cache]\nrelease_grace=\"1s\"\n[[library]]\nname=\"A\"\npath={:?}\n", home.path("movies")),
    )
    .unwrap();
    let warnings = home.env(KEY, GOOD_KEY).load().warnings.join("\n");
    for wanted in ["open to every user", "cache.dir is not set", "are on one file system", "is short"] {
        assert!(warnings.contains(wanted), "{wanted}: {warnings}");
    }
}

#[test]
fn a_server_that_need_not_prove_itself_is_warned_of_where_that_matters() {
    let warned = |text: &str| {
        let config = Home::with_file(text).load();
        assert!(!config.plex.verify_certificate);
        config.warnings.iter().any(|warning| warning.contains("plex.verify_certificate"))
    };
    assert!(warned("[plex]\nurl = \"https://10.0.0.2:32400\"\nverify_certificate = false\n"));
    assert!(!warned("[plex]\nurl = \"http://10.0.0.2:32400\"\nverify_certificate = false\n"));
    assert!(complaint("[plex]\nverify_certificate = \"no\"\n").contains("must be true or false"));
}
