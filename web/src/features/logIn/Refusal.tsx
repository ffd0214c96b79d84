/** Why somebody was not let in; said once, not at every second of waiting. */
import { Text } from "@mantine/core";
import { problemOf } from "@/api/problem";
import { ErrorNotice, Hint } from "@/components/Notice";
import { Warning } from "@/components/Warning";
import { t } from "@/strings";

export function Refusal({ error, left }: { error: unknown; left: number }) {
  const problem = problemOf(error);
  if (problem.code === "too_many_attempts") {
    return (
      <div role="alert">
        {left > 0 ? (
          <Warning>{t.logIn.throttled(problem.retryAfter ?? left)}</Warning>
        ) : (
          <Hint>{t.logIn.throttledOver}</Hint>
        )}
      </div>
    );
  }
  if (problem.code === "log_in_failed") {
    return (
      <Text role="alert" c="red" size="sm">
        {t.logIn.wrong}
      </Text>
    );
  }
  return <ErrorNotice error={error} />;
}
