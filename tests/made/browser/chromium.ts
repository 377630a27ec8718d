/** The Chromium or Chrome that this machine has. */
import { existsSync } from "node:fs";
import { join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const MAC = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Path of a browser: `CHROMIUM_PATH`, else the first on the PATH. */
export function findChromium(): string | undefined {
  const named = Deno.env.get("CHROMIUM_PATH");
  if (named) return named;
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...MAC].find((path) =>
    existsSync(path)
  );
}

/** For a headless machine, container or not: no sandbox, no GPU, nothing from the network. */
export const CHROMIUM_ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];
