import { Stack, Text } from "@mantine/core";
import { Command } from "@/components/Command";
import { Disclosure } from "@/components/Disclosure";
import { t } from "@/strings";

export function Forgotten() {
  return (
    <Disclosure label={t.logIn.forgotten}>
      <Stack gap="xs">
        <Text size="sm">{t.logIn.forgottenHint}</Text>
        <Command line={`cacherr user reset-password ${t.logIn.first.yourName}`} />
      </Stack>
    </Disclosure>
  );
}
