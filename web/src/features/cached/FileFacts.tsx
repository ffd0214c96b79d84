/** The parts of a file's details that only tell. */
import { Group, Stack, Text, Title } from "@mantine/core";
import { IconPinFilled, IconPlayerPlayFilled, IconShieldCheck } from "@tabler/icons-react";
import { type ReactNode, useId } from "react";
import type { FileDetail, LogEntry } from "@/api/schema";
import { PathText } from "@/components/PathText";
import { FileState, State } from "@/components/State";
import { When } from "@/components/When";
import { actorName } from "@/lib/actor";
import { bytes } from "@/lib/format";
import { t } from "@/strings";
import classes from "./drawer.module.css";

const LONGEST_HISTORY = 100;

function Part({ title, children }: { title: string; children: ReactNode }) {
  const heading = useId();
  return (
    <section aria-labelledby={heading}>
      <Title order={3} id={heading} mb={4}>
        {title}
      </Title>
      {children}
    </section>
  );
}

/** `Severance · S02E05`, `Dune (2021)`; the file's own name where nothing is known of it. */
export function titleOf({ metadata, filename }: Pick<FileDetail, "metadata" | "filename">): string {
  const { title, year, season, episode } = metadata;
  if (!title) return filename;
  const number = (value: number) => String(value).padStart(2, "0");
  if (season !== undefined && episode !== undefined)
    return `${title} · S${number(season)}E${number(episode)}`;
  return year === undefined ? title : `${title} (${year})`;
}

export function Facts({ file }: { file: FileDetail }) {
  return (
    <Stack gap={6}>
      {titleOf(file) !== file.filename && (
        <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {file.filename}
        </Text>
      )}
      <Group gap="md" fz="sm">
        <FileState status={file.status} />
        {file.playing && (
          <State tone="served" icon={IconPlayerPlayFilled}>
            {t.cached.playing}
          </State>
        )}
        {file.pinned && (
          <State tone="quiet" icon={IconPinFilled}>
            {t.cached.pinned}
          </State>
        )}
        <span>{bytes(file.file_size_bytes)}</span>
        <span className="quiet">{file.library}</span>
      </Group>
      <Text size="sm" c="dimmed">
        {t.cached.drawer.cachedAt} <When at={file.cached_at} /> ·{" "}
        {t.common.operation[file.triggered_by_operation]} · {t.cached.drawer.opened(file.access_count)}
        {file.last_accessed && (
          <>
            , {t.cached.drawer.lastOpened} <When at={file.last_accessed} />
          </>
        )}
      </Text>
    </Stack>
  );
}

export function Wanted({ file }: { file: FileDetail }) {
  return (
    <Part title={t.cached.drawer.wanted}>
      {file.attributions.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t.cached.drawer.wantedNobody}
        </Text>
      ) : (
        <ul className={classes.list}>
          {file.attributions.map((one) => (
            <li key={one.user}>
              <b>{one.user}</b> · {t.common.operation[one.reason]} ·{" "}
              <span className="quiet">
                <When at={one.added_at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

export function Paths({ file }: { file: FileDetail }) {
  const path = (name: string, value: string) => (
    <div>
      <dt className="quiet">{name}</dt>
      <dd>
        <PathText path={value} />
      </dd>
    </div>
  );
  return (
    <Part title={t.cached.drawer.paths}>
      <dl className={classes.facts}>
        {path(t.cached.drawer.libraryPath, file.file_path)}
        {file.original_path !== file.file_path && path(t.cached.drawer.originalPath, file.original_path)}
        {path(t.cached.drawer.cachedPath, file.cached_path)}
      </dl>
      <Text size="xs" c="dimmed" mt={4}>
        {t.cached.drawer.method[file.cache_method]}
      </Text>
    </Part>
  );
}

export function Proof({ file }: { file: FileDetail }) {
  return (
    <Part title={t.cached.drawer.proof}>
      <Group gap={6} fz="sm">
        <State tone="served" icon={IconShieldCheck}>
          {t.cached.drawer.verified}
        </State>
        <When at={file.verified_at} />
      </Group>
      <dl className={classes.facts}>
        <div>
          <dt className="quiet">{t.cached.drawer.hash}</dt>
          <dd>
            <PathText path={file.hash} />
          </dd>
        </div>
      </dl>
    </Part>
  );
}

export function History({ file }: { file: FileDetail }) {
  return (
    <Part title={t.cached.drawer.history}>
      {file.history.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t.cached.drawer.historyEmpty}
        </Text>
      ) : (
        <ol className={classes.line}>
          {file.history.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ol>
      )}
      {file.history.length >= LONGEST_HISTORY && (
        <Text size="xs" c="dimmed">
          {t.cached.drawer.historyMore}
        </Text>
      )}
    </Part>
  );
}

function Entry({ entry }: { entry: LogEntry }) {
  // Some reasons are words of the API, others what a person wrote.
  const known: Record<string, string> = t.common.operation;
  const reason = known[entry.reason] ?? entry.reason;
  const who = entry.triggered_by_user ?? actorName(entry.triggered_by);
  return (
    <li data-failed={!entry.success || undefined}>
      <span>{t.cached.logged[entry.operation_type]}</span>{" "}
      <span className="quiet">
        · {reason} · {t.cached.drawer.by(who)} · <When at={entry.timestamp} />
      </span>
      {entry.error_message && <div className={classes.problem}>{entry.error_message}</div>}
    </li>
  );
}
