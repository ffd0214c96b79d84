use proptest::prelude::*;

use super::*;
use crate::domain::media::people::Viewer;
use crate::domain::media::{Part, Reach, Version, Video};

fn key(session: &str, video: &str) -> PlayKey {
    PlayKey { session: session.to_owned(), video: RatingKey(video.to_owned()) }
}

fn session(session: &str, video: &str, state: PlayState) -> Session {
    Session {
        key: session.to_owned(),
        user: Some(Viewer { id: "7".to_owned(), title: "user1".to_owned() }),
        state,
        reach: Reach::Local,
        video: Video::bare(video, VideoKind::Movie),
    }
}

fn playing(session: &str, video: &str) -> Session {
    self::session(session, video, PlayState::Playing)
}

/// The same, and these files play.
fn of_files(session: Session, files: &[&str]) -> Session {
    let part = |file: &&str| Part {
        id: None,
        file: Some(ServerPath((*file).to_owned())),
        size: None,
        exists: None,
        accessible: None,
    };
    let parts = files.iter().map(part).collect();
    let versions = vec![Version { id: None, height: None, selected: true, parts }];
    Session { video: Video { versions, ..session.video }, ..session }
}

fn notice(session: &str, video: &str, state: PlayState) -> Playing {
    Playing {
        session: session.to_owned(),
        video: Some(RatingKey(video.to_owned())),
        view_offset_ms: 0,
        state,
    }
}

fn tip(event: TipEvent, user: &str, video: &str) -> Tip {
    Tip { event, video: Some(RatingKey(video.to_owned())), file: None, user: Some(user.to_owned()) }
}

/// What follows, in short: `+` began, `~` by hearsay, `-` ended.
fn short(changes: &[Change]) -> Vec<String> {
    let one = |change: &Change| match change {
        Change::Began(key, _) => format!("+{}/{}", key.session, key.video),
        Change::WentOver(key, _) => format!(">{}/{}", key.session, key.video),
        Change::Heard(key, _) => format!("~{}/{}", key.session, key.video),
        Change::Ended(key) => format!("-{}/{}", key.session, key.video),
    };
    changes.iter().map(one).collect()
}

#[test]
fn a_playback_begins_when_it_is_listed_and_ends_when_it_is_not() {
    let (mut plays, now) = (Plays::default(), Instant::now());
    assert_eq!(short(&plays.listed(vec![playing("1", "a")], now)), ["+1/a"]);
    assert!(plays.listed(vec![playing("1", "a")], now).is_empty());
    assert!(plays.goes_on("1", "a"));
    assert_eq!(short(&plays.listed(vec![], now)), ["-1/a"]);
    assert!(plays.listed(vec![], now).is_empty());
}

#[test]
fn a_player_that_goes_on_to_the_next_episode_ends_one_and_begins_another() {
    let (mut plays, now) = (Plays::default(), Instant::now());
    plays.listed(vec![playing("1", "a")], now);
    assert_eq!(short(&plays.listed(vec![playing("1", "b")], now)), ["-1/a", "+1/b"]);
}

#[test]
fn a_player_that_fills_its_buffer_has_not_begun_and_one_that_refills_it_has_not_ended() {
    let (mut plays, now) = (Plays::default(), Instant::now());
    assert!(plays.listed(vec![session("1", "a", PlayState::Buffering)], now).is_empty());
    assert_eq!(plays.told(&notice("1", "a", PlayState::Buffering), now), (None, false));
    assert_eq!(short(&plays.listed(vec![playing("1", "a")], now)), ["+1/a"]);
    assert!(plays.listed(vec![session("1", "a", PlayState::Buffering)], now).is_empty());
    assert!(plays.listed(vec![session("1", "a", PlayState::Paused)], now).is_empty());
}

