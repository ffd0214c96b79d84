/**
 * A window that is opened by a click, before it is known what it shall show: browsers let no window open after the
 * click's answer came from somewhere.
 */
export interface NewWindow {
  /** Goes there; false where the window is gone. */
  show(url: string): boolean;
  /** Takes it away again, while it shows nothing. */
  drop(): void;
}

const SIZE = "popup,width=620,height=760";

/** Null where the browser does not let it open. */
export function openNewWindow(): NewWindow | null {
  const opened = window.open("about:blank", "_blank", SIZE);
  if (!opened) return null;
  // Whatever is shown there shall not reach back into this page.
  opened.opener = null;
  return {
    show(url) {
      if (opened.closed) return false;
      opened.location.replace(url);
      return true;
    },
    drop: () => opened.close(),
  };
}
