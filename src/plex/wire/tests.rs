//! What real servers sent, from their logs; and the same with every drift of types that was seen.

use serde_json::{Value, json};

use super::container::{Envelope, Items};
use super::*;
use crate::domain::media::people::{Account, HomeUser, Resource, Way};
use crate::domain::media::{
    PlayState, RatingKey, Reach, Section, SectionId, SectionKind, Session, Video, VideoKind,
};
use crate::domain::secret::Secret;
use crate::domain::time::Time;
use crate::plex::notices::{Entry, Notice};

fn items(value: Value) -> Vec<video::Metadata> {
    serde_json::from_value::<Envelope<Items>>(value).unwrap().container.items
}

const DECK: &str = r#"{"MediaContainer":{"size":16,"allowSync":false,"identifier":"com.plexapp.plugins.library","mixedParents":true,"Metadata":[
 {"librarySectionID":2,"librarySectionTitle":"TV Shows","ratingKey":"49564","key":"/library/metadata/49564","parentRatingKey":"49557","grandparentRatingKey":"49556",
  "guid":"plex://episode/5ea7d7402e7ab10042e74d4f","parentGuid":"plex://season/602e754d67f4c8002ce54b3d","grandparentGuid":"plex://show/5d9c090e705e7a001e6e94d8",
  "type":"episode","title":"Circus","grandparentTitle":"Bluey (2018)","parentTitle":"Season 2","index":33,"parentIndex":2,"lastViewedAt":1681908352,"viewOffset":0,"year":2018,
  "duration":420080,"originallyAvailableAt":"2020-10-31","addedAt":1654258196,
  "Media":[{"id":80994,"duration":420080,"height":1080,"aspectRatio":1.78,
    "Part":[{"id":80994,"key":"/library/parts/80994/1655007810/file.mkv","file":"/tvshows/Bluey (2018)/Bluey (2018) - S02E33 - Circus.mkv","size":55148931,"Stream":[{"id":211234,"streamType":1}]}]}],
  "Guid":[{"id":"imdb://tt13303712"},{"id":"tmdb://2434012"},{"id":"tvdb://7945991"}]}]}}"#;

#[test]
fn an_episode_on_deck_is_read_whole() {
    let videos: Vec<Video> = usable(items(serde_json::from_str(DECK).unwrap()));
    let [video] = videos.as_slice() else { panic!("{videos:?}") };
    assert_eq!((video.kind, video.key.0.as_str()), (VideoKind::Episode, "49564"));
    assert_eq!(video.section, Some(SectionId("2".to_owned())));
    let place = video.place.as_ref().unwrap();
    assert_eq!((place.season, place.episode), (Some(2), Some(33)));
    assert_eq!(place.show, Some(RatingKey("49556".to_owned())));
    assert_eq!(place.season_key, Some(RatingKey("49557".to_owned())));
    assert_eq!(video.guids, ["imdb://tt13303712", "tmdb://2434012", "tvdb://7945991"]);
    assert_eq!(video.last_viewed_at, Some(Time::from_micros(1_681_908_352_000_000)));
    let part = video.parts().next().unwrap();
    assert_eq!(part.file.as_ref().unwrap().0, "/tvshows/Bluey (2018)/Bluey (2018) - S02E33 - Circus.mkv");
    assert_eq!((part.size, part.exists), (Some(55_148_931), None));
}

#[test]
fn numbers_truths_and_lists_are_read_in_any_clothes() {
    let video = |rating_key: Value, size: Value, there: Value, section: Value| {
        let items = items(json!({"MediaContainer": {"Metadata": [{
            "ratingKey": rating_key, "type": "movie", "librarySectionID": section, "viewOffset": "120000", "viewCount": 1.0,
            "Media": {"id": "1", "Part": [{"file": "/a.mkv", "size": size, "exists": there, "accessible": there}]},
            "Guid": null, "somethingNew": [{"x": {}}],
        }]}}));
        usable::<_, Video>(items).pop().unwrap()
    };
    let one = video(json!("7"), json!(5), json!(true), json!(2));
    assert_eq!(one, video(json!(7), json!("5"), json!(1), json!("2")));
    assert_eq!(one, video(json!(7), json!(5.0), json!("1"), json!(2)));
    assert_eq!((one.view_offset_ms, one.view_count), (120_000, 1));
    assert_eq!(one.parts().next().unwrap().accessible, Some(true));
}

