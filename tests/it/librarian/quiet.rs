//! Quiet hours: what is planned waits, and what is played does not.

use cacherr::domain::schedule::QuietHours;
use jiff::tz::TimeZone;

use super::*;

/// Quiet from the hour before now to the one after the next.
fn quiet_now(options: &mut Options) {
    let now = options.clock.as_ref().unwrap().now().to_jiff().to_zoned(TimeZone::UTC).hour();
    let hour = |hours: i8| (now + 24 + hours) % 24;
    let range = format!("{:02}:00-{:02}:00", hour(-1), hour(2));
    options.librarian.as_mut().unwrap().quiet = QuietHours::parse(&[range]).unwrap();
}

#[tokio::test]
async fn in_quiet_hours_what_is_planned_waits_and_what_plays_does_not() {
    let house = House::with(quiet_now).await;
    let (wished, played) = (house.film("wished.mkv"), house.film("played.mkv"));
    house.wish(KID, wished);
    let drawn = house.cycle().await;
    assert_eq!(drawn.plan.cache.len(), 1, "it is shown");
    assert!(drawn.quiet_until.is_some_and(|until| until > drawn.at));
    assert_eq!(house.names().await, [] as [&str; 0], "and not begun");

    house.watch(OWNER, played).await;
    assert_eq!(house.names().await, ["played.mkv"], "what plays is cached at once");

    house.app.pass(SignedDuration::from_hours(3)).await;
    // Nobody asks anew: it waited for the end of the quiet hours.
    house.until("it has come", || async { house.names().await.contains(&"wished.mkv".to_owned()) }).await;
    house.stop().await;
}
