/** The line of events for the whole app: its state, and a way to listen. */
import { useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { Connection, type LineState, type LiveEvent } from "./connection";
import { applyEvent, readEverythingAgain } from "./effects";

type Listener = (event: LiveEvent) => void;

interface Live {
  state: LineState;
  tryNow(): void;
  listen(listener: Listener): () => void;
  listenResync(listener: () => void): () => void;
}

const LiveContext = createContext<Live | null>(null);

/** Connects while it is mounted; `onRefused` is called when the log-in counts no more. */
export function LiveProvider({ children, onRefused }: { children: ReactNode; onRefused: () => void }) {
  const queries = useQueryClient();
  const [state, setState] = useState<LineState>({ kind: "connecting" });
  const listeners = useRef(new Set<Listener>());
  const resyncs = useRef(new Set<() => void>());
  const connection = useRef<Connection | null>(null);
  const refused = useRef(onRefused);
  refused.current = onRefused;

  useEffect(() => {
    const line = new Connection({
      event(event) {
        applyEvent(queries, event);
        for (const listener of listeners.current) listener(event);
      },
      resync() {
        readEverythingAgain(queries);
        for (const listener of resyncs.current) listener();
      },
      state: setState,
      refused: () => refused.current(),
    });
    connection.current = line;
    return () => line.close();
  }, [queries]);

  const tryNow = useCallback(() => connection.current?.tryNow(), []);
  const listen = useCallback((listener: Listener) => {
    listeners.current.add(listener);
    return () => {
      listeners.current.delete(listener);
    };
  }, []);
  const listenResync = useCallback((listener: () => void) => {
    resyncs.current.add(listener);
    return () => {
      resyncs.current.delete(listener);
    };
  }, []);
  const live = useMemo<Live>(
    () => ({ state, tryNow, listen, listenResync }),
    [state, tryNow, listen, listenResync],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error("useLive outside of LiveProvider");
  return live;
}

/** Calls `listener` with every event while the component is mounted. */
export function useLiveEvent(listener: Listener): void {
  const { listen } = useLive();
  const newest = useRef(listener);
  newest.current = listener;
  useEffect(() => listen((event) => newest.current(event)), [listen]);
}

/** Calls `listener` when something may have been missed: for what is kept outside of TanStack Query. */
export function useResync(listener: () => void): void {
  const { listenResync } = useLive();
  const newest = useRef(listener);
  newest.current = listener;
  useEffect(() => listenResync(() => newest.current()), [listenResync]);
}
