/** A new account. */
import { Button, Group, PasswordInput, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { $api } from "@/api/client";
import { useReadAgain } from "@/api/readAgain";
import type { Role } from "@/api/schema";
import { ErrorNotice } from "@/components/Notice";
import { reportDone } from "@/components/report";
import { t } from "@/strings";
import { RoleChoice } from "./RoleChoice";

/** As the API has it. */
export const SHORTEST_PASSWORD = 8;

export function AccountForm({ onDone }: { onDone: () => void }) {
  const again = useReadAgain("/api/accounts");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [password, setPassword] = useState("");
  const [plex, setPlex] = useState("");
  const [isTried, setTried] = useState(false);
  const add = $api.useMutation("post", "/api/accounts", {
    onSuccess: async () => {
      await again();
      reportDone(t.system.accountAdded(name.trim()));
      onDone();
    },
  });
  const isShort = password !== "" && password.length < SHORTEST_PASSWORD;
  const isPlexWrong = plex !== "" && !/^[1-9]\d{0,15}$/.test(plex);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isShort || isPlexWrong) return;
    add.mutate({
      body: {
        name: name.trim(),
        role,
        password: password === "" ? null : password,
        plex_account: plex === "" ? null : Number(plex),
      },
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t.system.accountName}
          description={t.system.accountNameHint}
          required
          maxLength={64}
          autoComplete="off"
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RoleChoice value={role} onChange={setRole} />
        <PasswordInput
          label={t.system.password}
          description={`${t.system.passwordHint} ${t.system.passwordOptional}`}
          autoComplete="new-password"
          value={password}
          error={isTried && isShort && t.system.passwordShort}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <TextInput
          label={t.system.plexAccount}
          description={t.system.plexAccountHint}
          inputMode="numeric"
          value={plex}
          error={isTried && isPlexWrong && t.system.plexAccountWrong}
          onChange={(event) => setPlex(event.currentTarget.value.trim())}
        />
        {add.error && <ErrorNotice error={add.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            {t.common.cancel}
          </Button>
          <Button type="submit" loading={add.isPending}>
            {t.system.accountAdd}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
