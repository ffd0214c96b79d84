//! Answers that a client has already: `If-None-Match` (RFC 9110, section 13.1.2).

use poem::http::{HeaderValue, Method, StatusCode, header};
use poem::{Body, Request, Response};

/// What a client says that it has.
pub struct Had(Option<HeaderValue>);

impl Had {
    /// From a request that reads.
    pub fn of(request: &Request) -> Self {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        Self(request.headers().get(header::IF_NONE_MATCH).filter(|_| reads).cloned())
    }

    /// The answer, or that it is the one the client has.
    pub fn answer(self, mut response: Response) -> Response {
        let has_it = match (&self.0, response.headers().get(header::ETAG)) {
            (Some(had), Some(tag)) if response.status() == StatusCode::OK => is_among(had, tag),
            _ => false,
        };
        if has_it {
            response.set_status(StatusCode::NOT_MODIFIED);
            response.set_body(Body::empty());
            response.headers_mut().remove(header::CONTENT_TYPE);
        }
        response
    }
}

/// By the weak comparison: what stands between the quotes.
fn is_among(had: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(had), Ok(tag)) = (had.to_str(), tag.to_str()) else { return false };
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    had.trim() == "*" || had.split(',').any(|one| bare(one) == bare(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_whether_weak_or_strong_and_among_others() {
        let is = |had: &'static str| {
            is_among(&HeaderValue::from_static(had), &HeaderValue::from_static("W/\"abc\""))
        };
        assert!(is("W/\"abc\"") && is("\"abc\"") && is("\"x\", W/\"abc\"") && is("*"));
        assert!(!is("") && !is("abc") && !is("\"ab\"") && !is("W/\"abd\""));
    }
}
