/** Another name, role or password for an account. */
import { Button, Group, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { $api } from "@/api/client";
import { useReadAgain } from "@/api/readAgain";
import type { Account } from "@/api/schema";
import { AUTH_STATE, useSession } from "@/app/session";
import { ErrorNotice } from "@/components/Notice";
import { reportDone } from "@/components/report";
import { t } from "@/strings";
import { SHORTEST_PASSWORD } from "./AccountForm";
import { RoleChoice } from "./RoleChoice";

export function AccountChange({ account, onDone }: { account: Account; onDone: () => void }) {
  const again = useReadAgain("/api/accounts", "/api/auth/sessions");
  const queries = useQueryClient();
  const { principal } = useSession();
  const [name, setName] = useState(account.name);
  const [role, setRole] = useState(account.role);
  const [password, setPassword] = useState("");
  const [isTried, setTried] = useState(false);
  const change = $api.useMutation("patch", "/api/accounts/{account_id}", {
    onSuccess: async () => {
      await again();
      // Their own name and role stand in the top bar, and decide what the pages offer.
      if (principal.name === account.name) await queries.invalidateQueries({ queryKey: AUTH_STATE });
      reportDone(t.system.accountChanged(name.trim()));
      onDone();
    },
  });
  const isShort = password !== "" && password.length < SHORTEST_PASSWORD;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isShort) return;
    change.mutate({
      params: { path: { account_id: account.id } },
      body: {
        name: name.trim() === account.name ? null : name.trim(),
        role: role === account.role ? null : role,
        password: password === "" ? null : password,
      },
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t.system.accountName}
          required
          maxLength={64}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RoleChoice value={role} onChange={setRole} />
        <PasswordInput
          label={t.system.newPassword}
          description={t.system.newPasswordKeep}
          autoComplete="new-password"
          value={password}
          error={isTried && isShort && t.system.passwordShort}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {change.error && <ErrorNotice error={change.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            {t.common.cancel}
          </Button>
          <Button type="submit" loading={change.isPending}>
            {t.common.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
