//! Whose wishes count and what is worth keeping: `[sources]`, `[plan]`, `[weights]`, `[[user]]`.

use cacherr::domain::plan::{self, Weights};
use cacherr::domain::rules::{Ahead, Rules, UserKind};
use cacherr::domain::settings::{LibrarianSettings, Versions, Viewers};
use cacherr::domain::time::Time;
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::{Home, complaint, config, fs, origin_of};

fn load(text: &str) -> LibrarianSettings {
    Home::with_file(text).load().librarian
}

fn days(days: i64) -> Option<SignedDuration> {
    Some(SignedDuration::from_hours(24 * days))
}

#[test]
fn nothing_said_means_the_documented_defaults() {
    assert_eq!(load(""), LibrarianSettings::default());
    let defaults = Home::new();
    fs::write(defaults.file(), config::defaults()).unwrap();
    assert_eq!(defaults.load().librarian, LibrarianSettings::default());
}

#[test]
fn everything_can_be_set() {
    let set = load(
        r#"
[plex]
episodes_ahead = 7
[sources]
on_deck = false
continue_watching = false
watchlist = false
playback = false
on_deck_days = 0
watchlist_days = 90
watchlist_episodes = 1
minutes_ahead = 120
active_days = 30
versions = "all"
viewers = "remote"
source_grace_hours = 1
[plan]
schedule = ["30 3 * * *", "0 15 * * *"]
quiet_hours = "23:00-07:00"
give_back = false
retention_hours = 0
hold_hours = 1
evict_at = 80
evict_below = 50
user_limit = "100GB"
companions = false
exclude = ["Extras", "*.iso"]
[weights]
base = 40
on_deck = 20
per_user = 1
users_most = 2
cached_day = 4
cached_three_days = 0
watchlist_new = 3
watchlist_old = -20
on_deck_new = 6
on_deck_old = 0
on_deck_older = -1
current = 30
next = 11
"#,
    );
    let everybody = Rules {
        on_deck: false,
        continue_watching: false,
        watchlist: false,
        playback: false,
        ahead: Ahead { episodes: 7, minutes: Some(120) },
        watchlist_episodes: 1,
        limit: Some(100 << 30),
        active_within: days(30),
    };
    assert_eq!((*set.house.everybody(), set.plan.everybody), (everybody, everybody));
    assert_eq!((set.versions, set.viewers, set.companions), (Versions::All, Viewers::Remote, false));
    assert_eq!(set.hold, SignedDuration::from_hours(1));
    let weights = Weights {
        base: 40,
        on_deck: 20,
        per_user: 1,
        users_most: 2,
        cached_day: 4,
        cached_three_days: 0,
        watchlist_new: 3,
        watchlist_old: -20,
        on_deck_new: 6,
        on_deck_old: 0,
        on_deck_older: -1,
        current: 30,
        next: 11,
    };
    let plan::Settings { exclude, .. } = &set.plan;
    assert_eq!(exclude.iter().map(|pattern| pattern.text()).collect::<Vec<_>>(), ["Extras", "*.iso"]);
    let plan = plan::Settings {
        weights,
        evict_at: 80,
        evict_below: 50,
        retention: SignedDuration::ZERO,
        give_back: false,
        on_deck_stale: None,
        watchlist_stale: days(90),
        source_grace: SignedDuration::from_hours(1),
        everybody,
        exclude: exclude.clone(),
        ..plan::Settings::default()
    };
    assert_eq!(set.plan, plan);
    let at = |text: &str| Time::from_jiff(text.parse().unwrap());
    let next = set.schedule.next(at("2026-01-01T04:00:00Z"), &TimeZone::UTC);
    assert_eq!(next, Some(at("2026-01-01T15:00:00Z")));
    assert!(set.quiet.is_quiet(at("2026-01-01T06:59:00Z"), &TimeZone::UTC));
}

#[test]
fn a_list_is_written_in_brackets_or_for_the_environment_with_semicolons() {
    let home = Home::with_file(
        "[plan]\nexclude = \"Extras\"\nschedule = [\n  \"0 4 * * *\",\n  \"0 5 * * *\",\n]\n",
    )
    .env("CACHERR_PLAN__QUIET_HOURS", "23:00-24:00; 01:00-02:00;");
    let config = home.load();
    let shown = |key| origin_of(&config, key).0.unwrap();
    assert_eq!(shown("plan.exclude"), "Extras");
    assert_eq!(shown("plan.schedule"), "0 4 * * *; 0 5 * * *");
    assert_eq!(shown("plan.quiet_hours"), "23:00-24:00; 01:00-02:00");
    let none = Home::with_file("[plan]\nschedule = []\n").load();
    assert!(none.librarian.schedule.is_default());
    let none = Home::with_file("[plan]\nschedule = \"manual\"\n").env("CACHERR_PLAN__SCHEDULE", "").load();
    assert!(none.librarian.schedule.is_default(), "the environment wins, and may say nothing");
}

