//! Texts that occur often, each kept once and known by a number.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};
use memchr::memmem::Finder;

/// A text's number.
pub type Word = u32;

/// The texts, one behind the other, each after a NUL: no path and no search text has one.
#[derive(Default, Debug)]
pub struct Dictionary {
    text: String,
    /// Where each begins.
    starts: Vec<u32>,
    words: HashTable<Word>,
    hasher: DefaultHashBuilder,
}

impl Dictionary {
    /// The number of a text; a new one if it has none.
    pub fn add(&mut self, text: &str) -> Word {
        if let Some(word) = self.find(text) {
            return word;
        }
        let word = Word::try_from(self.starts.len()).unwrap_or(Word::MAX);
        self.text.push('\0');
        self.starts.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        self.text.push_str(text);
        let Self { text: all, starts, words, hasher } = self;
        words.insert_unique(hasher.hash_one(text), word, |word| hasher.hash_one(slice(all, starts, *word)));
        word
    }

    /// The number of a text that is known.
    pub fn find(&self, text: &str) -> Option<Word> {
        self.words.find(self.hasher.hash_one(text), |word| self.get(*word) == text).copied()
    }

    /// The text of a number.
    pub fn get(&self, word: Word) -> &str {
        slice(&self.text, &self.starts, word)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// For each text, whether it holds what is looked for.
    pub fn holding(&self, needle: &str) -> Vec<bool> {
        let mut hits = vec![needle.is_empty(); self.len()];
        for_each_hit(self.text.as_bytes(), &self.starts, &Finder::new(needle), |word| hits[word] = true);
        hits
    }

    /// For each text, whether it ends so.
    pub fn ending_with(&self, end: &str) -> Vec<bool> {
        (0..self.len()).map(|word| self.get(word as Word).ends_with(end)).collect()
    }
}

/// Calls `found` once for each text that holds the needle, in order.
pub fn for_each_hit(text: &[u8], starts: &[u32], finder: &Finder<'_>, mut found: impl FnMut(usize)) {
    let Some(first) = starts.first() else { return };
    let mut from = *first as usize;
    let mut word = 0;
    while let Some(hit) = finder.find(&text[from..]) {
        let at = from + hit;
        word += starts[word..].partition_point(|start| *start as usize <= at) - 1;
        found(word);
        word += 1;
        match starts.get(word) {
            // One hit is enough: on with the next text.
            Some(next) => from = *next as usize,
            None => return,
        }
    }
}

fn slice<'a>(text: &'a str, starts: &[u32], word: Word) -> &'a str {
    let word = word as usize;
    let end = starts.get(word + 1).map_or(text.len(), |next| *next as usize - 1);
    &text[starts[word] as usize..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once_and_found_by_any_part_of_it() {
        let mut dictionary = Dictionary::default();
        let words = ["", "/films", "/films/dune", "/films"].map(|text| dictionary.add(text));
        assert_eq!(words, [0, 1, 2, 1]);
        assert_eq!(["", "/films", "/films/dune"], [0, 1, 2].map(|word| dictionary.get(word)));
        assert_eq!(dictionary.holding("ilms"), [false, true, true]);
        assert_eq!(dictionary.holding("ilms/"), [false, false, true]);
        assert_eq!(dictionary.holding(""), [true, true, true]);
        assert_eq!(dictionary.ending_with("s"), [false, true, false]);
        assert_eq!((dictionary.find("/films/dune"), dictionary.find("dune")), (Some(2), None));
    }
}
