import { describe, expect, it } from "vitest";
import { isPossible, passwordRules } from "./passwords";

describe("a new password", () => {
  it("has at least eight characters, however many bytes they are", () => {
    expect(passwordRules("1234567", "a").length).toBe(false);
    expect(passwordRules("12345678", "a").length).toBe(true);
    expect(passwordRules("🔑🔑🔑🔑", "a").length).toBe(false);
    // Seven letters, each of two parts: what a keyboard puts together is one character.
    expect(passwordRules("e\u0301".repeat(7), "a").length).toBe(false);
  });

  it("is not the name of the account, in any case", () => {
    expect(passwordRules("Somebody1", "somebody1").notName).toBe(false);
    expect(passwordRules("somebody2", "somebody1").notName).toBe(true);
  });

  it("is not refused for a name before anything was typed", () => {
    expect(passwordRules("", "").notName).toBe(true);
    expect(isPossible(passwordRules("", ""))).toBe(false);
  });

  it("ends at 1,024 bytes", () => {
    expect(isPossible(passwordRules("x".repeat(1024), "a"))).toBe(true);
    expect(isPossible(passwordRules("é".repeat(513), "a"))).toBe(false);
  });
});
