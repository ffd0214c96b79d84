/** Who may come in, and then the pages. */
import { Center, Loader, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense, useRef } from "react";
import { ErrorNotice } from "@/components/Notice";
import { LiveProvider } from "@/live/live";
import { t } from "@/strings";
import { CommandsProvider } from "./Palette";
import { router } from "./router";
import { AUTH_STATE, SessionProvider, useEntrance } from "./session";
import { ShortcutsProvider } from "./shortcuts";

const LogIn = lazy(() => import("@/features/logIn/LogIn"));
const FirstAccount = lazy(() => import("@/features/logIn/FirstAccount"));

export function App() {
  const entrance = useEntrance();
  const queries = useQueryClient();
  // Whoever was inside comes back to where they were: the address stays.
  const wasInside = useRef(false);
  wasInside.current ||= entrance.kind === "inside";
  switch (entrance.kind) {
    case "loading":
      return <Waiting />;
    case "unreachable":
      return (
        <Center mih="100dvh" p="md">
          <Stack maw={480}>
            <ErrorNotice error={entrance.error} retry={entrance.retry} />
          </Stack>
        </Center>
      );
    case "setup":
      return (
        <Suspense fallback={<Waiting />}>
          <FirstAccount />
        </Suspense>
      );
    case "logIn":
      return (
        <Suspense fallback={<Waiting />}>
          <LogIn methods={entrance.state.methods} again={wasInside.current} />
        </Suspense>
      );
    case "inside":
      return (
        <SessionProvider principal={entrance.principal}>
          <LiveProvider onRefused={() => void queries.invalidateQueries({ queryKey: AUTH_STATE })}>
            <ShortcutsProvider>
              <CommandsProvider>
                <RouterProvider router={router} />
              </CommandsProvider>
            </ShortcutsProvider>
          </LiveProvider>
        </SessionProvider>
      );
  }
}

function Waiting() {
  return (
    <Center mih="100dvh">
      <Loader aria-label={t.common.loading} />
    </Center>
  );
}
