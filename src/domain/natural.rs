//! The order in which people expect names: case does not count, and `Episode 2` comes before `Episode 10`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::fold::fold;

/// A text by whose bytes names are in that order. Names that differ in case or in leading zeros only have the same: whoever
/// needs one order compares the names themselves then.
#[must_use]
pub fn natural_key(name: &OsStr) -> Vec<u8> {
    let folded = fold(&String::from_utf8_lossy(name.as_bytes()));
    let mut key = Vec::with_capacity(folded.len() + 2);
    let mut rest = folded.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        if !first.is_ascii_digit() {
            key.push(*first);
            rest = more;
            continue;
        }
        let end = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count().min(end - 1);
        let digits = &digits[zeros..];
        // A number stands where its first digit would stand; of two numbers the shorter one is less.
        key.push(b'0');
        key.push(u8::try_from(digits.len()).unwrap_or(u8::MAX));
        key.extend_from_slice(digits);
        rest = after;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_as_people_expect_them() {
        let expected = [
            "",
            "#1",
            "2 Fast",
            "10 Things",
            "300",
            "alien",
            "Alien 2",
            "alien 3",
            "Alien 10",
            "Alien 10b",
            "alien x",
            "Zodiac",
            "Ärger",
            "ärger 2",
        ];
        let mut names = expected;
        names.reverse();
        names.sort_by_key(|name| natural_key(OsStr::new(name)));
        assert_eq!(names, expected);
    }

    #[test]
    fn case_and_leading_zeros_do_not_count_and_no_name_is_too_odd() {
        let key = |name: &str| natural_key(OsStr::new(name));
        assert_eq!(key("S01E02"), key("s1e2"));
        assert_eq!(key("000"), key("0"));
        assert!(key(&"9".repeat(300)) > key(&"8".repeat(300)));
        let _ = natural_key(OsStr::from_bytes(&[0xff, b'1', 0xfe]));
    }
}
