/** The server's words begin small and end open, as those of a program's log do; alone they are a sentence. Pure. */
export function asSentence(words: string): string {
  const trimmed = words.trim();
  const [first] = trimmed;
  if (first === undefined) return "";
  // A path or a name of a key stays as it is written.
  const begun = /^\p{Ll}\S*[\s,;:]/u.test(trimmed) && !/^\S*[._/]/.test(trimmed);
  const text = begun ? first.toLocaleUpperCase("en") + trimmed.slice(first.length) : trimmed;
  return /[.!?…:]$/.test(text) ? text : `${text}.`;
}
