//! What Plex and Tautulli sent, and what anybody might.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use futures_util::{FutureExt, stream};
use proptest::prelude::*;

use super::*;

const PLAY: &str = r#"{"event":"media.play","user":true,"owner":true,"Account":{"id":47431022,"thumb":"https://plex.tv/users/9/avatar?c=1","title":"name"},"Server":{"title":"srv","uuid":"96f2"},"Player":{"local":true,"publicAddress":"203.0.113.9","title":"Firefox","uuid":"sww38hk3rsict7h16i0dfmd4"},"Metadata":{"librarySectionType":"show","ratingKey":"298572","key":"/library/metadata/298572","parentRatingKey":"298570","grandparentRatingKey":"294795","guid":"plex://episode/5d9c","type":"episode","title":"…","grandparentTitle":"Elementary","librarySectionID":4,"index":1,"parentIndex":7,"viewOffset":1000,"Guid":[{"id":"imdb://tt1"}]}}"#;
const FORM: &str = "multipart/form-data; boundary=----WebKitFormBoundary7MA4";

fn part(name: &str, media_type: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "------WebKitFormBoundary7MA4\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: {media_type}\r\n\r\n"
    );
    [head.as_bytes(), bytes, b"\r\n"].concat()
}

fn form(parts: &[Vec<u8>]) -> Vec<u8> {
    [parts.concat().as_slice(), b"------WebKitFormBoundary7MA4--\r\n"].concat()
}

/// In pieces of this size. What is there is read at once: nothing is waited for.
fn read_in_pieces(content_type: &str, body: &[u8], size: usize) -> Result<Tip, Unreadable> {
    let pieces: Vec<io::Result<Bytes>> =
        body.chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    read(content_type, stream::iter(pieces)).now_or_never().expect("it waits for more than there is")
}

fn of_plex(body: &[u8]) -> Result<Tip, Unreadable> {
    read_in_pieces(FORM, body, 1000)
}

fn of_json(body: &str) -> Result<Tip, Unreadable> {
    read_in_pieces("application/json; charset=utf-8", body.as_bytes(), 7)
}

fn played() -> Tip {
    Tip {
        event: TipEvent::Started,
        video: Some(RatingKey("298572".to_owned())),
        file: None,
        user: Some("name".to_owned()),
    }
}

#[test]
fn what_plex_sends_is_read_with_and_without_a_picture() {
    let payload = part(PAYLOAD, "application/json", PLAY.as_bytes());
    let picture = part("thumb", "image/jpeg", &[0xff, 0xd8, b'\r', b'\n', b'-', b'-', 0xff].repeat(9_000));
    assert_eq!(of_plex(&form(std::slice::from_ref(&payload))), Ok(played()));
    assert_eq!(of_plex(&form(&[payload.clone(), picture.clone()])), Ok(played()));
    assert_eq!(of_plex(&form(&[picture.clone(), payload.clone()])), Ok(played()), "in any order");
    assert_eq!(of_plex(&[payload, picture].concat()), Ok(played()), "what counts had arrived");
}

