/** Another password for whoever is here. */
import { Button, Group, PasswordInput, Stack } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { $api } from "@/api/client";
import { useReadAgain } from "@/api/readAgain";
import { useSession } from "@/app/session";
import { Card } from "@/components/Card";
import { ErrorNotice } from "@/components/Notice";
import { reportDone } from "@/components/report";
import { t } from "@/strings";
import { SHORTEST_PASSWORD } from "./AccountForm";

export function PasswordForm() {
  const again = useReadAgain("/api/auth/sessions");
  const { principal } = useSession();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [repeated, setRepeated] = useState("");
  const [isTried, setTried] = useState(false);
  const change = $api.useMutation("put", "/api/auth/password", {
    onSuccess: async () => {
      setCurrent("");
      setNext("");
      setRepeated("");
      setTried(false);
      reportDone(t.system.passwordChanged);
      await again();
    },
  });
  const isShort = next.length < SHORTEST_PASSWORD;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isShort && next === repeated) change.mutate({ body: { current, new: next } });
  };
  return (
    <Card title={t.system.passwordTitle}>
      <form onSubmit={submit}>
        <Stack maw={420} pt="xs">
          {/* So that a password manager knows whose it is. */}
          <input type="hidden" name="username" autoComplete="username" value={principal.name} readOnly />
          <PasswordInput
            label={t.system.passwordCurrent}
            autoComplete="current-password"
            required
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <PasswordInput
            label={t.system.newPassword}
            description={t.system.passwordHint}
            autoComplete="new-password"
            required
            value={next}
            error={isTried && isShort && t.system.passwordShort}
            onChange={(event) => setNext(event.currentTarget.value)}
          />
          <PasswordInput
            label={t.system.passwordAgain}
            autoComplete="new-password"
            required
            value={repeated}
            error={isTried && next !== repeated && t.system.passwordDiffers}
            onChange={(event) => setRepeated(event.currentTarget.value)}
          />
          {change.error && <ErrorNotice error={change.error} />}
          <Group>
            <Button type="submit" loading={change.isPending}>
              {t.system.passwordChange}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
