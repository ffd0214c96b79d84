/** How long each list of a plan is. Pure. */
import type { Plan } from "@/api/schema";
import type { List } from "./search";

export function lengthOf(plan: Plan, list: List): number {
  const { totals } = plan;
  switch (list) {
    case "cache":
      return totals.cache.steps;
    case "give_back":
      return totals.give_back.steps;
    case "sources":
      return plan.sources.length;
    default:
      return totals[list];
  }
}

/** The lists worth a tab: the first two always, the others when there is something in them, or one looks at them. */
export function isShown(plan: Plan, list: List, current: List): boolean {
  return list === "cache" || list === "give_back" || list === current || lengthOf(plan, list) > 0;
}