#[test]
fn versions_and_parts_are_all_there_and_a_missing_file_is_none() {
    let videos: Vec<Video> = usable(items(
        json!({"MediaContainer": {"size": 1, "Metadata": [{"ratingKey": "1", "type": "movie",
        "Media": [
            {"id": 1, "height": 2160, "Part": [{"id": 1, "file": "/4k/a.mkv"}]},
            {"id": 2, "height": "1080", "Part": [{"id": 2, "file": "/hd/a-1.mkv"}, {"id": 3, "file": "/hd/a-2.mkv"}, {"id": 4}]},
        ]}]}}),
    ));
    let heights: Vec<_> = videos[0].versions.iter().map(|version| version.height).collect();
    assert_eq!(heights, [Some(2160), Some(1080)]);
    let files: Vec<_> =
        videos[0].parts().map(|part| part.file.as_ref().map(|file| file.0.as_str())).collect();
    assert_eq!(files, [Some("/4k/a.mkv"), Some("/hd/a-1.mkv"), Some("/hd/a-2.mkv"), None]);
}

#[test]
fn what_has_no_key_is_left_out_and_takes_nobody_with_it() {
    let videos: Vec<Video> =
        usable(items(json!({"MediaContainer": {"Metadata": [{"title": "?"}, 7, null, {"ratingKey": 1}]}})));
    assert_eq!(videos.len(), 1);
    assert_eq!(videos[0].kind, VideoKind::Other);
    assert!(items(json!({"MediaContainer": {"size": 0}})).is_empty());
    assert!(serde_json::from_value::<Envelope<Items>>(json!({})).is_err());
}

#[test]
fn a_session_says_who_plays_what_and_where() {
    let wire = items(json!({"MediaContainer": {"size": 1, "Metadata": [{
        "ratingKey": "130", "type": "track", "sessionKey": "203", "viewOffset": 1000, "librarySectionID": "3",
        "Media": [{"id": "130355", "selected": true, "Part": [{"id": "130625", "file": "/music/a.flac", "size": 23644000, "decision": "directplay"}]}],
        "User": {"id": "1", "thumb": "https://plex.tv/users/844780fc6f8a26b5/avatar?c=1705853661", "title": "Blindkitty38"},
        "Player": {"address": "10.10.10.171", "state": "playing", "title": "DESKTOP", "local": true, "relayed": false, "userID": 1},
        "Session": {"id": "93h7e00ncblxncqw9lkfaoxi", "bandwidth": 1050, "location": "lan"},
    }]}}));
    let session: Session = usable(wire).pop().unwrap();
    assert_eq!(
        (session.key.as_str(), session.state, session.reach),
        ("203", PlayState::Playing, Reach::Local)
    );
    let user = session.user.unwrap();
    assert_eq!((user.id.as_str(), user.title.as_str()), ("1", "Blindkitty38"));
    assert!(session.video.versions[0].selected);
}

#[test]
fn a_session_without_player_and_user_is_one() {
    let wire = items(
        json!({"MediaContainer": {"Metadata": [{"ratingKey": 1, "sessionKey": 4, "Session": {"location": "wan"}, "User": 7}]}}),
    );
    let session: Session = usable(wire).pop().unwrap();
    assert_eq!((session.user, session.state, session.reach), (None, PlayState::Unknown, Reach::Remote));
}

