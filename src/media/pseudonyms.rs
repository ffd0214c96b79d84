//! The key by which people are called otherwise where viewers must not know their names.
//!
//! **Invariant:** it is made once, when it is first needed, and never changes: pseudonyms are for good.

use super::tokens::made_once;
use crate::domain::privacy::PseudonymKey;
use crate::error::{Error, Result};
use crate::random;
use crate::store::Store;

/// Its name in the store's table of secrets.
const NAME: &str = "pseudonym_key";

/// The key of this instance. Blocks.
///
/// # Errors
/// The store fails, or the kernel has no random numbers; what is kept is no key.
pub fn key(store: &Store) -> Result<PseudonymKey> {
    let text = made_once(store, NAME, random::hex::<32>)?;
    read(text.expose()).map(PseudonymKey::new).ok_or_else(|| Error::Store {
        operation: "read",
        detail: format!("what is kept as {NAME} is no key; run `cacherr check`"),
    })
}

fn read(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
    bytes?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_stays() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("store");
        let first = key(&Store::open(&file).unwrap()).unwrap();
        assert!(key(&Store::open(&file).unwrap()).unwrap() == first);
        let other = key(&Store::open(&dir.path().join("other")).unwrap()).unwrap();
        assert!(other != first);
    }

    #[test]
    fn what_is_no_key_is_not_taken_for_one() {
        assert_eq!(read(&"0f".repeat(32)), Some([15; 32]));
        for text in ["", "0f", &"0f".repeat(33), &"zz".repeat(32), &"é".repeat(32)] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
