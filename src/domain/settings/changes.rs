//! What became of settings: what the operation log says when they changed.

use std::collections::BTreeMap;

/// Settings as they are shown, by their keys: secrets are `***`.
pub type Shown = BTreeMap<String, String>;

/// What differs, by key: `250GB → 300GB`. Of a secret it is told that it came or went, and never what it is; another one in
/// its place cannot be told from the same.
#[must_use]
pub fn changes(before: &Shown, after: &Shown) -> Vec<(String, String)> {
    let keys: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let said = |shown: &Shown, key: &String| {
        shown.get(key).map_or_else(|| "not set".to_owned(), |value| format!("{value:?}"))
    };
    keys.into_iter()
        .filter(|key| before.get(*key) != after.get(*key))
        .map(|key| (key.clone(), format!("{} → {}", said(before, key), said(after, key))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(of: &[(&str, &str)]) -> Shown {
        of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_differs_is_told_and_nothing_else() {
        let before = shown(&[("cache.limit", "250GB"), ("cache.mode", "copy"), ("plex.token", "***")]);
        let after = shown(&[("cache.limit", "300GB"), ("cache.mode", "copy"), ("library.1.name", "Shows")]);
        let told = changes(&before, &after);
        let told: Vec<(&str, &str)> = told.iter().map(|(key, text)| (&**key, &**text)).collect();
        assert_eq!(
            told,
            [
                ("cache.limit", "\"250GB\" → \"300GB\""),
                ("library.1.name", "not set → \"Shows\""),
                ("plex.token", "\"***\" → not set"),
            ]
        );
        assert!(changes(&after, &after).is_empty());
    }
}
