//! A running instance watches its cache dir.

use std::fs;

use cacherr::store::{Rows, Store};

use super::{House, wait_for};

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
