/** What was found: how it is, of what, what it means, what to do. */
import { Text, Title } from "@mantine/core";
import {
  type Icon,
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconHelpCircle,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Finding, Verdict } from "@/api/schema";
import { State, type Tone } from "@/components/State";
import { asSentence } from "@/lib/sentence";
import { t } from "@/strings";
import classes from "./Findings.module.css";

const MARKS: Record<Verdict, [Tone, Icon]> = {
  ok: ["served", IconCircleCheck],
  warning: ["attention", IconAlertTriangle],
  failure: ["loss", IconCircleX],
  unknown: ["quiet", IconHelpCircle],
};

export function VerdictMark({ verdict, children }: { verdict: Verdict; children?: ReactNode }) {
  const [tone, icon] = MARKS[verdict];
  return (
    <State tone={tone} icon={icon}>
      {children ?? t.system.verdict[verdict]}
    </State>
  );
}

export function Findings({ findings }: { findings: readonly Finding[] }) {
  return (
    <ul className={classes.list}>
      {findings.map((finding) => (
        <li key={`${finding.check} ${finding.subject}`} className={classes.finding}>
          <div className={classes.mark}>
            <VerdictMark verdict={finding.verdict} />
          </div>
          <div className={classes.text}>
            <Title order={3} size="h4">
              {t.system.check[finding.check] ?? finding.check}
              <span className="quiet"> · {finding.subject}</span>
            </Title>
            <Text size="sm" className={classes.says ?? ""}>
              {asSentence(finding.says)}
            </Text>
            {finding.verdict !== "ok" && (
              <Text size="sm" c="dimmed">
                {t.system.meaning[finding.check]}
              </Text>
            )}
            {finding.fix && (
              <Text size="sm" mt={4} className={classes.says ?? ""}>
                <strong>{t.system.toMend}</strong> {mend(finding, finding.fix)}
              </Text>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

/** The server says what to ask of its API; where this page can do it, it says so instead. */
function mend(finding: Finding, fix: string): string {
  return finding.check === "other_readers" ? t.system.mendReaders : asSentence(fix);
}
