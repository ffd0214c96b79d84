//! The web app beside the API: what is asked for below the base path and is neither of the API nor for machines.
//!
//! **Invariant:** whoever asks for the web app is not asked who they are, and nothing else is answered here: what only the gate
//! may answer ([`is_ours`]) goes there, by whatever method.

use std::borrow::Cow;

use poem::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use poem::{Body, Endpoint, IntoResponse, Request, Response};

use super::problem::{Code, Problem};
use super::revalidate::Had;
use crate::ui::{Answer, Asked, File, POLICY, Ui};

/// First parts of paths that are no page of the web app.
const OURS: [&str; 5] = ["api", "ws", "healthz", "readyz", "metrics"];

/// The web app, and the gate to everything else.
pub struct Browser<E> {
    pub(super) ui: Ui,
    pub(super) base_path: String,
    pub(super) gate: E,
}

impl<E: Endpoint<Output = Response>> Endpoint for Browser<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        if !reads || is_ours(request.uri().path()) {
            return self.gate.call(request).await;
        }
        let has = Had::of(&request);
        Ok(has.answer(self.answer(&request)))
    }
}

/// Whether the gate answers there.
fn is_ours(path: &str) -> bool {
    let path = path.strip_prefix('/').unwrap_or(path);
    OURS.contains(&path.split('/').next().unwrap_or_default())
}

impl<E> Browser<E> {
    fn answer(&self, request: &Request) -> Response {
        let headers = request.headers();
        let asked = Asked {
            path: request.uri().path(),
            accept: &list(headers, &header::ACCEPT),
            encodings: &list(headers, &header::ACCEPT_ENCODING),
            base_path: &self.base_path,
        };
        match self.ui.answer(&asked) {
            Answer::File(file) => send(file),
            Answer::Absent(page) => Response::builder()
                .status(StatusCode::NOT_FOUND)
                .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
                .header(header::CONTENT_SECURITY_POLICY, POLICY)
                .body(page),
            Answer::Nothing => Problem::new(Code::NotFound, "there is nothing at this path").into_response(),
        }
    }
}

/// The values of a header that may be given in several lines.
fn list(headers: &HeaderMap, name: &HeaderName) -> String {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.collect::<Vec<_>>().join(",")
}

fn send(file: File) -> Response {
    let File { body, kind, coding, cache, tag, varies } = file;
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, kind)
        .header(header::CONTENT_SECURITY_POLICY, POLICY)
        .header(header::CACHE_CONTROL, cache)
        .body(match body {
            Cow::Borrowed(bytes) => Body::from(bytes),
            Cow::Owned(bytes) => Body::from(bytes),
        });
    let told = [
        (header::CONTENT_ENCODING, coding.map(HeaderValue::from_static)),
        (header::VARY, varies.map(HeaderValue::from_static)),
        (header::ETAG, tag.and_then(|tag| HeaderValue::from_str(&tag).ok())),
    ];
    for (name, value) in told {
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_gate_answers_is_told_by_the_first_part_of_a_path() {
        for path in ["/api", "/api/", "/api/files", "/ws", "/ws/x", "/healthz", "/readyz", "/metrics"] {
            assert!(is_ours(path), "{path}");
        }
        for path in ["", "/", "/apis", "/API", "/wss", "//api", "/assets/api", "/files"] {
            assert!(!is_ours(path), "{path}");
        }
    }
}
