/** Where things lie on this machine, and as whom Cacherr works there. */
import { Table, Text } from "@mantine/core";
import { $api } from "@/api/client";
import type { SystemInfo } from "@/api/schema";
import { Card } from "@/components/Card";
import { Columns } from "@/components/Columns";
import { Facts } from "@/components/Facts";
import { ErrorNotice } from "@/components/Notice";
import { PathText } from "@/components/PathText";
import { bytes } from "@/lib/format";
import { t } from "@/strings";

export function Machine() {
  const read = $api.useQuery("get", "/api/system/info");
  if (read.error) return <ErrorNotice error={read.error} retry={() => void read.refetch()} />;
  if (!read.data) return null;
  const info = read.data.data;
  return (
    <Card title={t.system.machine}>
      <Facts facts={factsOf(info)} />
      {info.libraries.length > 0 && <Libraries libraries={info.libraries} />}
    </Card>
  );
}

function factsOf(info: SystemInfo) {
  const { runs_as: as, commit } = info;
  return [
    [t.system.target, <Mono key="target">{info.target}</Mono>],
    ...(commit === null ? [] : [[t.system.commit, <Mono key="commit">{commit}</Mono>] as const]),
    [t.system.process, t.system.processOf(String(info.pid), String(as.uid), String(as.gid))],
    [t.system.dataDir, <PathText key="data" path={info.data_dir} />],
    [
      t.system.configFile,
      info.config_file === null ? t.system.noConfigFile : <PathText key="file" path={info.config_file} />,
    ],
    [t.system.store, bytes(info.store_bytes)],
    [t.system.cacheDir, <PathText key="cache" path={info.cache_dir} />],
  ] as const;
}

function Mono({ children }: { children: string }) {
  return <span className="mono">{children}</span>;
}

function Libraries({ libraries }: { libraries: SystemInfo["libraries"] }) {
  return (
    <Table.ScrollContainer minWidth={520} mt="md">
      <Table verticalSpacing="xs">
        <Columns names={[t.system.library, t.system.path, t.system.serverPath]} />
        <Table.Tbody>
          {libraries.map((library) => (
            <Table.Tr key={library.name}>
              <Table.Th scope="row" fw={500}>
                {library.name}
              </Table.Th>
              <Table.Td>
                <PathText path={library.path} />
              </Table.Td>
              <Table.Td>
                {library.server_path === null ? (
                  <Text size="sm" c="dimmed" span>
                    {t.system.samePath}
                  </Text>
                ) : (
                  <PathText path={library.server_path} />
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
