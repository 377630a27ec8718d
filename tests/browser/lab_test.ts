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
Deno.test({
  name: "JupyterLab plays notebook 10 in a frame, and the figure then has the reader's answers" +
    (executablePath ? "" : " (skipped: no Chromium or Chrome on this machine; set CHROMIUM_PATH)"),
  ignore: !executablePath,
  async fn() {
    await ensureSetup({ needs: ["packages", "python"] });
    await using notebook = await copyOfNotebook("10_user_study.ipynb");
    await using lab = await runningLab(notebook);
    const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGUMENTS });
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 1400 } });
      page.setDefaultTimeout(120_000);
      await page.goto(lab.url);
      await runAllCells(page);
      const frame = page.frameLocator(".jp-OutputArea-output iframe[title^='Name that dataset']");
      await frame.getByRole("button", { name: "I agree" }).click();
      for (const image of [1, 2, 3]) {
        await frame.getByRole("heading", { name: `Image ${image} of 100` }).waitFor();
        await frame.locator("#question-answers[aria-busy=false]").waitFor();
        await page.keyboard.press("1");
      }
      await frame.getByRole("heading", { name: "Image 4 of 100" }).waitFor();
      await page.getByText("nobody has played yet").first().waitFor();
      await page.locator("iframe").scrollIntoViewIfNeeded();
      await page.screenshot({ path: join(await screenshots(), "notebook_10.png") });
      await runAllCells(page);
      await page.getByText("3 answers so far; 20 or more are needed").first().waitFor();
      await frame.getByRole("button", { name: "Go on with game 1 (3 of 100 answered)" }).waitFor();
      assert.deepEqual(await page.locator(ERROR_OUTPUT).allTextContents(), []);
    } finally {
      await browser.close();
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