#[test]
fn sections_name_their_folders() {
    let wire: Envelope<server::Sections> = serde_json::from_str(r#"{"MediaContainer":{"size":2,"title1":"Plex Library","Directory":[{"allowSync":true,"key":"1","type":"movie","title":"Movies","hidden":0,"Location":[{"id":1,"path":"/Movies"},{"id":2,"path":"Z:\\More"}]},{"key":2,"type":"artist","title":"Music"}]}}"#).unwrap();
    let sections: Vec<Section> = usable(wire.container.sections);
    assert_eq!((sections[0].kind, sections[1].kind), (SectionKind::Movies, SectionKind::Other));
    assert_eq!(sections[0].locations[1].0, "Z:\\More");
    assert_eq!(sections[1].id.0, "2");
}

#[test]
fn notices_are_read_with_and_without_their_container() {
    let bare = r#"{"type":"playing","size":1,"PlaySessionStateNotification":[{"sessionKey":"16","ratingKey":"6263","key":"/library/metadata/6263","viewOffset":0,"state":"error"}]}"#;
    let wrapped = format!(r#"{{"NotificationContainer":{bare}}}"#);
    let old = r#"{"type":"playing","_children":[{"_elementType":"PlaySessionStateNotification","sessionKey":16,"ratingKey":6263,"viewOffset":"0","state":"error"}]}"#;
    let told = notice::read(bare);
    assert!(
        matches!(&told[..], [Notice::Playing(playing)] if playing.session == "16" && playing.state == PlayState::Failed)
    );
    assert_eq!(told, notice::read(&wrapped));
    assert_eq!(told, notice::read(old));
}

#[test]
fn the_timeline_tells_what_is_new_ready_and_gone() {
    let entry = |state: Value, metadata: Value| {
        let frame = json!({"NotificationContainer": {"type": "timeline", "TimelineEntry": [{
            "identifier": "com.plexapp.plugins.library", "sectionID": "2", "itemID": 583, "type": "4", "state": state, "metadataState": metadata}]}});
        match notice::read(&frame.to_string()).pop().unwrap() {
            Notice::Timeline { entry, kind: VideoKind::Episode, section: Some(section), .. }
                if section.0 == "2" =>
            {
                entry
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(entry(json!(0), json!("created")), Entry::Created);
    assert_eq!(entry(json!("5"), json!(null)), Entry::Ready);
    assert_eq!(entry(json!(5), json!("queued")), Entry::Changing);
    assert_eq!(entry(json!(9), json!("deleted")), Entry::Deleted);
}

#[test]
fn only_the_end_of_an_activity_is_told_and_the_rest_is_other() {
    let frame = |event: &str| {
        json!({"NotificationContainer": {"type": "activity", "size": 1, "ActivityNotification": [{"event": event, "uuid": "fe1365a6",
            "Activity": {"type": "library.update.section", "userID": 1, "progress": 100, "Context": {"librarySectionID": "2"}}}]}}).to_string()
    };
    let section = Some(SectionId("2".to_owned()));
    assert_eq!(
        notice::read(&frame("ended")),
        [Notice::ActivityEnded { kind: "library.update.section".to_owned(), section }]
    );
    assert_eq!(notice::read(&frame("started")), [Notice::Other { kind: "activity".to_owned() }]);
    for other in [
        r#"{"NotificationContainer":{"type":"status","size":1,"StatusNotification":[{"title":"Library scan complete","notificationName":"LIBRARY_UPDATE"}]}}"#,
        r#"{"NotificationContainer":{"type":"reachability","size":1,"ReachabilityNotification":[{"reachability":true}]}}"#,
        r#"{"NotificationContainer":{"type":"backgroundProcessingQueue","size":1,"BackgroundProcessingQueueEventNotification":[{"queueID":1,"event":"queueRegenerated"}]}}"#,
        "",
        "[]",
        "{",
        "7",
    ] {
        assert!(matches!(&notice::read(other)[..], [Notice::Other { .. }]), "{other}");
    }
}

#[test]
fn a_home_names_its_users() {
    let wire: cloud::Home = serde_json::from_value(json!({"id": 1, "name": "home", "users": [
        {"id": 2737029, "uuid": "a", "title": "Owner", "username": "owner", "friendlyName": null, "hasPassword": true, "restricted": false, "admin": true, "guest": false, "protected": true},
        {"id": 33542084, "uuid": "b", "title": "Kid", "username": null, "email": null, "restricted": true, "restrictionProfile": "little_kid", "admin": false, "protected": false}]})).unwrap();
    let users: Vec<HomeUser> = usable(wire.users);
    assert!(users[0].admin && users[0].protected && users[1].restricted);
    assert_eq!((users[1].title.as_str(), &users[1].username), ("Kid", &None));
}

#[test]
fn the_best_way_to_a_server_comes_first() {
    let way = |uri: &str, local: bool, relay: bool| json!({"uri": uri, "local": local, "relay": relay});
    let wire: cloud::Resources = serde_json::from_value(json!([
        {"name": "player", "clientIdentifier": "p", "provides": "client,player"},
        {"name": "srv", "clientIdentifier": "m", "provides": "server", "owned": 1, "accessToken": "secret-of-the-server", "connections": [
            way("https://relay", false, true), way("https://far", false, false), way("http://near", true, false), way("https://near", true, false)]},
    ])).unwrap();
    let servers: Vec<Resource> = usable(wire.devices);
    assert_eq!(servers.len(), 1);
    let uris: Vec<_> = servers[0].connections.iter().map(|connection| connection.uri.as_str()).collect();
    assert_eq!(uris, ["https://near", "http://near", "https://far", "https://relay"]);
    assert_eq!(servers[0].connections[3].way, Way::Relay);
    assert!(!format!("{servers:?}").contains("secret"));
}

#[test]
fn an_account_has_pass_only_while_its_subscription_is_active() {
    let account = |subscription: Value| {
        let user = json!({"id": "7", "uuid": "u", "title": "T", "subscription": subscription});
        Account::try_from(serde_json::from_value::<cloud::User>(user).unwrap()).unwrap()
    };
    assert!(account(json!({"active": true})).pass);
    assert!(!account(json!({"active": 0})).pass);
    assert!(!account(json!(null)).pass);
}

#[test]
fn friends_and_shares_are_read_from_xml_with_and_without_token() {
    let friends = shared::friends(r#"<?xml version="1.0" encoding="UTF-8"?><MediaContainer friendlyName="myPlex"><User id="111" title="Ann" username="ann" email="" home="1" thumb="https://plex.tv/users/abc123/avatar?c=1"><Server id="1" machineIdentifier="m1" name="srv"/></User><User id="x"/></MediaContainer>"#).unwrap();
    assert_eq!(friends.len(), 1);
    assert_eq!((friends[0].uuid.as_deref(), friends[0].home), (Some("abc123"), true));
    assert_eq!(friends[0].servers, ["m1"]);
    let shares = shared::shared_users(r#"<MediaContainer><SharedServer id="30001" username="user1" userID="111" accessToken="tok" allLibraries="0"><Section id="1" key="1" title="Movies"/></SharedServer><SharedServer userID="112" accessToken=""/><SharedServer userID="113"/></MediaContainer>"#).unwrap();
    let tokens: Vec<_> =
        shares.iter().map(|share| share.token.as_ref().map(|token| token.expose().to_owned())).collect();
    assert_eq!(tokens, [Some("tok".to_owned()), None, None]);
    assert!(shared::friends("<html/>").is_err());
    assert!(
        shared::friends(r#"<!DOCTYPE x [<!ENTITY a "aaaa">]><MediaContainer>&a;</MediaContainer>"#).is_err()
    );
}

#[test]
fn feeds_are_read_in_both_forms() {
    let rss = r#"<?xml version="1.0"?><rss xmlns:media="http://search.yahoo.com/mrss/" version="2.0"><channel><title>Watchlist</title>
        <item><title>The Menu (2022)</title><category>movie</category><author>4016660</author><guid isPermaLink="false">imdb://tt9764362</guid><media:keywords>x</media:keywords></item>
        <item><title>Nameless</title><category>show</category></item><item><category>game</category></item></channel></rss>"#;
    let page = feed::page(rss).unwrap();
    assert_eq!(page.entries.len(), 2);
    assert_eq!(
        (&page.entries[0].guids[..], page.entries[0].author.as_deref()),
        (&["imdb://tt9764362".to_owned()][..], Some("4016660"))
    );
    assert!(page.entries[1].guids.is_empty() && page.entries[1].kind == VideoKind::Show);
    let page = feed::page(r#"{"title":"Plex Watchlist","links":{"self":"a","next":"b"},"items":[{"title":"T","category":"movie","guids":["imdb://tt1","tmdb://2"],"keywords":[]}]}"#).unwrap();
    assert_eq!((page.entries[0].guids.len(), page.next), (2, Some(Secret::new("b"))));
    assert!(feed::page("{}").is_err() && feed::page("<html/>").is_err());
}
