export const cached = {
  title: "Cached",
} as const;
