export const logIn = {
  title: "Log in",
  name: "Name",
  password: "Password",
  submit: "Log in",
  withPlex: "Log in with Plex",
} as const;
