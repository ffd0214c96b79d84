/**
 * Every page and its address. What a page remembers in its address it reads and checks itself (`validateSearch`).
 *
 * Invariant: each page is a chunk of its own; nothing here imports one.
 */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { activitySearch } from "@/features/activity/search";
import { addSearch } from "@/features/add/search";
import { cachedSearch } from "@/features/cached/search";
import { planSearch } from "@/features/plan/search";
import { settingsSearch } from "@/features/settings/search";
import { systemSearch } from "@/features/system/search";
import { usersSearch } from "@/features/users/search";
import { basePath } from "@/lib/base";
import { Crashed, NotFound } from "./Fallbacks";
import { Shell } from "./Shell";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: Crashed });
const page = { getParentRoute: () => root } as const;

const routes = [
  createRoute({
    ...page,
    path: "/",
    component: lazyRouteComponent(() => import("@/features/dashboard/page")),
  }),
  createRoute({
    ...page,
    path: "/cached",
    validateSearch: cachedSearch,
    component: lazyRouteComponent(() => import("@/features/cached/page")),
  }),
  createRoute({
    ...page,
    path: "/add",
    validateSearch: addSearch,
    component: lazyRouteComponent(() => import("@/features/add/page")),
  }),
  createRoute({
    ...page,
    path: "/activity",
    validateSearch: activitySearch,
    component: lazyRouteComponent(() => import("@/features/activity/page")),
  }),
  createRoute({
    ...page,
    path: "/plan",
    validateSearch: planSearch,
    component: lazyRouteComponent(() => import("@/features/plan/page")),
  }),
  createRoute({
    ...page,
    path: "/users",
    validateSearch: usersSearch,
    component: lazyRouteComponent(() => import("@/features/users/page")),
  }),
  createRoute({
    ...page,
    path: "/sources",
    component: lazyRouteComponent(() => import("@/features/sources/page")),
  }),
  createRoute({
    ...page,
    path: "/settings",
    validateSearch: settingsSearch,
    component: lazyRouteComponent(() => import("@/features/settings/page")),
  }),
  createRoute({
    ...page,
    path: "/system",
    validateSearch: systemSearch,
    component: lazyRouteComponent(() => import("@/features/system/page")),
  }),
  createRoute({
    ...page,
    path: "/wizard",
    component: lazyRouteComponent(() => import("@/features/wizard/page")),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([...routes]),
  basepath: basePath || "/",
  defaultPreload: "intent",
  // What a page did not let through is not in its address either.
  search: { strict: true },
  defaultErrorComponent: Crashed,
  scrollToTopSelectors: ["#main"],
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
