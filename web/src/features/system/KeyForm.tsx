/** A new key: what it is for, what it may do, until when. */
import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { $api } from "@/api/client";
import { useReadAgain } from "@/api/readAgain";
import type { NewApiKey, Role } from "@/api/schema";
import { ErrorNotice } from "@/components/Notice";
import { t } from "@/strings";
import { ENDS, endOf, type KeyEnd } from "./keyEnd";
import { RoleChoice } from "./RoleChoice";

export function KeyForm({ onMade, onCancel }: { onMade: (made: NewApiKey) => void; onCancel: () => void }) {
  const again = useReadAgain("/api/keys");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [end, setEnd] = useState<KeyEnd>("never");
  const [day, setDay] = useState("");
  const [wrongDay, setWrongDay] = useState(false);
  const make = $api.useMutation("post", "/api/keys", {
    onSuccess: (answer) => {
      void again();
      onMade(answer.data);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const expires = endOf(end, day, new Date());
    setWrongDay(expires === undefined);
    if (expires !== undefined) make.mutate({ body: { name: name.trim(), role, expires_at: expires } });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t.system.keyName}
          description={t.system.keyNameHint}
          required
          maxLength={64}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RoleChoice value={role} onChange={setRole} />
        <Select
          label={t.system.keyEnd}
          data={ENDS.map((value) => ({ value, label: t.system.keyEnds[value] }))}
          value={end}
          onChange={(value) => setEnd(ENDS.find((one) => one === value) ?? "never")}
        />
        {end === "date" && (
          <TextInput
            type="date"
            label={t.system.keyDay}
            required
            value={day}
            error={wrongDay && t.system.keyDayPast}
            onChange={(event) => setDay(event.currentTarget.value)}
          />
        )}
        {make.error && <ErrorNotice error={make.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t.common.cancel}
          </Button>
          <Button type="submit" loading={make.isPending}>
            {t.system.keyMake}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
