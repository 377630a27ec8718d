/** JupyterLab as the tests in a browser use it. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { startLab } from "../../src/cli/lab.ts";
import { repositoryRoot } from "../../src/cli/setup.ts";

/** A copy of a notebook without its outputs, where the repository's deno.json is found and nothing committed is overwritten. */
export async function copyOfNotebook(notebook: string) {
  const runs = join(repositoryRoot, "runs");
  await Deno.mkdir(runs, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: runs, prefix: "browser-" });
  const file = JSON.parse(await Deno.readTextFile(join(repositoryRoot, "notebooks", notebook)));
  for (const cell of file.cells) if (cell.cell_type === "code") cell.outputs = [];
  await Deno.writeTextFile(join(folder, notebook), JSON.stringify(file));
  return { folder, notebook, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

/** JupyterLab on a folder, once it answers. It and its kernels end with the scope. */
export async function runningLab({ folder, notebook }: { folder: string; notebook: string }) {
  const listener = Deno.listen({ port: 0 });
  const { port } = listener.addr;
  listener.close();
  const token = crypto.randomUUID();
  const server = startLab({
    args: ["--no-browser", "--allow-root", `--port=${port}`, `--IdentityProvider.token=${token}`],
    notebooks: folder,
    env: { NTD_PRESET: "smoke", NTD_RUNS: join(folder, "records") },
    stderr: "piped",
  });
  const started = Promise.withResolvers<void>();
  const logged = (async () => {
    let text = "";
    for await (const chunk of server.stderr.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes("is running at")) started.resolve();
    }
    started.reject(new Error(`JupyterLab ended early:\n${text}`));
  })();
  await started.promise;
  return {
    url: `http://127.0.0.1:${port}/lab/tree/${notebook}?reset&token=${token}`,
    async [Symbol.asyncDispose]() {
      server.kill("SIGTERM");
      await Promise.all([server.status, logged]);
    },
  };
}

export async function runAllCells(page: Page): Promise<void> {
  await page.locator(".jp-Notebook .jp-CodeCell").first().waitFor();
  // In the status bar, once the kernel is there: until then JupyterLab asks which kernel is meant.
  await page.getByText("Deno (Name That Dataset) | Idle").waitFor();
  await page.getByRole("menuitem", { name: "Run", exact: true }).click();
  await page.getByRole("menuitem", { name: "Run All Cells", exact: true }).click();
}

/** An error among the outputs of cells. */
export const ERROR_OUTPUT = '[data-mime-type="application/vnd.jupyter.error"]';
