/** Colours, type and density. What looks like Cacherr is decided here and in `global.css`. */
import {
  type CSSVariablesResolver,
  createTheme,
  localStorageColorSchemeManager,
  type MantineColorsTuple,
} from "@mantine/core";
import { t } from "@/strings";

/** The key that `public/theme.js` reads before the first paint. */
export const colorSchemes = localStorageColorSchemeManager({ key: "cacherr-color-scheme" });

/** What the user can do. */
const teal: MantineColorsTuple = [
  "#e6faf6",
  "#cdf2ea",
  "#9de5d6",
  "#67d6bf",
  "#3ccaad",
  "#1fb89a",
  "#12a085",
  "#0d8570",
  "#0b6b5b",
  "#085447",
];

/** Slate; 6 to 9 are the surfaces of the dark theme, from raised to ground. */
const dark: MantineColorsTuple = [
  "#d5dbe3",
  "#b3bcc8",
  "#97a2b1",
  "#6d7989",
  "#3a4452",
  "#2a323d",
  "#1d232c",
  "#171c23",
  "#12161c",
  "#0d1015",
];

const gray: MantineColorsTuple = [
  "#f7f9fb",
  "#eef2f6",
  "#e2e8ef",
  "#d2dae3",
  "#b8c3cf",
  "#8b98a7",
  "#647181",
  "#485463",
  "#303a47",
  "#1b222c",
];

/** The head of a dialog is no banner of the page. */
const HEADS = { header: { role: "presentation" } };

export const theme = createTheme({
  primaryColor: "teal",
  primaryShade: { light: 8, dark: 7 },
  colors: { teal, dark, gray },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Ubuntu, Cantarell, "Helvetica Neue", sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace',
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "1.35", sm: "1.4", md: "1.45", lg: "1.45", xl: "1.35" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "20px", lineHeight: "28px" },
      h2: { fontSize: "16px", lineHeight: "24px" },
      h3: { fontSize: "14px", lineHeight: "20px" },
      h4: { fontSize: "13px", lineHeight: "20px" },
    },
  },
  components: {
    Button: { defaultProps: { size: "sm" } },
    TextInput: { defaultProps: { size: "sm" } },
    Select: { defaultProps: { size: "sm", allowDeselect: false } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: 32 } },
    Tooltip: { defaultProps: { openDelay: 300, events: { hover: true, focus: true, touch: false } } },
    Modal: {
      defaultProps: {
        centered: true,
        transitionProps: { duration: 120, transition: "fade" },
        closeButtonProps: { "aria-label": t.common.close },
        attributes: HEADS,
      },
    },
    Drawer: {
      defaultProps: {
        transitionProps: { duration: 150 },
        closeButtonProps: { "aria-label": t.common.close },
        attributes: HEADS,
      },
    },
  },
});

/**
 * Meanings, so that components name what they mean and not a colour: `--surface-*` (three levels), `--line`,
 * `--text-quiet`, and four states. Each pair keeps 4.5:1 against every surface.
 */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--surface-0": "#f3f6f9",
    "--surface-1": "#ffffff",
    "--surface-2": "#ffffff",
    "--line": "#d9e0e8",
    "--text-quiet": "#55616f",
    "--state-served": "#12703f",
    "--state-attention": "#8a5300",
    "--state-loss": "#b3261e",
    "--state-quiet": "#55616f",
    "--state-served-fill": "#1c8a50",
    "--state-attention-fill": "#d08a17",
    "--state-loss-fill": "#cf3a31",
    "--state-quiet-fill": "#a7b3c0",
    "--mantine-color-body": "#f3f6f9",
    "--mantine-color-dimmed": "#55616f",
    "--mantine-color-error": "#b3261e",
    "--mantine-color-anchor": "#0b6b5b",
    "--mantine-color-placeholder": "#66727f",
  },
  dark: {
    "--surface-0": "#12161c",
    "--surface-1": "#181d25",
    "--surface-2": "#1f2630",
    "--line": "#2b333f",
    "--text-quiet": "#9aa6b5",
    "--state-served": "#4cc98a",
    "--state-attention": "#f0b145",
    "--state-loss": "#ff8a80",
    "--state-quiet": "#9aa6b5",
    "--state-served-fill": "#34b573",
    "--state-attention-fill": "#e0a030",
    "--state-loss-fill": "#ef5b50",
    "--state-quiet-fill": "#5a6675",
    "--mantine-color-body": "#12161c",
    "--mantine-color-dimmed": "#9aa6b5",
    "--mantine-color-error": "#ff8a80",
    "--mantine-color-anchor": "#3ccaad",
    "--mantine-color-placeholder": "#8390a0",
  },
});
