/** JupyterLab on copies of the notebooks, in a browser, as a reader has it. */
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { startLab } from "../../../src/cli/lab.ts";
import { repositoryRoot } from "~/disk/mod.ts";
import { ensureSetup } from "../../../src/setup/mod.ts";
import { CHROMIUM_ARGUMENTS, findChromium } from "./chromium.ts";

/** What a test's name says, and what `ignore` takes, where there is no browser. */
export const executablePath = findChromium();
export const skipped = executablePath
  ? ""
  : " (skipped: no Chromium or Chrome on this machine; set CHROMIUM_PATH)";

/** An error in a cell's output. */
export const ERROR_OUTPUT = '[data-mime-type="application/vnd.jupyter.error"]';

const STATUS = "Deno (Name That Dataset)";

/** A running JupyterLab with a browser on it. They and all kernels end with the scope. */
export interface Lab extends AsyncDisposable {
  /** Folder of the records that its kernels write. */
  records: string;
  /** Opens a notebook in a page of its own, once its kernel is there. */
  open(notebook: string): Promise<Page>;
}

/** Source of the code cells of a notebook of the repository. */
export function codeCells(notebook: string): string[] {
  const { cells } = JSON.parse(Deno.readTextFileSync(join(repositoryRoot, "notebooks", notebook)));
  return cells.filter((cell: { cell_type: string }) => cell.cell_type === "code")
    .map((cell: { source: string | string[] }) => [cell.source].flat().join(""));
}

/**
 * Starts JupyterLab on copies of notebooks, without their outputs, at the `smoke` preset and with records of
 * its own.
 *
 * @param made further notebooks by their file's name, as they are
 * @param asItComes whether JupyterLab keeps its default settings; without it all cells stay in the page
 */
export async function startLabWith(
  notebooks: readonly string[],
  { made = {}, asItComes = false }: { made?: Record<string, object>; asItComes?: boolean } = {},
): Promise<Lab> {
  await ensureSetup({ needs: ["packages", "python"] });
  const folder = await copiesOf(notebooks);
  for (const [name, file] of Object.entries(made)) {
    await Deno.writeTextFile(join(folder, name), JSON.stringify(file));
  }
  const server = await startServer(folder, asItComes ? join(folder, "settings") : await keepAllCells(folder));
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGUMENTS });
  return {
    records: join(folder, "records"),
    open: (notebook) => openPage(browser, `${server.url}/lab/tree/${notebook}?reset&token=${server.token}`),
    async [Symbol.asyncDispose]() {
      await browser.close();
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Where the repository's deno.json is found and nothing committed is overwritten. */
async function copiesOf(notebooks: readonly string[]): Promise<string> {
  const runs = join(repositoryRoot, "runs");
  await Deno.mkdir(runs, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: runs, prefix: "browser-" });
  for (const name of notebooks) {
    const notebook = JSON.parse(await Deno.readTextFile(join(repositoryRoot, "notebooks", name)));
    for (const cell of notebook.cells) if (cell.cell_type === "code") cell.outputs = [];
    await Deno.writeTextFile(join(folder, name), JSON.stringify(notebook));
  }
  return folder;
}

/** JupyterLab takes cells that are out of sight from the page unless told otherwise; a test must find them. */
async function keepAllCells(folder: string): Promise<string> {
  const settings = join(folder, "settings");
  await Deno.mkdir(join(settings, "@jupyterlab/notebook-extension"), { recursive: true });
  await Deno.writeTextFile(
    join(settings, "@jupyterlab/notebook-extension/tracker.jupyterlab-settings"),
    JSON.stringify({ windowingMode: "none" }),
  );
  return settings;
}

async function startServer(folder: string, settings: string) {
  const listener = Deno.listen({ port: 0 });
  const { port } = listener.addr;
  listener.close();
  const token = crypto.randomUUID();
  const server = startLab({
    args: ["--no-browser", "--allow-root", `--port=${port}`, `--IdentityProvider.token=${token}`],
    notebooks: folder,
    env: {
      NTD_PRESET: "smoke",
      NTD_RUNS: join(folder, "records"),
      JUPYTERLAB_SETTINGS_DIR: settings,
    },
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
  const stop = async () => {
    server.kill("SIGTERM");
    await Promise.all([server.status, logged]);
  };
  return { url: `http://127.0.0.1:${port}`, token, stop };
}

async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  page.setDefaultTimeout(600_000); // the first notebook draws every pool of a fresh clone
  await page.goto(url);
  await page.locator(".jp-Notebook .jp-CodeCell").first().waitFor();
  await idle(page);
  return page;
}

/** Waits for the status bar to say that the kernel has nothing to do: until it is there JupyterLab asks which kernel is meant. */
export async function idle(page: Page): Promise<void> {
  await page.getByText(`${STATUS} | Idle`).waitFor();
}

/** Picks an entry of the Run menu. */
export async function pickRun(page: Page, entry: string): Promise<void> {
  await page.getByRole("menuitem", { name: "Run", exact: true }).click();
  await page.getByRole("menuitem", { name: entry, exact: true }).click();
}

/** Runs every cell and waits for the last one. */
export async function runAll(page: Page): Promise<void> {
  await pickRun(page, "Run All Cells");
  await finished(page);
}

/** Waits until no cell is running or waiting to: Jupyter writes `[*]` before those. */
export async function finished(page: Page): Promise<void> {
  await page.getByText(`${STATUS} | Busy`).waitFor();
  await page.waitForFunction(`!document.querySelector(".jp-Notebook").textContent.includes("[*]")`);
  await idle(page);
}

/** Replaces the text of a code cell, as somebody who types would. */
export async function typeIntoCell(page: Page, index: number, source: string): Promise<void> {
  const cell = page.locator(".jp-Notebook .jp-CodeCell").nth(index);
  await cell.locator(".cm-content").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(source);
}

/** Keeps a picture for whoever wants to look. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = join(repositoryRoot, "screenshots");
  await Deno.mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
