//! Local time is as `TZ` says, wherever the machine keeps its data of time zones, if it does.

use super::House;

/// What the instance says of local time when it starts so.
fn told(zone: &str) -> String {
    let house = House::new();
    let mut command = house.command(["run"]);
    command.env("TZ", zone);
    let log = house.start_by(command).log();
    let mut lines = log.lines().filter(|line| line.contains("local time"));
    let line = lines.next().unwrap().to_owned();
    assert_eq!(lines.next(), None, "it is said once:\n{log}");
    line
}

#[test]
fn an_instance_says_in_which_time_its_schedule_is() {
    assert!(told("Europe/Berlin").ends_with("INFO local time is that of Europe/Berlin"));
    let line = told("Nowhere/Land");
    assert!(line.contains("WARN local time is UTC") && line.contains("set TZ"), "{line}");
}
