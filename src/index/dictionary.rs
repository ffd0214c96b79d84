//! Texts that occur often, each kept once and known by a number.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};
use memchr::memmem::Finder;

/// So many bytes are worth a thread of their own,
const PART: usize = if cfg!(test) { 64 } else { 1 << 20 };
/// but more threads than this are not taken from others.
const THREADS: usize = 4;

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

    /// All texts, in the order of their numbers.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|word| self.get(word as Word))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// For each text, whether it holds what is looked for.
    pub fn holding(&self, needle: &str) -> Vec<bool> {
        let mut holds = vec![needle.is_empty(); self.len()];
        for word in hits(self.text.as_bytes(), &self.starts, needle) {
            holds[word as usize] = true;
        }
        holds
    }

    /// For each text, whether it ends so.
    pub fn ending_with(&self, end: &str) -> Vec<bool> {
        (0..self.len()).map(|word| self.get(word as Word).ends_with(end)).collect()
    }
}

/// The numbers of the texts that hold the needle, rising. A long text is searched by several threads.
pub fn hits(text: &[u8], starts: &[u32], needle: &str) -> Vec<Word> {
    let finder = Finder::new(needle);
    let parts = (text.len() / PART).clamp(1, THREADS);
    let part = |number: usize| {
        let (first, last) = (starts.len() * number / parts, starts.len() * (number + 1) / parts);
        let end = starts.get(last).map_or(text.len(), |next| *next as usize);
        hits_in(&text[..end], first, &starts[first..last], &finder)
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..parts).map(|number| scope.spawn(move || part(number))).collect();
        let mut found = part(0);
        for other in others {
            found.append(&mut other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        found
    })
}

/// The same among the texts that begin at `starts`, of which the first has the number `first`.
fn hits_in(text: &[u8], first: usize, starts: &[u32], finder: &Finder<'_>) -> Vec<Word> {
    let mut found = Vec::new();
    let Some(start) = starts.first() else { return found };
    let (mut word, mut from) = (0, *start as usize);
    while let Some(hit) = finder.find(&text[from..]) {
        word = last_until(starts, word, from + hit);
        found.push((first + word) as Word);
        word += 1;
        match starts.get(word) {
            // One hit is enough: on with the next text.
            Some(next) => from = *next as usize,
            None => break,
        }
    }
    found
}

/// The last text that begins at `at` or before, known not to come before `word`. The next hit is near, as a rule, and so is
/// looked for in steps that grow.
fn last_until(starts: &[u32], mut word: usize, at: usize) -> usize {
    let mut step = 1;
    while starts.get(word + step).is_some_and(|start| *start as usize <= at) {
        word += step;
        step *= 2;
    }
    let end = (word + step).min(starts.len());
    word + starts[word..end].partition_point(|start| *start as usize <= at) - 1
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
