/** What is around every page: the rail (or the bar at the bottom of a phone), the top bar, the banners. */
import {
  ActionIcon,
  Drawer,
  Kbd,
  Menu,
  Stack,
  Tooltip,
  UnstyledButton,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure, useLocalStorage } from "@mantine/hooks";
import {
  IconBolt,
  IconChevronsLeft,
  IconChevronsRight,
  IconDeviceDesktop,
  IconDots,
  IconKeyboard,
  IconMoon,
  IconSearch,
  IconSun,
  IconUserCircle,
} from "@tabler/icons-react";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { client } from "@/api/client";
import { t } from "@/strings";
import { Banners } from "./Banners";
import { JobsPill } from "./JobsPill";
import { LineMark } from "./LineMark";
import { PAGES } from "./navigation";
import { openPalette, Palette } from "./Palette";
import { openPutBack, PutBack } from "./PutBack";
import { ShortcutsOverview } from "./ShortcutsOverview";
import { useSession } from "./session";
import classes from "./shell.module.css";
import { useShortcut } from "./shortcuts";

/** So many fit beside each other on a phone. */
const TABS = 4;

export function Shell() {
  const { may } = useSession();
  const pages = PAGES.filter((page) => may(page.needs));
  const [narrow, setNarrow] = useLocalStorage({ key: "cacherr-rail-narrow", defaultValue: false });
  const [overview, shown] = useDisclosure(false);
  const [more, moreShown] = useDisclosure(false);
  const main = useRef<HTMLElement>(null);
  useShortcut("?", t.shell.showShortcuts, "anywhere", shown.open);

  return (
    <div className={classes.root}>
      <button type="button" className={classes.skip} onClick={() => main.current?.focus()}>
        {t.shell.skip}
      </button>
      <nav className={classes.rail} aria-label={t.shell.navigation} data-narrow={narrow || undefined}>
        <Link to="/" className={classes.brand} aria-label={t.shell.name}>
          <IconBolt size={22} color="var(--mantine-color-anchor)" aria-hidden />
          <span className={classes.word}>{t.shell.name}</span>
        </Link>
        {pages.map(({ to, label, icon: Sign }) => (
          <Tooltip key={to} label={label} position="right" disabled={!narrow}>
            <Link to={to} className={classes.link} activeOptions={{ exact: to === "/" }}>
              <Sign size={19} stroke={1.7} aria-hidden />
              <span className={classes.word}>{label}</span>
            </Link>
          </Tooltip>
        ))}
        <span className={classes.grow} />
        <ActionIcon
          aria-label={narrow ? t.shell.expand : t.shell.collapse}
          onClick={() => setNarrow(!narrow)}
          ml={6}
        >
          {narrow ? <IconChevronsRight size={18} /> : <IconChevronsLeft size={18} />}
        </ActionIcon>
      </nav>
      <header className={classes.bar}>
        <UnstyledButton className={classes.palette} onClick={openPalette}>
          <IconSearch size={15} aria-hidden />
          <span className={classes.prompt}>{t.shell.search}</span>
          <span className={classes.grow} />
          <Kbd size="xs" className={classes.wide ?? ""} aria-hidden>
            Ctrl K
          </Kbd>
        </UnstyledButton>
        <span className={classes.grow} />
        <JobsPill />
        <LineMark />
        <ThemeMenu />
        <Tooltip label={t.shell.showShortcuts}>
          <ActionIcon className={classes.wide ?? ""} aria-label={t.shell.showShortcuts} onClick={shown.open}>
            <IconKeyboard size={19} />
          </ActionIcon>
        </Tooltip>
        <AccountMenu />
      </header>
      <main className={classes.main} id="main" ref={main} tabIndex={-1}>
        <Banners />
        <Outlet />
      </main>
      <nav className={classes.bottom} aria-label={t.shell.navigation}>
        {pages.slice(0, TABS).map(({ to, label, icon: Sign }) => (
          <Link key={to} to={to} className={classes.tab} activeOptions={{ exact: to === "/" }}>
            <Sign size={21} stroke={1.7} aria-hidden />
            {label}
          </Link>
        ))}
        <UnstyledButton className={classes.tab} onClick={moreShown.open}>
          <IconDots size={21} aria-hidden />
          {t.common.more}
        </UnstyledButton>
      </nav>
      <Drawer opened={more} onClose={moreShown.close} position="bottom" title={t.shell.more} size="auto">
        <Stack gap={2} pb="md">
          {pages.slice(TABS).map(({ to, label, icon: Sign }) => (
            <Link key={to} to={to} className={classes.link} onClick={moreShown.close}>
              <Sign size={19} aria-hidden />
              {label}
            </Link>
          ))}
        </Stack>
      </Drawer>
      <ShortcutsOverview opened={overview} onClose={shown.close} />
      <Palette />
      <PutBack />
      {pages.map((page) => (
        <GoTo key={page.to} page={page} />
      ))}
    </div>
  );
}

function GoTo({ page }: { page: (typeof PAGES)[number] }) {
  const navigate = useNavigate();
  useShortcut(`g ${page.key}`, page.label, "pages", () => void navigate({ to: page.to }));
  return null;
}

const THEMES = [
  ["auto", IconDeviceDesktop],
  ["dark", IconMoon],
  ["light", IconSun],
] as const;

function ThemeMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Sign = THEMES.find(([name]) => name === colorScheme)?.[1] ?? IconDeviceDesktop;
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon aria-label={t.shell.theme}>
          <Sign size={19} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {THEMES.map(([name, Drawn]) => (
          <Menu.Item
            key={name}
            leftSection={<Drawn size={16} />}
            onClick={() => setColorScheme(name)}
            aria-current={name === colorScheme}
          >
            {t.shell.themes[name]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function AccountMenu() {
  const { principal, may, forget } = useSession();
  const navigate = useNavigate();
  // Whoever came without a session has none to end.
  const hasSession = principal.way === "session";
  const logOut = async () => {
    await client.POST("/api/auth/logout");
    forget();
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={t.shell.account}>
          <IconUserCircle size={21} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {principal.name} · {principal.role}
        </Menu.Label>
        <Menu.Item onClick={() => void navigate({ to: "/system" })}>{t.system.title}</Menu.Item>
        {may("operator") && <Menu.Item onClick={openPutBack}>{t.putBack.command}</Menu.Item>}
        {hasSession && <Menu.Item onClick={() => void logOut()}>{t.shell.logOut}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}
