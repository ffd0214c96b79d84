//! A download manager replaces what is cached: whoever wished for the old file gets the new one, and so does whoever asked
//! for it or pinned it.

use std::fs;

use cacherr::cacher::PinRequest;

use super::*;

const BETTER: usize = SIZE + 5_000;

impl House {
    /// Somebody asks for it by hand, and somebody pins it.
    async fn ask_and_pin(&self, name: &str) {
        let path = self.app.library.join(name);
        let body = serde_json::json!({ "file_path": path, "user_id": "user3" });
        self.app.post("/api/cached/files", &body).await.is(200);
        let (file, by, reason) = (self.id(name).await, "test".into(), "test".to_owned());
        let request = PinRequest { file, pinned: true, reason, user: None, by };
        self.app.cacher().engine().pin(&request).unwrap();
    }

    /// The server knows the same film anew, with this file.
    fn tell_of(&self, film: RatingKey, name: &str) {
        self.world().remove(film);
        let file = PathBuf::from(SERVER_PATH).join(name);
        self.world().add(self.movies, Video::new("Dune.mkv").year(2021).minutes(100).file(file)).unwrap();
    }

    /// The kept original is in the trash.
    fn trash(&self) -> Vec<String> {
        let names = fs::read_dir(&self.app.library).unwrap().map(|entry| entry.unwrap().file_name());
        names
            .filter_map(|name| name.into_string().ok())
            .filter(|name| name.contains("cacherr-trash"))
            .collect()
    }
}

#[tokio::test]
async fn another_file_at_the_same_path_is_cached_for_all_who_wanted_the_old_one() {
    let house = House::new().await;
    let dune = house.film("Dune.mkv");
    house.wish(KID, dune);
    house.cycle().await;
    house.ask_and_pin("Dune.mkv").await;
    let before = house.file("Dune.mkv").await;
    fs::remove_file(house.app.library.join("Dune.mkv")).unwrap();
    let path = house.app.film("Dune.mkv", BETTER);
    let theirs = fs::read(&path).unwrap();
    house.tell_of(dune, "Dune.mkv");
    house.cycle().await;
    assert_eq!(fs::read(&path).unwrap(), theirs, "theirs wins");
    house.cycle().await;
    let after = house.file("Dune.mkv").await;
    assert_eq!((&after["id"], &after["file_size_bytes"]), (&before["id"], &BETTER.into()));
    let mut users = after["users"].as_array().unwrap().clone();
    users.sort_by_key(ToString::to_string);
    assert_eq!((users, &after["pinned"]), (vec!["user2".into(), "user3".into()], &true.into()));
    assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    assert_eq!(fs::read(&path).unwrap(), theirs);
    assert_eq!(house.trash().len(), 1);
    assert!(house.cycle().await.plan.is_empty());
    house.stop().await;
}

#[tokio::test]
async fn the_same_item_under_another_path_is_cached_for_all_who_wanted_the_old_one() {
    let house = House::new().await;
    let dune = house.film("Dune.mkv");
    house.wish(KID, dune);
    house.cycle().await;
    house.ask_and_pin("Dune.mkv").await;
    fs::remove_file(house.app.library.join("Dune.mkv")).unwrap();
    let path = house.app.film("Dune 2160p.mkv", BETTER);
    house.tell_of(dune, "Dune 2160p.mkv");
    house.cycle().await;
    assert_eq!(house.file("Dune 2160p.mkv").await["users"], serde_json::json!(["user3"]), "at once");
    house.app.pass(DOUBT).await;
    house.cycle().await;
    assert_eq!(house.names().await, ["Dune 2160p.mkv"], "the old one is seen to be gone");
    let after = house.file("Dune 2160p.mkv").await;
    assert_eq!((&after["pinned"], &after["users"]), (&true.into(), &serde_json::json!(["user3", "user2"])));
    assert_eq!((fs::read(&path).unwrap().len(), house.trash().len()), (BETTER, 1));
    assert!(house.cycle().await.plan.is_empty());
    house.stop().await;
}
