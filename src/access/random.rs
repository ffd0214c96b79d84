//! What nobody can guess, from the kernel.

use rustix::rand::{GetRandomFlags, getrandom};

use crate::error::{Error, Result};

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// So many of 62 letters are 256 bits.
const LENGTH: usize = 43;

/// So many bytes. Up to 256 come whole.
pub(super) fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    match getrandom(&mut bytes[..], GetRandomFlags::empty()) {
        Ok(filled) if filled == N => Ok(bytes),
        Ok(_) => Err(failed(std::io::ErrorKind::UnexpectedEof.into())),
        Err(error) => Err(failed(error.into())),
    }
}

/// Letters and digits with 256 bits, behind a beginning by which people and scanners know what it is.
pub(super) fn token(begins: &str) -> Result<String> {
    let mut token = String::with_capacity(begins.len() + LENGTH);
    token.push_str(begins);
    token.push_str(&letters::<LENGTH>()?);
    Ok(token)
}

/// So many letters and digits, each as likely as the other.
pub(super) fn letters<const N: usize>() -> Result<String> {
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
    fn no_two_are_alike_and_each_has_256_bits() {
        let [one, other] = [token("ck_").unwrap(), token("ck_").unwrap()];
        assert_ne!(one, other);
        assert_eq!(one.len(), 3 + LENGTH);
        assert!(62_f64.log2() * LENGTH as f64 >= 256.0);
    }

    #[test]
    fn all_letters_come() {
        let text: String = (0..100).map(|_| letters::<43>().unwrap()).collect();
        assert!(LETTERS.iter().all(|letter| text.contains(char::from(*letter))));
    }
}
