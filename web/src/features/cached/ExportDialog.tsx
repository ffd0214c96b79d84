/** A file of what is cached: in which form, and honestly which files are in it. */
import { Alert, Button, Checkbox, Group, Modal, Radio, Stack, Text } from "@mantine/core";
import { IconDownload, IconInfoCircle } from "@tabler/icons-react";
import { useState } from "react";
import { $api } from "@/api/client";
import type { ExportFormat } from "@/api/schema";
import { basePath } from "@/lib/base";
import { t } from "@/strings";
import { beyondExport, type Filter } from "./filter";

const FORMATS = ["csv", "json", "txt", "zip"] as const satisfies ExportFormat[];

/** The address of an export: a download of the browser's own, so that its size does not matter. */
export function exportAddress(filter: Filter, format: ExportFormat, metadata: boolean): string {
  const query = new URLSearchParams({ format });
  if (filter.user !== undefined) query.set("user_id", filter.user);
  if (filter.status !== undefined) query.set("status", filter.status);
  if (metadata) query.set("include_metadata", "true");
  return `${basePath}/api/cached/export?${query}`;
}

export default function ExportDialog({ filter, onClose }: { filter: Filter; onClose: () => void }) {
  const [format, setFormat] = useState<ExportFormat>("csv");
  const [metadata, setMetadata] = useState(false);
  const beyond = beyondExport(filter);
  const counted = $api.useQuery("get", "/api/cached/files", {
    params: {
      query: {
        limit: 1,
        ...(filter.user === undefined ? {} : { user_id: filter.user }),
        ...(filter.status === undefined ? {} : { status: filter.status }),
      },
    },
  });
  const total = counted.data?.data.pagination.total_count;
  const names = beyond.map((key) => t.cached.filter[key === "min" || key === "max" ? "size" : key]);
  return (
    <Modal opened onClose={onClose} title={t.cached.export.title}>
      <Stack gap="md">
        <Radio.Group
          label={t.cached.export.format}
          value={format}
          onChange={(value) => setFormat(FORMATS.find((one) => one === value) ?? "csv")}
        >
          <Stack gap={6} mt={6}>
            {FORMATS.map((one) => (
              <Radio key={one} value={one} label={t.cached.export.formats[one]} />
            ))}
          </Stack>
        </Radio.Group>
        <Checkbox
          label={t.cached.export.metadata}
          checked={metadata}
          onChange={(event) => setMetadata(event.currentTarget.checked)}
        />
        {beyond.length > 0 ? (
          <Alert variant="outline" color="gray" className="card" icon={<IconInfoCircle />}>
            {total !== undefined && <Text fw={600}>{t.cached.export.more(total)}</Text>}
            {t.cached.export.beyond([...new Set(names)].join(", "))}
          </Alert>
        ) : (
          <Text size="sm">
            {total === undefined ? t.cached.export.counting : t.cached.export.whole(total)}{" "}
            {t.cached.export.order}
          </Text>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t.common.cancel}
          </Button>
          <Button
            component="a"
            href={exportAddress(filter, format, metadata)}
            download
            leftSection={<IconDownload size={16} />}
            onClick={() => setTimeout(onClose, 0)}
          >
            {t.cached.export.start}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
