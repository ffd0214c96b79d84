/** Who did something, in words that fit after "by". The log and the jobs name them as the access control does. */
import { t } from "@/strings";

export function actorName(actor: string): string {
  const words = t.common.actor;
  if (actor === "system") return words.system;
  if (actor === "api_key") return words.configuredKey;
  if (actor === "local") return words.local;
  const [kind, rest] = [actor.slice(0, actor.indexOf(":")), actor.slice(actor.indexOf(":") + 1)];
  if (kind === "key") return words.key(rest);
  if (kind === "local") return words.atMachine(rest);
  return actor;
}
