import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import {
  codeCells,
  ERROR_OUTPUT,
  executablePath,
  idle,
  type Lab,
  pickRun,
  runAll,
  screenshot,
  skipped,
  startLabWith,
  typeIntoCell,
} from "./lab.ts";

const RUN = ["00_start_here.ipynb", "01_baseline_combos.ipynb"];
const STOPPED = "01_baseline_combos.ipynb";
const BASELINE = "01_baseline_combos.ipynb";

/** Hashes of the finished runs. */
async function finishedRuns({ records }: Lab): Promise<string[]> {
  const hashes: string[] = [];
  for await (const { name } of Deno.readDir(records)) {
    const result = await Deno.lstat(`${records}/${name}/result.json`).catch(() => undefined);
    if (result) hashes.push(name);
  }
  return hashes.sort();
}

async function assertNoErrors(page: Page): Promise<void> {
  assert.deepEqual(await page.locator(ERROR_OUTPUT).allTextContents(), []);
}

/** Index of the code cell that holds `text`. */
function cellWith(notebook: string, text: string): number {
  const index = codeCells(notebook).findIndex((source) => source.includes(text));
  assert.ok(index >= 0, `${notebook} has no cell with ${text}`);
  return index;
}

Deno.test({
  name:
    `JupyterLab: notebooks run from top to bottom; a sweep is edited and run again; a cell is stopped${skipped}`,
  ignore: !executablePath,
  async fn(t) {
    await using lab = await startLabWith(RUN);

    for (const notebook of RUN) {
      await t.step(`${notebook} runs from top to bottom`, async () => {
        const page = await lab.open(notebook);
        await runAll(page);
        await assertNoErrors(page);
        if (notebook !== "00_start_here.ipynb") {
          const figure = page.locator(".js-plotly-plot").first();
          await figure.scrollIntoViewIfNeeded();
          assert.ok(await figure.locator("svg.main-svg").count() > 0);
        }
        await screenshot(page, notebook.replace(".ipynb", ""));
        if (notebook !== BASELINE) await page.close();
      });
    }

    await t.step("the stop button ends training within 2 s; the cell goes on when run again", async () => {
      const page = await lab.open(STOPPED);
      const knobs = cellWith(STOPPED, "presetFromEnvironment()");
      const source = codeCells(STOPPED)[knobs].replace("presetFromEnvironment()", '"laptop"');
      await typeIntoCell(page, knobs, source);
      await pickRun(page, "Run All Cells");
      const training = page.locator(".jp-CodeCell").nth(knobs + 1);
      await training.getByText("images/s").first().waitFor();
      const before = await finishedRuns(lab);
      const pressed = performance.now();
      await page.getByTitle("Interrupt the kernel").click();
      await training.getByText("Interrupted.").first().waitFor();
      assert.ok(performance.now() - pressed < 2000, `it took ${performance.now() - pressed} ms`);
      await idle(page);
      assert.deepEqual(await finishedRuns(lab), before);
      await screenshot(page, "interrupted");

      await typeIntoCell(page, knobs, codeCells(STOPPED)[knobs]); // the records of smoke are there
      await runAll(page);
      await assertNoErrors(page);
    });
  },
});
