/** Who reads the libraries beside the media server. */
import { Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { $api, client } from "@/api/client";
import type { ReaderRequest } from "@/api/schema";
import { useSession } from "@/app/session";
import { Card } from "@/components/Card";
import { ErrorNotice } from "@/components/Notice";
import { ReadersTable } from "@/components/ReadersTable";
import { reportDone, reportProblem } from "@/components/report";
import { t } from "@/strings";

const say = t.sources.readers;

export function ReadersCard() {
  const { may } = useSession();
  const queries = useQueryClient();
  const read = $api.useQuery("get", "/api/system/readers");
  const readAgain = () => queries.invalidateQueries({ queryKey: ["get", "/api/system/readers"] });
  const save = async (name: string, body: ReaderRequest) => {
    await client.PUT("/api/system/readers/{name}", { params: { path: { name } }, body });
    await readAgain();
  };
  const forget = async (name: string) => {
    try {
      await client.DELETE("/api/system/readers/{name}", { params: { path: { name } } });
      reportDone(say.forgotten(name));
    } catch (error) {
      reportProblem(error);
    }
    await readAgain();
  };
  return (
    <Card title={say.title}>
      <Text c="dimmed" size="sm" mb="sm">
        {say.says}
      </Text>
      {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
      {read.data && (
        <ReadersTable
          readers={read.data.data.readers}
          cachePath={null}
          mayChange={may("admin")}
          onSave={save}
          onForget={(name) => void forget(name)}
        />
      )}
    </Card>
  );
}
