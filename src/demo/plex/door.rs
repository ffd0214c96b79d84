//! Every request comes in here: first what goes wrong, then what is answered.

use std::time::Duration;

use futures_util::stream;
use poem::http::StatusCode;
use poem::web::websocket::WebSocket;
use poem::{Body, Endpoint, FromRequest, IntoResponse, Request, Response};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::asked::Asked;
use super::faults::{Fault, Faults, Rule};
use super::lines::Lines;
use super::notices::{Filter, Listener};
use super::reply::{Reply, Sent};
use super::world::{Reach, World};
use super::{answers, drift};

/// Where tests in other languages say what shall go wrong.
const FAULTS: &str = "/_faults";
/// Where they say to which address webhooks are sent.
const WEBHOOK: &str = "/_webhook";
/// Both spellings are in use.
const SOCKETS: [&str; 2] = ["/:/websockets/notifications", "/:/websocket/notifications"];

/// The same for those who cannot speak WebSocket.
const EVENTS: &str = "/:/eventsource/notifications";

/// All that an answer needs.
pub(super) struct Door {
    pub world: World,
    pub faults: Faults,
    pub lines: Lines,
    pub stop: watch::Receiver<bool>,
    /// Address and port.
    pub origin: String,
}

impl Endpoint for Door {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let (request, mut body) = request.split();
        let mut asked = Asked::read(&request, &mut body, self.origin.clone()).await;
        match asked.path.as_str() {
            FAULTS => return Ok(self.change_faults(&asked)),
            WEBHOOK => return Ok(self.change_webhooks(&asked)),
            _ => {}
        }
        let is_socket = SOCKETS.contains(&asked.path.as_str());
        let is_heard = is_socket || asked.path == EVENTS;
        let befalls = if is_heard { Fault::befalls_upgrades } else { Fault::befalls_requests };
        let faults = self.faults.take(Some(&asked.host_name), &asked.path, befalls);
        if faults.contains(&Fault::Dropped)
            && let Some(line) = self.lines.find(request.remote_addr())
        {
            line.cut_after(0);
        }
        if let Some(reply) = instead(&faults) {
            return Ok(whole(reply.into_sent(&asked, |_| {})));
        }
        if is_heard {
            let Some(listener) = self.listener(&request, &asked) else {
                return Ok(whole(Reply::html(401).into_sent(&asked, |_| {})));
            };
            // From here on nothing is missed, though the client has not heard yet that it is let in.
            let (heard, stop) = (self.world.listen(), self.stop.clone());
            if is_socket {
                let socket = WebSocket::from_request(&request, &mut body).await?;
                return Ok(socket
                    .on_upgrade(move |socket| listener.serve(socket, heard, stop))
                    .into_response());
            }
            let body = Body::from_bytes_stream(listener.events(heard, stop));
            return Ok(Response::builder().content_type("text/event-stream").body(body));
        }
        asked.heeds_paging = !faults.contains(&Fault::PagingIgnored);
        let world = self.world.clone();
        // Answers may look at files, and files block.
        let answered = tokio::task::spawn_blocking(move || {
            let sent = answers::answer(&world, &asked).into_sent(&asked, |value| drift::bend(value, &faults));
            (sent, faults)
        });
        let (sent, faults) = answered.await.map_err(poem::error::InternalServerError)?;
        Ok(broken(sent, &faults))
    }
}

impl Door {
    fn change_webhooks(&self, asked: &Asked) -> Response {
        match asked.method.as_str() {
            "POST" => {
                let said: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
                if let Err(error) = self.world.send_webhooks_to(said["url"].as_str().unwrap_or_default()) {
                    return (StatusCode::BAD_REQUEST, error.to_string()).into_response();
                }
            }
            "DELETE" => self.world.forget_webhooks(),
            _ => {}
        }
        let left = self.world.state().webhooks.len();
        Response::builder().content_type("application/json").body(json!({ "webhooks": left }).to_string())
    }

    fn change_faults(&self, asked: &Asked) -> Response {
        match asked.method.as_str() {
            "POST" => match serde_json::from_slice::<Rule>(&asked.body) {
                Ok(rule) => self.faults.add_rule(rule),
                Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
            },
            "DELETE" => self.faults.clear(),
            _ => {}
        }
        let left = json!(self.faults.left()).to_string();
        Response::builder().content_type("application/json").body(left)
    }

    /// Whoever asks, if it is somebody.
    fn listener(&self, request: &Request, asked: &Asked) -> Option<Listener> {
        Some(Listener {
            person: answers::who(&self.world.state(), asked, Reach::Server)?,
            filter: Filter::read(asked.param("filters")),
            path: asked.path.clone(),
            faults: self.faults.clone(),
            line: self.lines.find(request.remote_addr()),
        })
    }
}

/// What is answered in the place of an answer.
fn instead(faults: &[Fault]) -> Option<Reply> {
    faults.iter().find_map(|fault| match fault {
        Fault::TooManyRequests { retry_after } => {
            let reply = Reply::html(429);
            Some(match retry_after {
                Some(seconds) => reply.header("retry-after", seconds.to_string()),
                None => reply,
            })
        }
        Fault::TokenExpired => Some(Reply::cloud(498, 1016, "Token has expired")),
        Fault::Page { status } => Some(Reply::html(*status)),
        _ => None,
    })
}

fn whole(mut sent: Sent) -> Response {
    let body = std::mem::take(&mut sent.body);
    sent.into_response(Body::from_string(body))
}

/// The answer, as far as and as fast as it comes.
fn broken(mut sent: Sent, faults: &[Fault]) -> Response {
    let mut bytes = std::mem::take(&mut sent.body).into_bytes();
    if faults.contains(&Fault::Truncated) {
        bytes.truncate(bytes.len() / 2);
    }
    let pause =
        faults.iter().find_map(|fault| if let Fault::Slow { millis } = fault { Some(*millis) } else { None });
    let Some(millis) = pause else { return sent.into_response(Body::from_vec(bytes)) };
    let rest = bytes.split_off(bytes.len() / 2);
    let parts = [(0, bytes), (millis, rest)];
    let stream = stream::unfold(parts.into_iter(), |mut parts| async move {
        let (millis, bytes) = parts.next()?;
        tokio::time::sleep(Duration::from_millis(millis)).await;
        Some((Ok::<_, std::io::Error>(bytes), parts))
    });
    sent.into_response(Body::from_bytes_stream(stream))
}
