//! Passwords: what a new one has to be, and the work that makes guessing dear.
//!
//! Argon2id with the parameters that OWASP names first; at rest a PHC string, so that other parameters can come later and
//! each hash says by which it was made.
//!
//! **Invariant:** never more than [`AT_ONCE`] are worked on, and never more than [`WAITING`] wait: whoever logs in a
//! thousand times at once takes two times 19 MiB and is told to come again. No asynchronous thread does the work.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use super::blocking;
use crate::domain::account::SHORTEST_PASSWORD;
use crate::domain::fold::fold;
use crate::domain::secret::Secret;
use crate::error::{Error, Result};
use crate::random;

/// What a hash costs: 19 MiB, gone over twice by one thread.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT: usize = 16;
const HASH: usize = 32;

/// A hash that was made dearer than this was not made by us.
const DEAREST_KIB: u32 = 256 * 1024;

/// The allocator gives back at once what is larger than this, and only that for sure: smaller pieces it may keep for each
/// thread that ever hashed. Pages that nobody touches cost nothing.
const GIVEN_BACK: usize = 33 << 20;

/// So many are hashed at once,
const AT_ONCE: usize = 2;
/// and so many may wait for that.
const WAITING: usize = 16;

/// A password has at most so many bytes.
const LONGEST: usize = 1024;

/// A password, as somebody typed it. Nothing prints it.
#[derive(Clone, PartialEq, Debug)]
pub struct Password(Secret);

impl Password {
    /// Wraps what was typed. How a keyboard puts an `é` together makes no other password of it (NFC).
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Secret::new(text.nfc().collect::<String>()))
    }

    /// One that nobody can guess, for who is told it once: about 95 bits, in groups.
    ///
    /// # Errors
    /// The kernel has no random numbers.
    pub fn random() -> Result<(Self, Secret)> {
        let letters = random::letters::<16>()?;
        let groups: Vec<&str> = (0..4).map(|n| &letters[n * 4..n * 4 + 4]).collect();
        let text = groups.join("-");
        Ok((Self::new(&text), Secret::new(text)))
    }

    /// Whether the account of this name may have it from now on.
    ///
    /// # Errors
    /// [`Error::WeakPassword`].
    pub(super) fn check_new(&self, name: &str) -> Result<()> {
        let text = self.0.expose();
        let reason = if text.chars().count() < SHORTEST_PASSWORD {
            "must have at least 8 characters"
        } else if text.len() > LONGEST {
            "must have at most 1024 bytes"
        } else if fold(text) == fold(name) {
            "must not be the name of the account"
        } else {
            return Ok(());
        };
        Err(Error::WeakPassword { reason })
    }
}

/// What came of comparing a password with a hash.
#[derive(Debug)]
pub(super) struct Verdict {
    /// It is the one.
    pub right: bool,
    /// The hash by the present parameters, where the one at rest was made by others.
    pub anew: Option<Secret>,
}

/// Where the work is done. A clone is another handle.
#[derive(Clone)]
pub(super) struct Passwords(Arc<Inner>);

struct Inner {
    running: Arc<Semaphore>,
    /// One for each who runs or waits.
    places: Arc<Semaphore>,
    done: AtomicU64,
}

impl Passwords {
    pub fn new() -> Self {
        Self(Arc::new(Inner {
            running: Arc::new(Semaphore::new(AT_ONCE)),
            places: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
            done: AtomicU64::new(0),
        }))
    }

    /// How often the work was done.
    pub fn done(&self) -> u64 {
        self.0.done.load(Ordering::Acquire)
    }

    /// The hash to keep of a password.
    pub async fn hash(&self, password: Password) -> Result<Secret> {
        self.work(move |work| work.hash(&password)).await
    }

    /// Compares. Without a hash there is nobody to log in, and as much to do.
    pub async fn verify(&self, hash: Option<Secret>, password: Password) -> Result<Verdict> {
        self.work(move |work| match hash {
            Some(hash) => work.verify(&hash, &password),
            None => {
                work.fill(&password, &[0; SALT], &ours()?)?;
                Ok(Verdict { right: false, anew: None })
            }
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Inner) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let place = self.0.places.clone().try_acquire_owned().map_err(|_| Error::Busy)?;
        let turn = self.0.running.clone().acquire_owned().await.map_err(|_| Error::Busy)?;
        let inner = self.0.clone();
        blocking(move || {
            // They end with the work, not with whoever waits for it.
            let (_place, _turn) = (place, turn);
            act(&inner)
        })
        .await
    }
}

impl Inner {
    fn hash(&self, password: &Password) -> Result<Secret> {
        let (salt, params) = (random::bytes::<SALT>()?, ours()?);
        let hash = self.fill(password, &salt, &params)?;
        let whole = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params).map_err(failed)?,
            salt: Some(Salt::new(&salt).map_err(failed)?),
            hash: Some(Output::new(&hash).map_err(failed)?),
        };
        Ok(Secret::new(whole.to_string()))
    }

    fn verify(&self, hash: &Secret, password: &Password) -> Result<Verdict> {
        let known = PasswordHash::new(hash.expose()).map_err(failed)?;
        let (Some(salt), Some(output)) = (&known.salt, &known.hash) else {
            return Err(failed("it has no salt or no hash"));
        };
        let params = Params::try_from(&known).map_err(failed)?;
        let is_argon2id = known.algorithm == Algorithm::Argon2id.ident()
            && known.version.is_none_or(|version| version == u32::from(Version::V0x13));
        if !is_argon2id || params.m_cost() > DEAREST_KIB || output.len() != HASH {
            return Err(failed("it was made in a way that this version does not know"));
        }
        let found = self.fill(password, salt, &params)?;
        // In constant time.
        let right = Output::new(&found).map_err(failed)? == *output;
        let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        let anew = if right && cost(&params) != cost(&ours()?) { Some(self.hash(password)?) } else { None };
        Ok(Verdict { right, anew })
    }

    /// The work itself.
    fn fill(&self, password: &Password, salt: &[u8], params: &Params) -> Result<[u8; HASH]> {
        self.done.fetch_add(1, Ordering::AcqRel);
        let mut memory: Vec<Block> = Vec::with_capacity(params.block_count().max(GIVEN_BACK / Block::SIZE));
        memory.resize(params.block_count(), Block::default());
        let mut hash = [0; HASH];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
            .hash_password_into_with_memory(password.0.expose().as_bytes(), salt, &mut hash, &mut memory)
            .map_err(failed)?;
        Ok(hash)
    }
}

fn ours() -> Result<Params> {
    Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH)).map_err(failed)
}

fn failed(detail: impl std::fmt::Display) -> Error {
    Error::Store { operation: "compare a password with its hash", detail: detail.to_string() }
}

#[cfg(test)]
mod tests;
