/** The entries as a table of which only the rows in sight are in the document. */
import { Table, UnstyledButton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { LogEntry } from "@/api/schema";
import { Columns } from "@/components/Columns";
import { OperationMark, operationWord, reasonWord } from "@/components/OperationMark";
import { When } from "@/components/When";
import { actorName } from "@/lib/actor";
import { fileName } from "@/lib/format";
import { t } from "@/strings";
import classes from "./activity.module.css";

const ROW = 38;
const OVERSCAN = 12;
/** Older entries are fetched when so few are left below. */
const AHEAD = 20;

/** What scrolls: the page, and not a box in it. */
export function scroller(): HTMLElement | null {
  return document.getElementById("main");
}

export function HistoryTable({
  entries,
  onOpen,
  onEnd,
}: {
  entries: readonly LogEntry[];
  onOpen: (entry: LogEntry) => void;
  onEnd: () => void;
}) {
  const words = t.activity;
  const box = useRef<HTMLDivElement>(null);
  const [above, setAbove] = useState(0);
  // Filters and banners above may wrap or go.
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at after every change of the entries
  useLayoutEffect(() => {
    const main = scroller();
    if (!box.current || !main) return;
    setAbove(box.current.getBoundingClientRect().top - main.getBoundingClientRect().top + main.scrollTop);
  }, [entries]);

  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: scroller,
    estimateSize: () => ROW,
    overscan: OVERSCAN,
    scrollMargin: above,
    getItemKey: (index) => entries[index]?.id ?? index,
  });
  const shown = rows.getVirtualItems();
  const first = shown[0];
  const last = shown.at(-1);
  const before = first ? first.start - above : 0;
  const after = last ? rows.getTotalSize() - (last.end - above) : 0;

  const lastIndex = last?.index ?? 0;
  const end = useRef(onEnd);
  end.current = onEnd;
  useEffect(() => {
    if (lastIndex >= entries.length - AHEAD) end.current();
  }, [lastIndex, entries.length]);

  return (
    <div className="card" ref={box}>
      <Table className={classes.history ?? ""} aria-label={words.history} aria-rowcount={-1}>
        <colgroup className={classes.desk}>
          <col style={{ width: 116 }} />
          <col style={{ width: 170 }} />
          <col />
          <col style={{ width: "24%" }} />
          <col style={{ width: 140 }} />
        </colgroup>
        <Columns
          names={[
            words.columns.when,
            words.columns.what,
            words.columns.file,
            words.columns.why,
            words.columns.who,
          ]}
        />
        <Table.Tbody>
          <Spacer height={before} />
          {shown.map(({ index, key }) => {
            const entry = entries[index];
            return (
              entry && (
                <Table.Tr
                  key={key}
                  data-index={index}
                  aria-rowindex={index + 2}
                  ref={rows.measureElement}
                  onClick={() => onOpen(entry)}
                >
                  <EntryCells entry={entry} onOpen={onOpen} />
                </Table.Tr>
              )
            );
          })}
          <Spacer height={after} />
        </Table.Tbody>
      </Table>
    </div>
  );
}

function EntryCells({ entry, onOpen }: { entry: LogEntry; onOpen: (entry: LogEntry) => void }) {
  const words = t.activity;
  const name = entry.file_path ? fileName(entry.file_path) : words.noFile;
  const why = entry.error_message ?? reasonWord(entry.reason);
  const who = entry.triggered_by_user ?? actorName(entry.triggered_by);
  return (
    <>
      <Table.Td>
        <When at={entry.timestamp} />
      </Table.Td>
      <Table.Td>
        <OperationMark entry={entry} />
      </Table.Td>
      <Table.Td>
        <UnstyledButton
          className={classes.name}
          title={entry.file_path || undefined}
          aria-label={`${words.details(operationWord(entry))}, ${name}`}
          aria-haspopup="dialog"
          onClick={(event) => {
            event.stopPropagation();
            onOpen(entry);
          }}
        >
          {name}
        </UnstyledButton>
      </Table.Td>
      <Table.Td title={why}>{why}</Table.Td>
      <Table.Td title={who}>{who}</Table.Td>
    </>
  );
}

/** Stands for the rows out of sight. */
function Spacer({ height }: { height: number }) {
  return (
    height > 0 && (
      <Table.Tr aria-hidden className={classes.spacer ?? ""}>
        <Table.Td colSpan={5} style={{ height }} />
      </Table.Tr>
    )
  );
}
