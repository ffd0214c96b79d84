//! What the server has read anew is compared with what is cached.

use std::fs;
use std::time::Instant;

use cacherr::demo::plex::Video;

use super::{House, KID, SERVER_PATH};
use crate::support::tell;

impl House {
    /// The server reads a file anew, as the item that it is.
    fn reads_anew(&self, name: &str) {
        let file = std::path::Path::new(SERVER_PATH).join(name);
        self.world().add(self.movies, Video::new(name).year(2021).minutes(100).file(file)).unwrap();
    }
}

#[tokio::test]
async fn a_file_of_which_the_server_tells_another_size_is_looked_at_and_no_other() {
    let house = House::new().await;
    for name in ["Dune.mkv", "Heat.mkv"] {
        let key = house.film(name, 5000);
        let session = house.play(KID, key);
        house.cached(name).await;
        house.world().stop(session).unwrap();
    }
    // Somebody replaced both; the server has seen one of them.
    for name in ["Dune.mkv", "Heat.mkv"] {
        let path = house.app.library.join(name);
        fs::remove_file(&path).unwrap();
        fs::write(&path, "a better encode").unwrap();
    }
    let began = Instant::now();
    house.reads_anew("Dune.mkv");
    house.until("it is theirs", || async { house.file("Dune.mkv").await.is_none() }).await;
    tell(&format!("noticed after {:.1?}", began.elapsed()));
    assert_eq!(house.file("Heat.mkv").await.unwrap()["status"], "active", "nobody has looked there");
    assert_eq!(fs::read(house.app.library.join("Dune.mkv")).unwrap(), b"a better encode");
    house.stop().await;
}
