/** All settings: what each is, where it comes from, and changing it safely. */
import { Badge, Loader, Select, Stack, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { useShortcut } from "@/app/shortcuts";
import { ErrorNotice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { PathText } from "@/components/PathText";
import { reportDone, reportProblem } from "@/components/report";
import { RestartWait, useRestart } from "@/live/RestartWait";
import { t } from "@/strings";
import { isEmpty, placeOf, sizeOf, withEntry } from "./draft";
import { entriesOf, presentValue } from "./entries";
import { ConflictNotice, FileNotices } from "./FileNotices";
import { Found } from "./Found";
import { LeaveGuard } from "./LeaveGuard";
import type { Settings } from "./model";
import { formId, Part } from "./Part";
import classes from "./page.module.css";
import { keptName, Review } from "./Review";
import { SaveBar } from "./SaveBar";
import { useSettings } from "./useSettings";
import { inOrder, partTitle } from "./words";

const route = getRouteApi("/settings");

export default function SettingsPage() {
  const state = useSettings();
  const { settings, read } = state;
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const field = useRef<HTMLInputElement>(null);
  useShortcut("/", t.settings.find, "here", () => field.current?.focus());
  const look = (words: string) =>
    void navigate({
      search: ({ q: _, ...rest }) => (words === "" ? rest : { ...rest, q: words }),
      replace: true,
    });
  return (
    <Page
      title={t.settings.title}
      lead={t.settings.lead}
      actions={
        <TextInput
          ref={field}
          type="search"
          aria-label={t.settings.find}
          placeholder={t.settings.find}
          leftSection={<IconSearch size={16} />}
          w={260}
          value={q ?? ""}
          onChange={(event) => look(event.currentTarget.value)}
        />
      }
    >
      {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Loader aria-label={t.common.loading} />}
      {settings && <Inside state={state} settings={settings} />}
    </Page>
  );
}

function Inside({ state, settings }: { state: ReturnType<typeof useSettings>; settings: Settings }) {
  const { draft, setDraft, complaints, check, save, conflict } = state;
  const { part, q, who } = route.useSearch();
  const navigate = route.useNavigate();
  const restart = useRestart();
  const [isReviewed, setReviewed] = useState(false);
  const tables = useMemo(
    () =>
      inOrder([
        ...settings.repeated.map((one) => one.table),
        ...settings.settings.filter((one) => placeOf(one.key) === null).map((one) => one.table),
      ]),
    [settings],
  );
  const shown = tables.find((table) => table === part) ?? tables[0] ?? "";

  // Somebody came to set something for one user: their entry is shown, and begun where there is none.
  useEffect(() => {
    if (!who) return;
    const entry = entriesOf("user", settings, draft).find((one) => presentValue(one, "name", draft) === who);
    if (!entry) setDraft(withEntry(draft, "user", { name: who }).draft);
    else {
      void navigate({ search: { part: "user" }, replace: true });
      requestAnimationFrame(() => document.getElementById(formId(entry.id))?.scrollIntoView());
    }
  }, [who, settings, draft, setDraft, navigate]);

  const saveNow = () => {
    const askedAt = Date.now();
    save.mutate(undefined, {
      onSuccess: (saved) => {
        setReviewed(false);
        if (saved.changed.length > 0) {
          reportDone(settings.file_exists ? t.settings.saved(keptName(settings)) : t.settings.savedNew);
        }
        if (saved.restarting) restart.await(askedAt);
      },
      // The review shows what went wrong; without one it is said at the edge.
      onError: (error) => {
        if (!isReviewed) reportProblem(error);
      },
    });
  };
  const elsewhere = complaints.filter((one) => one.key === null || one.key === "");
  const form = { settings, draft, complaints, onDraft: setDraft };
  return (
    <div className={classes.columns}>
      <nav className={classes.nav} aria-label={t.settings.parts}>
        {tables.map((table) => (
          <Link
            key={table}
            to="/settings"
            search={{ part: table }}
            className={classes.link}
            aria-current={!q && table === shown ? "page" : undefined}
          >
            <span>{partTitle(table)}</span>
            <Count of={countIn(table, draft)} />
          </Link>
        ))}
      </nav>
      <Stack miw={0}>
        <Select
          className={classes.choose ?? ""}
          aria-label={t.settings.parts}
          value={shown}
          data={tables.map((table) => ({ value: table, label: partTitle(table) }))}
          onChange={(table) => table !== null && void navigate({ search: { part: table } })}
        />
        <FileNotices
          settings={settings}
          isApplying={save.isPending}
          {...(isEmpty(draft) ? { onApply: saveNow } : {})}
        />
        {conflict && <ConflictNotice conflict={conflict} onClose={state.forgetConflict} />}
        {q ? <Found words={q} {...form} /> : <Part key={shown} table={shown} {...form} />}
        <div className={`${classes.file} quiet`}>
          {t.settings.fileIs} <PathText path={settings.file} />
        </div>
        {!isEmpty(draft) && (
          <SaveBar
            count={sizeOf(draft)}
            check={check}
            complaints={complaints}
            elsewhere={elsewhere}
            onDiscard={state.discard}
            onReview={() => {
              save.reset();
              setReviewed(true);
            }}
          />
        )}
      </Stack>
      <Review
        opened={isReviewed && !isEmpty(draft)}
        onClose={() => setReviewed(false)}
        onSave={saveNow}
        isSaving={save.isPending}
        error={save.error}
        warnings={state.warnings}
        draft={draft}
        settings={settings}
      />
      <LeaveGuard draft={draft} settings={settings} />
      <RestartWait restart={restart} />
    </div>
  );
}

function countIn(table: string, draft: Parameters<typeof sizeOf>[0]): number {
  const isIn = (key: string) => (table === "" ? !key.includes(".") : key.startsWith(`${table}.`));
  return sizeOf({
    values: new Map([...draft.values].filter(([key]) => isIn(key))),
    removed: new Set([...draft.removed].filter(isIn)),
    added: draft.added.filter(isIn),
  });
}

function Count({ of }: { of: number }) {
  if (of === 0) return null;
  return (
    <Badge size="sm" variant="light" color="yellow" aria-label={t.settings.changedCount(of)}>
      {of}
    </Badge>
  );
}
