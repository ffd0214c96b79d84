/** Go to, search, do: everything the app can do, by its name. */
import { createSpotlight, Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { t } from "@/strings";
import { PAGES } from "./navigation";
import { useSession } from "./session";

const [store, palette] = createSpotlight();

export const openPalette = palette.open;

/** Something that can be done from anywhere. */
export interface Command {
  id: string;
  label: string;
  description?: string;
  icon?: ReactNode;
  run(): void;
}

interface Commands {
  list: readonly Command[];
  add(command: Command): () => void;
}

const CommandsContext = createContext<Commands | null>(null);

export function CommandsProvider({ children }: { children: ReactNode }) {
  const [list, setList] = useState<readonly Command[]>([]);
  const add = useCallback((command: Command) => {
    setList((old) => [...old, command]);
    return () => setList((old) => old.filter((one) => one !== command));
  }, []);
  const commands = useMemo(() => ({ list, add }), [list, add]);
  return <CommandsContext value={commands}>{children}</CommandsContext>;
}

function useCommands(): Commands {
  const commands = useContext(CommandsContext);
  if (!commands) throw new Error("useCommands outside of CommandsProvider");
  return commands;
}

/** Offers a command while the component is mounted. */
export function useCommand({ id, label, description, icon, run }: Command): void {
  const { add } = useCommands();
  const newest = useRef(run);
  newest.current = run;
  // biome-ignore lint/correctness/useExhaustiveDependencies: an icon is a new object at every turn
  useEffect(
    () => add({ id, label, ...(description ? { description } : {}), icon, run: () => newest.current() }),
    [add, id, label, description],
  );
}

export function Palette() {
  const { may } = useSession();
  const { list } = useCommands();
  const navigate = useNavigate();
  const groups: SpotlightActionGroupData[] = [
    {
      group: t.shell.palettePages,
      actions: PAGES.filter((page) => may(page.needs)).map(({ to, label, icon: Sign }) => ({
        id: to,
        label,
        leftSection: <Sign size={18} />,
        onClick: () => void navigate({ to }),
      })),
    },
    {
      group: t.shell.paletteActions,
      actions: list.map(({ id, label, description, icon, run }) => ({
        id,
        label,
        ...(description ? { description } : {}),
        leftSection: icon,
        onClick: run,
      })),
    },
  ];
  return (
    <Spotlight
      store={store}
      actions={groups.filter((group) => group.actions.length > 0)}
      nothingFound={t.shell.paletteEmpty}
      shortcut={["mod + K"]}
      highlightQuery
      scrollable
      maxHeight={420}
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: t.shell.search,
        "aria-label": t.shell.search,
      }}
    />
  );
}
