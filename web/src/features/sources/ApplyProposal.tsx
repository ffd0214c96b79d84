/** Writes a proposed path into the configuration; Cacherr then starts anew in place. */
import { Button, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { $api, client } from "@/api/client";
import { useSession } from "@/app/session";
import { reportDone, reportProblem } from "@/components/report";
import { libraryNumber } from "@/lib/settingKeys";
import { t } from "@/strings";

const say = t.sources.mapping;

export function ApplyProposal({ library, serverPath }: { library: string; serverPath: string }) {
  const { may } = useSession();
  const queries = useQueryClient();
  const settings = $api.useQuery("get", "/api/settings", {}, { enabled: may("admin") });
  if (!may("admin")) {
    return (
      <Text size="sm" c="dimmed">
        {say.ask}
      </Text>
    );
  }
  const number = settings.data ? libraryNumber(settings.data.data.settings, library) : null;
  const key = `library.${number}.server_path`;
  const isPinned = settings.data?.data.settings.some((one) => one.key === key && !one.changeable) ?? false;
  if (number === null || isPinned) return null;
  const apply = async () => {
    try {
      await client.PATCH("/api/settings", {
        body: { version: settings.data?.data.version ?? "", changes: [{ key, value: serverPath }] },
      });
      reportDone(say.applying);
    } catch (error) {
      reportProblem(error);
    }
    await queries.invalidateQueries({ queryKey: ["get", "/api/settings"] });
  };
  return (
    <Button size="compact-sm" variant="default" onClick={() => void apply()}>
      {say.apply}
    </Button>
  );
}
