//! Bodies, headers and queries that are too large, too deep, or not what they say.

use super::*;

/// A body for the operation that takes the most.
fn post(target: &Target, head: &str, body: &[u8]) -> String {
    let mut bytes = format!(
        "POST /api/cached/files HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: {KEY}\r\nConnection: close\r\n{head}\r\n\r\n"
    )
    .into_bytes();
    bytes.extend(body);
    target.send(bytes)
}

fn json(target: &Target, body: &[u8]) -> u16 {
    let head = format!("Content-Type: application/json\r\nContent-Length: {}", body.len());
    status(&post(target, &head, body))
}

#[test]
fn bodies_that_are_too_large_too_deep_or_nonsense_are_refused() {
    let target = Target::new();
    let deep = |open: &str, shut: &str| (open.repeat(120_000) + &shut.repeat(120_000)).into_bytes();
    for (what, body, expected) in [
        ("deep lists", deep("[", "]"), 400),
        ("deep objects", deep("{\"a\":", "}"), 400),
        ("deep and cut", "[".repeat(900_000).into_bytes(), 400),
        ("deep in a field", [&b"{\"file_path\":"[..], &deep("[", "]"), b"}"].concat(), 400),
        ("one byte too many", vec![b' '; (1 << 20) + 1], 413),
        ("no text", vec![0xff; 1000], 400),
        ("half a surrogate", br#"{"file_path":"\ud800"}"#.to_vec(), 400),
        ("a number beyond all", br#"{"file_path":1e999999}"#.to_vec(), 400),
        ("a name twice", br#"{"file_path":"/a","file_path":"/b"}"#.to_vec(), 400),
        ("another prototype", br#"{"__proto__":{"role":"admin"},"file_path":"/a"}"#.to_vec(), 400),
        ("a long name", [b"{\"".to_vec(), vec![b'a'; 500_000], b"\":1}".to_vec()].concat(), 400),
        (
            "many names",
            {
                let names: Vec<String> = (0..60_000).map(|at| format!("\"n{at}\":0")).collect();
                format!("{{{}}}", names.join(",")).into_bytes()
            },
            400,
        ),
        ("nothing", Vec::new(), 400),
    ] {
        assert_eq!(json(&target, &body), expected, "{what}");
    }
    for kind in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ] {
        let head = format!("Content-Type: {kind}\r\nContent-Length: 2");
        assert_eq!(status(&post(&target, &head, b"{}")), 415, "{kind}");
    }
    target.is_well();
}

#[test]
fn what_says_two_things_about_its_length_is_not_believed() {
    let target = Target::new();
    let smuggled = b"0\r\n\r\nGET /api/cached/files HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for head in [
        "Content-Type: application/json\r\nContent-Length: 5\r\nContent-Length: 6",
        "Content-Type: application/json\r\nContent-Length: -1",
        "Content-Type: application/json\r\nContent-Length: 99999999999999999999",
        "Content-Type: application/json\r\nContent-Length: 0x5",
        "Content-Type: application/json\r\nTransfer-Encoding: xchunked",
    ] {
        let answer = post(&target, head, smuggled);
        assert!((400..500).contains(&status(&answer)), "{head}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "two answers: {answer}");
    }
    // Announced as huge, and it never comes.
    let head = "Content-Type: application/json\r\nContent-Length: 4000000000";
    assert_eq!(status(&post(&target, head, b"{")), 413);
    target.is_well();
}

#[test]
fn queries_and_headers_of_any_size_cost_nothing() {
    let target = Target::new();
    let many: String = (0..5_000).map(|at| format!("a{at}={at}&")).collect();
    for query in [
        many,
        format!("search={}", "a".repeat(60_000)),
        format!("search={}", "%41".repeat(20_000)),
        "limit=99999999999999999999&offset=-1".to_owned(),
        "cursor=%00%00%00".to_owned(),
        format!("cursor={}", "z".repeat(10_000)),
        "cached_since=9999999999-99-99".to_owned(),
        "status=active&status=orphaned".to_owned(),
        "search=%ff%fe".to_owned(),
    ] {
        let answer = target.get("GET", &format!("/api/cached/files?{query}"));
        let is_search = query.starts_with("search=");
        let status = status(&answer);
        assert!((400..500).contains(&status) || is_search && status == 200, "{:.80}: {answer:.300}", query);
    }
    for headers in [
        format!("X-Long: {}\r\n", "a".repeat(1 << 20)),
        (0..2_000).map(|at| format!("X-{at}: {at}\r\n")).collect(),
        format!("Cookie: {}\r\n", "a=b; ".repeat(20_000)),
        "X-Folded: a\r\n b\r\n".to_owned(),
        "Host: evil.example\r\n".to_owned(),
        "X-Bare\r\n".to_owned(),
        "X-Nul: a\0b\r\n".to_owned(),
    ] {
        let request = format!(
            "GET /api/cached/files HTTP/1.1\r\nHost: localhost\r\n{headers}Connection: close\r\n\r\n"
        );
        let answer = target.send(request);
        // Whoever sends more than anybody reads may find the line cut before the answer came through.
        assert!(answer.is_empty() || (400..500).contains(&status(&answer)), "{:.60}: {answer:.300}", headers);
    }
    for line in [
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
        "GET /\u{1b}[2J HTTP/1.1\r\n\r\n",
        "\r\n\r\n\r\n",
    ] {
        let answer = target.send(line);
        assert!(answer.is_empty() || (400..506).contains(&status(&answer)), "{line:?}: {answer}");
    }
    target.is_well();
}
