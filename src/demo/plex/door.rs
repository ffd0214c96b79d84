//! Every request comes in here: first what goes wrong, then what is answered.

use std::time::Duration;

use futures_util::stream;
use poem::http::StatusCode;
use poem::web::websocket::WebSocket;
use poem::{Body, Endpoint, FromRequest, IntoResponse, Request, RequestBody, Response};
use serde_json::json;
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
/// Both spellings are in use.
const SOCKETS: [&str; 2] = ["/:/websockets/notifications", "/:/websocket/notifications"];

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
        if asked.path == FAULTS {
            return Ok(self.administer(&asked));
        }
        let is_socket = SOCKETS.contains(&asked.path.as_str());
        let befalls = if is_socket { Fault::befalls_upgrades } else { Fault::befalls_requests };
        let faults = self.faults.take(Some(&asked.host_name), &asked.path, befalls);
        if faults.contains(&Fault::Dropped)
            && let Some(line) = self.lines.find(request.remote_addr())
        {
            line.cut_after(0);
        }
        if let Some(reply) = instead(&faults) {
            return Ok(whole(reply.into_sent(&asked, |_| {})));
        }
        if is_socket {
            return self.upgrade(&request, &mut body, &asked).await;
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
    fn administer(&self, asked: &Asked) -> Response {
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

    async fn upgrade(
        &self,
        request: &Request,
        body: &mut RequestBody,
        asked: &Asked,
    ) -> poem::Result<Response> {
        let Some(person) = answers::who(&self.world.state(), asked, Reach::Server) else {
            return Ok(whole(Reply::html(401).into_sent(asked, |_| {})));
        };
        let socket = WebSocket::from_request(request, body).await?;
        // From here on nothing is missed, though the client has not heard yet that it is let in.
        let heard = self.world.listen();
        let listener = Listener {
            person,
            filter: Filter::read(asked.param("filters")),
            path: asked.path.clone(),
            faults: self.faults.clone(),
            line: self.lines.find(request.remote_addr()),
        };
        let stop = self.stop.clone();
        Ok(socket.on_upgrade(move |socket| listener.serve(socket, heard, stop)).into_response())
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
