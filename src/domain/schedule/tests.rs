//! Days on which the clock is put forward and back, in Berlin and elsewhere; by rule, so that no file of zones is needed.

use proptest::prelude::*;

use super::*;

/// As the clocks of Berlin have gone since 1996.
fn berlin() -> TimeZone {
    TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
}

fn at(text: &str) -> Time {
    Time::from_jiff(text.parse().unwrap())
}

fn schedule(expressions: &[&str]) -> Result<Schedule, String> {
    Schedule::parse(&expressions.iter().map(|&text| text.to_owned()).collect::<Vec<_>>())
}

fn quiet(ranges: &[&str]) -> Result<QuietHours, String> {
    QuietHours::parse(&ranges.iter().map(|&text| text.to_owned()).collect::<Vec<_>>())
}

/// The times that come after an instant, in UTC.
fn times(expressions: &[&str], zone: &TimeZone, after: &str, count: usize) -> Vec<String> {
    let schedule = schedule(expressions).unwrap();
    let following = |now: &Time| schedule.next(*now, zone);
    std::iter::successors(following(&at(after)), following).take(count).map(|at| at.to_string()).collect()
}

#[test]
fn without_expressions_a_cycle_runs_every_quarter_of_an_hour() {
    let often = schedule(&[]).unwrap();
    assert!(often.is_default() && often == Schedule::default());
    assert_eq!(often.next(at("2026-01-01T00:00:00Z"), &berlin()), Some(at("2026-01-01T00:15:00Z")));
}

#[test]
fn a_manual_schedule_never_begins_by_itself() {
    let manual = schedule(&["manual"]).unwrap();
    assert!(!manual.is_default());
    assert_eq!(manual.next(at("2026-01-01T00:00:00Z"), &berlin()), None);
}

#[test]
fn a_rhythm_of_ones_own_goes_on_through_every_hour() {
    let often = schedule(&["every 5s"]).unwrap();
    assert!(!often.is_default());
    assert_eq!(often.next(at("2026-03-29T00:59:58Z"), &berlin()), Some(at("2026-03-29T01:00:03Z")));
    assert_eq!(often.longest_pause(), Some(jiff::SignedDuration::from_secs(5)));
    for text in ["every", "every ", "every 4s", "every -1h", "every night", "every 1 month"] {
        assert!(schedule(&[text]).unwrap_err().starts_with("must be "), "{text}");
    }
    assert!(schedule(&["every 5s", "every 6s"]).is_err(), "one is enough");
}

#[test]
fn the_longest_pause_is_found() {
    let pause =
        |expressions: &[&str]| schedule(expressions).unwrap().longest_pause().map(|pause| pause.as_hours());
    assert_eq!(pause(&["manual"]), None);
    assert_eq!(pause(&[]), Some(0));
    assert_eq!(pause(&["* * * * mon"]), Some(144));
    assert_eq!(pause(&["0 4 * * mon", "0 4 * * thu"]), Some(96));
}

#[test]
fn times_are_those_of_the_clock_on_the_wall() {
    let found = times(&["30 3 * * *"], &berlin(), "2026-07-01T00:00:00Z", 2);
    assert_eq!(found, ["2026-07-01T01:30:00Z", "2026-07-02T01:30:00Z"]);
    assert_eq!(times(&["30 3 * * *"], &berlin(), "2026-07-01T01:30:00Z", 1), ["2026-07-02T01:30:00Z"]);
    assert_eq!(times(&["30 3 * * *"], &TimeZone::UTC, "2026-07-01T00:00:00.5Z", 1), ["2026-07-01T03:30:00Z"]);
    assert_eq!(
        times(&["0 12 * * mon-fri"], &TimeZone::UTC, "2026-07-03T12:00:00Z", 1),
        ["2026-07-06T12:00:00Z"]
    );
    assert_eq!(times(&["@weekly"], &TimeZone::UTC, "2026-07-03T12:00:00Z", 1), ["2026-07-05T00:00:00Z"]);
}

#[test]
fn several_expressions_come_in_turn_and_together_only_once() {
    let found = times(&["0 4 * * *", "0 4,16 * * *"], &TimeZone::UTC, "2026-07-01T00:00:00Z", 3);
    assert_eq!(found, ["2026-07-01T04:00:00Z", "2026-07-01T16:00:00Z", "2026-07-02T04:00:00Z"]);
}

