/** The server's words begin small and end open, so that they fit behind a name; alone they are a sentence. */
export function asSentence(words: string): string {
  const [first = ""] = words;
  // A path or a name of a key stays as it is written.
  const begun = /^\p{Ll}\S*[\s,;:]/u.test(words) && !/^\S*[._/]/.test(words);
  const text = begun ? first.toLocaleUpperCase("en") + words.slice(first.length) : words;
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
