/** Who is meant, and how well we know them. Pure. */
import type { Setting, User } from "@/api/schema";

/** Those whose name, as shown or as kept, has the words in it. */
export function find(users: readonly User[], words: string): User[] {
  const wanted = words.trim().toLocaleLowerCase();
  if (wanted === "") return [...users];
  return users.filter((user) =>
    [user.title, user.user_id].some((name) => name.toLocaleLowerCase().includes(wanted)),
  );
}

/** So many sources of their wishes are not known at all. */
export function unknownSources(user: User): number {
  return user.knows.filter((one) => one.way === "none").length;
}

/** Whether the media server would tell of them again if they were forgotten. */
export function comesBack(user: User): boolean {
  return user.kind !== "named" && user.kind !== "withheld";
}

/** What the configuration says of this person alone, but for their name. */
export function ownSettings(settings: readonly Setting[], user: string): Setting[] {
  const name = settings.find((one) => /^user\.\d+\.name$/.test(one.key) && one.value === user);
  if (!name) return [];
  const entry = name.key.slice(0, name.key.lastIndexOf(".") + 1);
  return settings.filter((one) => one.key.startsWith(entry) && one !== name && one.value !== null);
}
