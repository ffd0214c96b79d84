//! Numbers that nobody can guess, from the kernel.

use rustix::rand::{GetRandomFlags, getrandom};

use crate::error::{Error, Result};

/// So many bytes. Up to 256 come whole.
pub(super) fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    match getrandom(&mut bytes[..], GetRandomFlags::empty()) {
        Ok(filled) if filled == N => Ok(bytes),
        Ok(_) => Err(failed(std::io::ErrorKind::UnexpectedEof.into())),
        Err(error) => Err(failed(error.into())),
    }
}

/// 192 bits as a text of hexadecimal digits.
pub(super) fn text() -> Result<String> {
    Ok(bytes::<24>()?.iter().map(|byte| format!("{byte:02x}")).collect())
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
    }
}
