/** Which file comes first: a small one that is offered, or one that is searched for. */
import { Button, Group, Loader, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "@/api/client";
import { ErrorNotice } from "@/components/Notice";
import { bytes, fileName } from "@/lib/format";
import { t } from "@/strings";
import { type Candidate, smallFiles } from "./candidates";

const say = t.wizard.first;
const CALM = 400;
const MOST = 8;

export function Choose({ isBusy, onTake }: { isBusy: boolean; onTake: (path: string) => void }) {
  const [typed, setTyped] = useState("");
  const [query] = useDebouncedValue(typed.trim(), CALM);
  const small = useQuery({ queryKey: ["get", "/api/library", "small files"], queryFn: smallFiles });
  const search = $api.useQuery(
    "get",
    "/api/library/search",
    { params: { query: { q: query || " ", limit: MOST } } },
    { enabled: query !== "" },
  );
  const results: Candidate[] = (search.data?.data.results ?? []).flatMap((result) =>
    result.files
      .filter((file) => file.cacheable)
      .map((file) => ({ path: file.path, name: fileName(file.path), size: file.size ?? 0 })),
  );
  const isSearch = query !== "";
  const read = isSearch ? search : small;
  const files = isSearch ? results : (small.data ?? []);
  const isIncomplete = isSearch && search.data?.data.searched.some((one) => !one.complete);
  return (
    <Stack gap="sm">
      <TextInput
        label={say.search}
        type="search"
        maw={420}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          // What is searched for is no answer to the step.
          if (event.key === "Enter") event.preventDefault();
        }}
      />
      <div aria-live="polite" aria-busy={read.isFetching}>
        {read.isPending && (
          <Group gap="xs">
            <Loader size="xs" aria-hidden />
            <Text size="sm" c="dimmed">
              {isSearch ? t.wizard.looking : say.searching}
            </Text>
          </Group>
        )}
        {read.error && <ErrorNotice error={read.error} retry={() => void read.refetch()} />}
        {read.data !== undefined && (
          <>
            <Text fw={600} mb={4}>
              {files.length === 0 ? say.nothing : isSearch ? say.results : say.small}
            </Text>
            <Stack component="ul" gap={4} p={0} m={0} style={{ listStyle: "none" }}>
              {files.map((file) => (
                <Group component="li" key={file.path} justify="space-between" wrap="nowrap" gap="sm">
                  <Text miw={0} truncate title={file.path}>
                    {file.name} <span className="quiet">{file.size > 0 && bytes(file.size)}</span>
                  </Text>
                  <Button
                    size="compact-sm"
                    variant="default"
                    loading={isBusy}
                    aria-label={say.cacheIt(file.name)}
                    onClick={() => onTake(file.path)}
                  >
                    {say.cache}
                  </Button>
                </Group>
              ))}
            </Stack>
            {isIncomplete && (
              <Text size="sm" c="dimmed">
                {say.incomplete}
              </Text>
            )}
          </>
        )}
      </div>
    </Stack>
  );
}
