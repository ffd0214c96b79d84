use super::accept::{best, is_navigation};
use super::*;

const BOTH: [Coding; 2] = Coding::ALL;

const PAGE: &str = "<!doctype html><head><base href=\"/\"><meta name=\"cacherr-build\" content=\"\"></head>";
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn ui() -> Ui {
    let files = [
        ("index.html", PAGE),
        ("index.html.br", "the page as it lies there"),
        ("favicon.svg", "<svg/>"),
        ("assets/main-abc.js", "a script that is long"),
        ("assets/main-abc.js.br", "br"),
        ("assets/main-abc.js.gz", "gz"),
        ("assets/icons-abc.woff2", "font"),
    ];
    Ui::of(files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())))
}

fn ask(path: &str, accept: &str, encodings: &str) -> Answer {
    ui().answer(&Asked { path, accept, encodings, base_path: "/cacherr" })
}

fn file(path: &str, accept: &str, encodings: &str) -> File {
    match ask(path, accept, encodings) {
        Answer::File(file) => file,
        other => panic!("{path}: {other:?}"),
    }
}

fn is_nothing(path: &str, accept: &str) -> bool {
    matches!(ask(path, accept, ""), Answer::Nothing)
}

#[test]
fn the_best_encoding_is_the_one_with_the_largest_weight_and_then_ours() {
    for (accepted, expected) in [
        ("", None),
        ("identity", None),
        ("deflate, zstd", None),
        ("gzip", Some(Coding::Gzip)),
        ("x-gzip", Some(Coding::Gzip)),
        ("gzip, deflate, br, zstd", Some(Coding::Brotli)),
        ("BR", Some(Coding::Brotli)),
        ("br;q=0.5, gzip;q=0.9", Some(Coding::Gzip)),
        ("br;q=0, gzip", Some(Coding::Gzip)),
        ("br;q=0.0, gzip;q=0.000", None),
        ("*", Some(Coding::Brotli)),
        ("*;q=0.1, br;q=0", Some(Coding::Gzip)),
        ("*;q=0", None),
        ("identity;q=1, br;q=0.5", None),
        ("identity;q=0.5, br;q=0.5", Some(Coding::Brotli)),
        ("identity;q=0, gzip;q=0.001", Some(Coding::Gzip)),
        ("br ; q=1.000 , gzip", Some(Coding::Brotli)),
        ("br;q=2, gzip;q=nonsense", None),
        ("br;q=1.1", None),
        (",,;q=1,gzip", Some(Coding::Gzip)),
    ] {
        assert_eq!(best(accepted, &BOTH), expected, "{accepted}");
    }
    assert_eq!(best("br, gzip;q=0.1", &[Coding::Gzip]), Some(Coding::Gzip), "only what there is");
    assert_eq!(best("br, gzip", &[]), None);
}

#[test]
fn a_navigation_names_pages() {
    assert!(is_navigation(BROWSER) && is_navigation("TEXT/HTML") && is_navigation("text/html;q=0.1"));
    for other in
        ["", "*/*", "image/avif,image/webp,*/*;q=0.8", "application/json", "text/html;q=0", "text/htmlx"]
    {
        assert!(!is_navigation(other), "{other}");
    }
}

#[test]
fn files_come_in_the_encoding_that_is_taken_and_are_kept_for_good_if_they_are_hashed() {
    let script = |encodings| {
        let file = file("/assets/main-abc.js", "*/*", encodings);
        (file.coding, String::from_utf8(file.body.into_owned()).unwrap(), file.varies)
    };
    let varies = Some("accept-encoding");
    assert_eq!(script("gzip, br"), (Some("br"), "br".to_owned(), varies));
    assert_eq!(script("gzip"), (Some("gzip"), "gz".to_owned(), varies));
    assert_eq!(script(""), (None, "a script that is long".to_owned(), varies));
    let font = file("/assets/icons-abc.woff2", "*/*", "gzip, br");
    assert_eq!((font.kind, font.coding, font.varies), ("font/woff2", None, None));
    assert_eq!((font.cache, font.tag), (FOR_GOOD, None));
    let icon = file("/favicon.svg", "image/*", "");
    assert_eq!((icon.kind, icon.cache), ("image/svg+xml", ASK_AGAIN));
    assert!(icon.tag.unwrap().starts_with('"'), "a strong one");
}