#[test]
fn who_goes_over_to_another_version_plays_on_and_that_is_told_once() {
    let (mut plays, now) = (Plays::default(), Instant::now());
    let version = |files: &[&str]| of_files(playing("1", "a"), files);
    assert_eq!(short(&plays.listed(vec![version(&["/4k"])], now)), ["+1/a"]);
    assert!(plays.listed(vec![version(&["/4k"])], now).is_empty());
    assert!(plays.listed(vec![playing("1", "a")], now).is_empty(), "no files say nothing");
    assert_eq!(short(&plays.listed(vec![version(&["/hd1", "/hd2"])], now)), [">1/a"]);
    assert!(plays.listed(vec![version(&["/hd1", "/hd2"])], now).is_empty());
    assert_eq!(short(&plays.listed(vec![], now)), ["-1/a"]);
    assert_eq!(short(&plays.listed(vec![version(&["/hd1"])], now)), ["+1/a"]);
}

#[test]
fn music_is_no_film() {
    let mut song = playing("1", "a");
    song.video.kind = VideoKind::Other;
    assert!(Plays::default().listed(vec![song], Instant::now()).is_empty());
}

#[test]
fn a_notice_is_a_reason_to_look_once() {
    let (mut plays, now) = (Plays::default(), Instant::now());
    let told = notice("1", "a", PlayState::Playing);
    assert_eq!(plays.told(&told, now), (None, true));
    assert!(plays.awaits());
    plays.listed(vec![playing("1", "a")], now);
    assert!(!plays.awaits());
    assert_eq!(plays.told(&told, now), (None, false), "it is known");
}

#[test]
fn what_was_told_to_have_ended_does_not_begin_again_because_a_list_still_holds_it() {
    let (mut plays, now) = (Plays::default(), Instant::now());
    plays.listed(vec![playing("1", "a")], now);
    let stopped = notice("1", "a", PlayState::Stopped);
    let (change, look) = plays.told(&stopped, now);
    assert_eq!((short(&change.into_iter().collect::<Vec<_>>()), look), (vec!["-1/a".to_owned()], true));
    assert_eq!(plays.told(&stopped, now).0, None, "told twice");
    assert!(plays.listed(vec![playing("1", "a")], now).is_empty());
    assert!(plays.listed(vec![], now).is_empty());
    assert_eq!(short(&plays.listed(vec![playing("1", "a")], now)), ["+1/a"], "the server counts anew");
}

#[test]
fn who_presses_play_again_at_once_plays() {
    let (mut plays, now) = (Plays::default(), Instant::now());
    plays.listed(vec![playing("1", "a")], now);
    plays.told(&notice("1", "a", PlayState::Stopped), now);
    assert_eq!(plays.told(&notice("1", "a", PlayState::Playing), now), (None, true));
    assert_eq!(short(&plays.listed(vec![playing("1", "a")], now)), ["+1/a"]);
}

#[test]
fn an_end_under_another_number_is_found_in_the_list() {
    let (mut plays, now) = (Plays::default(), Instant::now());
    plays.listed(vec![playing("1", "a")], now);
    assert_eq!(plays.told(&notice("2", "a", PlayState::Stopped), now), (None, true));
    assert_eq!(short(&plays.listed(vec![], now)), ["-1/a"]);
}

#[test]
fn what_no_list_holds_is_believed_after_some_and_ends_when_it_is_told_or_silent() {
    let (mut plays, now) = (Plays::default(), Instant::now());
    plays.told(&notice("1", "a", PlayState::Playing), now);
    for _ in 1..LISTS {
        assert!(plays.listed(vec![], now).is_empty());
    }
    assert_eq!(short(&plays.listed(vec![], now)), ["~1/a"]);
    assert!(plays.listed(vec![], now).is_empty(), "a list that lacks it says nothing");
    plays.told(&notice("1", "a", PlayState::Playing), now + SILENCE);
    assert!(plays.listed(vec![], now + SILENCE).is_empty(), "it was heard of a moment ago");
    assert_eq!(short(&plays.listed(vec![], now + SILENCE * 2)), ["-1/a"]);
    plays.told(&notice("2", "b", PlayState::Playing), now);
    assert_eq!(short(&plays.refused(now)), ["~2/b"], "there is no list to wait for");
    assert!(plays.told(&notice("2", "b", PlayState::Stopped), now).0.is_some());
}

