//! What every request passes: source, who asks, permission, path and method, query, body; and what every answer has on
//! its way out.
//!
//! **Invariant:** nothing of a query or a body is read, let alone judged, before it is known who asks and that they may.
//! Whatever happens behind the gate, what leaves it with an error status is a [`Problem`] in JSON.

mod claims;
mod cookie;
mod door;
mod dress;
mod nesting;
mod origin;
mod source;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use poem::http::{HeaderValue, header};
use poem::{Endpoint, IntoResponse, Request, Response};
use serde_json::Value;

use super::answer::JSON;
use super::permissions::Permission;
use super::problem::{Code, Problem};
use super::shape::{Found, Operation, Shape};
use super::{compress, revalidate, socket};
use crate::access::Caller;
use crate::domain::access::{Principal, Role};

use claims::Claim;
pub use door::Door;
pub use dress::dress;
pub use source::Source;

/// Largest body,
const LARGEST: usize = 1 << 20;
/// and of whoever is not known yet.
const LARGEST_OF_STRANGERS: usize = 16 << 10;

/// The gate around everything that is served.
pub struct Gate<E> {
    pub(super) inner: E,
    pub(super) door: Door,
    pub(super) shape: Shape,
}

impl<E: Endpoint> Endpoint for Gate<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let source = self.door.source(&request);
        let found = self.shape.find(request.method(), request.uri().path());
        let methods = || self.shape.methods(request.uri().path());
        if let Some(answer) = self.door.origins().preflight(&request, &source, methods) {
            return Ok(answer);
        }
        let has = revalidate::Had::of(&request);
        let takes_gzip = compress::takes_gzip(&request);
        let claims = self.door.claims(&request, &source, found.is(socket::ID));
        let carries_key = claims::carry_key(&claims);
        let readers = self.door.origins().readers(&request, &source, carries_key);
        let response = match self.check(&mut request, &found, source, claims).await {
            Ok(operation) => self.pass(request, operation).await,
            Err(problem) => problem.into_response(),
        };
        let mut response = compress::compress(has.answer(response), takes_gzip);
        if let Some(readers) = readers {
            readers.open(response.headers_mut());
        }
        Ok(response)
    }
}

impl<E: Endpoint> Gate<E> {
    async fn check<'a>(
        &self,
        request: &mut Request,
        found: &Found<'a>,
        source: Source,
        claims: Vec<Claim>,
    ) -> Result<&'a Operation, Problem> {
        let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        let from = Caller::new(source.address, agent);
        self.door.origins().check(request, &source, claims::carry_key(&claims))?;
        if let Permission::AtLeast(role) = found.permission() {
            let principal = self.door.admit(claims, &from).await?;
            need(&principal, role)?;
            request.set_data(principal);
        }
        request.set_data(from);
        request.set_data(source);
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

/// Refuses whose role is too low.
fn need(principal: &Principal, role: Role) -> Result<(), Problem> {
    if principal.role >= role {
        return Ok(());
    }
    let sentence = format!("this needs the role {role}; {} has the role {}", principal.name, principal.role);
    Err(Problem::new(Code::Forbidden, sentence))
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
    let largest = if operation.permission == Permission::Open { LARGEST_OF_STRANGERS } else { LARGEST };
    let too_large = || {
        Problem::new(
            Code::PayloadTooLarge,
            format!("the body is larger than {}", crate::domain::size::readable(largest as u64)),
        )
    };
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if announced.and_then(|length| length.parse::<usize>().ok()).is_some_and(|length| length > largest) {
        return Err(too_large());
    }
    let bytes = match body.into_bytes_limit(largest).await {
        Ok(bytes) => bytes,
        Err(poem::error::ReadBodyError::PayloadTooLarge) => return Err(too_large()),
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
        if nesting::is_too_deep(&bytes) {
            let sentence = format!("the body is nested deeper than {} levels", nesting::DEEPEST);
            return Err(Problem::new(Code::MalformedJson, sentence));
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
