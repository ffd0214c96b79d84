/** What a search finds: films and episodes, each with its files. */
import { Group, Loader, Text, Title } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { $api } from "@/api/client";
import type { LibrarySearched, LibrarySearchResult } from "@/api/schema";
import { Empty } from "@/components/Empty";
import { ErrorNotice, Hint } from "@/components/Notice";
import { PageLink } from "@/components/PageLink";
import { fileName } from "@/lib/format";
import { asSentence } from "@/lib/sentence";
import { t } from "@/strings";
import { walkLines } from "./arrows";
import { type Chosen, titleOf, toggled } from "./choice";
import { FileLine } from "./FileLine";
import classes from "./list.module.css";

const LIMIT = 50;

export function Results({
  words,
  chosen,
  onChoose,
}: {
  words: string;
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
}) {
  const read = $api.useQuery("get", "/api/library/search", { params: { query: { q: words, limit: LIMIT } } });
  if (read.error) return <ErrorNotice error={read.error} retry={() => void read.refetch()} />;
  if (!read.data) {
    return (
      <Group gap="sm" role="status">
        <Loader size="sm" aria-hidden />
        <Text c="dimmed">{t.add.searching}</Text>
      </Group>
    );
  }
  const { results, searched } = read.data.data;
  return (
    <>
      <Text size="sm" c="dimmed" role="status">
        {t.add.found(results.length, words)}
      </Text>
      <Gaps searched={searched} />
      {results.length === 0 ? (
        <Empty icon={IconSearch} title={t.add.foundNone(words)}>
          {t.add.foundNoneHint}{" "}
          <PageLink to="/add" search={{}}>
            {t.add.browse}
          </PageLink>
        </Empty>
      ) : (
        <ul className={`card ${classes.list}`} onKeyDown={walkLines}>
          {results.map((result, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two results may have the same words, and the list is one answer
            <Result key={index} result={result} chosen={chosen} onChoose={onChoose} />
          ))}
        </ul>
      )}
    </>
  );
}

function Result({
  result,
  chosen,
  onChoose,
}: {
  result: LibrarySearchResult;
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
}) {
  const title = titleOf(result);
  return (
    <li className={classes.result}>
      <Group px="md" gap="xs">
        <Title order={2} size="h3">
          {title}
        </Title>
        <Text size="sm" c="dimmed" span>
          {result.section}
          {result.files.length > 1 && ` · ${t.add.versions(result.files.length)}`}
        </Text>
      </Group>
      {result.files.length === 0 && (
        <Text size="sm" c="dimmed" px="md" pb="xs">
          {t.add.noFiles}
        </Text>
      )}
      <ul className={classes.list}>
        {result.files.map((file) => (
          <FileLine
            key={file.path}
            file={file}
            name={fileName(file.path)}
            isChosen={chosen.has(file.path)}
            onToggle={(one) => onChoose(toggled(chosen, one))}
          />
        ))}
      </ul>
    </li>
  );
}

/** Where was not looked to the end, and why. */
function Gaps({ searched }: { searched: readonly LibrarySearched[] }) {
  const gaps = searched.filter((one) => !one.complete || one.error !== null);
  if (gaps.length === 0) return null;
  return (
    <Hint>
      {gaps.map((one) => (
        <Text key={one.source} size="sm">
          {one.error === null
            ? t.add.incomplete(t.add.searched[one.source])
            : t.add.failed(t.add.searched[one.source], asSentence(one.error))}
        </Text>
      ))}
    </Hint>
  );
}
