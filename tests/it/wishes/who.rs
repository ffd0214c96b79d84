//! Each is asked for with a token of theirs.

use super::*;

#[tokio::test]
async fn each_wishes_for_what_is_next_for_them_and_two_may_want_the_same_film() {
    let den = Den::new().await;
    den.everybody_wishes();
    let expected = [
        "Anna on_deck continue_watching 0 Movies/Dune.mkv",
        "Anna continue_watching continue_watching 0 Movies/Dune.mkv",
        "Anna watchlist watchlist 0 Movies/Dune.mkv",
        "Ben on_deck ondeck 0 Series/s1e2.mkv",
        "Ben on_deck ondeck 1 Series/s2e1.mkv",
        "Ben on_deck ondeck 2 Series/s2e2.mkv",
        "Ben continue_watching ondeck 0 Series/s1e2.mkv",
        "Ben continue_watching ondeck 1 Series/s2e1.mkv",
        "Ben continue_watching ondeck 2 Series/s2e2.mkv",
        "Ben watchlist watchlist 0 Series/s1e2.mkv",
        "Ben watchlist watchlist 1 Series/s2e1.mkv",
        "Bob on_deck continue_watching 0 Movies/Dune.mkv",
        "Bob continue_watching continue_watching 0 Movies/Dune.mkv",
    ];
    assert_eq!(den.ask().await, expected);
    let wanted = den.wanted();
    let (film, episode) = (&wanted[0], &wanted[4]);
    assert_eq!((film.size, film.since, film.age), (8, den.clock.now(), SignedDuration::ZERO));
    let series = episode.series.as_ref().unwrap();
    assert_eq!((series.season, series.episode, &film.series), (2, 1, &None));
    assert_eq!(episode.metadata.title.as_deref(), Some("Bluey – S2E1"));
    assert!(den.blind().is_empty());
    assert!(den.known().standings.iter().all(|one| one.trouble.is_none() && one.is_asked));
}

#[tokio::test]
async fn what_is_watched_goes_and_what_stays_keeps_when_it_was_first_said() {
    let den = Den::new().await;
    den.everybody_wishes();
    den.ask().await;
    let first = den.clock.now();
    den.pass(60);
    den.watch(BEN, den.episodes[2]);
    let lines = den.ask().await;
    let of_ben: Vec<_> = lines.iter().filter(|line| line.starts_with("Ben on_deck")).collect();
    assert_eq!(of_ben, ["Ben on_deck ondeck 0 Series/s2e1.mkv", "Ben on_deck ondeck 1 Series/s2e2.mkv"]);
    let wanted = den.wanted();
    let of_ben = wanted.iter().filter(|one| one.user == "Ben" && one.source == Source::OnDeck);
    assert!(of_ben.into_iter().all(|one| one.since == first && one.age.is_zero()), "{wanted:?}");
}

#[tokio::test]
async fn without_a_token_what_was_played_says_what_is_next() {
    let mut den = Den::without_share_tokens(false).await;
    den.watch(BOB, den.episodes[1]);
    den.watch(ANNA, den.episodes[3]);
    den.open().await;
    let lines = den.ask().await;
    let of_bob: Vec<_> = lines.iter().filter(|line| line.starts_with("Bob")).collect();
    let next = [
        "Bob on_deck ondeck 0 Series/s1e2.mkv",
        "Bob on_deck ondeck 1 Series/s2e1.mkv",
        "Bob on_deck ondeck 2 Series/s2e2.mkv",
    ];
    assert_eq!(of_bob, next, "and not what Anna has played");
    assert!(den.blind().is_empty(), "what is never told is nothing to wait for");
    // He skips one; what he has seen already is not next either.
    den.watch(BOB, den.episodes[3]);
    let lines = den.ask().await;
    let of_bob: Vec<_> = lines.iter().filter(|line| line.starts_with("Bob")).collect();
    assert_eq!(of_bob, ["Bob on_deck ondeck 0 Series/s2e2.mkv"]);
    den.watch(BOB, den.episodes[2]);
    let lines = den.ask().await;
    let of_bob: Vec<_> = lines.iter().filter(|line| line.starts_with("Bob")).collect();
    assert_eq!(of_bob, ["Bob on_deck ondeck 0 Series/s2e2.mkv"]);
}

