import { expect, it } from "vitest";
import { asSentence } from "./sentence";

it("makes a sentence of what a program said", () => {
  expect(asSentence("nobody has signed in; sign in")).toBe("Nobody has signed in; sign in.");
  expect(asSentence("  It is done.  ")).toBe("It is done.");
  expect(asSentence("/mnt/fast is not there")).toBe("/mnt/fast is not there.");
  expect(asSentence("")).toBe("");
});
