/** `deno task lab`: JupyterLab on notebooks/, with the notebooks' kernel and the plotly renderer. */
import { join } from "node:path";
import { runCommand } from "./command.ts";
import { repositoryRoot } from "../disk/mod.ts";
import { ensureSetup, KERNEL_NAME, venvPython } from "../setup/mod.ts";

const USAGE = `Usage: deno task lab [arguments of jupyter lab, for example --no-browser --port 9000]`;

/** How JupyterLab is started. */
export interface LabOptions {
  /** Further arguments of `jupyter lab`. */
  args?: readonly string[];
  /** Folder that is opened. Default: `notebooks/`. */
  notebooks?: string;
  /** Added to the environment of the server and its kernels. */
  env?: Record<string, string>;
  /** Where the server's log goes. Default: this terminal. */
  stderr?: "inherit" | "piped";
}

/** Starts JupyterLab; set-up must have been done. */
export function startLab(
  { args = [], notebooks = join(repositoryRoot, "notebooks"), env, stderr = "inherit" }: LabOptions = {},
): Deno.ChildProcess {
  return new Deno.Command(venvPython(), {
    args: [
      "-m",
      "jupyterlab",
      `--ServerApp.root_dir=${notebooks}`,
      `--MultiKernelManager.default_kernel_name=${KERNEL_NAME}`,
      "--LabApp.extension_manager=readonly", // else it looks extensions up on the network
      ...args,
    ],
    env,
    stdin: "inherit",
    stderr,
  }).spawn();
}

if (import.meta.main) {
  await runCommand(USAGE, async (args) => {
    await ensureSetup({ needs: ["packages", "python"] });
    // Ctrl-C goes to JupyterLab as well, which asks whether it is meant: this process
    // must outlive the question.
    Deno.addSignalListener("SIGINT", () => {});
    return (await startLab({ args }).status).code;
  });
}
