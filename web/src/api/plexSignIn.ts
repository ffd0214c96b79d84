/** Signing in to Plex as the owner of the media server: two questions that several pages ask. */
import { client } from "./client";
import type { PlexSignIn } from "./schema";

export type BegunSignIn = PlexSignIn & { page_url: string };

export async function beginPlexSignIn(): Promise<BegunSignIn> {
  const { data } = await client.POST("/api/sources/plex/sign-in", { body: { whose: "owner" } });
  const page = data?.data.page_url;
  if (!data || !page) throw new Error("a sign-in that just began has no page");
  return { ...data.data, page_url: page };
}

export async function askPlexSignIn({ id }: Pick<PlexSignIn, "id">): Promise<PlexSignIn> {
  const { data } = await client.GET("/api/sources/plex/sign-in/{sign_in_id}", {
    params: { path: { sign_in_id: id } },
  });
  if (!data) throw new Error("an answer without a body");
  return data.data;
}
