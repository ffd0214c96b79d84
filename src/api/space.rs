//! `GET /api/cached/space`: how full the cache is, and with what.

use poem::web::Data;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use super::answer::{Answer, Payload};
use super::bridge::blocking;
use super::document::Refusals;
use super::problem::{Code, Problem};
use super::value::int64;
use crate::cacher::Cacher;
use crate::cacher::shelf::Volume;

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[("getSpace", &[Code::UnknownParameter])];

/// The volume of the cache, in bytes. `used` is `pinned`, `wanted` and `unwanted` together.
#[derive(Object, Debug)]
#[oai(rename = "CacheSpace")]
struct SpaceBody {
    /// Whether the volume is there and ours. While it is not, its size and what is free are 0.
    available: bool,
    /// The volume in all.
    volume_total: i64,
    /// What of it is free, for whoever writes to it.
    volume_free: i64,
    /// At most so much may be copies; null where only the volume bounds them, or where a share of a volume is meant that is not
    /// there.
    #[oai(nullable)]
    limit: Option<i64>,
    /// At least so much stays free on the volume.
    min_free: i64,
    /// Copies, also those that wait for their end.
    used: i64,
    /// Copies of files that a person said shall stay.
    pinned: i64,
    /// Copies of files that somebody wants, as far as it is written down with them.
    wanted: i64,
    /// All others: what could go first, and what is on its way out.
    unwanted: i64,
    /// Promised to copies that are being made.
    reserved: i64,
}

impl From<Volume> for SpaceBody {
    fn from(volume: Volume) -> Self {
        let Volume { space, limit, min_free, used, pinned, wanted, reserved } = volume;
        let (total, free) = space.unwrap_or_default();
        Self {
            available: space.is_some(),
            volume_total: int64(total),
            volume_free: int64(free),
            limit: limit.map(int64),
            min_free: int64(min_free),
            used: int64(used),
            pinned: int64(pinned),
            wanted: int64(wanted),
            unwanted: int64(used.saturating_sub(pinned).saturating_sub(wanted)),
            reserved: int64(reserved),
        }
    }
}

/// The resource.
#[derive(Default)]
pub struct SpaceApi;

#[OpenApi(tag = "Tag::Statistics")]
impl SpaceApi {
    /// Read how full the cache is
    ///
    /// The volume as it is now, and what of it copies take. However many files there are, this is quick.
    #[oai(path = "/api/cached/space", method = "get", operation_id = "getSpace")]
    async fn get(&self, cacher: Data<&Cacher>) -> Result<Answer<SpaceBody>, Problem> {
        let cacher = cacher.0.clone();
        let volume = blocking(move || Ok(cacher.engine().volume()?)).await?;
        Ok(Answer::ok(volume.into()))
    }
}

impl Payload for SpaceBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The volume, and what is on it.")];
}

impl Example for SpaceBody {
    fn example() -> Self {
        Volume {
            space: Some((500 << 30, 380 << 30)),
            limit: Some(250 << 30),
            min_free: 5 << 30,
            used: 100 << 30,
            pinned: 10 << 30,
            wanted: 80 << 30,
            reserved: 4 << 30,
        }
        .into()
    }
}
