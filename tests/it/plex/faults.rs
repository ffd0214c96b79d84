//! What goes wrong, of which kind it is, how often is asked again, and what is never said.

use std::time::Duration;

use cacherr::domain::secret::Secret;
use cacherr::plex::{Fault, Kind, Patience, Trust};
use serde_json::json;

use super::server::{Manner, Reply, Server};
use super::{TOKEN, client, client_with, patience};
use crate::support::log::Log;

/// The sections of a server that always answers so: the fault, and how often it was asked.
async fn always(reply: Reply) -> (Fault, usize) {
    always_with(reply, patience()).await
}

async fn always_with(reply: Reply, patience: Patience) -> (Fault, usize) {
    let server = Server::start(move |_, _| reply.clone()).await;
    let fault = client_with(&server.origin, patience, Trust::Roots).sections().await.unwrap_err();
    (fault, server.asked().len())
}

#[tokio::test]
async fn only_a_401_says_that_the_token_is_bad_and_it_is_not_asked_again() {
    let (fault, asked) = always(Reply::status(401, "<h1>401 Unauthorized</h1>")).await;
    assert_eq!((fault.kind(), asked), (Kind::Unauthorized, 1));
    for (status, kind) in
        [(400, Kind::Refused), (403, Kind::Refused), (404, Kind::NotFound), (498, Kind::Refused)]
    {
        let (fault, asked) = always(Reply::status(status, "")).await;
        assert_eq!((fault.kind(), asked), (kind, 1), "{status}");
    }
}

#[tokio::test]
async fn a_server_that_fails_is_asked_again_and_quoted_without_markup() {
    let page = "<html><head><title>502</title></head><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>";
    let (fault, asked) = always(Reply::status(502, page)).await;
    assert_eq!((fault.kind(), asked), (Kind::ServerError, 3));
    assert!(fault.to_string().contains("502 Bad Gateway nginx") && !fault.to_string().contains('<'));

    let server = Server::start(|_, before| match before {
        0 | 1 => Reply::status(503, ""),
        _ => Reply::json(&json!({"MediaContainer": {}})),
    })
    .await;
    assert!(client(&server.origin).sections().await.unwrap().is_empty());
}

#[tokio::test]
async fn who_says_when_to_come_back_is_heard() {
    let server = Server::start(|_, before| match before {
        0 => Reply::status(429, "").with("retry-after", "0"),
        _ => Reply::json(&json!({"MediaContainer": {}})),
    })
    .await;
    client(&server.origin).sections().await.unwrap();
    let (fault, asked) = always(Reply::status(429, "").with("retry-after", "120")).await;
    let kind = Kind::RateLimited { retry_after: Some(Duration::from_secs(120)) };
    assert_eq!((fault.kind(), asked), (kind, 1), "longer than we wait: the caller decides");
    let (fault, asked) =
        always(Reply::status(429, "").with("retry-after", "Fri, 31 Dec 1999 23:59:59 GMT")).await;
    assert_eq!(
        (fault.kind(), asked),
        (Kind::RateLimited { retry_after: None }, 3),
        "a date without one to count from"
    );
}

#[tokio::test]
async fn a_date_to_come_back_at_is_counted_from_the_date_of_the_answer() {
    let told = |date: &str, back: &str| Reply::status(429, "").with("date", date).with("retry-after", back);
    let (noon, later) = ("Fri, 20 Nov 2026 12:00:00 GMT", "Fri, 20 Nov 2026 12:02:05 GMT");
    let (fault, asked) = always(told(noon, later)).await;
    let kind = Kind::RateLimited { retry_after: Some(Duration::from_secs(125)) };
    assert_eq!((fault.kind(), asked), (kind, 1), "whatever the time is here");
    let (fault, asked) = always(told(later, noon)).await;
    assert_eq!((fault.kind(), asked), (Kind::RateLimited { retry_after: Some(Duration::ZERO) }, 3));
}

