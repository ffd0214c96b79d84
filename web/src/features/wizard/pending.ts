/** Of what is to take effect, that which somebody said: not the defaults that come with a new library. Pure. */

interface Pending {
  key: string;
  running: string | null;
  saved: string | null;
}

export function worthTelling<One extends Pending>(pending: readonly One[]): One[] {
  return pending.filter(({ key, running, saved }) => {
    if (running !== null) return true;
    const [, number, field] = /^library\.(\d+)\.(swap|server_path)$/.exec(key) ?? [];
    if (field === "swap") return saved !== "exchange";
    if (field !== "server_path") return true;
    return saved !== pending.find((one) => one.key === `library.${number}.path`)?.saved;
  });
}