#[test]
fn json_is_read_in_the_clothes_that_others_put_it_in() {
    let tip = |event, video: Option<&str>, file: Option<&str>, user: Option<&str>| {
        Ok(Tip {
            event,
            video: video.map(|key| RatingKey(key.to_owned())),
            file: file.map(|file| ServerPath(file.to_owned())),
            user: user.map(str::to_owned),
        })
    };
    use TipEvent::{Other, Paused, Started};
    let tautulli =
        r#"{"event": "pause", "rating_key": "42", "file": "/tv/a.mkv", "username": "user1", "more": [{}]}"#;
    assert_eq!(of_json(tautulli), tip(Paused, Some("42"), Some("/tv/a.mkv"), Some("user1")));
    assert_eq!(
        of_json(r#"{"rating_key": 42, "user": "user2"}"#),
        tip(Started, Some("42"), None, Some("user2"))
    );
    assert_eq!(
        of_json(r#" {"file": "/a.mkv", "rating_key": "", "user": 7}"#),
        tip(Started, None, Some("/a.mkv"), Some("7"))
    );
    assert_eq!(of_json("{}"), tip(Started, None, None, None));
    assert_eq!(
        of_json(r#"{"event": {}, "file": [], "user": null, "Account": 3}"#),
        tip(Started, None, None, None)
    );
    assert_eq!(of_json(r#"{"event": "media.rate"}"#), tip(Other, None, None, None));
    assert_eq!(of_json(PLAY), Ok(played()), "also what is in the form of Plex");
}

#[test]
fn every_event_of_plex_is_known() {
    let events = [
        ("media.play", TipEvent::Started),
        ("playback.started", TipEvent::Started),
        ("media.pause", TipEvent::Paused),
        ("media.resume", TipEvent::Resumed),
        ("media.stop", TipEvent::Stopped),
        ("media.scrobble", TipEvent::Scrobbled),
        ("library.new", TipEvent::LibraryChanged),
        ("library.on.deck", TipEvent::LibraryChanged),
        ("media.rate", TipEvent::Other),
        ("admin.database.backup", TipEvent::Other),
        ("admin.database.corrupted", TipEvent::Other),
        ("device.new", TipEvent::Other),
    ];
    for (word, event) in events {
        assert_eq!(event_of(Some(word)), event, "{word}");
    }
}

#[test]
fn what_says_nothing_is_refused_for_its_reason() {
    use Unreadable::{Broken, MediaType, NoObject, NoPayload, TooLarge};
    for body in ["", "[]", "7", "\"play\"", "{", "{\"event\":}", "[\"a\",null,null,null,null,null,null]"] {
        assert_eq!(of_json(body), Err(NoObject), "{body}");
    }
    for media_type in ["", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded"] {
        assert_eq!(read_in_pieces(media_type, b"{}", 9), Err(MediaType), "{media_type}");
    }
    assert_eq!(of_plex(&form(&[part("thumb", "image/jpeg", b"x")])), Err(NoPayload));
    assert_eq!(of_plex(&form(&[])), Err(NoPayload));
    assert_eq!(of_plex(&form(&[part(PAYLOAD, "application/json", b"no")])), Err(NoObject));
    assert_eq!(of_plex(b"------WebKitFormBoundary7MA4\r\nContent-Dispo"), Err(Broken));
    assert_eq!(of_plex(&part(PAYLOAD, "application/json", PLAY.as_bytes())[..200]), Err(Broken));
    let long = format!("{{\"file\": \"{}\"}}", "x".repeat(LONGEST));
    assert_eq!(of_json(&long), Err(TooLarge));
    assert_eq!(of_plex(&form(&[part(PAYLOAD, "application/json", long.as_bytes())])), Err(TooLarge));
    let payload = part(PAYLOAD, "application/json", PLAY.as_bytes());
    let picture = part("thumb", "image/jpeg", &vec![7; LARGEST]);
    assert_eq!(of_plex(&form(&[payload, picture])), Err(TooLarge));
}

#[test]
fn no_more_is_read_than_is_allowed() {
    let asked = AtomicUsize::new(0);
    for content_type in ["application/json", FORM] {
        asked.store(0, Relaxed);
        let endless = stream::repeat_with(|| {
            asked.fetch_add(4096, Relaxed);
            io::Result::Ok(Bytes::from_static(&[b' '; 4096]))
        });
        assert_eq!(read(content_type, endless).now_or_never(), Some(Err(Unreadable::TooLarge)));
        assert!(asked.load(Relaxed) <= LARGEST + 8192, "{content_type}: {asked:?}");
    }
}

/// Pieces of what is meaningful, so that some of it is almost right.
fn scraps() -> impl Strategy<Value = Vec<u8>> {
    let scrap = prop_oneof![
        Just(b"------WebKitFormBoundary7MA4".to_vec()),
        Just(b"--\r\n".to_vec()),
        Just(b"\r\n\r\n".to_vec()),
        Just(b"Content-Disposition: form-data; name=\"payload\"\r\n".to_vec()),
        Just(b"Content-Disposition: form-data; name=\"thumb\"; filename*=UTF-8''%ff\r\n".to_vec()),
        Just(b"Content-Type: application/json\r\n".to_vec()),
        Just(PLAY.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..40),
        "[{}\\[\\]\",:a-z0-9 ]{0,40}".prop_map(String::into_bytes),
    ];
    prop::collection::vec(scrap, 0..12).prop_map(|scraps| scraps.concat())
}

proptest! {
    #[test]
    fn whatever_is_sent_is_read_or_refused(body in scraps(), size in 1_usize..200, content_type in "(multipart/form-data|application/json|\\PC*)(; boundary=(----WebKitFormBoundary7MA4|\\PC*))?") {
        let _ = read_in_pieces(&content_type, &body, size);
        let _ = read_in_pieces(FORM, &body, size);
        let _ = read_in_pieces("application/json", &body, size);
    }

    #[test]
    fn in_whatever_pieces_it_comes_it_says_the_same(size in 1_usize..400, event in "\\PC*", user in "\\PC{1,20}") {
        let json = serde_json::json!({ "event": event, "username": user, "rating_key": 7 }).to_string();
        let whole = of_json(&json);
        prop_assert_eq!(&whole.as_ref().unwrap().user, &Some(user));
        let body = form(&[part(PAYLOAD, "application/json", json.as_bytes()), part("thumb", "image/jpeg", b"\r\n--")]);
        prop_assert_eq!(&read_in_pieces(FORM, &body, size), &whole);
        prop_assert_eq!(&read_in_pieces("application/json", json.as_bytes(), size), &whole);
    }
}
