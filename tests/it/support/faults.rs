//! What may befall a question to the media server or plex.tv.

use cacherr::demo::plex::Fault;

/// What may befall a question; of some of them the answer is good all the same.
pub fn of_answers() -> Vec<Fault> {
    vec![
        Fault::TooManyRequests { retry_after: Some(1) },
        Fault::TooManyRequests { retry_after: None },
        Fault::TokenExpired,
        Fault::Page { status: 400 },
        Fault::Page { status: 401 },
        Fault::Page { status: 403 },
        Fault::Page { status: 404 },
        Fault::Page { status: 500 },
        Fault::Page { status: 502 },
        Fault::Page { status: 503 },
        Fault::Truncated,
        Fault::Dropped,
        Fault::NoMetadata,
        Fault::Slow { millis: 20 },
        Fault::IdsAsNumbers,
        Fault::IdsAsText,
        Fault::TruthAsNumbers,
        Fault::MoreFields,
        Fault::PagingIgnored,
    ]
}
