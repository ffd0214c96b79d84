/** The way from the libraries down to the folder that is shown. */
import { Text } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import type { LibraryParent } from "@/api/schema";
import { PageLink } from "@/components/PageLink";
import { t } from "@/strings";
import classes from "./list.module.css";

export function Crumbs({
  root,
  path,
  parents,
}: {
  root: string;
  path: string;
  parents: readonly LibraryParent[];
}) {
  const name = path === "" ? root : path.slice(path.lastIndexOf("/") + 1);
  return (
    <nav aria-label={t.add.where}>
      <ol className={classes.crumbs}>
        <li>
          <PageLink to="/add" search={{}}>
            {t.add.libraries}
          </PageLink>
          <Turn />
        </li>
        {parents.map((parent) => (
          <li key={parent.path}>
            <PageLink to="/add" search={{ root, ...(parent.path === "" ? {} : { path: parent.path }) }}>
              {parent.name}
            </PageLink>
            <Turn />
          </li>
        ))}
        <li>
          <Text fw={600} span aria-current="location">
            {name}
          </Text>
        </li>
      </ol>
    </nav>
  );
}

function Turn() {
  return <IconChevronRight size={14} color="var(--text-quiet)" aria-hidden />;
}
