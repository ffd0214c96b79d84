/** Where somebody finds the setup token. */
import { Stack, Text } from "@mantine/core";
import { Command } from "@/components/Command";
import { Disclosure } from "@/components/Disclosure";
import { t } from "@/strings";

const say = t.logIn.first;

export function TokenWhere() {
  return (
    <Disclosure label={say.tokenWhere}>
      <Stack gap="xs">
        <Text size="sm">{say.tokenLog}</Text>
        <Command line={'docker logs cacherr 2>&1 | grep "setup token"'} />
        <Text size="sm">{say.tokenFile}</Text>
        <Command line={`cat "${say.dataDir}/setup-token"`} />
        <Text size="sm">{say.tokenCommand}</Text>
        <Command line={`cacherr user add ${say.yourName} --role admin`} />
      </Stack>
    </Disclosure>
  );
}
