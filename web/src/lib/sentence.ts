/** The server's sentences begin small and end without a point, as those of a program's log do. Pure. */
export function asSentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") return "";
  // What begins with a name in backquotes, a path or a sign stays as it is written.
  const first = trimmed.charAt(0).toLocaleUpperCase("en");
  const whole = first + trimmed.slice(1);
  return /[.!?…:]$/.test(whole) ? whole : `${whole}.`;
}
