/** What something is worth, and the small sum that it comes from. */
import { Tooltip } from "@mantine/core";
import type { Why } from "@/api/schema";
import { t } from "@/strings";
import classes from "./plan.module.css";

export function Points({ priority, why }: { priority: number | null; why: readonly Why[] }) {
  const words = t.plan;
  if (priority === null && why.length === 0) return null;
  return (
    <div className={classes.points}>
      {priority !== null && (
        <Tooltip label={words.priorityHint}>
          <strong>{words.priority(priority)}</strong>
        </Tooltip>
      )}
      {why.length > 0 && (
        <ul className={classes.why} aria-label={words.because}>
          {why.map((one) => (
            <li key={`${one.text} ${one.user ?? ""}`}>
              <span data-sign={one.points < 0 ? "less" : "more"}>{words.points(one.points)}</span> {one.text}
              {one.user && ` (${one.user})`}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
