/** Films and episodes that come or go: each with its points, who wants it, and its files. */
import { Group, Text } from "@mantine/core";
import type { PlanPart, PlanStep } from "@/api/schema";
import { Disclosure } from "@/components/Disclosure";
import { PageLink } from "@/components/PageLink";
import { PathText } from "@/components/PathText";
import { bytes } from "@/lib/format";
import { t } from "@/strings";
import { Points } from "./Points";
import classes from "./plan.module.css";

export function Steps({ label, steps, first }: { label: string; steps: readonly PlanStep[]; first: number }) {
  return (
    <ol className={`card ${classes.steps}`} start={first} aria-label={label}>
      {steps.map((step) => (
        <li key={step.file_path}>
          <Step step={step} />
        </li>
      ))}
    </ol>
  );
}

function Step({ step }: { step: PlanStep }) {
  const words = t.plan;
  return (
    <>
      <Group justify="space-between" gap="md" wrap="nowrap">
        <Text fw={500} truncate title={step.title} miw={0}>
          {step.title}
        </Text>
        <Text style={{ flex: "none" }}>{bytes(step.size_bytes)}</Text>
      </Group>
      <Text size="sm" component="div">
        {step.cause && <span>{words.cause[step.cause]}</span>}
        {step.users.map((user, index) => (
          <span key={user.user_id}>
            {(index > 0 || step.cause) && " · "}
            {words.wantedBy(user.user_id, t.common.operation[user.operation])}
          </span>
        ))}
      </Text>
      <Points priority={step.priority} why={step.why} />
      <Parts parts={step.parts} />
    </>
  );
}

/** One file says what it is by its path; many are shown when asked for. */
function Parts({ parts }: { parts: readonly PlanPart[] }) {
  const all = parts.map((part) => <Part key={part.file_path} part={part} />);
  return parts.length === 1 ? all : <Disclosure label={t.plan.parts(parts.length)}>{all}</Disclosure>;
}

function Part({ part }: { part: PlanPart }) {
  return (
    <Group gap="sm" wrap="nowrap" justify="space-between">
      <PathText path={part.file_path} />
      <Group gap="sm" wrap="nowrap" style={{ flex: "none" }}>
        {part.file_id && (
          <PageLink to="/cached" search={{ file: part.file_id }} size="sm">
            {t.plan.details}
          </PageLink>
        )}
        <Text size="xs" c="dimmed">
          {bytes(part.file_size_bytes)}
        </Text>
      </Group>
    </Group>
  );
}
