//! What every request passes: source, key, path and method, query, body; and what every answer has on its way out.
//!
//! **Invariant:** whatever happens behind the gate, what leaves it with an error status is a [`Problem`] in JSON.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use poem::http::{HeaderValue, header};
use poem::{Endpoint, IntoResponse, Request, Response};
use serde_json::Value;

use super::answer::JSON;
use super::auth::Door;
use super::problem::{Code, Problem};
use super::shape::{Found, Operation, Shape};
use super::{compress, revalidate};

/// Largest body.
const LARGEST: usize = 1 << 20;

/// The gate around everything that is served.
pub struct Gate<E> {
    pub(super) inner: E,
    pub(super) door: Door,
    pub(super) shape: Shape,
}

impl<E: Endpoint> Endpoint for Gate<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let has = revalidate::Had::of(&request);
        let takes_gzip = compress::takes_gzip(&request);
        let response = match self.check(&mut request).await {
            Ok(operation) => self.pass(request, operation).await,
            Err(problem) => problem.into_response(),
        };
        let mut response = compress::compress(has.answer(response), takes_gzip);
        let headers = response.headers_mut();
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        // An answer is true at its instant; pages that may be kept say so themselves.
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        Ok(response)
    }
}

impl<E: Endpoint> Gate<E> {
    async fn check(&self, request: &mut Request) -> Result<&Operation, Problem> {
        self.door.check_source(request)?;
        let found = self.shape.find(request.method(), request.uri().path());
        if !found.is_open() {
            let principal = self.door.admit(request)?;
            request.set_data(principal);
        }
        let operation = match found {
            Found::Operation(operation) => operation,
            Found::Others(others) => {
                let methods = others.iter().map(|operation| operation.method.as_str()).collect();
                return Err(Problem::method_not_allowed(methods));
            }
            Found::Nothing => return Err(Problem::new(Code::NotFound, "there is nothing at this path")),
        };
        // A HEAD reaches its handler as a GET; this is what was really asked.
        request.set_data(request.method().clone());
        let query: Vec<(String, String)> = request
            .params()
            .map_err(|_| Problem::new(Code::InvalidParameter, "the query cannot be decoded"))?;
        operation.check_query(&query)?;
        check_body(request, operation).await?;
        Ok(operation)
    }

    async fn pass(&self, request: Request, operation: &Operation) -> Response {
        let answered = AssertUnwindSafe(self.inner.call(request)).catch_unwind().await;
        let response = match answered {
            Ok(Ok(output)) => output.into_response(),
            Ok(Err(error)) => error.into_response(),
            Err(_) => Problem::internal("a handler panicked").into_response(),
        };
        match response.data::<Code>() {
            Some(code) => {
                debug_assert!(
                    operation.may_refuse_with(*code),
                    "{code} is missing in the refusals of this operation"
                );
                response
            }
            None if response.status().as_u16() >= 400 => {
                Problem::of_status(response.status()).into_response()
            }
            None => response,
        }
    }
}

/// Reads the body, checks it and puts it back.
async fn check_body(request: &mut Request, operation: &Operation) -> Result<(), Problem> {
    if operation.takes_body_as_it_comes() {
        return Ok(());
    }
    let body = request.take_body();
    if !operation.takes_json() {
        return Ok(());
    }
    let too_large = || Problem::new(Code::PayloadTooLarge, "the body is larger than 1 MiB");
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if announced.and_then(|length| length.parse::<usize>().ok()).is_some_and(|length| length > LARGEST) {
        return Err(too_large());
    }
    let bytes = match body.into_bytes_limit(LARGEST).await {
        Ok(bytes) => bytes,
        Err(poem::error::ReadBodyError::PayloadTooLarge) => return Err(too_large()),
        Err(poem::error::ReadBodyError::Io(error)) if error.kind() == std::io::ErrorKind::TimedOut => {
            return Err(Problem::new(Code::RequestTimeout, "the body came too slowly"));
        }
        Err(_) => return Err(Problem::new(Code::MalformedJson, "the body ended before it was complete")),
    };
    if bytes.is_empty() {
        operation.check_body(None)?;
    } else {
        let essence = request.content_type().and_then(|value| value.split(';').next()).map(str::trim);
        if !essence.is_some_and(|essence| essence.eq_ignore_ascii_case(JSON)) {
            let sentence = "the body must be application/json, and its header must say so";
            return Err(Problem::new(Code::UnsupportedMediaType, sentence));
        }
        let value: Value = serde_json::from_slice(&bytes).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            Problem::new(Code::MalformedJson, format!("the body is not valid JSON ({place})"))
        })?;
        operation.check_body(Some(&value))?;
    }
    // An absent body is as good as an empty one to what comes behind, which insists on the header.
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
    request.set_body(bytes);
    Ok(())
}
