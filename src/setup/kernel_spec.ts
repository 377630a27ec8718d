/**
 * The notebooks' kernel: this project's own spec, inside `.venv`, so that no kernel of the user's is touched.
 */
import { dirname, join } from "node:path";

/** Name of the kernel in notebooks' metadata and for nbclient. */
export const KERNEL_NAME = "name-that-dataset";

/** The spec, as Jupyter wants it. */
export function kernelSpec(deno: string): string {
  const spec = {
    argv: [deno, "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno (Name That Dataset)",
    language: "typescript",
  };
  return JSON.stringify(spec, null, 2) + "\n";
}

function writeIfChanged(path: string, text: string): boolean {
  try {
    if (Deno.readTextFileSync(path) === text) return false;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  Deno.mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${Deno.pid}`;
  Deno.writeTextFileSync(temporary, text);
  Deno.renameSync(temporary, path);
  return true;
}

/**
 * Writes the kernel spec where it is missing or names another Deno.
 *
 * @returns whether it had to
 */
export function writeKernelSpec(venv: string, deno: string): boolean {
  return writeIfChanged(join(venv, "share/jupyter/kernels", KERNEL_NAME, "kernel.json"), kernelSpec(deno));
}

/** JupyterLab's settings for this `.venv`: no questions and no look-ups on the network at the first start. */
const OVERRIDES = {
  "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
};

/** Writes JupyterLab's settings where they are missing. */
export function writeLabSettings(venv: string): void {
  writeIfChanged(
    join(venv, "share/jupyter/lab/settings/overrides.json"),
    JSON.stringify(OVERRIDES, null, 2) + "\n",
  );
}
