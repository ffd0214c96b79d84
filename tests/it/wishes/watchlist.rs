//! What stands on a watchlist is found by what it is, never by how it is called.

use cacherr::demo::plex::Fault;

use super::*;

fn watchlist(lines: &[String]) -> Vec<&str> {
    lines.iter().filter(|line| line.contains(" watchlist watchlist ")).map(String::as_str).collect()
}

#[tokio::test]
async fn a_film_of_the_same_title_is_not_the_one_that_was_wished_for() {
    let den = Den::new().await;
    den.film(Video::new("Dune").year(1984), "Dune (1984).mkv");
    den.film(Video::new("Dune").year(2021).guid("plex://movie/decoy"), "decoy.mkv");
    den.film(Video::new("Dune").year(2021).guid("local://7"), "unmatched.mkv");
    den.world().wish(ANNA, Title::movie("Dune", 2021).known_as("imdb://tt1160419"));
    assert_eq!(watchlist(&den.ask().await), [] as [&str; 0]);
    den.film(Video::new("Dune: Part One").year(2021).guid(&Title::movie("Dune", 2021).guid), "it.mkv");
    den.pass(1);
    assert_eq!(
        watchlist(&den.ask().await),
        ["Anna watchlist watchlist 0 Movies/it.mkv"],
        "though the list is unchanged"
    );
}

#[tokio::test]
async fn what_the_library_knows_by_another_name_is_found_by_that() {
    let den = Den::new().await;
    let legacy = Video::new("Solaris").year(1972).guid("com.plexapp.agents.imdb://tt0069293?lang=en");
    den.film(legacy.known_as("imdb://tt0069293"), "Solaris.mkv");
    den.film(Video::new("Solaris").year(1972).guid("local://1").known_as("tmdb://593999"), "decoy.mkv");
    den.world().wish(BEN, Title::movie("Solaris", 1972).known_as("tmdb://593").known_as("imdb://tt0069293"));
    let expected = ["Ben watchlist watchlist 0 Movies/Solaris.mkv"];
    for _ in 0..3 {
        assert_eq!(watchlist(&den.ask().await), expected);
        den.pass(200);
    }
}

#[tokio::test]
async fn what_stands_there_no_more_is_not_wanted_any_more() {
    let den = Den::new().await;
    let dune = den.film(Video::new("Dune").year(2021), "Dune.mkv");
    let heat = den.film(Video::new("Heat").year(1995), "Heat.mkv");
    den.world().add_to_watchlist(ANNA, dune).unwrap();
    den.world().add_to_watchlist(ANNA, heat).unwrap();
    assert_eq!(watchlist(&den.ask().await).len(), 2);
    den.world().remove_from_watchlist(ANNA, &Title::movie("Dune", 2021).guid);
    assert_eq!(watchlist(&den.ask().await), ["Anna watchlist watchlist 0 Movies/Heat.mkv"]);
    // The last one goes when it was said twice.
    den.world().remove_from_watchlist(ANNA, &Title::movie("Heat", 1995).guid);
    assert_eq!(watchlist(&den.ask().await).len(), 1);
    den.pass(10);
    assert_eq!(watchlist(&den.ask().await), [] as [&str; 0]);
}

#[tokio::test]
async fn an_empty_list_with_the_mark_of_a_full_one_is_not_confirmed_by_that_mark() {
    let den = Den::new().await;
    let dune = den.film(Video::new("Dune").year(2021), "Dune.mkv");
    den.world().add_to_watchlist(ANNA, dune).unwrap();
    let before = den.ask().await;
    let other = den.film(Video::new("Heat").year(1995), "Heat.mkv");
    den.world().add_to_watchlist(ANNA, other).unwrap();
    den.simulator.faults().add("/library/sections/watchlist", 1, Fault::NoMetadata);
    assert_eq!(den.ask().await, before);
    assert!(den.standing("Anna", Source::Watchlist).answer.lists[0].doubt.is_some());
    den.pass(60);
    assert_eq!(den.ask().await.len(), 2);
}
