//! The kernel's list of what is mounted, as proc(5) describes it. Pure; who needs what of its lines takes it there.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

/// Where the kernel says what is mounted, for this process.
pub const LIST: &str = "/proc/self/mountinfo";

/// A field as it is meant: blanks, line ends and backslashes are written as three octal digits, such as `\040`.
#[must_use]
pub fn unescaped(field: &[u8]) -> OsString {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, more @ ..] = rest {
        let octal = more.first_chunk::<3>().and_then(|digits| {
            u8::from_str_radix(std::str::from_utf8(digits).ok().filter(|_| *first == b'\\')?, 8).ok()
        });
        match octal {
            Some(byte) => {
                bytes.push(byte);
                rest = &more[3..];
            }
            None => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    OsString::from_vec(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_read_as_it_was_meant() {
        for (field, meant) in [
            ("/mnt/my\\040films", "/mnt/my films"),
            ("a\\134b\\012", "a\\b\n"),
            ("a\\", "a\\"),
            ("\\04", "\\04"),
        ] {
            assert_eq!(unescaped(field.as_bytes()), meant, "{field}");
        }
    }
}