#[test]
fn a_time_that_the_clock_leaves_out_comes_an_hour_later() {
    // On 29 March 2026 it goes from 02:00 to 03:00, at 01:00 UTC.
    let found = times(&["30 2 * * *"], &berlin(), "2026-03-27T12:00:00Z", 3);
    assert_eq!(found, ["2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]);
    assert_eq!(times(&["30 2 * * *"], &berlin(), "2026-03-29T01:10:00Z", 1), ["2026-03-29T01:30:00Z"]);
    let found = times(&["30 2,14 * * *"], &berlin(), "2026-03-28T20:00:00Z", 2);
    assert_eq!(found, ["2026-03-29T01:30:00Z", "2026-03-29T12:30:00Z"]);
    // What is left out and what is not come at one instant, or in the order of instants.
    let found = times(&["30 2 * * *", "0,30 3 * * *"], &berlin(), "2026-03-28T20:00:00Z", 3);
    assert_eq!(found, ["2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]);
    let found = times(&["0,30 2-3 * * *"], &berlin(), "2026-03-28T20:00:00Z", 3);
    assert_eq!(found, ["2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:00:00Z"]);
}

#[test]
fn a_time_that_the_clock_shows_twice_comes_the_first_time() {
    // On 25 October 2026 it goes from 03:00 to 02:00, at 01:00 UTC.
    let found = times(&["30 2 * * *"], &berlin(), "2026-10-24T12:00:00Z", 2);
    assert_eq!(found, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
    assert_eq!(times(&["30 2 * * *"], &berlin(), "2026-10-25T01:10:00Z", 1), ["2026-10-26T01:30:00Z"]);
}

#[test]
fn a_rhythm_goes_on_through_both() {
    let found = times(&["*/30 * * * *"], &berlin(), "2026-10-25T00:00:00Z", 4);
    let half_hours =
        ["2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"];
    assert_eq!(found, half_hours);
    let found = times(&["*/30 * * * *"], &berlin(), "2026-03-29T00:30:00Z", 2);
    assert_eq!(found, ["2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"]);
}

#[test]
fn what_is_no_expression_or_never_comes_is_refused() {
    for text in
        ["", "often", "* * * *", "60 * * * *", "0 0 0 1 1 *", "0 24 * * *", "0 0 1 1 * 2027", "@often"]
    {
        let said = schedule(&[text]).unwrap_err();
        assert!(said.starts_with("must be cron expressions of minute, hour,"), "{text}: {said}");
    }
    assert!(schedule(&["manual", "0 4 * * *"]).unwrap_err().ends_with("\"manual\" is none"));
    assert_eq!(schedule(&["0 0 30 2 *"]).unwrap_err(), "must be times that come; \"0 0 30 2 *\" never does");
    let leap_days = times(&["0 0 29 2 *"], &TimeZone::UTC, "2096-03-01T00:00:00Z", 1);
    assert_eq!(leap_days, ["2104-02-29T00:00:00Z"]);
}

#[test]
fn quiet_hours_may_go_over_midnight() {
    let night = quiet(&["23:00-07:00"]).unwrap();
    for (time, is_quiet) in
        [("21:59", false), ("22:00", true), ("00:00", true), ("05:59", true), ("06:00", false)]
    {
        assert_eq!(night.is_quiet(at(&format!("2026-01-01T{time}:00Z")), &berlin()), is_quiet, "{time}");
    }
    let ends = |text| night.ends(at(text), &berlin()).map(|at| at.to_string());
    assert_eq!(ends("2026-01-01T22:00:00Z").as_deref(), Some("2026-01-02T06:00:00Z"));
    assert_eq!(ends("2026-01-02T05:59:59.9Z").as_deref(), Some("2026-01-02T06:00:00Z"));
    assert_eq!(ends("2026-01-02T06:00:00Z"), None);
}

#[test]
fn hours_that_meet_end_together_and_some_time_is_left() {
    let met = quiet(&["22:00-24:00", "0:00-5:30", "05:00-06:00"]).unwrap();
    let ends = met.ends(at("2026-01-01T22:30:00Z"), &TimeZone::UTC);
    assert_eq!(ends, Some(at("2026-01-02T06:00:00Z")));
    for always in [&["00:00-24:00"][..], &["06:00-18:00", "18:00-06:00"]] {
        assert_eq!(quiet(always).unwrap_err(), "must leave some time in which files may be copied");
    }
    assert!(!QuietHours::default().is_quiet(at("2026-01-01T11:00:00Z"), &berlin()));
}

#[test]
fn what_are_no_hours_is_refused() {
    for text in [
        "",
        "23:00",
        "23-7",
        "23:00-7:0",
        "7:00-7:00",
        "24:00-07:00",
        "23:60-07:00",
        "+1:00-02:00",
        "a:00-b:00",
    ] {
        let said = quiet(&[text]).unwrap_err();
        assert!(said.starts_with("must be hours from one time to another"), "{text}: {said}");
    }
}

/// Clocks that are put by an hour, by half an hour, and not at all.
fn zones() -> impl Strategy<Value = TimeZone> {
    prop::sample::select(vec![
        "CET-1CEST,M3.5.0,M10.5.0/3",
        "LHST-10:30LHDT-11,M10.1.0,M4.1.0",
        "NST3:30NDT,M3.2.0,M11.1.0",
        "UTC0",
    ])
    .prop_map(|rule| TimeZone::posix(rule).unwrap())
}

prop_compose! {
    /// Instants around the turns of clocks, and others.
    fn instants()(
        day in prop::sample::select(vec!["2026-03-08", "2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24", "2026-11-01", "2026-06-01"]),
        second in 0..48 * 3600_i64,
    ) -> Time {
        at(&format!("{day}T00:00:00Z")).plus(SignedDuration::from_secs(second))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_day_has_the_time_that_was_named_once(zone in zones(), start in instants(), hour in 0..24_i8, minute in 0..60_i8) {
        let schedule = schedule(&[&format!("{minute} {hour} * * *")]).unwrap();
        let mut now = start;
        let mut last = None;
        for _ in 0..5 {
            now = schedule.next(now, &zone).unwrap();
            let shown = zone.to_datetime(now.to_jiff());
            let named = shown.date().at(hour, minute, 0, 0);
            prop_assert_eq!(Time::from_jiff(zone.to_timestamp(named).unwrap()), now, "{}", shown);
            if let Some(last) = last {
                prop_assert_eq!(shown.date(), jiff::civil::Date::tomorrow(last).unwrap());
            }
            last = Some(shown.date());
        }
    }

    #[test]
    fn no_time_between_now_and_the_next_is_named(zone in zones(), now in instants(), first in 0..24_i8, span in 0..6_i8) {
        let last = (first + span).min(23);
        let next = schedule(&[&format!("*/10 {first}-{last} * * *")]).unwrap().next(now, &zone).unwrap();
        // All times of three days, in the order of instants.
        let today = zone.to_datetime(now.to_jiff()).date();
        let days = [today.yesterday().unwrap(), today, today.tomorrow().unwrap(), today.tomorrow().unwrap().tomorrow().unwrap()];
        let named = days.iter().flat_map(|day| {
            let zone = &zone;
            (first..=last).flat_map(move |hour| (0..6).map(move |ten| zone.to_timestamp(day.at(hour, ten * 10, 0, 0)).unwrap()))
        });
        prop_assert_eq!(named.map(Time::from_jiff).filter(|at| *at > now).min().unwrap(), next);
    }

    #[test]
    fn quiet_hours_end_with_the_first_minute_that_is_not_quiet(
        zone in zones(),
        now in instants(),
        ranges in prop::collection::vec((0..48_u32, 0..48_u32), 1..4),
    ) {
        let clock = |half: u32| format!("{:02}:{:02}", half / 2, half % 2 * 30);
        let ranges: Vec<String> = ranges
            .into_iter()
            .filter(|(from, to)| from != to)
            .map(|(from, to)| format!("{}-{}", clock(from), clock(to)))
            .collect();
        let Ok(quiet) = QuietHours::parse(&ranges) else { return Ok(()) };
        let minute = SignedDuration::from_mins(1);
        let whole = Time::from_micros(now.as_micros() - now.as_micros().rem_euclid(60_000_000));
        let first = std::iter::successors(Some(whole.plus(minute)), |at| Some(at.plus(minute)))
            .take(72 * 60)
            .find(|at| !quiet.is_quiet(*at, &zone));
        let expected = first.filter(|_| quiet.is_quiet(now, &zone));
        prop_assert_eq!(quiet.ends(now, &zone), expected);
    }
}
