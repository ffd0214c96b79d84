/** What went wrong, in place: the sentence, what it means, and what can be done. */
import { Alert, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { problemOf } from "@/api/problem";
import { asSentence } from "@/lib/sentence";
import { t } from "@/strings";

/** The sentence for a failure. */
export function sentenceOf(error: unknown): string {
  const problem = problemOf(error);
  if (problem.code === "unreachable") return t.common.unreachable;
  if (problem.code === "unreadable_answer") return t.common.unreadable;
  return asSentence(problem.message);
}

export function ErrorNotice({
  error,
  retry,
  children,
}: {
  error: unknown;
  retry?: (() => void) | undefined;
  children?: ReactNode;
}) {
  return (
    <Alert role="alert" variant="outline" color="red" icon={<IconAlertTriangle />} className="card">
      <Text>{sentenceOf(error)}</Text>
      {children}
      {retry && (
        <Group mt="sm">
          <Button variant="default" onClick={retry}>
            {t.common.retry}
          </Button>
        </Group>
      )}
    </Alert>
  );
}

export function Hint({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <Alert variant="outline" color="gray" icon={<IconInfoCircle />} className="card" title={title}>
      {children}
    </Alert>
  );
}
