//! What a path may be. Names of ours need no escapes, so none is undone to look for a file; here it is only looked whether
//! somebody hides something in them.

use super::kind;

/// Whether a path tries to lead elsewhere, whatever it is taken for: by `.` or `..`, or by characters that no address has.
pub fn is_hostile(path: &str) -> bool {
    let Some(plain) = decoded(path) else { return true };
    plain.chars().any(char::is_control) || plain.split(['/', '\\']).any(|part| part == "." || part == "..")
}

/// Whether it looks like a file of the web app's root: no page of the app is called so.
pub fn is_file(name: &str) -> bool {
    !name.contains('/') && kind::of(name).is_some()
}

/// Without escapes; none where they are none, or are no text. Also those within others are undone.
fn decoded(path: &str) -> Option<String> {
    let mut text = path.to_owned();
    // Twice escaped is what somebody may undo behind us; more often, nobody does.
    for _ in 0..2 {
        if !text.contains('%') {
            break;
        }
        text = once(&text)?;
    }
    Some(text)
}

fn once(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escape = (*byte == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        match escape.and_then(hex) {
            Some(escaped) => {
                plain.push(escaped);
                at += 3;
            }
            // A sign of percent that begins no escape is itself, as in a title that was escaped once.
            None => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(plain).ok()
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
    u8::from_str_radix(digits, 16).ok()
}
