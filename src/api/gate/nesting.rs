//! How deep JSON may be nested: what no request of ours needs is refused before anything is made of it.

/// Deepest level of arrays and objects.
pub const DEEPEST: usize = 16;

/// Whether a text would be nested deeper. It need not be JSON: what it is otherwise, the parser says.
#[must_use]
pub fn is_too_deep(text: &[u8]) -> bool {
    let (mut depth, mut in_text, mut is_escaped) = (0_usize, false, false);
    for byte in text {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_count_where_they_open_something() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(!is_too_deep(nested(DEEPEST).as_bytes()) && is_too_deep(nested(DEEPEST + 1).as_bytes()));
        assert!(is_too_deep("{\"a\":".repeat(DEEPEST + 1).as_bytes()));
        assert!(!is_too_deep("[],".repeat(1000).as_bytes()));
        assert!(!is_too_deep(format!(r#"{{"a":"\"{}"}}"#, "[".repeat(1000)).as_bytes()));
    }
}
