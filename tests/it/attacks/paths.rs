//! Names that lead elsewhere.

use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::*;

/// Names as they stand in a URL: plain, encoded once and twice, overlong, with NUL, with line ends, and of any length.
fn hostile() -> Vec<String> {
    let mut names: Vec<String> = [
        "..%2f..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "%252e%252e%252f%252e%252e%252fetc%252fpasswd",
        "..%5c..%5cetc%5cpasswd",
        "..;%2f..;%2fetc%2fpasswd",
        "%c0%ae%c0%ae%c0%af%c0%ae%c0%ae%c0%afetc",
        "%e0%80%ae%e0%80%ae%e0%80%af",
        "..%00",
        "a%00.mkv",
        "%00",
        "%0d%0aSet-Cookie:%20evil=1",
        "%0aX-Evil:%201",
        "%2fetc%2fpasswd",
        "file:%2f%2f%2fetc%2fpasswd",
        "%ff%fe",
        "%",
        "%zz",
        "~root",
        "-1",
        "00000000-0000-0000-0000-000000000000",
        "%7b%7b7*7%7d%7d",
        "'%20OR%20'1'='1",
        "$(reboot)",
    ]
    .map(str::to_owned)
    .into();
    names.push("a".repeat(4000));
    names.push("%2e%2e%2f".repeat(600));
    names
}

#[test]
fn no_part_of_an_address_leads_out() {
    let target = Target::new();
    let document: Value = serde_json::from_str(&cacherr::api::document()).unwrap();
    let mut asked = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        if !path.contains('{') {
            continue;
        }
        for (method, _) in methods.as_object().unwrap() {
            for name in hostile() {
                let (before, rest) = path.split_once('{').unwrap();
                let (_, after) = rest.split_once('}').unwrap();
                let answer = target.get(&method.to_uppercase(), &format!("{before}{name}{after}"));
                asked += 1;
                let status = status(&answer);
                // A person's name may be anything, and nobody is called like that: zeros are no failure.
                let is_person = path.contains("{user_id}") && method == "get";
                assert!(
                    (400..500).contains(&status) || is_person && status == 200,
                    "{method} {path} with {name}: {answer}"
                );
                let (head, body) = answer.split_once("\r\n\r\n").unwrap();
                let head = head.to_ascii_lowercase();
                assert!(!head.contains("evil") && !head.contains("set-cookie"), "{answer}");
                assert!(!body.contains("root:") && !body.contains(TREASURE), "{answer}");
                if !is_person && head.contains("content-type: application/json") {
                    assert!(
                        body.contains("\"success\":false") || body.contains("\"success\": false"),
                        "{answer}"
                    );
                }
            }
        }
    }
    assert!(asked > 200, "the document was not walked: {asked}");
    target.is_well();
}

#[test]
fn no_path_outside_of_the_library_is_cached() {
    let target = Target::new();
    let house = &target.house;
    let film = house.film("film.mkv", b"a film");
    let (library, treasure) = (house.at("library"), house.at("treasure"));
    symlink(&treasure, library.join("leads out.mkv")).unwrap();
    symlink(house.at("."), library.join("folder out")).unwrap();
    fs::create_dir(library.join("folder")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        library.join("fifo"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();
    let below = |name: &str| library.join(name).to_str().unwrap().to_owned();
    let mut paths = vec![
        treasure.to_str().unwrap().to_owned(),
        below("../treasure"),
        below("folder/../../treasure"),
        below("folder out/treasure"),
        below("leads out.mkv"),
        below("fifo"),
        below("folder"),
        below(""),
        below("film.mkv\0"),
        below("film.mkv/x"),
        below(".film.mkv.cacherr-original"),
        format!("{}/{}", library.display(), "x".repeat(5000)),
        format!("{}/{}film.mkv", library.display(), "folder/../".repeat(2000)),
        "film.mkv".to_owned(),
        "/etc/passwd".to_owned(),
        "/proc/self/environ".to_owned(),
        "/dev/zero".to_owned(),
        "\\\\server\\share".to_owned(),
        String::new(),
        "\u{202e}vkm.mlif".to_owned(),
    ];
    paths.push("/".repeat(100_000));
    for path in paths {
        let (status, body) = target.post("/api/cached/files", &json!({ "file_path": path }));
        assert!((400..500).contains(&status), "{path:?}: {status} {body}");
        assert!(body.len() < 4096 && !body.contains('\u{202e}'), "{body}");
    }
    assert!(!film.is_symlink() && library.join("leads out.mkv").read_link().unwrap() == treasure);
    target.is_well();
}

struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_folder_that_becomes_a_link_while_it_is_looked_at_leads_nowhere() {
    let target = Target::new();
    let house = &target.house;
    let outside = house.at("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("film.mkv"), TREASURE).unwrap();
    super::super::process::age(&outside.join("film.mkv"));
    house.film("folder/film.mkv", b"the film of the library");
    let folder = house.at("library/folder");
    symlink(&outside, house.at("library/other")).unwrap();
    let over = AtomicBool::new(false);
    let mut answers = std::collections::BTreeMap::<u16, usize>::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // The folder and a link to the outside change places, again and again.
            while !over.load(Ordering::Relaxed) {
                let other = house.at("library/other");
                let _ = rustix::fs::renameat_with(
                    rustix::fs::CWD,
                    &folder,
                    rustix::fs::CWD,
                    &other,
                    rustix::fs::RenameFlags::EXCHANGE,
                );
            }
        });
        // Also when something goes wrong.
        let _end = Ends(&over);
        for _ in 0..rounds() {
            let film = json!({ "file_path": folder.join("film.mkv") });
            let (status, _) = target.post("/api/cached/files", &film);
            *answers.entry(status).or_default() += 1;
        }
    });
    assert!(answers.keys().all(|status| *status < 500), "{answers:?}");
    // What was accepted is worked off, and whatever came of it, the stranger's file is as it was.
    crate::process::wait_for("the queue", || {
        target.get("GET", "/api/jobs?state=queued").contains("\"total_count\":0")
    });
    let left = outside.join("film.mkv");
    assert!(left.symlink_metadata().unwrap().is_file() && fs::read_to_string(&left).unwrap() == TREASURE);
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1, "nothing was put there");
    target.is_well();
}
