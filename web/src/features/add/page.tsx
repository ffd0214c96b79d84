/** Caching something now: found by its title, or in its folder. */
import { Stack, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { CacheMode } from "@/api/schema";
import { useSession } from "@/app/session";
import { useShortcut } from "@/app/shortcuts";
import { Hint } from "@/components/Notice";
import { Page } from "@/components/Page";
import { reportDone } from "@/components/report";
import { t } from "@/strings";
import { Asked } from "./Asked";
import { Browse } from "./Browse";
import { CacheBar } from "./CacheBar";
import type { Chosen } from "./choice";
import { Results } from "./Results";
import { useRequests } from "./useRequests";

const route = getRouteApi("/add");

/** A search wakes disks: not with every letter. */
const TYPING = 500;
const NONE: Chosen = new Map();

export default function AddPage() {
  const { may } = useSession();
  if (!may("operator")) {
    return (
      <Page title={t.add.title}>
        <Hint>{t.common.needsRole("operator")}</Hint>
      </Page>
    );
  }
  return <Add />;
}

function Add() {
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const [words, setWords] = useState(q ?? "");
  const [chosen, setChosen] = useState<Chosen>(NONE);
  const [isBusy, setBusy] = useState(false);
  const { requests, ask, forget } = useRequests();
  useShortcut("/", t.add.find, "here", () => field.current?.focus());

  const look = useDebouncedCallback((given: string) => {
    const next = given.trim();
    void navigate({ search: next === "" ? {} : { q: next }, replace: true });
  }, TYPING);
  // Back, forward and links change the address too.
  useEffect(() => setWords((old) => (old.trim() === (q ?? "") ? old : (q ?? ""))), [q]);

  const cache = async (mode: CacheMode | null, user: string | null) => {
    setBusy(true);
    const { accepted } = await ask({ files: [...chosen.values()], mode, user });
    setBusy(false);
    setChosen(NONE);
    if (accepted > 0) reportDone(t.add.allAccepted(accepted));
  };
  return (
    <Page title={t.add.title} lead={t.add.lead}>
      <Stack>
        <TextInput
          ref={field}
          type="search"
          size="md"
          maw={720}
          aria-label={t.add.find}
          placeholder={t.add.find}
          description={t.add.findHint}
          inputWrapperOrder={["input", "description"]}
          leftSection={<IconSearch size={18} />}
          maxLength={255}
          value={words}
          onChange={(event) => {
            setWords(event.currentTarget.value);
            look(event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") look.flush();
          }}
        />
        <Asked requests={requests} onForget={forget} />
        {q ? (
          <Results words={q} chosen={chosen} onChoose={setChosen} />
        ) : (
          <Browse chosen={chosen} onChoose={setChosen} />
        )}
        {chosen.size > 0 && (
          <CacheBar
            chosen={chosen}
            isBusy={isBusy}
            onClear={() => setChosen(NONE)}
            onCache={(mode, user) => void cache(mode, user)}
          />
        )}
      </Stack>
    </Page>
  );
}