#[tokio::test]
async fn a_body_that_does_not_come_is_waited_for_so_long_and_no_longer() {
    let hasty = Patience { answer: Duration::from_millis(150), tries: 2, ..patience() };
    let stuck = Reply::json(&json!({"MediaContainer": {}})).manner(Manner::Stuck);
    let (fault, asked) = always_with(stuck, hasty).await;
    assert_eq!((fault.kind(), asked), (Kind::Timeout, 2));
}

#[tokio::test]
async fn half_an_answer_is_none() {
    let (fault, asked) = always(Reply::status(200, r#"{"MediaContainer":{"size":2,"Direc"#)).await;
    assert_eq!((fault.kind(), asked), (Kind::BadAnswer, 1));
    let cut = Reply::json(&json!({"MediaContainer": {"Directory": []}})).manner(Manner::CutOff);
    let (fault, asked) = always(cut).await;
    assert_eq!((fault.kind(), asked), (Kind::Unreachable, 3));
}

#[tokio::test]
async fn what_is_no_plex_server_is_a_bad_answer() {
    for body in ["<MediaContainer size=\"0\"/>", "<html>welcome to my router</html>", "", "{}", "[]"] {
        let (fault, _) = always(Reply::status(200, body)).await;
        assert_eq!(fault.kind(), Kind::BadAnswer, "{body}");
    }
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let other = Server::start(|_, _| Reply::json(&json!({"MediaContainer": {}}))).await;
    let (fault, asked) = always(Reply::status(302, "").with("location", other.origin.clone())).await;
    assert_eq!((fault.kind(), asked), (Kind::BadAnswer, 1));
    assert!(other.asked().is_empty(), "the token would have gone there");
}

#[tokio::test]
async fn no_answer_is_read_beyond_its_bound() {
    let small = Patience { largest: 1000, ..patience() };
    for manner in [Manner::Whole, Manner::Unannounced] {
        let large = Reply::status(200, &" ".repeat(5000)).manner(manner);
        let (fault, asked) = always_with(large, small).await;
        assert_eq!((fault.kind(), asked), (Kind::TooLarge, 1));
    }
}

#[tokio::test]
async fn where_nobody_listens_nobody_is_reached() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let fault = client(&origin).sections().await.unwrap_err();
    assert_eq!(fault.kind(), Kind::Unreachable);
    assert!(fault.to_string().contains(&origin), "{fault}");
}

#[tokio::test]
async fn a_token_that_is_none_is_not_sent() {
    let server = Server::start(|_, _| Reply::status(200, "")).await;
    let fault = client(&server.origin).with_token(Secret::new("a\nb")).sections().await.unwrap_err();
    assert_eq!(fault.kind(), Kind::Unauthorized);
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn the_token_is_in_no_error_no_log_and_no_address() {
    let log = Log::overhear();
    let quote = format!(r#"{{"errors":[{{"message":"bad token {TOKEN}"}}]}}"#);
    let torn = format!(r#"{{"MediaContainer":{{"machineIdentifier":"{TOKEN}"#);
    let mut said = vec![];
    for reply in [
        Reply::status(401, &quote),
        Reply::status(503, &format!("<p>X-Plex-Token={TOKEN}</p>")),
        Reply::status(200, &torn),
        Reply::status(200, &json!({"MediaContainer": TOKEN}).to_string()),
        Reply::status(302, "").with("location", format!("http://x/?X-Plex-Token={TOKEN}")),
        Reply::json(&json!({})).manner(Manner::CutOff),
    ] {
        let server = Server::start(move |_, _| reply.clone()).await;
        let client = client(&server.origin);
        let fault = client.sections().await.unwrap_err();
        said.push(format!("{fault} {fault:?} {client:?}"));
        said.extend(server.asked().into_iter().map(|asked| asked.target));
        assert_eq!(server.asked()[0].header("x-plex-token"), Some(TOKEN));
    }
    let log = log.text();
    assert!(log.contains("Plex is asked again"), "the log was heard: {log}");
    said.push(log);
    for text in said {
        assert!(!text.contains("SECRET"), "{text}");
    }
}
