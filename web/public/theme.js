// Before the first paint, so that nobody who chose the dark is flashed. The key is that of src/app/theme.ts.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("cacherr-color-scheme");
  } catch {
    // A browser that keeps nothing follows the system.
  }
  const light =
    chosen === "light" || (chosen !== "dark" && matchMedia("(prefers-color-scheme: light)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", light ? "light" : "dark");
})();