#[tokio::test]
async fn whose_token_is_refused_keeps_their_wishes_and_the_others_go_on() {
    let den = Den::new().await;
    let dune = den.everybody_wishes();
    let before = den.ask().await;
    den.pass(60);
    den.world().revoke(&bob().server_token);
    den.world().set_offset(ANNA, dune, 45 * MINUTE);
    den.world().mark_seen(ANNA, dune);
    den.world().mark_seen(BOB, dune);
    den.ask().await;
    den.pass(20);
    let after = den.ask().await;
    let gone = |line: &&String| line.starts_with("Anna") && !line.contains("watchlist");
    let expected: Vec<_> = before.iter().filter(|line| !gone(line)).cloned().collect();
    assert_eq!(after, expected);
    let standing = den.standing("Bob", Source::OnDeck);
    assert_eq!(standing.trouble.unwrap().code, "unauthorized");
    let wanted = den.wanted();
    let of_bob = wanted.iter().find(|one| one.user == "Bob").unwrap();
    assert_eq!(of_bob.age, SignedDuration::from_mins(20), "for how long it has been silent is told");
}

#[tokio::test]
async fn who_is_there_no_more_is_forgotten_after_the_grace() {
    let den = Den::new().await;
    den.everybody_wishes();
    den.ask().await;
    // As if their share had ended: nobody lists them any more.
    den.world().add_person(Person::friend(BOB, "Bob"));
    den.household.as_ref().unwrap().people().refresh().await;
    den.ask().await;
    den.pass(71 * 60);
    assert!(den.ask().await.iter().any(|line| line.starts_with("Bob on_deck")));
    assert!(!den.standing("Bob", Source::OnDeck).is_asked);
    den.pass(2 * 60);
    assert!(!den.ask().await.iter().any(|line| line.starts_with("Bob")));
    assert!(den.known().standings.iter().all(|one| one.answer.user != "Bob"));
}

#[tokio::test]
async fn as_many_episodes_follow_as_begin_within_the_minutes() {
    let mut den = Den::without_share_tokens(false).await;
    // Each is 45 minutes long; so the third after the current one begins 90 minutes after its end.
    den.watch(ANNA, den.episodes[1]);
    den.watch(BOB, den.episodes[1]);
    den.far = HowFar { episodes: 0, minutes: Some(45) };
    den.open().await;
    den.ask().await;
    let begins = |den: &Den, user: &str| -> Vec<(u32, u32)> {
        let wanted = den.wanted();
        let deck = wanted.iter().filter(|one| one.user == user && one.source == Source::OnDeck);
        deck.map(|one| (one.ahead, one.minutes)).collect()
    };
    assert_eq!(begins(&den, "Anna"), [(0, 0), (1, 0), (2, 45)]);
    assert_eq!(begins(&den, "Bob"), [(0, 0), (1, 0), (2, 45)], "also of what was played");
    den.far = HowFar { episodes: 0, minutes: Some(44) };
    den.restart().await;
    assert_eq!(begins(&den, "Anna"), [(0, 0), (1, 0), (2, 45)], "it is remembered");
    den.ask().await;
    assert_eq!([begins(&den, "Anna"), begins(&den, "Bob")], [[(0, 0), (1, 0)], [(0, 0), (1, 0)]]);
}

#[tokio::test]
async fn all_versions_are_wanted_where_that_is_said_and_the_best_guess_else() {
    for (versions, files) in [(Versions::One, &["4k"][..]), (Versions::All, &["4k", "hd"])] {
        let mut den = Den::without_share_tokens(true).await;
        den.versions = versions;
        den.open().await;
        let path = |name: &str| PathBuf::from(format!("/media/Movies/{name}"));
        let film = Video::new("Dune").version("4k", &[&path("4k")]).version("1080", &[&path("hd")]);
        let film = den.world().add(den.movies, film).unwrap();
        den.world().set_offset(ANNA, film, 5 * MINUTE);
        den.world().add_to_watchlist(ANNA, film).unwrap();
        den.ask().await;
        for source in [Source::OnDeck, Source::Watchlist] {
            let wanted = den.wanted();
            let paths =
                wanted.iter().filter(|one| one.source == source).map(|one| one.path.file_name().unwrap());
            assert_eq!(paths.collect::<Vec<_>>(), files, "{source} {versions}");
        }
    }
}
