/**
 * The one way to the server: a client whose types come from its OpenAPI document.
 *
 * Invariant: nothing else calls `fetch`. What fails is a `Problem`, never a bare response.
 */
import createFetchClient, { type Middleware } from "openapi-fetch";
import createQueryClient from "openapi-react-query";
import { basePath } from "@/lib/base";
import { asProblem } from "./problem";
import type { paths } from "./schema";

/** Told when the server says that whoever asks is not logged in any more. */
type Listener = () => void;
const unauthorized = new Set<Listener>();

export function onUnauthorized(listener: Listener): () => void {
  unauthorized.add(listener);
  return () => unauthorized.delete(listener);
}

const refusals: Middleware = {
  async onResponse({ response, schemaPath }) {
    if (response.ok) return undefined;
    if (response.status === 401 && !schemaPath.startsWith("/api/auth/")) {
      for (const listener of unauthorized) listener();
    }
    throw await asProblem(response);
  },
  onError({ error }) {
    return asProblem(error);
  },
};

export const client = createFetchClient<paths>({
  baseUrl: basePath,
  headers: { Accept: "application/json" },
});
client.use(refusals);

/** The same as hooks of TanStack Query. */
export const $api = createQueryClient(client);
