/** How long somebody has to wait who failed too often. */
import { useEffect, useState } from "react";
import { problemOf } from "@/api/problem";

/** Seconds left until asking again makes sense; 0 where nothing has to be waited for. */
export function useWait(error: unknown): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const seconds = error ? (problemOf(error).retryAfter ?? 0) : 0;
    const until = performance.now() + seconds * 1000;
    const look = () => setLeft(Math.max(0, Math.ceil((until - performance.now()) / 1000)));
    look();
    if (seconds === 0) return;
    const timer = setInterval(() => {
      look();
      if (performance.now() >= until) clearInterval(timer);
    }, 1000);
    return () => clearInterval(timer);
  }, [error]);
  return left;
}
