/** Saying yes at Plex's own page. */
export const consent = {
  waiting: "Waiting for you at Plex",
  opened: "Plex's own page opened in another window. Log in and say yes there; this page notices by itself.",
  blocked: "The browser did not let the window open. Open Plex's page yourself, log in and say yes there.",
  open: "Open Plex's page",
  until: (time: string) => `The page is good until ${time}.`,
  expired: "Nobody said yes in time. Nothing was changed.",
  begin: "Begin anew",
  secret: "Do not pass its address on: whoever says yes there is the one who counts.",
} as const;
