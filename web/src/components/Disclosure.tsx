/** Something that is shown when somebody asks for it. */
import { Collapse, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useId } from "react";
import classes from "./Disclosure.module.css";

export function Disclosure({
  label,
  children,
  opened = false,
}: {
  label: string;
  children: ReactNode;
  opened?: boolean;
}) {
  const [shown, { toggle }] = useDisclosure(opened);
  const id = useId();
  return (
    <div>
      <UnstyledButton className={classes.toggle} onClick={toggle} aria-expanded={shown} aria-controls={id}>
        <IconChevronRight size={15} className={classes.sign} aria-hidden />
        {label}
      </UnstyledButton>
      <Collapse expanded={shown} id={id}>
        <div className={classes.content}>{children}</div>
      </Collapse>
    </div>
  );
}
