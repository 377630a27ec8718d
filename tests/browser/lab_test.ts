import assert from "node:assert/strict";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { startLab } from "../../src/cli/lab.ts";
import { ensureSetup, repositoryRoot } from "../../src/cli/setup.ts";
import { CHROMIUM_ARGUMENTS, findChromium } from "./chromium.ts";

const NOTEBOOK = "01_baseline_combos.ipynb";
const executablePath = findChromium();

/** A copy of a notebook without its outputs, where the repository's deno.json is found and nothing committed is overwritten. */
async function copyOfNotebook() {
  const runs = join(repositoryRoot, "runs");
  await Deno.mkdir(runs, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: runs, prefix: "browser-" });
  const notebook = JSON.parse(await Deno.readTextFile(join(repositoryRoot, "notebooks", NOTEBOOK)));
  for (const cell of notebook.cells) if (cell.cell_type === "code") cell.outputs = [];
  await Deno.writeTextFile(join(folder, NOTEBOOK), JSON.stringify(notebook));
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

/** JupyterLab on a folder, once it answers. It and its kernels end with the scope. */
async function runningLab(folder: string) {
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
    url: `http://127.0.0.1:${port}/lab/tree/${NOTEBOOK}?reset&token=${token}`,
    async [Symbol.asyncDispose]() {
      server.kill("SIGTERM");
      await Promise.all([server.status, logged]);
    },
  };
}

async function runAllCells(page: Page): Promise<void> {
  await page.locator(".jp-Notebook .jp-CodeCell").first().waitFor();
  // In the status bar, once the kernel is there: until then JupyterLab asks which kernel is meant.
  await page.getByText("Deno (Name That Dataset) | Idle").waitFor();
  await page.getByRole("menuitem", { name: "Run", exact: true }).click();
  await page.getByRole("menuitem", { name: "Run All Cells", exact: true }).click();
}

const ERROR_OUTPUT = '[data-mime-type="application/vnd.jupyter.error"]';

Deno.test({
  name: "JupyterLab trains in notebook 01 and shows the plotly figure" +
    (executablePath ? "" : " (skipped: no Chromium or Chrome on this machine; set CHROMIUM_PATH)"),
  ignore: !executablePath,
  async fn() {
    await ensureSetup({ needs: ["packages", "python"] });
    await using notebook = await copyOfNotebook();
    await using lab = await runningLab(notebook.folder);
    const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGUMENTS });
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
      page.setDefaultTimeout(120_000);
      await page.goto(lab.url);
      await runAllCells(page);
      const figure = page.locator(".js-plotly-plot").first();
      await figure.or(page.locator(ERROR_OUTPUT).first()).first().waitFor({ state: "attached" });
      const errors = await page.locator(ERROR_OUTPUT).allTextContents();
      assert.deepEqual(errors, []);
      await figure.scrollIntoViewIfNeeded();
      assert.ok(await figure.locator("svg.main-svg").count() > 0);
      await Deno.mkdir(join(repositoryRoot, "screenshots"), { recursive: true });
      await page.screenshot({ path: join(repositoryRoot, "screenshots/notebook_01.png") });
    } finally {
      await browser.close();
    }
  },
});
