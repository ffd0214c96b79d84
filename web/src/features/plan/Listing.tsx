/** One list of the plan. */
import { IconListCheck } from "@tabler/icons-react";
import type { Plan } from "@/api/schema";
import { Empty } from "@/components/Empty";
import { t } from "@/strings";
import { Attributions } from "./Attributions";
import { Refusals } from "./Refusals";
import { Sources } from "./Sources";
import { Steps } from "./Steps";
import type { List } from "./search";
import { lengthOf } from "./tallies";
import { Unresolved } from "./Unresolved";

export function Listing({ plan, list }: { plan: Plan; list: List }) {
  const words = t.plan;
  if (lengthOf(plan, list) === 0) {
    return (
      <Empty icon={IconListCheck} title={words.nothing[list]}>
        {words.nothingHint[list]}
      </Empty>
    );
  }
  switch (list) {
    case "cache":
    case "give_back":
      return <Steps label={words[list]} steps={plan[list]} first={plan.offset + 1} />;
    case "attribute":
      return <Attributions entries={plan.attribute} />;
    case "refused":
      return <Refusals entries={plan.refused} />;
    case "unresolved":
      return <Unresolved entries={plan.unresolved} />;
    case "sources":
      return <Sources entries={plan.sources} />;
  }
}
