//! Sizes in words, with the specification's labels: 1024-based, `KB` to `PB`, one decimal.

const UNITS: [&str; 5] = ["KB", "MB", "GB", "TB", "PB"];

/// `0 B`, `500 B`, `1.0 KB`, `1.5 KB`, `1.0 GB`. Rounding never prints `1024.0 KB`.
#[must_use]
pub fn readable(bytes: u64) -> String {
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut unit = 0;
    let mut scale = 1024_u64;
    // Tenths are computed in integers, rounded half up, so that 1,048,575 becomes 1.0 MB and not 1024.0 KB.
    let tenths = |scale: u64| (u128::from(bytes) * 10 + u128::from(scale) / 2) / u128::from(scale);
    while tenths(scale) >= 10_240 && unit + 1 < UNITS.len() {
        unit += 1;
        scale *= 1024;
    }
    let tenths = tenths(scale);
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// Reads `250GB`, `5 gb`, `1.5TB`, `1024`, `0`: 1024-based, bytes without a unit.
///
/// # Errors
/// A sentence that says what is allowed.
pub fn parse(text: &str) -> Result<u64, String> {
    let trimmed = text.trim();
    let end = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(trimmed.len());
    let (number, unit) = trimmed.split_at(end);
    let power = match unit.trim().to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "KB" | "K" | "KIB" => 1,
        "MB" | "M" | "MIB" => 2,
        "GB" | "G" | "GIB" => 3,
        "TB" | "T" | "TIB" => 4,
        "PB" | "P" | "PIB" => 5,
        _ => {
            return Err(format!(
                "{text:?} is not a size; write bytes, or a number with KB, MB, GB, TB or PB"
            ));
        }
    };
    let wrong = || format!("{text:?} is not a size; write for example 250GB or 1.5TB");
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.len() > 6 || fraction.contains('.') {
        return Err(wrong());
    }
    let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| wrong())? };
    let part: u128 = if fraction.is_empty() { 0 } else { fraction.parse().map_err(|_| wrong())? };
    let scale = 1024_u128.pow(power);
    let below = part * scale / 10_u128.pow(u32::try_from(fraction.len()).unwrap_or(0));
    whole
        .checked_mul(scale)
        .and_then(|bytes| u64::try_from(bytes + below).ok())
        .ok_or_else(|| format!("{text:?} is larger than any volume"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_the_specification_writes_them() {
        for (bytes, text) in [
            (0, "0 B"),
            (500, "500 B"),
            (1023, "1023 B"),
            (1024, "1.0 KB"),
            (1536, "1.5 KB"),
            (1_048_575, "1.0 MB"),
            (1_073_741_824, "1.0 GB"),
            (107_374_182_400, "100.0 GB"),
            (u64::MAX, "16384.0 PB"),
        ] {
            assert_eq!(readable(bytes), text);
        }
    }

    #[test]
    fn sizes_are_read_in_the_same_units() {
        assert_eq!(parse("250GB"), Ok(250 << 30));
        assert_eq!(parse(" 1.5 kb "), Ok(1536));
        assert_eq!(parse("0"), Ok(0));
        for bad in ["", "GB", "1.2.3", "-1", "1XB", "99999999999PB"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
