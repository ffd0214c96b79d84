/** The media server: how it stands, by whose token it is asked, and what is amiss. */
import { Group, Stack, Text } from "@mantine/core";
import type { Source } from "@/api/schema";
import { useSession } from "@/app/session";
import { Card } from "@/components/Card";
import { Warning } from "@/components/Warning";
import { asSentence } from "@/lib/sentence";
import { t } from "@/strings";
import { PlexFacts } from "./PlexFacts";
import { maySignIn, needsSignIn } from "./reading";
import { SignIn, SignOut } from "./SignIn";
import { SourceMark } from "./SourceMark";

const say = t.sources.plex;

export function PlexCard({ source }: { source: Source }) {
  const { may } = useSession();
  return (
    <Card
      title={source.name ? say.titled(source.name) : say.title}
      aside={
        <div aria-live="polite">
          <SourceMark state={source.state} />
        </div>
      }
    >
      <Stack gap="md">
        <Problems source={source} />
        <PlexFacts source={source} />
        {may("admin") && !maySignIn(source) && (
          <Text size="sm" c="dimmed">
            {say.tokenIsConfigured}
          </Text>
        )}
        {may("admin") && maySignIn(source) && (
          <Group align="flex-start" gap="xs">
            <SignIn source={source} />
            {source.signed_in.origin === "signed_in" && <SignOut />}
          </Group>
        )}
      </Stack>
    </Card>
  );
}

function Problems({ source }: { source: Source }) {
  // That nobody signed in yet is no failure: what to do stands beside it.
  const problem = needsSignIn(source) && source.state === "not_connected" ? null : source.problem;
  return (
    <>
      {problem && (
        <Warning>
          {asSentence(problem.message)} {say.unaffected}
        </Warning>
      )}
      {source.cloud_problem && source.cloud_problem.code !== source.problem?.code && (
        <Warning title={say.cloudProblem}>{asSentence(source.cloud_problem.message)}</Warning>
      )}
    </>
  );
}
