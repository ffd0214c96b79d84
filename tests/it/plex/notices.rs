//! The line of notices: what is heard, and why it ends.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cacherr::domain::media::{PlayState, RatingKey};
use cacherr::plex::notices::{Ended, Notice, Playing, Pulse};
use cacherr::plex::{Kind, Trust};
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

use super::{TOKEN, client, client_with, patience, tls};

type Paths = Arc<Mutex<Vec<String>>>;

/// Calm enough for any machine.
const CALM: Pulse = Pulse { after: Duration::from_secs(30), answer: Duration::from_secs(30) };

/// Accepts a line at the paths with this ending, if the token is right.
async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    ending: &str,
    paths: &Paths,
) -> Option<WebSocketStream<S>> {
    #[expect(clippy::result_large_err, reason = "the library's own type")]
    let look = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        let path = request.uri().path().to_owned();
        let refused = |status| Response::builder().status(status).body(None).unwrap();
        paths.lock().unwrap().push(path.clone());
        match () {
            () if request.headers().get("x-plex-token").is_none_or(|token| token != TOKEN) => {
                Err(refused(401))
            }
            () if !path.ends_with(ending) => Err(refused(404)),
            () => Ok(response),
        }
    };
    tokio_tungstenite::accept_hdr_async(stream, look).await.ok()
}

/// A server that does this with each line, and the paths that it was asked for.
async fn server<F>(
    ending: &'static str,
    act: impl Fn(WebSocketStream<TcpStream>) -> F + Send + 'static,
) -> (String, Paths)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let paths = Paths::default();
    let asked = paths.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Some(line) = accept(stream, ending, &asked).await {
                tokio::spawn(act(line));
            }
        }
    });
    (origin, paths)
}

fn playing(session: &str) -> String {
    format!(
        r#"{{"NotificationContainer":{{"type":"playing","size":1,"PlaySessionStateNotification":[{{"sessionKey":"{session}","ratingKey":6263,"viewOffset":5000,"state":"playing"}}]}}}}"#
    )
}

fn told(session: &str) -> Notice {
    Notice::Playing(Playing {
        session: session.to_owned(),
        video: Some(RatingKey("6263".to_owned())),
        view_offset_ms: 5000,
        state: PlayState::Playing,
    })
}

#[tokio::test]
async fn notices_come_in_order_and_a_close_is_told() {
    let (origin, paths) = server("/websockets/notifications", |mut line| async move {
        line.send(playing("1").into()).await.unwrap();
        line.send("no JSON".into()).await.unwrap();
        line.send(Message::Binary(playing("2").into())).await.unwrap();
        line.close(None).await.unwrap();
    })
    .await;
    let mut notices = client(&origin).listen(CALM).await.unwrap();
    assert_eq!(notices.next().await, Ok(told("1")));
    assert_eq!(notices.next().await, Ok(Notice::Other { kind: String::new() }));
    assert_eq!(notices.next().await, Ok(told("2")));
    assert_eq!(notices.next().await, Err(Ended::Closed));
    assert_eq!(*paths.lock().unwrap(), ["/:/websockets/notifications"]);
}

#[tokio::test]
async fn the_other_spelling_of_the_path_is_tried() {
    let (origin, paths) = server("/websocket/notifications", |mut line| async move {
        line.send(playing("1").into()).await.unwrap();
    })
    .await;
    let mut notices = client(&origin).listen(CALM).await.unwrap();
    assert_eq!(notices.next().await, Ok(told("1")));
    assert_eq!(paths.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_token_that_is_not_accepted_is_a_fault() {
    let (origin, _) = server("", |_| async {}).await;
    let stranger = client(&origin).with_token(cacherr::domain::secret::Secret::new("other"));
    let fault = stranger.listen(CALM).await.err().unwrap();
    assert_eq!(fault.kind(), Kind::Unauthorized);
}

#[tokio::test]
async fn a_flood_is_read_whole() {
    let (origin, _) = server("", |mut line| async move {
        for number in 0..1000 {
            line.feed(playing(&number.to_string()).into()).await.unwrap();
        }
        line.close(None).await.unwrap();
    })
    .await;
    let mut notices = client(&origin).listen(CALM).await.unwrap();
    for number in 0..1000 {
        assert_eq!(notices.next().await, Ok(told(&number.to_string())));
    }
    assert_eq!(notices.next().await, Err(Ended::Closed));
}

#[tokio::test]
async fn a_line_that_does_not_answer_is_silent() {
    // It holds the line and never reads, so no ping is answered.
    let (origin, _) = server("", |line| async move {
        std::future::pending::<()>().await;
        drop(line);
    })
    .await;
    let pulse = Pulse { after: Duration::from_millis(20), answer: Duration::from_millis(20) };
    let mut notices = client(&origin).listen(pulse).await.unwrap();
    assert_eq!(notices.next().await, Err(Ended::Silent));
}

#[tokio::test]
async fn a_line_that_answers_lives_and_waits_that_are_given_up_lose_nothing() {
    let (origin, _) = server("", |mut line| async move {
        // Reading answers pings; after three of them it says something.
        for _ in 0..3 {
            assert!(matches!(line.next().await, Some(Ok(Message::Ping(_)))));
        }
        line.send(playing("1").into()).await.unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    let pulse = Pulse { after: Duration::from_millis(10), answer: Duration::from_secs(30) };
    let mut notices = client(&origin).listen(pulse).await.unwrap();
    let notice = loop {
        // Shorter than the pulse: its time must go on over many waits.
        if let Ok(notice) = tokio::time::timeout(Duration::from_millis(3), notices.next()).await {
            break notice;
        }
    };
    assert_eq!(notice, Ok(told("1")));
}

#[tokio::test]
async fn a_connection_that_breaks_within_a_frame_is_told() {
    let (origin, _) = server("", |mut line| async move {
        use tokio::io::AsyncWriteExt;
        let raw = line.get_mut();
        // A text of 100 bytes is announced, two come.
        raw.write_all(&[0x81, 100, b'{', b'"']).await.unwrap();
        raw.shutdown().await.unwrap();
    })
    .await;
    let mut notices = client(&origin).listen(CALM).await.unwrap();
    assert!(matches!(notices.next().await, Err(Ended::Broken { .. })));
}

#[tokio::test]
async fn a_frame_larger_than_any_notice_ends_the_line() {
    let (origin, _) = server("", |mut line| async move {
        let _ = line.send(" ".repeat(5 << 20).into()).await;
        std::future::pending::<()>().await;
    })
    .await;
    let mut notices = client(&origin).listen(CALM).await.unwrap();
    let ended = notices.next().await.unwrap_err();
    assert_eq!(ended.to_string(), "the line of notices broke: a frame larger than any notice");
}

#[tokio::test]
async fn an_encrypted_line_follows_the_same_trust() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("https://{}", listener.local_addr().unwrap());
    let acceptor: TlsAcceptor = tls::acceptor();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            let Some(mut line) = accept(stream, "", &Paths::default()).await else { continue };
            line.send(playing("1").into()).await.unwrap();
            let _ = line.next().await;
        }
    });
    let fault = client_with(&origin, patience(), Trust::Roots).listen(CALM).await.err().unwrap();
    assert_eq!(fault.kind(), Kind::Tls, "{fault}");
    let mut notices = client_with(&origin, patience(), Trust::Anything).listen(CALM).await.unwrap();
    assert_eq!(notices.next().await, Ok(told("1")));
}
