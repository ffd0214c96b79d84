//! Those who try to come in.

use super::*;

#[test]
fn keys_are_not_guessed() {
    let target = Target::new();
    let try_key = |header: String| {
        let request = format!(
            "GET /api/cached/files HTTP/1.1\r\nHost: localhost\r\n{header}\r\nConnection: close\r\n\r\n"
        );
        status(&target.send(request))
    };
    for at in 0..rounds() {
        let guess = format!("{}{at}", &KEY[..KEY.len() - at % KEY.len()]);
        assert_eq!(try_key(format!("X-Api-Key: {guess}")), 401);
    }
    for header in [
        "X-Api-Key:".to_owned(),
        format!("X-Api-Key: {}", KEY.to_ascii_uppercase()),
        format!("X-Api-Key: {KEY}\u{e9}"),
        format!("X-Api-Key: {}", "a".repeat(8000)),
        format!("Authorization: Basic {KEY}"),
        format!("Authorization: Bearer Bearer {KEY}"),
        format!("Cookie: X-Api-Key={KEY}"),
        "Cookie: cacherr_session=../../../../etc/passwd".to_owned(),
        "Remote-User: admin".to_owned(),
        "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-User: admin".to_owned(),
        "X-Original-URL: /healthz".to_owned(),
        "X-HTTP-Method-Override: GET".to_owned(),
    ] {
        let status = try_key(header.clone());
        assert!(matches!(status, 400 | 401 | 431), "{header:.60}: {status}");
    }
    for path in [
        "/api//cached/files",
        "/api/cached/files/",
        "//api/cached/files",
        "/api/./cached/files",
        "/healthz/../api/cached/files",
        "/API/cached/files",
        "/api/cached/files%3f",
        "/api/docs/../cached/files",
    ] {
        let answer =
            target.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        assert!(matches!(status(&answer), 400 | 401 | 404), "{path}: {answer}");
        assert!(!answer.contains("\"files\""), "{answer}");
    }
    target.is_well();
}
