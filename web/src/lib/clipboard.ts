/**
 * Puts text on the clipboard; says whether it worked.
 *
 * Browsers have `navigator.clipboard` only over HTTPS and on the machine itself; in a house it is mostly plain HTTP,
 * and there the old command still does it.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Refused: the old way needs no permission.
  }
  const before = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  // Within the dialog, if there is one: it keeps the focus to itself.
  (before?.closest('[role="dialog"]') ?? document.body).append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}
