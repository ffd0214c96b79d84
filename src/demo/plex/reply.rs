//! What is answered, before it is XML, JSON or broken.

use poem::http::{HeaderName, HeaderValue, StatusCode};
use poem::{Body, Response};
use serde_json::Value;

use super::asked::Asked;
use super::node::Node;

/// What an answer says.
pub(super) enum Content {
    /// XML, or JSON where that was asked for.
    Document(Node),
    /// Where the two say the same in different ways.
    Either(Node, Value),
    /// XML whatever was asked for, as the oldest doors of plex.tv.
    OnlyXml(Node),
    Json(Value),
    Text(&'static str, String),
    Nothing,
}

/// An answer.
pub(super) struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub content: Content,
}

/// What is sent: the last moment at which something can go wrong.
pub(super) struct Sent {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Reply {
    pub fn new(status: u16, content: Content) -> Self {
        Self { status, headers: vec![], content }
    }

    pub fn document(node: Node) -> Self {
        Self::new(200, Content::Document(node))
    }

    pub fn only_xml(node: Node) -> Self {
        Self::new(200, Content::OnlyXml(node))
    }

    pub fn json(value: Value) -> Self {
        Self::new(200, Content::Json(value))
    }

    pub fn empty(status: u16) -> Self {
        Self::new(status, Content::Nothing)
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// An error as the media server says it: a page for people.
    pub fn html(status: u16) -> Self {
        let reason =
            StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error");
        let text = format!(
            "<html><head><title>{reason}</title></head><body><h1>{status} {reason}</h1></body></html>"
        );
        Self::new(status, Content::Text("text/html", text))
    }

    /// An error as plex.tv says it.
    pub fn cloud(status: u16, code: i64, message: &str) -> Self {
        let error = Node::each("error").with("code", code).with("message", message);
        let error = error.with("status", i64::from(status));
        let json = serde_json::json!({ "errors": [error.value()] });
        Self::new(status, Content::Either(Node::only("errors").child(error), json))
    }

    /// As it goes out.
    pub fn into_sent(self, asked: &Asked, bend: impl FnOnce(&mut Value)) -> Sent {
        let Self { status, mut headers, content } = self;
        let bend_json = |mut value: Value| {
            bend(&mut value);
            ("application/json", value.to_string())
        };
        let (mime, body) = match content {
            Content::Document(node) if asked.wants_json() => bend_json(node.to_json()),
            Content::Either(_, value) if asked.wants_json() => bend_json(value),
            Content::Json(value) => bend_json(value),
            Content::Document(node) | Content::Either(node, _) | Content::OnlyXml(node) => {
                ("application/xml", node.to_xml())
            }
            Content::Text(mime, text) => (mime, text),
            Content::Nothing => ("text/plain", String::new()),
        };
        headers.push(("content-type", format!("{mime};charset=utf-8")));
        Sent { status, headers, body }
    }
}

impl Sent {
    pub fn into_response(self, body: Body) -> Response {
        let mut response =
            Response::builder().status(StatusCode::from_u16(self.status).unwrap_or_default()).body(body);
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().append(HeaderName::from_static(name), value);
            }
        }
        response
    }
}