#[test]
fn every_wrong_value_says_where_it_is_and_what_is_allowed() {
    for (text, wanted) in [
        ("[sources]\non_deck = 1\n", "cacherr.toml:2:11: sources.on_deck must be true or false, not integer"),
        ("[sources]\non_deck_days = -1\n", "must be a whole number from 0 to 3650"),
        ("[sources]\nwatchlist_episodes = 0\n", "must be a whole number from 1 to 1000"),
        ("[sources]\nsource_grace_hours = 0\n", "must be a whole number from 1 to 87600"),
        ("[sources]\nversions = \"both\"\n", "must be one or all"),
        ("[sources]\nviewers = \"near\"\n", "must be all or local or remote"),
        (
            "[sources]\nwatch_list = true\n",
            "the key sources.watch_list is unknown; did you mean sources.watchlist?",
        ),
        ("[plan]\nevict_at = 0\n", "must be a whole number from 1 to 100"),
        ("[plan]\nuser_limit = 0\n", "must be a size such as 100GB, or empty for no limit"),
        (
            "[plan]\nschedule = [\"0 4 * * *\", \"often\"]\n",
            "cacherr.toml:2:12: plan.schedule = \"0 4 * * *; often\" must be cron expressions of minute, hour,",
        ),
        (
            "[plan]\nschedule = [4]\n",
            "cacherr.toml:2:13: each item of plan.schedule must be text in quotes, not integer",
        ),
        (
            "[plan]\nschedule = 4\n",
            "must be text in quotes, or a list of such texts in brackets, not integer",
        ),
        (
            "[plan]\nquiet_hours = \"23-7\"\n",
            "must be hours from one time to another, such as \"23:00-07:00\"",
        ),
        ("[plan]\nquiet_hours = \"00:00-24:00\"\n", "must leave some time in which files may be copied"),
        ("[plan]\nexclude = [\"/\"]\n", "must be patterns that name something, such as Extras"),
        ("[weights]\nper_user = -1\n", "must be a whole number from 0 to 100"),
        ("[weights]\nwatchlist_old = -101\n", "must be a whole number from -100 to 100"),
        ("[wieghts]\nbase = 1\n", "the key wieghts is unknown; did you mean weights?"),
    ] {
        assert!(complaint(text).contains(wanted), "{text}: {}", complaint(text));
    }
}

#[test]
fn a_user_or_a_kind_of_users_has_rules_of_its_own() {
    let home = Home::with_file(
        "[plan]\nuser_limit = \"1GB\"\n\
         [[user]]\ntype = \"shared\"\nwatchlist = false\nactive_days = 30\n\
         [[user]]\nname = \"user1\"\nepisodes_ahead = 2\nlimit = \"\"\n",
    )
    .env("CACHERR_USER__2__NAME", "user2")
    .env("CACHERR_USER__2__WATCHLIST_EPISODES", "9");
    let config = home.load();
    let house = &config.librarian.house;
    let everybody = Rules { limit: Some(1 << 30), ..Rules::default() };
    let shared = Rules { watchlist: false, active_within: days(30), ..everybody };
    assert_eq!(house.of("user3", Some(UserKind::Home)), everybody);
    assert_eq!(house.of("user3", Some(UserKind::Shared)), shared);
    let ahead = Ahead { episodes: 2, minutes: None };
    assert_eq!(house.of("user1", Some(UserKind::Shared)), Rules { ahead, limit: None, ..shared });
    assert_eq!(house.of("user2", None), Rules { watchlist_episodes: 9, ..everybody });
    let text = config::print(&config.report());
    let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap().to_owned();
    assert!(line("user.0.type = \"shared\"").contains("cacherr.toml:4:8"), "{text}");
    assert!(line("user.1.watchlist is not set").ends_with("# default"));
    assert!(line("user.2.name = \"user2\"").ends_with("# CACHERR_USER__2__NAME"));
}

#[test]
fn who_is_meant_is_said_once() {
    for (text, wanted) in [
        ("[[user]]\nwatchlist = false\n", "cacherr.toml:1:1: this user has neither name nor type"),
        (
            "[[user]]\nname = \"user1\"\ntype = \"home\"\n",
            "cacherr.toml:3:8: user.0.type = \"home\" and user.0.name are both set; make two of it",
        ),
        (
            "[[user]]\nname = \"user1\"\n[[user]]\nname = \"user1\"\n",
            "cacherr.toml:4:8: user.1.name = \"user1\" has a [[user]] already (cacherr.toml:1:1); say it there",
        ),
        (
            "[[user]]\ntype = \"home\"\n[[user]]\ntype = \"home\"\n",
            "cacherr.toml:4:8: user.1.type = \"home\" has a [[user]] already (cacherr.toml:1:1); say it there",
        ),
        ("[[user]]\ntype = \"friend\"\n", "must be owner or home or shared"),
        ("[[user]]\nname = \"\"\n", "must be the name of a user, as GET /api/users shows it"),
        (
            "[[user]]\nname = \"user1\"\nwatchlst = true\n",
            "the key user.0.watchlst is unknown; did you mean user.0.watchlist?",
        ),
        (
            "[user]\nname = \"user1\"\n",
            "a user is written with double brackets, [[user]]; there can be several",
        ),
        ("user = [1]\n", "a user is a table with name or type"),
    ] {
        assert_eq!(complaint(text).lines().count(), 1, "{text}: {}", complaint(text));
        assert!(complaint(text).contains(wanted), "{text}: {}", complaint(text));
    }
}

#[test]
fn cycles_that_are_farther_apart_than_sources_may_be_silent_are_warned_of() {
    let warned = |text: &str| {
        let warnings = Home::with_file(text).load().warnings;
        warnings.iter().any(|warning| warning.contains("sources.source_grace_hours"))
    };
    assert!(warned("[plan]\nschedule = \"0 4 * * mon\"\n"));
    assert!(warned("[plan]\nschedule = \"manual\"\n"));
    assert!(!warned("[plan]\nschedule = \"0 4 * * *\"\n"));
    assert!(!warned("[plan]\nschedule = \"0 4 * * mon\"\n[sources]\nsource_grace_hours = 400\n"));
    assert!(!warned(""));
}
