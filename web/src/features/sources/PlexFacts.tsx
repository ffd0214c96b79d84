/** The media server in facts: where it is, who asks it, and when it last answered. */
import type { Source } from "@/api/schema";
import { Facts } from "@/components/Facts";
import { When } from "@/components/When";
import { t } from "@/strings";

const say = t.sources.plex;

export function PlexFacts({ source }: { source: Source }) {
  return (
    <Facts
      facts={[
        [
          say.address,
          <span key="address" className="mono">
            {source.address}
          </span>,
        ],
        ...(source.version ? [[say.version, source.version] as const] : []),
        [say.signedIn, <Who key="who" by={source.signed_in} />],
        [say.asked, <When key="asked" at={source.asked_at} />],
        [say.cloudAsked, <When key="cloud" at={source.cloud_asked_at} />],
        ...(source.state === "connected"
          ? [[say.listening, source.listening_since ? say.listeningYes : say.listeningNo] as const]
          : []),
      ]}
    />
  );
}

function Who({ by }: { by: Source["signed_in"] }) {
  if (by.origin === "none") return say.origin.none;
  return (
    <>
      {say.signedInAs(by.user_id)},{" "}
      <span className="quiet">
        {say.origin[by.origin]} {by.origin === "signed_in" && <When at={by.since} />}
      </span>
    </>
  );
}
