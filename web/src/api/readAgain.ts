/** After a change: what was read before is read again. */
import { useQueryClient } from "@tanstack/react-query";
import type { paths } from "./schema";

/** A function that reads these addresses again, whatever they were asked with. */
export function useReadAgain(...addresses: (keyof paths)[]): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await Promise.all(addresses.map((address) => queries.invalidateQueries({ queryKey: ["get", address] })));
  };
}
