//! What nobody can guess, from the kernel: tokens, salts, identifiers. Jitter needs none of this.
//!
//! **Invariant:** where the kernel has no random numbers nothing is made up instead.

use rustix::rand::{GetRandomFlags, getrandom};

use crate::error::{Error, Result};

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// So many bytes. Up to 256 come whole.
///
/// # Errors
/// The kernel has none, here and below.
pub fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    match getrandom(&mut bytes[..], GetRandomFlags::empty()) {
        Ok(filled) if filled == N => Ok(bytes),
        Ok(_) => Err(failed(std::io::ErrorKind::UnexpectedEof.into())),
        Err(error) => Err(failed(error.into())),
    }
}

/// So many bytes as a text of hexadecimal digits.
///
/// # Errors
/// As [`bytes`].
pub fn hex<const N: usize>() -> Result<String> {
    Ok(bytes::<N>()?.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// So many letters and digits, each of the 62 as likely as the others: 43 of them are 256 bits.
///
/// # Errors
/// As [`bytes`].
pub fn letters<const N: usize>() -> Result<String> {
    let mut text = String::with_capacity(N);
    while text.len() < N {
        // 248 is the largest multiple of 62 that a byte can be less than.
        let fair = bytes::<64>()?.into_iter().filter(|byte| *byte < 248);
        text.extend(fair.take(N - text.len()).map(|byte| char::from(LETTERS[usize::from(byte % 62)])));
    }
    Ok(text)
}

fn failed(error: std::io::Error) -> Error {
    Error::io("get random numbers from", "the kernel", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_alike() {
        assert_ne!(bytes::<16>().unwrap(), bytes::<16>().unwrap());
        assert_ne!(hex::<24>().unwrap(), hex::<24>().unwrap());
        assert_ne!(letters::<43>().unwrap(), letters::<43>().unwrap());
    }

    #[test]
    fn all_letters_come_and_43_of_them_are_256_bits() {
        let text: String = (0..100).map(|_| letters::<43>().unwrap()).collect();
        assert_eq!(text.len(), 4300);
        assert!(LETTERS.iter().all(|letter| text.contains(char::from(*letter))));
        assert!(62_f64.log2() * 43.0 >= 256.0);
    }
}
