//! The web app: who is given which file, for how long, and what of it is nobody's.

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};

use crate::support::app::{Options, TestApp, send};

const PAGE: &str =
    "<!doctype html><html><head><base href=\"/\"><meta name=\"cacherr-build\" content=\"\"></head></html>";
const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
const FILES: &[(&str, &[u8])] = &[
    ("index.html", PAGE.as_bytes()),
    ("favicon.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
    ("site.webmanifest", b"{}"),
    ("assets/main-abc123.js", b"console.log(1)"),
    ("assets/main-abc123.js.br", b"as brotli"),
    ("assets/main-abc123.js.gz", b"as gzip"),
    ("assets/main-abc123.css", b"a{}"),
    ("assets/inter-abc123.woff2", b"\0font"),
];

async fn start(base_path: Option<&'static str>) -> TestApp {
    TestApp::start_with(Options { base_path, ui: FILES, ..Options::default() }).await
}

struct Got {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// Nobody who asks for the web app shows who they are.
fn asks(app: &TestApp, path: &str) -> RequestBuilder {
    app.stranger(Method::GET, path)
}

async fn got(request: RequestBuilder) -> Got {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Got { status, headers, body: response.bytes().await.unwrap().to_vec() }
}

#[tokio::test]
async fn a_browser_is_given_the_page_which_knows_where_it_is_served_and_may_do_little() {
    for (base_path, base) in [(None, "/"), (Some("/cacherr"), "/cacherr/")] {
        let app = start(base_path).await;
        let build =
            app.get(&format!("{base}api/version")).await.is(200)["ui_build"].as_str().unwrap().to_owned();
        let below = base.trim_end_matches('/');
        for path in [
            base.to_owned(),
            format!("{base}index.html"),
            format!("{base}library/Film%20(2020)"),
            format!("{below}/jobs/1?x=y"),
        ] {
            let page = got(asks(&app, &path).header("Accept", BROWSER)).await;
            assert_eq!(
                (page.status, page.header("content-type")),
                (200, "text/html; charset=utf-8"),
                "{path}"
            );
            assert!(page.text().contains(&format!("<base href=\"{base}\">")), "{path}: {}", page.text());
            assert!(
                page.text().contains(&format!("\"cacherr-build\" content=\"{build}\"")),
                "{}",
                page.text()
            );
            let policy = page.header("content-security-policy");
            for part in
                ["default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "base-uri 'self'"]
            {
                assert!(policy.contains(part), "{policy}");
            }
            assert_eq!(page.header("cache-control"), "no-cache");
            assert_eq!(page.header("x-content-type-options"), "nosniff");
            assert!(!page.headers.contains_key("set-cookie") && page.headers.contains_key("x-request-id"));
        }
    }
    let app = start(Some("/cacherr")).await;
    let page = got(asks(&app, "/cacherr").header("Accept", BROWSER)).await;
    assert_eq!(page.status, 200, "without the slash");
    assert!(page.text().contains("<base href=\"/cacherr/\">"));
    for path in ["/", "/assets/main-abc123.js", "/cacherrs", "/cacherrs/"] {
        send(asks(&app, path).header("Accept", BROWSER)).await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn files_come_as_they_are_taken_and_are_kept_for_as_long_as_they_are_true() {
    let app = start(None).await;
    let script = async |encodings: &str| {
        let got = got(asks(&app, "/assets/main-abc123.js").header("Accept-Encoding", encodings)).await;
        assert_eq!(got.header("vary"), "accept-encoding");
        assert_eq!(got.header("content-type"), "text/javascript; charset=utf-8");
        (got.header("content-encoding").to_owned(), got.text().to_owned())
    };
    let pair = |coding: &str, text: &str| (coding.to_owned(), text.to_owned());
    assert_eq!(script("gzip, deflate, br, zstd").await, pair("br", "as brotli"));
    assert_eq!(script("br;q=0, gzip").await, pair("gzip", "as gzip"));
    assert_eq!(script("identity").await, pair("", "console.log(1)"));
    assert_eq!(script("br;q=0, *;q=0").await, pair("", "console.log(1)"));
    for (path, kind) in [
        ("/assets/main-abc123.css", "text/css; charset=utf-8"),
        ("/assets/inter-abc123.woff2", "font/woff2"),
        ("/assets/main-abc123.js", "text/javascript; charset=utf-8"),
    ] {
        let got = got(asks(&app, path)).await;
        assert_eq!((got.status, got.header("content-type")), (200, kind));
        assert_eq!(got.header("cache-control"), "public, max-age=31536000, immutable");
    }
    for (path, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/favicon.svg", "image/svg+xml"),
        ("/site.webmanifest", "application/manifest+json"),
    ] {
        let first = got(asks(&app, path)).await;
        assert_eq!((first.status, first.header("content-type")), (200, kind));
        let tag = first.header("etag");
        assert!(tag.starts_with('"') && first.header("cache-control") == "no-cache", "{tag}");
        for method in [Method::GET, Method::HEAD] {
            let again = got(app.stranger(method, path).header("If-None-Match", tag)).await;
            assert_eq!((again.status, again.header("etag"), again.body.len()), (304, tag, 0), "{path}");
        }
        assert_eq!(got(asks(&app, path).header("If-None-Match", "\"other\"")).await.status, 200);
    }
}

#[tokio::test]
async fn a_head_is_answered_as_the_get_would_be_without_its_bytes() {
    let app = start(None).await;
    for path in ["/", "/assets/main-abc123.js", "/favicon.svg"] {
        let get = got(asks(&app, path).header("Accept-Encoding", "br")).await;
        let head = got(app.stranger(Method::HEAD, path).header("Accept-Encoding", "br")).await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        for name in ["content-type", "etag", "cache-control", "content-encoding", "vary", "content-length"] {
            assert_eq!(head.header(name), get.header(name), "{path}: {name}");
        }
    }
}

#[tokio::test]
async fn what_is_missing_is_missing_and_what_belongs_to_the_gate_stays_there() {
    let app = start(None).await;
    for path in [
        "/assets/gone-abc.js",
        "/gone.js",
        "/assets/",
        "/assets/main-abc123.js.br",
        "/assets/main-abc123.js/x",
    ] {
        for accept in [BROWSER, "*/*"] {
            send(asks(&app, path).header("Accept", accept)).await.refuses(404, "not_found");
        }
    }
    send(asks(&app, "/library").header("Accept", "application/json")).await.refuses(404, "not_found");
    // Not even to somebody who navigates.
    for path in ["/api", "/api/", "/api/nothing", "/api/version", "/ws"] {
        send(asks(&app, path).header("Accept", BROWSER)).await.refuses(401, "unauthorized");
    }
    send(asks(&app, "/healthz").header("Accept", BROWSER)).await.is(200);
    let docs = got(asks(&app, "/api/docs").header("Accept", BROWSER)).await;
    assert!(docs.status == 200 && docs.text().contains("SwaggerUIBundle"));
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        send(app.stranger(method.clone(), "/")).await.refuses(401, "unauthorized");
        send(app.request(method, "/assets/main-abc123.js")).await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn no_path_leads_out_of_the_web_app() {
    let app = start(None).await;
    // As they are written, which most clients would not send.
    for path in [
        "/../index.html",
        "/assets/../index.html",
        "/./index.html",
        "//../x",
        "/assets/..\\index.html",
        "/%2e%2e/index.html",
        "/assets/%2e%2e%2findex.html",
        "/..%5c..%5cindex.html",
        "/%252e%252e%252fetc/passwd",
        "/index.html%00.js",
        "/a%0d%0aSet-Cookie:x",
        "/%c0%ae%c0%ae/etc/passwd",
    ] {
        let answer = raw(&app, path).await;
        assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("\"not_found\""), "{path}: {answer}");
    }
}

/// A request with a path as it is written.
async fn raw(app: &TestApp, path: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(app.origin()).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nAccept: text/html\r\nConnection: close\r\n\r\n",
        app.origin()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn without_a_web_app_people_read_so_and_programs_are_refused_as_ever() {
    let app = TestApp::start_with(Options { base_path: Some("/cacherr"), ..Options::default() }).await;
    for path in ["/cacherr/", "/cacherr/files"] {
        let page = got(asks(&app, path).header("Accept", BROWSER)).await;
        assert_eq!((page.status, page.header("content-type")), (404, "text/html; charset=utf-8"));
        assert!(
            page.text().contains("scripts/build") && page.text().contains("/cacherr/api/docs"),
            "{}",
            page.text()
        );
        send(asks(&app, path)).await.refuses(404, "not_found");
    }
    let version = app.get("/cacherr/api/version").await.is(200);
    assert!(version["ui_build"].is_null() && version["started_at"].is_string(), "{version}");
}
