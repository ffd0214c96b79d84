/** Where there is no page, and where one broke. */
import { Anchor, Button, Group } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { Empty } from "@/components/Empty";
import { ErrorNotice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { t } from "@/strings";

export function NotFound() {
  return (
    <Empty icon={IconMapOff} title={t.shell.notFound}>
      <Anchor component={Link} to="/">
        {t.shell.toDashboard}
      </Anchor>
    </Empty>
  );
}

export function Crashed({ error }: { error: unknown }) {
  return (
    <Page title={t.shell.name}>
      <ErrorNotice error={error}>
        <p>{t.common.crashed}</p>
        <Group>
          <Button variant="default" onClick={() => window.location.reload()}>
            {t.common.reload}
          </Button>
        </Group>
      </ErrorNotice>
    </Page>
  );
}
