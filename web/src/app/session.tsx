/** Who is here, and what they may do. */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo } from "react";
import { $api, onUnauthorized } from "@/api/client";
import type { AuthState, Principal, Role } from "@/api/schema";
import { atLeast } from "@/lib/roles";

interface Session {
  principal: Principal;
  may(role: Role): boolean;
  /** After logging out, or when the server says so. */
  forget(): void;
}

const SessionContext = createContext<Session | null>(null);

export const AUTH_STATE = ["get", "/api/auth/state", {}] as const;

/** What stands between a visitor and the pages. */
export type Entrance =
  | { kind: "loading" }
  | { kind: "unreachable"; error: unknown; retry(): void }
  | { kind: "setup"; state: AuthState }
  | { kind: "logIn"; state: AuthState }
  | { kind: "inside"; principal: Principal; state: AuthState };

export function useEntrance(): Entrance {
  const queries = useQueryClient();
  const state = $api.useQuery(
    "get",
    "/api/auth/state",
    {},
    { staleTime: Number.POSITIVE_INFINITY, retry: 2 },
  );
  useEffect(() => onUnauthorized(() => void queries.invalidateQueries({ queryKey: AUTH_STATE })), [queries]);
  if (state.data) {
    const auth = state.data.data;
    if (auth.principal) return { kind: "inside", principal: auth.principal, state: auth };
    return { kind: auth.needs_setup ? "setup" : "logIn", state: auth };
  }
  if (state.error) return { kind: "unreachable", error: state.error, retry: () => void state.refetch() };
  return { kind: "loading" };
}

export function SessionProvider({ principal, children }: { principal: Principal; children: ReactNode }) {
  const queries = useQueryClient();
  const session = useMemo<Session>(
    () => ({
      principal,
      may: (role) => atLeast(principal.role, role),
      forget: () => void queries.resetQueries({ queryKey: AUTH_STATE }),
    }),
    [principal, queries],
  );
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession outside of SessionProvider");
  return session;
}
