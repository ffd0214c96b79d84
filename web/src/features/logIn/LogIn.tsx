/** Logging in by name and password, or by Plex. */
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { $api } from "@/api/client";
import type { LogInMethod } from "@/api/schema";
import { AUTH_STATE } from "@/app/session";
import { ErrorNotice } from "@/components/Notice";
import { t } from "@/strings";
import { Frame } from "./Frame";

export default function LogIn({ methods }: { methods: LogInMethod[] }) {
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const logIn = $api.useMutation("post", "/api/auth/login", {
    onSuccess: () => queries.resetQueries({ queryKey: AUTH_STATE }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    logIn.mutate({ body: { name, password } });
  };
  return (
    <Frame title={t.logIn.title}>
      {methods.includes("password") && (
        <form onSubmit={submit}>
          <Stack>
            <TextInput
              label={t.logIn.name}
              autoComplete="username"
              required
              autoFocus
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <PasswordInput
              label={t.logIn.password}
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            {logIn.error && <ErrorNotice error={logIn.error} />}
            <Button type="submit" loading={logIn.isPending}>
              {t.logIn.submit}
            </Button>
          </Stack>
        </form>
      )}
    </Frame>
  );
}
