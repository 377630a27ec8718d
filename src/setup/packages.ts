/** The npm packages: Deno's own install, at the versions and hashes of deno.lock, run once instead of piecemeal in cells. */
import { join } from "node:path";
import { SetupError } from "./setup_error.ts";
import { sha256, tail } from "./text.ts";

/** Hash of deno.json and deno.lock as they were at the last install. */
const STAMP = "node_modules/.name-that-dataset";

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/**
 * Installs the npm packages where deno.json or deno.lock have changed since the last time. No package's install script runs.
 *
 * @throws {SetupError} with Deno's last lines
 */
export async function installPackages(root: string, log: (line: string) => void): Promise<void> {
  const wanted = await sha256(read(join(root, "deno.json")) + read(join(root, "deno.lock")));
  if (read(join(root, STAMP)).trim() === wanted) return;
  log("Set-up: npm packages at the versions of deno.lock (about a minute the first time) …");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--frozen"],
    cwd: root,
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) {
    throw new SetupError(
      `The npm packages could not be installed by \`deno install --frozen\`:\n${
        tail(new TextDecoder().decode(stderr))
      }`,
    );
  }
  Deno.writeTextFileSync(join(root, STAMP), wanted + "\n");
}
