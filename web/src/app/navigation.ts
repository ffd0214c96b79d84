/** The pages, in the order of the rail: what the rail, the bottom bar, the palette and the `g` keys show. */

import {
  IconActivity,
  IconAdjustments,
  IconBolt,
  IconHeartbeat,
  IconLayoutDashboard,
  IconListCheck,
  IconPlugConnected,
  IconPlus,
  IconUsers,
} from "@tabler/icons-react";
import type { Role } from "@/api/schema";
import { t } from "@/strings";

export const PAGES = [
  { to: "/", key: "d", label: t.dashboard.title, icon: IconLayoutDashboard, needs: "viewer" },
  { to: "/cached", key: "c", label: t.cached.title, icon: IconBolt, needs: "viewer" },
  { to: "/add", key: "n", label: t.add.title, icon: IconPlus, needs: "operator" },
  { to: "/activity", key: "a", label: t.activity.title, icon: IconActivity, needs: "viewer" },
  { to: "/plan", key: "p", label: t.plan.title, icon: IconListCheck, needs: "viewer" },
  { to: "/users", key: "u", label: t.users.title, icon: IconUsers, needs: "viewer" },
  { to: "/sources", key: "o", label: t.sources.title, icon: IconPlugConnected, needs: "operator" },
  { to: "/settings", key: "s", label: t.settings.title, icon: IconAdjustments, needs: "admin" },
  { to: "/system", key: "y", label: t.system.title, icon: IconHeartbeat, needs: "viewer" },
] as const satisfies readonly { to: string; key: string; label: string; icon: unknown; needs: Role }[];
