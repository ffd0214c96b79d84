/**
 * Every word that people read, in one catalog: one file per page, one language so far.
 *
 * Invariant: components hold no sentences. Sentences with numbers or names in them are functions here, so that a
 * translation may order and inflect as its language does.
 */
import { activity } from "./en/activity";
import { add } from "./en/add";
import { cached } from "./en/cached";
import { common } from "./en/common";
import { consent } from "./en/consent";
import { dashboard } from "./en/dashboard";
import { logIn } from "./en/logIn";
import { plan } from "./en/plan";
import { putBack } from "./en/putBack";
import { settings } from "./en/settings";
import { shell } from "./en/shell";
import { sources } from "./en/sources";
import { system } from "./en/system";
import { users } from "./en/users";
import { wizard } from "./en/wizard";

export const t = {
  activity,
  add,
  cached,
  common,
  consent,
  dashboard,
  logIn,
  plan,
  putBack,
  settings,
  shell,
  sources,
  system,
  users,
  wizard,
} as const;
