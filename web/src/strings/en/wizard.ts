export const wizard = {
  title: "Set up Cacherr",
} as const;
