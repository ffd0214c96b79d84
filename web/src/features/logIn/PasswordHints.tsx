/** What a new password still lacks, said while somebody types. */
import { List, Text } from "@mantine/core";
import { IconCheck, IconCircleDashed } from "@tabler/icons-react";
import { type PasswordRules, SHORTEST_PASSWORD } from "@/lib/passwords";
import { t } from "@/strings";

const say = t.logIn.first;

export function PasswordHints({ id, rules, typed }: { id: string; rules: PasswordRules; typed: boolean }) {
  const lines: [boolean, string][] = [
    [rules.length, say.rules.length(SHORTEST_PASSWORD)],
    [rules.notName && typed, say.rules.notName],
  ];
  // Hardly anybody gets there; whoever does is told why it goes no further.
  if (!rules.longest) lines.push([false, say.rules.longest]);
  return (
    <div id={id}>
      <List listStyleType="none" spacing={2} size="sm">
        {lines.map(([isMet, line]) => (
          <List.Item
            key={line}
            icon={
              isMet ? (
                <IconCheck size={15} color="var(--state-served)" aria-label={say.met} />
              ) : (
                <IconCircleDashed size={15} color="var(--text-quiet)" aria-label={say.unmet} />
              )
            }
          >
            {line}
          </List.Item>
        ))}
      </List>
      <Text size="xs" c="dimmed" mt={6}>
        {say.longer}
      </Text>
    </div>
  );
}
