//! What free text in a request may be.

/// Longest name or reason, in bytes.
const LONGEST: usize = 255;

/// Whether a name or a reason cannot be used.
#[must_use]
pub fn is_blank_or_long(text: &str) -> bool {
    text.trim().is_empty() || text.len() > LONGEST || text.chars().any(char::is_control)
}

/// What is allowed, as the end of a sentence.
#[must_use]
pub fn name_rule() -> String {
    format!("must be a text of 1 to {LONGEST} bytes, not blank, without control characters")
}
