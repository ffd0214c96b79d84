//! A planning cycle in a large house: 5,000 wishes of 50 users, 20,000 episodes in the cache. No disk is touched.

use std::hint::black_box;
use std::path::PathBuf;

use cacherr::domain::file::{Attribution, Metadata, Operation};
use cacherr::domain::id::FileId;
use cacherr::domain::plan::{Cached, Room, Settings, Snapshot, plan};
use cacherr::domain::time::Time;
use cacherr::domain::wanted::{Series, Source, Wanted};
use jiff::SignedDuration;

use super::cycle;
use super::measure::{Figures, Outcome, TIMES, time};
use super::place::setting;
use super::table::{Goal, Line, Table};

pub const SHOWS: u32 = 400;
pub const EPISODES: u32 = 50;
pub const USERS: u32 = 50;
/// Of each user: so many shows, of which the current episode and four more are wanted.
pub const FOLLOWED: u32 = 20;
pub const AHEAD: u32 = 5;
pub const SIZE: u64 = 2 << 30;

/// Measures and prints it.
pub fn measure(json: bool) -> Outcome {
    let rounds: usize = setting("ROUNDS", "3").parse()?;
    let mut table = Table::of(&["ours"]);
    table.fill(rounds, |_| {
        let mut figures = cycle::round()?;
        figures.extend(round()?);
        Ok(figures)
    })?;
    let title = format!("{} wishes, {} cached episodes", USERS * FOLLOWED * AHEAD, SHOWS * EPISODES);
    table.report(json, &title, LINES)
}

fn round() -> Outcome<Figures> {
    let settings = Settings::default();
    let quiet = house(1, false);
    if !plan(&quiet, &settings, now()).is_empty() {
        return Err("something would be done although nothing changed".into());
    }
    let busy = house(100, true);
    let made = plan(&busy, &settings, now());
    if made.cache.is_empty() || made.give_back.is_empty() {
        return Err("nothing comes or nothing leaves".into());
    }
    let timed = |house: &Snapshot| {
        time(TIMES, || {
            black_box(plan(black_box(house), &settings, now()));
            Ok(())
        })
    };
    Ok(Figures::from([("unchanged_us", timed(&quiet)?), ("busy_us", timed(&busy)?)]))
}

fn now() -> Time {
    Time::from_micros(1_800_000_000_000_000)
}

fn hours_ago(hours: i64) -> Time {
    now().plus(SignedDuration::from_hours(-hours))
}

fn path(show: u32, episode: u32) -> PathBuf {
    PathBuf::from(format!("/library/shows/Show {show:03}/Season 01/Show {show:03} - S01E{episode:02}.mkv"))
}

/// The first episode that a user wants of a show.
pub fn current(user: u32, show: u32) -> u32 {
    (user * 7 + show * 3) % (EPISODES - AHEAD)
}

/// The id of the file with this number.
pub fn id_of(place: u32) -> FileId {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&place.to_be_bytes());
    FileId::from_bytes(id)
}

/// A house whose files were cached so many hours ago; where it is moved on, everybody is three episodes farther than
/// what is cached for them, and a third of what they want is not here.
fn house(hours: i64, moved_on: bool) -> Snapshot {
    let mut wanted = Vec::new();
    let mut attributions = vec![Vec::new(); (SHOWS * EPISODES) as usize];
    for user in 0..USERS {
        for followed in 0..FOLLOWED {
            let show = (user * 11 + followed * 17) % SHOWS;
            for ahead in 0..AHEAD {
                let episode = current(user, show) + ahead;
                let list: &mut Vec<Attribution> = &mut attributions[(show * EPISODES + episode) as usize];
                list.push(Attribution {
                    user: format!("user{user}"),
                    reason: Operation::Ondeck,
                    added_at: hours_ago(hours),
                    ordinal: list.len() as u32,
                });
                let episode = if moved_on { (episode + 3).min(EPISODES - 1) } else { episode };
                wanted.push(Wanted {
                    path: path(show, episode),
                    size: SIZE,
                    user: format!("user{user}"),
                    operation: Operation::Ondeck,
                    source: Source::OnDeck,
                    since: hours_ago(100),
                    ahead,
                    minutes: ahead * 45,
                    series: Some(Series { show: format!("show{show}"), season: 1, episode }),
                    metadata: Metadata::default(),
                    age: SignedDuration::from_mins(1),
                });
            }
        }
    }
    let mut files = Vec::new();
    for show in 0..SHOWS {
        for episode in 0..EPISODES {
            if moved_on && episode % 3 == 0 {
                continue;
            }
            let place = show * EPISODES + episode;
            files.push(Cached {
                id: id_of(place),
                path: path(show, episode),
                size: SIZE,
                cached_at: hours_ago(hours),
                pinned: false,
                playing: false,
                attributions: std::mem::take(&mut attributions[place as usize]),
                operation: Operation::Ondeck,
                last_accessed: None,
                watched_by: Vec::new(),
                companion_of: None,
            });
        }
    }
    let used = SIZE * files.len() as u64;
    let room = Room { limit: Some(used), min_free: 0, free: used, used, pending: 0 };
    Snapshot { wanted, files, room, ..Snapshot::default() }
}

const LINES: &[Line] = &[
    Line {
        figure: "same_us",
        what: "a cycle where nothing changed",
        goals: &[Goal::Most(50_000.0)],
        prototype: "",
    },
    Line {
        figure: "first_us",
        what: "a cycle where everybody moved on, the first one",
        goals: &[Goal::Most(2_000_000.0)],
        prototype: "",
    },
    Line {
        figure: "again_us",
        what: "the same, names being known",
        goals: &[Goal::Most(2_000_000.0)],
        prototype: "",
    },
    Line {
        figure: "ask_us",
        what: "asking 50 people at a simulated Plex before it",
        goals: &[],
        prototype: "",
    },
    Line {
        figure: "grown_bytes",
        what: "memory after 1,000 cycles more",
        goals: &[Goal::Most(1_048_576.0)],
        prototype: "",
    },
    Line { figure: "unchanged_us", what: "the plan alone where nothing changed", goals: &[], prototype: "" },
    Line { figure: "busy_us", what: "the plan alone where everybody moved on", goals: &[], prototype: "" },
];
