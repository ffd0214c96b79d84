import { expect, test } from "vitest";
import { actorName } from "./actor";

test.each([
  ["admin", "admin"],
  ["system", "Cacherr"],
  ["api_key", "the configured API key"],
  ["key:scripts: nightly", "the API key scripts: nightly"],
  ["local", "somebody in the local network"],
  ["local:1000", "user 1000 of this machine"],
])("%s is called %s", (actor, name) => expect(actorName(actor)).toBe(name));
