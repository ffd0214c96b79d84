/** Step 7: one film from beginning to end, and the media server's word that it reads it. */
import { Button, Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { $api } from "@/api/client";
import { ErrorNotice, Hint } from "@/components/Notice";
import { t } from "@/strings";
import { Choose } from "../Choose";
import { Follow } from "../Follow";
import { StepFrame, type Steps } from "../StepFrame";

const say = t.wizard.first;

export function FirstStep({ steps }: { steps: Steps }) {
  const libraries = $api.useQuery("get", "/api/library");
  const [taken, setTaken] = useState<{ path: string; job: string | null; file: string } | null>(null);
  const cache = $api.useMutation("post", "/api/cached/files", {
    onSuccess: ({ data }, { body }) =>
      setTaken({ path: body.file_path, job: data.job_id, file: data.file_id }),
  });
  const roots = libraries.data?.data.roots ?? [];
  return (
    <StepFrame step="first" title={say.title} says={say.says} steps={steps} next={null}>
      {libraries.data && roots.length === 0 && <Hint>{say.noLibrary}</Hint>}
      {cache.error && <ErrorNotice error={cache.error} />}
      {taken ? (
        <>
          <Follow key={taken.file + taken.job} path={taken.path} job={taken.job} file={taken.file} />
          <Group>
            <Button component={Link} to="/">
              {t.wizard.finish}
            </Button>
            <Button variant="default" onClick={() => setTaken(null)}>
              {say.another}
            </Button>
          </Group>
        </>
      ) : (
        roots.length > 0 && (
          <Choose
            isBusy={cache.isPending}
            onTake={(path) => cache.mutate({ body: { file_path: path, operation: "manual" } })}
          />
        )
      )}
    </StepFrame>
  );
}
