/** A question before what cannot be taken back: what will happen, and a button that names it. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { type ReactNode, useState } from "react";
import { ErrorNotice } from "@/components/Notice";
import { t } from "@/strings";

interface Question {
  title: string;
  says: ReactNode;
  /** The word on the button: what will be done, not "OK". */
  act: string;
  /** Whether something is lost by it. */
  isLoss?: boolean;
  /** The dialog stays open, and says why, when this fails. */
  run(): Promise<unknown>;
}

export function askFirst(question: Question): void {
  const id = modals.open({
    title: question.title,
    children: <Ask {...question} close={() => modals.close(id)} />,
  });
}

function Ask({ says, act, isLoss = false, run, close }: Question & { close(): void }) {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const go = async () => {
    setBusy(true);
    setError(null);
    try {
      await run();
      close();
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };
  return (
    <Stack>
      {typeof says === "string" ? <Text>{says}</Text> : says}
      {error !== null && <ErrorNotice error={error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={close} data-autofocus>
          {t.common.cancel}
        </Button>
        <Button {...(isLoss ? { color: "red" } : {})} loading={isBusy} onClick={() => void go()}>
          {act}
        </Button>
      </Group>
    </Stack>
  );
}
