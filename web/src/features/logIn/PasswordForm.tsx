/** Logging in by name and password. */
import { PasswordInput, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useRef, useState } from "react";
import { $api } from "@/api/client";
import { t } from "@/strings";
import { useEnter } from "./enter";
import { Refusal } from "./Refusal";
import { Submit } from "./Submit";
import { useWait } from "./useWait";

export function PasswordForm() {
  const enter = useEnter();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const secret = useRef<HTMLInputElement>(null);
  const logIn = $api.useMutation("post", "/api/auth/login", {
    onSuccess: enter,
    onError: () => {
      secret.current?.focus();
      secret.current?.select();
    },
  });
  const left = useWait(logIn.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (left === 0) logIn.mutate({ body: { name, password } });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t.logIn.name}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          autoFocus
          maxLength={255}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordInput
          ref={secret}
          label={t.logIn.password}
          autoComplete="current-password"
          required
          withAsterisk={false}
          maxLength={1024}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {logIn.error && <Refusal error={logIn.error} left={left} />}
        <Submit waits={left > 0} loading={logIn.isPending}>
          {left > 0 ? t.logIn.submitIn(left) : t.logIn.submit}
        </Submit>
      </Stack>
    </form>
  );
}