#[test]
fn a_webhook_is_believed_where_no_list_says_more() {
    let (mut plays, now) = (Plays::default(), Instant::now());
    assert_eq!(plays.tipped(tip(TipEvent::Started, "user1", "a")), (None, true));
    assert_eq!(short(&plays.listed(vec![playing("5", "a")], now)), ["+5/a"]);
    assert!(!plays.awaits(), "it is the same playback");
    assert_eq!(plays.tipped(tip(TipEvent::Resumed, "user1", "a")), (None, true));
    assert!(!plays.awaits());
    plays.tipped(tip(TipEvent::Started, "user2", "b"));
    assert_eq!(short(&plays.refused(now)), ["~webhook user2/b"]);
    let (ended, _) = plays.tipped(tip(TipEvent::Stopped, "user2", "b"));
    assert_eq!(ended, Some(Change::Ended(key("webhook user2", "b"))));
    let by_file =
        Tip { video: None, file: Some(ServerPath("/m/c.mkv".to_owned())), ..tip(TipEvent::Started, "u", "") };
    plays.tipped(by_file);
    assert_eq!(short(&plays.refused(now)), ["~webhook u//m/c.mkv"]);
}

proptest! {
    #[test]
    fn a_playback_begins_once_and_ends_once(
        acts in prop::collection::vec((0..5_u8, 0..2_u8, 0..2_u8, any::<u8>()), 0..60)
    ) {
        let (mut plays, start) = (Plays::default(), Instant::now());
        let mut on: HashSet<PlayKey> = HashSet::new();
        for (at, (act, s, v, rest)) in acts.into_iter().enumerate() {
            let now = start + Duration::from_secs(60) * u32::try_from(at).unwrap();
            let (s, v) = (s.to_string(), v.to_string());
            let changes = match act {
                0 => {
                    let all = (0..4_u8).filter(|bit| rest & (1 << bit) != 0);
                    // Whether they say what plays, and what that is, changes as well.
                    let files = [&[][..], &["/4k"], &["/hd"]][usize::from(rest / 16 % 3)];
                    let one = |bit: u8| of_files(playing(&(bit / 2).to_string(), &(bit % 2).to_string()), files);
                    plays.listed(all.map(one).collect(), now)
                }
                1 => plays.told(&notice(&s, &v, PlayState::Playing), now).0.into_iter().collect(),
                2 => plays.told(&notice(&s, &v, PlayState::Stopped), now).0.into_iter().collect(),
                3 => plays.tipped(tip(if rest % 2 == 0 { TipEvent::Started } else { TipEvent::Stopped }, &s, &v)).0.into_iter().collect(),
                _ => plays.refused(now),
            };
            for change in changes {
                match change {
                    Change::Began(key, _) | Change::Heard(key, _) => prop_assert!(on.insert(key)),
                    Change::WentOver(key, _) => prop_assert!(on.contains(&key)),
                    Change::Ended(key) => prop_assert!(on.remove(&key)),
                }
            }
            prop_assert_eq!(on.len(), plays.on.len());
        }
        // In the end nothing plays, and nothing is left.
        for round in 0..6 {
            for change in plays.listed(vec![], start + SILENCE * (100 + round * 2)) {
                match change {
                    Change::Began(key, _) | Change::Heard(key, _) => prop_assert!(on.insert(key)),
                    Change::WentOver(key, _) => prop_assert!(on.contains(&key)),
                    Change::Ended(key) => prop_assert!(on.remove(&key)),
                }
            }
        }
        prop_assert!(on.is_empty() && plays.awaited.is_empty() && plays.ended.is_empty());
        prop_assert!(plays.files.is_empty());
    }
}
