/** What happened, at the edge of the window: failures stay until they are closed, the rest goes by itself. */
import { notifications } from "@mantine/notifications";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { sentenceOf } from "./Notice";

export function reportProblem(error: unknown): void {
  notifications.show({
    color: "red",
    icon: <IconAlertTriangle size={18} />,
    message: sentenceOf(error),
    autoClose: false,
    role: "alert",
  });
}

export function reportDone(message: ReactNode): void {
  notifications.show({
    color: "teal",
    icon: <IconCheck size={18} />,
    message,
    autoClose: 6_000,
    role: "status",
  });
}
