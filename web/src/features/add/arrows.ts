/** Up and down from line to line, first and last: lists are walked with the arrows, and Tab leaves them. */
import type { KeyboardEvent } from "react";

const STOPS = "a[data-stop], input[data-stop]";

export function walkLines(event: KeyboardEvent<HTMLElement>): void {
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>(STOPS)];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: stops.length - 1 }[event.key];
  const next = to === undefined ? undefined : stops[to];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
