/** The button of a form; while it waits it does nothing, but keeps the focus and can be found. */
import { Button } from "@mantine/core";

export function Submit({ waits, loading, children }: { waits: boolean; loading: boolean; children: string }) {
  const quiet = waits ? { "data-disabled": true, "aria-disabled": true } : {};
  return (
    <Button type="submit" loading={loading} {...quiet}>
      {children}
    </Button>
  );
}