#[test]
fn what_is_there_in_encodings_alone_is_given_whole_to_whoever_takes_none() {
    use std::io::Write;
    let text = "a script that is long ".repeat(100);
    let mut small = flate2::write::GzEncoder::new(vec![], flate2::Compression::best());
    small.write_all(text.as_bytes()).unwrap();
    let files = [
        ("index.html", PAGE.into()),
        ("assets/a.js.gz", small.finish().unwrap()),
        ("assets/b.js.gz", vec![1]),
    ];
    let ui = Ui::of(files.map(|(name, bytes)| (name.to_owned(), bytes)));
    let ask = |path, encodings| ui.answer(&Asked { path, accept: "*/*", encodings, base_path: "/" });
    let Answer::File(file) = ask("/assets/a.js", "br") else { panic!("it is there") };
    assert_eq!((file.coding, &*file.body, file.varies), (None, text.as_bytes(), Some("accept-encoding")));
    let Answer::File(file) = ask("/assets/a.js", "gzip") else { panic!("it is there") };
    assert_eq!(file.coding, Some("gzip"));
    assert!(matches!(ask("/assets/b.js", ""), Answer::Nothing), "what cannot be made whole is missed");
}

#[test]
fn the_page_learns_where_it_is_served_and_which_it_is() {
    let page = file("/", BROWSER, "br");
    let text = String::from_utf8(page.body.into_owned()).unwrap();
    let build = ui().build().unwrap().to_owned();
    assert!(text.contains("<base href=\"/cacherr/\">"), "{text}");
    assert!(text.contains(&format!("<meta name=\"cacherr-build\" content=\"{build}\">")), "{text}");
    assert_eq!((page.kind, page.cache, page.coding), ("text/html; charset=utf-8", ASK_AGAIN, None));
    assert_eq!(index::fill_in(PAGE, "/", None), PAGE, "at the root nothing is different");
    assert_eq!(index::fill_in("<p>", "/x", Some("y")), "<p>");
    let odd = index::fill_in(PAGE, "/a\"><script>&", None);
    assert!(odd.contains("<base href=\"/a&quot;&gt;&lt;script&gt;&amp;/\">"), "{odd}");
}

#[test]
fn deep_links_are_the_page_for_those_who_go_there_and_for_nobody_else() {
    for path in [
        "",
        "/",
        "/index.html",
        "/files",
        "/library/Movies/Film%20(2020)/Film.mkv",
        "/jobs/1",
        "/a//b",
        "/100%",
    ] {
        assert_eq!(file(path, BROWSER, "").kind, "text/html; charset=utf-8", "{path}");
    }
    for path in ["/files", "/jobs/1"] {
        assert!(
            is_nothing(path, "*/*") && is_nothing(path, "application/json") && is_nothing(path, ""),
            "{path}"
        );
    }
    assert_eq!(file("/", "*/*", "").kind, "text/html; charset=utf-8", "whatever a monitor takes");
}

#[test]
fn a_missing_file_is_missed_whoever_asks() {
    for path in ["/assets/gone.js", "/assets/", "/assets/x", "/gone.js", "/robots.txt", "/site.webmanifest"] {
        assert!(is_nothing(path, BROWSER) && is_nothing(path, "*/*"), "{path}");
    }
    // What lies beside files is there for us alone.
    for path in ["/assets/main-abc.js.br", "/assets/main-abc.js.gz"] {
        assert!(is_nothing(path, BROWSER), "{path}");
    }
}

#[test]
fn a_hostile_path_leads_nowhere() {
    for path in [
        "/..",
        "/../index.html",
        "/assets/../index.html",
        "/./index.html",
        "/assets/%2e%2e/index.html",
        "/%2E%2e%2findex.html",
        "/..%5cindex.html",
        "/%252e%252e/x",
        "/a%00b",
        "/%00",
        "/a%0d%0ab",
        "/\\..\\x",
        "/%c0%ae%c0%ae/x",
        "/%ff",
    ] {
        assert!(is_nothing(path, BROWSER), "{path}");
    }
}

#[test]
fn another_web_app_has_another_id() {
    let id = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
        Ui::of(files).build().map(str::to_owned)
    };
    let one = id(&[("index.html", "a"), ("b", "c")]);
    assert_eq!(one.as_deref().map(str::len), Some(16));
    assert_eq!(one, id(&[("b", "c"), ("index.html", "a")]));
    assert_ne!(one, id(&[("index.html", "ab"), ("b", "")]));
    assert_ne!(one, id(&[("index.html", "a"), ("bc", "")]));
    assert_eq!(id(&[("b", "c")]), None, "files without a page are no web app");
}

#[test]
fn without_a_web_app_people_are_told_so_and_how_to_have_it() {
    let ui = Ui::absent();
    let ask = |path, accept| ui.answer(&Asked { path, accept, encodings: "", base_path: "/cacherr" });
    for path in ["/", "/files", "/index.html"] {
        match ask(path, BROWSER) {
            Answer::Absent(page) => assert!(
                page.contains("not in this binary")
                    && page.contains("scripts/build")
                    && page.contains("/cacherr/api/docs"),
                "{page}"
            ),
            other => panic!("{path}: {other:?}"),
        }
        assert!(matches!(ask(path, "*/*"), Answer::Nothing));
    }
    assert!(matches!(ask("/assets/x.js", BROWSER), Answer::Nothing));
}
