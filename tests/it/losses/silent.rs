//! E7, E8: a source that fails, or says nothing where it said something, gives no file back.

use cacherr::demo::plex::{Fault, RatingKey};
use jiff::SignedDuration;

use crate::librarian::{DOUBT, FRIEND, House, KID, MINUTE, OWNER, person};

/// Everybody wishes for a film of their own; the originals, by inode, to compare with.
struct Scene {
    house: House,
    films: [RatingKey; 3],
}

const NAMES: [&str; 3] = ["1 user1.mkv", "2 user2.mkv", "3 user3.mkv"];

impl Scene {
    async fn new() -> Self {
        let house = House::new().await;
        let films = NAMES.map(|name| house.film(name));
        for (who, film) in [OWNER, KID, FRIEND].into_iter().zip(films) {
            house.begin(who, film);
        }
        house.wish(KID, films[1]);
        house.cycle().await;
        let scene = Self { house, films };
        scene.has(&NAMES, "at the beginning").await;
        scene
    }

    async fn has(&self, names: &[&str], when: &str) {
        assert_eq!(self.house.names().await, names, "{when}");
        for name in NAMES {
            let is_link = self.house.app.library.join(name).is_symlink();
            assert_eq!(is_link, names.contains(&name), "{when}: {name}");
        }
    }
}

#[tokio::test]
async fn one_users_401_moves_nothing_of_theirs_back() {
    let scene = Scene::new().await;
    let Scene { house, films } = &scene;
    for token in [person(FRIEND).server_token, person(FRIEND).account_token] {
        house.world().revoke(&token);
    }
    // Three days less an hour, asked for every few hours, also by a program that was started anew.
    for hours in 0..14 {
        house.app.pass(SignedDuration::from_hours(5)).await;
        if hours % 5 == 2 {
            house.meet().await;
        }
        house.cycle().await;
        scene.has(&NAMES, "user3 is refused").await;
    }
    // Meanwhile the wishes of others end as they do.
    house.world().mark_unseen(OWNER, films[0]);
    house.cycles().await;
    scene.has(&NAMES[1..], "user1 is through").await;
    // And theirs, once they can say so again.
    house.world().add_person(person(FRIEND));
    house.meet().await;
    house.world().mark_unseen(FRIEND, films[2]);
    house.cycles().await;
    scene.has(&NAMES[1..2], "user3 is through").await;
    scene.house.stop().await;
}

#[tokio::test]
async fn an_empty_list_where_a_full_one_was_moves_nothing_back() {
    let scene = Scene::new().await;
    let Scene { house, films } = &scene;
    let faults = house.simulator.faults();
    for round in 0..12 {
        // Everything is empty for a moment, once; then it is as before, or fails: nothing was said twice.
        faults.add("/", u32::MAX, Fault::NoMetadata);
        house.cycle().await;
        scene.has(&NAMES, "all lists are empty").await;
        faults.clear();
        if round % 2 == 0 {
            faults.add("/", u32::MAX, Fault::Page { status: 401 });
        }
        house.app.pass(DOUBT).await;
        house.cycle().await;
        scene.has(&NAMES, "all is well, or refused").await;
        faults.clear();
        house.app.pass(DOUBT).await;
    }
    house.world().mark_unseen(KID, films[1]);
    house.wish_no_more(KID, NAMES[1]);
    house.cycle().await;
    scene.has(&NAMES, "said once").await;
    house.app.pass(MINUTE * 5).await;
    house.cycle().await;
    scene.has(&NAMES, "said twice within ten minutes").await;
    house.app.pass(DOUBT).await;
    house.cycle().await;
    scene.has(&[NAMES[0], NAMES[2]], "said again after ten").await;
    scene.house.stop().await;
}
