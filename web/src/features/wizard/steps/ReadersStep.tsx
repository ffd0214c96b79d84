/** Step 4: who else reads the libraries. What is said counts at once. */
import { useQueryClient } from "@tanstack/react-query";
import { client } from "@/api/client";
import { ReadersTable } from "@/components/ReadersTable";
import { reportProblem } from "@/components/report";
import { t } from "@/strings";
import { settingOf, useReaders, useSettings } from "../reading";
import { StepFrame, type Steps } from "../StepFrame";

const say = t.wizard.readers;

export function ReadersStep({ steps }: { steps: Steps }) {
  const queries = useQueryClient();
  const readers = useReaders().data?.data.readers ?? [];
  const settings = useSettings().data?.data.settings ?? [];
  const readAgain = () => queries.invalidateQueries({ queryKey: ["get", "/api/system/readers"] });
  const forget = async (name: string) => {
    try {
      await client.DELETE("/api/system/readers/{name}", { params: { path: { name } } });
    } catch (error) {
      reportProblem(error);
    }
    await readAgain();
  };
  return (
    <StepFrame
      step="readers"
      title={say.title}
      says={say.says}
      steps={steps}
      next={readers.length === 0 ? say.nobody : t.wizard.goOn}
    >
      <ReadersTable
        readers={readers}
        cachePath={
          settingOf(settings, "cache.link_target")?.value || settingOf(settings, "cache.dir")?.value || null
        }
        mayChange
        onSave={async (name, body) => {
          await client.PUT("/api/system/readers/{name}", { params: { path: { name } }, body });
          await readAgain();
        }}
        onForget={(name) => void forget(name)}
      />
    </StepFrame>
  );
}
