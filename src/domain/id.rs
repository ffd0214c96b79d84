//! Identifiers: UUID version 7 (RFC 9562), so that the order of ids is the order of making.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new one.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "every call makes another value")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// Its sixteen bytes, as the store's key.
            #[must_use]
            pub fn bytes(&self) -> [u8; 16] {
                *self.0.as_bytes()
            }

            /// From the store's key.
            #[must_use]
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

impl FileId {
    /// No file: what stands in the row of a job that concerns no single one.
    pub const NONE: Self = Self(Uuid::nil());
}

id!(/// A cached file, for life: removed and cached again, it keeps its id.
    FileId);
id!(/// A unit of work.
    JobId);
id!(/// A journal entry of the engine.
    IntentId);
id!(/// A row of the operation log.
    LogId);
id!(/// A file put aside in the trash.
    TrashId);
id!(/// A playback that was seen.
    PlaybackId);
id!(/// One store, and with it one instance; the cache dir's marker carries it.
    StoreId);
id!(/// A sign-in that waits for a person, or ended a moment ago.
    SignInId);
id!(/// Somebody who may log in here.
    AccountId);
id!(/// What a log-in began.
    SessionId);
id!(/// An API key that was made here.
    KeyId);

/// An identifier that says nothing, not even when it was made (UUID version 4), from random bytes.
#[must_use]
pub fn anonymous(random: [u8; 16]) -> String {
    uuid::Builder::from_random_bytes(random).into_uuid().to_string()
}
