/**
 * Where the app is served: what the server wrote into `<base href>`, without the slash at its end.
 * Everything that is asked of the server starts with it.
 */
export const basePath: string = new URL(document.baseURI).pathname.replace(/\/+$/, "");

/** What the server calls this build of the app; empty where Vite serves it. */
export const buildId: string =
  document.querySelector<HTMLMetaElement>('meta[name="cacherr-build"]')?.content ?? "";

/** The address of the event socket. */
export function socketUrl(since: number | null): string {
  const url = new URL(`${basePath}/ws`, document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("batch", "1");
  if (since !== null) url.searchParams.set("since", String(since));
  return url.href;
}
