//! How it is said: XML unless JSON is asked for, pages, and what strangers are told.

use reqwest::Method;
use serde_json::Value;

use super::xml::Element;
use super::{ANNA, House, anna, tv};

/// Everything that JSON says stands in the XML, and nothing more stands there.
fn assert_same(xml: &Element, json: &Value) {
    let json = json.as_object().unwrap();
    let mut fields = 0;
    let mut children = 0;
    for (name, value) in json {
        let below: Vec<&Value> = match value {
            Value::Array(all) => all.iter().collect(),
            Value::Object(_) => vec![value],
            scalar => {
                let text = match scalar {
                    Value::String(text) => text.clone(),
                    Value::Bool(truth) => u8::from(*truth).to_string(),
                    Value::Null => String::new(),
                    number => number.to_string(),
                };
                assert_eq!(xml.field(name), Some(text.as_str()), "{name} of {}", xml.name);
                fields += 1;
                continue;
            }
        };
        let names: &[&str] = if name == "Metadata" { &["Video", "Directory"] } else { &[name] };
        let named: Vec<&Element> =
            xml.children.iter().filter(|child| names.contains(&child.name.as_str())).collect();
        assert_eq!(named.len(), below.len(), "{name} of {}", xml.name);
        children += named.len();
        for (xml, json) in named.into_iter().zip(below) {
            assert_same(xml, json);
        }
    }
    assert_eq!((xml.fields.len(), xml.children.len()), (fields, children), "{}", xml.name);
}

#[tokio::test]
async fn xml_and_json_say_the_same_at_every_door() {
    let house = House::new().await;
    house.world().watch(ANNA, house.episodes[0], &tv()).unwrap();
    house.world().start(ANNA, house.dune, &tv().transcoding()).unwrap();
    let (movies, series, dune, show) = (house.movies, house.series, house.dune, house.show);
    let doors = [
        "/".to_owned(),
        "/identity".to_owned(),
        "/library".to_owned(),
        "/library/sections".to_owned(),
        format!("/library/sections/{movies}/all?includeGuids=1"),
        format!("/library/sections/{series}/all?type=4&X-Plex-Container-Size=2"),
        format!("/library/sections/{series}/onDeck"),
        "/library/onDeck".to_owned(),
        format!("/library/metadata/{dune}?checkFiles=1"),
        format!("/library/metadata/{show}/allLeaves"),
        "/hubs".to_owned(),
        "/hubs/continueWatching".to_owned(),
        "/hubs/continueWatching/items".to_owned(),
        "/hubs/search?query=e&limit=2".to_owned(),
        "/status/sessions".to_owned(),
        "/status/sessions/history/all".to_owned(),
        "/accounts".to_owned(),
        "/:/prefs".to_owned(),
    ];
    for door in doors {
        let json = house.get(&anna(), &door).await;
        let request = house.request(Method::GET, &door).header("X-Plex-Token", anna().server_token);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/xml;charset=utf-8");
        let xml = Element::read(&answer.text().await.unwrap());
        assert_eq!(xml.name, "MediaContainer");
        assert_same(&xml, &json["MediaContainer"]);
    }
}

#[tokio::test]
async fn strangers_get_a_page_for_people_and_the_identity() {
    let house = House::new().await;
    for token in [None, Some("nobody"), Some(super::bob().account_token.as_str())] {
        let mut request =
            house.request(Method::GET, "/library/sections").header("Accept", "application/json");
        if let Some(token) = token {
            request = request.header("X-Plex-Token", token);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.headers()["content-type"], "text/html;charset=utf-8");
    }
    assert_eq!(house.request(Method::GET, "/identity").send().await.unwrap().status(), 200);
    let path = format!("/library/sections?X-Plex-Token={}", anna().account_token);
    assert_eq!(house.request(Method::GET, &path).send().await.unwrap().status(), 200, "as a parameter, too");
}

#[tokio::test]
async fn a_page_is_given_by_header_or_parameter_and_says_how_much_there_is() {
    let house = House::new().await;
    let path = format!("/library/sections/{}/all?type=4", house.series);
    let request = house.request(Method::GET, &path).header("X-Plex-Token", anna().server_token);
    let request = request.header("Accept", "application/json").header("X-Plex-Container-Start", "1");
    let answer = request.header("X-Plex-Container-Size", "2").send().await.unwrap();
    assert_eq!(answer.headers()["x-plex-container-total-size"], "4");
    let body: Value = answer.json().await.unwrap();
    let container = &body["MediaContainer"];
    assert_eq!(
        (&container["offset"], &container["size"], &container["totalSize"]),
        (&1.into(), &2.into(), &4.into())
    );
    assert_eq!(super::titles(&body).len(), 2);
    let none = format!("{path}&X-Plex-Container-Start=0&X-Plex-Container-Size=0");
    let count = house.get(&anna(), &none).await;
    assert_eq!(count["MediaContainer"]["totalSize"], 4);
    assert!(count["MediaContainer"].get("Metadata").is_none());
}

#[tokio::test]
async fn files_are_looked_at_when_that_is_asked_for() {
    let house = House::new().await;
    let path = format!("/library/metadata/{}", house.dune);
    let part = |answer: &Value| answer["MediaContainer"]["Metadata"][0]["Media"][0]["Part"][0].clone();
    assert!(part(&house.get(&anna(), &path).await).get("exists").is_none());
    let path = format!("{path}?checkFiles=1");
    let told = part(&house.get(&anna(), &path).await);
    assert_eq!((&told["exists"], &told["accessible"]), (&true.into(), &true.into()));
    let file = std::path::Path::new(told["file"].as_str().unwrap());
    assert_eq!(told["size"], file.metadata().unwrap().len());
    // As when a link leads where Plex does not get.
    std::fs::remove_file(file).unwrap();
    std::os::unix::fs::symlink("/nowhere/at/all", file).unwrap();
    let told = part(&house.get(&anna(), &path).await);
    assert_eq!((&told["exists"], &told["accessible"]), (&false.into(), &false.into()));
    // And as when Plex sees files elsewhere.
    let there = house.folder.path().join("there");
    std::fs::create_dir(&there).unwrap();
    std::fs::write(there.join("dune.mkv"), "film").unwrap();
    house.world().mount(house.folder.path(), &there);
    assert_eq!(part(&house.get(&anna(), &path).await)["exists"], true);
}

#[tokio::test]
async fn a_title_is_found_by_its_address_and_by_when_it_was_added() {
    let house = House::new().await;
    let item = house.get(&anna(), &format!("/library/metadata/{}", house.dune)).await;
    let item = &item["MediaContainer"]["Metadata"][0];
    let path = format!("/library/all?guid={}", item["guid"].as_str().unwrap());
    assert_eq!(house.titles(&anna(), &path).await.len(), 1);
    let added = item["addedAt"].as_i64().unwrap();
    let all = format!("/library/sections/{}/all", house.movies);
    assert_eq!(house.titles(&anna(), &format!("{all}?addedAt>={added}")).await.len(), 1);
    assert!(house.titles(&anna(), &format!("{all}?addedAt>>={added}")).await.is_empty());
}
