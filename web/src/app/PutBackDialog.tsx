/** Everything back at its place: what will happen, how far it is, and what came of it. */
import { Modal } from "@mantine/core";
import { useState } from "react";
import { t } from "@/strings";
import { PutBackPreview } from "./PutBackPreview";
import { PutBackProgress } from "./PutBackProgress";

export default function PutBackDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [job, setJob] = useState<string | null>(null);
  return (
    <Modal opened={opened} onClose={onClose} title={t.putBack.title} size="lg">
      {job === null ? (
        <PutBackPreview onBegun={setJob} onClose={onClose} />
      ) : (
        <PutBackProgress
          job={job}
          onAgain={() => setJob(null)}
          onClose={() => {
            onClose();
            setJob(null);
          }}
          onHide={onClose}
        />
      )}
    </Modal>
  );
}
