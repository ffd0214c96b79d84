/** A time: relative, exact on hover, and for machines as it is. */
import { useSyncExternalStore } from "react";
import { exact, relative } from "@/lib/format";
import { t } from "@/strings";

const TICK = 15_000;
let now = new Date();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    timer = setInterval(() => {
      now = new Date();
      for (const one of listeners) one();
    }, TICK);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

/** The present, a few times a minute: all who show an age grow older together. */
export function useNow(): Date {
  return useSyncExternalStore(subscribe, () => now);
}

export function When({ at, absent = t.common.never }: { at: string | null | undefined; absent?: string }) {
  const present = useNow();
  if (!at) return <span className="quiet">{absent}</span>;
  const time = new Date(at);
  // What just happened is newer than the last tick.
  const reference = time > present ? new Date(Math.max(Date.now(), present.getTime())) : present;
  return (
    <time dateTime={at} title={exact(time)}>
      {relative(time, reference)}
    </time>
  );
}
