//! Answers for the way: gzip, where the client takes it and it pays.

use async_compression::Level;
use async_compression::tokio::bufread::GzipEncoder;
use poem::http::{HeaderValue, header};
use poem::{Body, Request, Response};
use tokio::io::BufReader;

/// Shorter answers fit into one packet as they are.
const LEAST: usize = 1400;

/// Whether the client takes gzip (RFC 9110, section 12.5.3).
pub fn takes_gzip(request: &Request) -> bool {
    let accepted = request.headers().get_all(header::ACCEPT_ENCODING).iter();
    accepted.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(|one| {
        let (coding, weight) = one.split_once(';').unwrap_or((one, ""));
        let is_refused =
            weight.trim().strip_prefix("q=").is_some_and(|q| q.trim_matches(['0', '.']).is_empty());
        coding.trim().eq_ignore_ascii_case("gzip") && !is_refused
    })
}

/// How long an answer is that was made as a whole. Streams have none, and are left alone: their first byte shall not
/// wait.
#[derive(Clone, Copy)]
pub struct Whole(pub usize);

/// The same answer, shorter, if that is wanted.
pub fn compress(mut response: Response, wanted: bool) -> Response {
    let Some(Whole(length)) = response.data::<Whole>().copied() else { return response };
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    let body = response.take_body();
    if !wanted || length < LEAST || body.is_empty() {
        response.set_body(body);
        return response;
    }
    response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    let reader = BufReader::new(body.into_async_read());
    response.set_body(Body::from_async_read(GzipEncoder::with_quality(reader, Level::Fastest)));
    response
}
