/**
 * "Put everything back…": in the palette and in the menu of the account, for everybody who may.
 *
 * What it shows comes only when it is asked for; it stays while the app does, so that closing the dialog loses nothing.
 */
import { IconArrowBackUp } from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { t } from "@/strings";
import { useCommand } from "./Palette";
import { useSession } from "./session";

const PutBackDialog = lazy(() => import("./PutBackDialog"));

const asked = new EventTarget();

export function openPutBack(): void {
  asked.dispatchEvent(new Event("open"));
}

export function PutBack() {
  const { may } = useSession();
  return may("operator") ? <Offered /> : null;
}

function Offered() {
  const [wasOpened, setWasOpened] = useState(false);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const open = () => {
      setWasOpened(true);
      setOpen(true);
    };
    asked.addEventListener("open", open);
    return () => asked.removeEventListener("open", open);
  }, []);
  useCommand({
    id: "put-back",
    label: t.putBack.command,
    description: t.putBack.commandHint,
    icon: <IconArrowBackUp size={18} />,
    run: openPutBack,
  });
  return (
    wasOpened && (
      <Suspense fallback={null}>
        <PutBackDialog opened={isOpen} onClose={() => setOpen(false)} />
      </Suspense>
    )
  );
}
