//! A running instance watches its cache dir.

use std::fs;
use std::process::{Command, Stdio};

use cacherr::store::{Rows, Store};

use super::{House, wait_for};
use crate::support::tell;

#[test]
fn a_running_instance_counts_opens_and_heals_what_others_delete() {
    let house = House::new();
    let [dune, alien] = ["Dune.mkv", "Alien.mkv"].map(|name| house.film(name, name.as_bytes()));
    let instance = house.start();
    wait_for("the watch", || instance.log().contains("watching the cache dir"));
    house.cache([&dune]);
    house.cache([&alien]);

    fs::remove_file(house.at("fast/Movies/Dune.mkv")).unwrap();
    wait_for("the original", || !dune.is_symlink());
    assert_eq!(fs::read(&dune).unwrap(), b"Dune.mkv");
    assert_eq!(fs::read(&alien).unwrap(), b"Alien.mkv");
    house.tell(["check"]);
    house.tell(["check", "--deep"]);

    assert_eq!(instance.stop().0, Some(0));
    let store = Store::open(&house.at("data/cacherr.redb")).unwrap();
    let row = |path| store.read().unwrap().file_by_path(path).unwrap().unwrap();
    assert_eq!((row(&alien).access_count, row(&dune).access_count), (1, 0));
    assert_eq!(row(&dune).status.name(), "orphaned");
}

#[test]
fn an_instance_that_gets_no_more_watches_says_what_to_do_and_goes_on() {
    // A user namespace has limits of its own.
    let limit = "echo 1 > /proc/sys/user/max_inotify_watches";
    let within = |rest: &str| {
        let mut command = Command::new("unshare");
        command.args(["-Ur", "sh", "-c", &format!("{limit} && {rest}"), "sh"]);
        command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    };
    if !within("true").status().is_ok_and(|status| status.success()) {
        return tell("skipped: no user namespace can be made here");
    }
    let house = House::new();
    let film = house.film("Dune.mkv", b"Dune");
    let mut command = within("exec \"$@\"");
    let run = house.command(["run"]);
    command.arg(run.get_program()).args(run.get_args()).current_dir(house.at(""));
    let instance = house.start_by(command);
    wait_for("the watch", || instance.log().contains("watching the cache dir"));
    // Its folder is one too many.
    house.cache([&film]);
    wait_for("a word about it", || instance.log().contains("fs.inotify.max_user_watches"));
    assert_eq!(instance.log().matches("is not watched").count(), 1, "{}", instance.log());
    assert_eq!(fs::read(&film).unwrap(), b"Dune");
    assert_eq!(instance.stop().0, Some(0));
}
