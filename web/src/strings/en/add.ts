export const add = {
  title: "Add",
} as const;
