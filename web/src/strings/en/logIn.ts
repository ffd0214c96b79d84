import { plural } from "../plural";

export const logIn = {
  title: "Log in",
  again: "You are logged out. Log in, and you are back where you were.",
  name: "Name",
  password: "Password",
  submit: "Log in",
  or: "or",
  withPlex: "Log in with Plex",
  withPlexHint:
    "For the owner of the media server, and for those with whom it is shared if an admin allows it.",
  wrong: "The name or the password is wrong.",
  forgotten: "Forgot the password?",
  forgottenHint: "Another admin can set a new one. At the machine itself this does it, too:",
  noMethod: "Nobody can log in here by name or with Plex yet. At the machine, this makes an account:",
  throttled: (seconds: number) =>
    `There were too many failed attempts. Wait ${plural(seconds, "second", "seconds")}, then try again; trying sooner does not help.`,
  throttledOver: "You can try again now.",
  submitIn: (seconds: number) => `Wait ${plural(seconds, "second", "seconds")}`,
  first: {
    title: "Welcome to Cacherr",
    lead: "First, make your own account: an admin, who may do everything. Others can be added later.",
    token: "Setup token",
    tokenHint: "It proves that this machine is yours.",
    tokenWrong: "This is not the setup token. It is made anew only when the data dir is.",
    tokenWhere: "Where is it?",
    tokenLog: "The log of Cacherr's start shows it. In a container named cacherr:",
    tokenFile:
      "It also lies in the data dir, in the file setup-token, which only Cacherr's own user can read:",
    tokenCommand: "Without any token, this makes the account at the machine itself:",
    dataDir: "<data dir>",
    yourName: "you",
    name: "Name",
    nameHint: "What the log calls you. No colon, and no space at its start or end.",
    password: "Password",
    rules: {
      length: (least: number) => `At least ${plural(least, "character", "characters")}`,
      longest: "Not longer than 1,024 bytes",
      notName: "Not the name of the account",
    },
    met: "met",
    unmet: "not yet met",
    longer: "Several words in a row are easier to keep in mind than signs and digits, and harder to guess.",
    submit: "Make the account",
    alreadyDone: "Somebody made the first account in the meantime. Log in with it.",
    toLogIn: "Log in",
  },
} as const;
