import { expect, it } from "vitest";
import type { User } from "@/api/schema";
import { comesBack, find, unknownSources } from "./people";
import { usersSearch } from "./search";

const person = (title: string, rest: Partial<User> = {}): User => ({
  user_id: title.toLowerCase(),
  title,
  kind: "shared",
  knows: [],
  total_files: 0,
  active_files: 0,
  account_id: null,
  ...rest,
});

it("finds people by how they are called now and by how they were", () => {
  const people = [person("Anna", { user_id: "old-name" }), person("Berta")];
  expect(find(people, "NN").map((one) => one.title)).toEqual(["Anna"]);
  expect(find(people, "old").map((one) => one.title)).toEqual(["Anna"]);
  expect(find(people, "  ")).toHaveLength(2);
});

it("counts only sources of which nothing is known", () => {
  const base = { asked_at: null, since: null, problem: null };
  const knows: User["knows"] = [
    { ...base, source: "watchlist", way: "none" },
    { ...base, source: "on_deck", way: "shared_token" },
  ];
  expect(unknownSources(person("Anna", { knows }))).toBe(1);
});

it("knows that who was only named does not come back", () => {
  expect(comesBack(person("Anna", { kind: "named" }))).toBe(false);
  expect(comesBack(person("Anna", { kind: "home" }))).toBe(true);
});

it("keeps of an address what makes sense", () => {
  expect(usersSearch({ user: 42, days: "90" })).toEqual({ user: "42", days: 90 });
  expect(usersSearch({ user: "", days: 31 })).toEqual({});
});
