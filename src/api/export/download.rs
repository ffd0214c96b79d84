//! The answer that is a file.

use poem::http::header;
use poem::{Body, IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::registry::{
    MetaHeader, MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry,
};

use super::format::ExportFormat;
use crate::api::answer::parse_problem;
use crate::api::problem::Problem;

/// A file to be saved, or why the request could not even be read.
pub struct Download(Result<Saved, Problem>);

struct Saved {
    format: ExportFormat,
    stamp: String,
    body: Body,
}

impl Download {
    /// 200. The stamp is part of the name.
    pub fn new(format: ExportFormat, stamp: String, body: Body) -> Self {
        Self(Ok(Saved { format, stamp, body }))
    }
}

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        let Saved { format, stamp, body } = match self.0 {
            Ok(saved) => saved,
            Err(problem) => return problem.into_response(),
        };
        let name = format!("attachment; filename=\"cached_files_{stamp}.{}\"", format.name());
        Response::builder()
            .header(header::CONTENT_TYPE, format.content_type())
            .header(header::CONTENT_DISPOSITION, name)
            .header(header::CACHE_CONTROL, "no-store")
            .body(body)
    }
}

fn text() -> MetaSchema {
    MetaSchema::new("string")
}

impl ApiResponse for Download {
    const BAD_REQUEST_HANDLER: bool = true;

    fn meta() -> MetaResponses {
        let header = |name: &str, description: &str, example: &str| MetaHeader {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            required: true,
            deprecated: false,
            schema: MetaSchemaRef::Inline(Box::new(MetaSchema { example: Some(example.into()), ..text() })),
        };
        // Bytes in every form: that is what generators of clients make a file of, and large ones a stream.
        let bytes = || MetaSchemaRef::Inline(Box::new(MetaSchema { format: Some("binary"), ..text() }));
        let content =
            |format: &ExportFormat| MetaMediaType { content_type: format.media_type(), schema: bytes() };
        let response = MetaResponse {
            description: "The file, in the form that was asked for. A connection that breaks off before the end \
                          means that the file is not complete.",
            status: Some(200),
            status_range: None,
            content: ExportFormat::ALL.iter().map(content).collect(),
            headers: vec![
                header(
                    "Content-Disposition",
                    "Its name, with the time in UTC.",
                    "attachment; filename=\"cached_files_20231201_103000.csv\"",
                ),
                header("Cache-Control", "Always `no-store`.", "no-store"),
            ],
        };
        MetaResponses { responses: vec![response] }
    }

    fn register(_: &mut Registry) {}

    fn from_parse_request_error(error: poem::Error) -> Self {
        Self(Err(parse_problem(&error)))
    }
}
