//! Case folding for searches: Unicode's simple folding, one character to one.

/// The text as it is compared.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().map(fold_char).collect()
}

fn fold_char(c: char) -> char {
    match c {
        'A'..='Z' => c.to_ascii_lowercase(),
        '\0'..='\x7f' => c,
        // Turkish i's: their mappings are not simple, so they stay what they are.
        'ı' | 'İ' => c,
        _ => single(single(c, char::to_uppercase), char::to_lowercase),
    }
}

/// The mapped character, if it is one.
fn single<I: Iterator<Item = char>>(c: char, map: fn(char) -> I) -> char {
    let mut mapped = map(c);
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn what_differs_in_case_only_is_the_same() {
        for (a, b) in
            [("DÜNE", "düne"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("ſatire", "SATIRE"), ("\u{212a}", "k"), ("ẞ", "ß")]
        {
            assert_eq!(fold(a), fold(b));
        }
        assert_ne!(fold("ı"), fold("i"));
    }
}
