import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { codeCells, ERROR_OUTPUT, executablePath, finished, idle, type Lab } from "../made/browser/lab.ts";
import { pickRun, runAll, screenshot, skipped, startLabWith, typeIntoCell } from "../made/browser/lab.ts";

const START = "00_start_here.ipynb";
const COMBINATIONS = "01_baseline_combos.ipynb";
const DATA_SIZE = "04_data_size.ipynb";
const PSEUDO_DATASETS = "08_pseudo_datasets.ipynb";
const USER_STUDY = "10_user_study.ipynb";

/** The finished runs by hash, with when they ended. */
async function finishedRuns({ records }: Lab): Promise<Map<string, number>> {
  const runs = new Map<string, number>();
  for await (const { name } of Deno.readDir(records)) {
    const result = await Deno.lstat(`${records}/${name}/result.json`).catch(() => undefined);
    if (result) runs.set(name, result.mtime!.getTime());
  }
  return runs;
}

async function assertNoErrors(page: Page): Promise<void> {
  assert.deepEqual(await page.locator(ERROR_OUTPUT).allTextContents(), []);
}

/** Place and text of the code cell that holds `text`. */
function cellWith(notebook: string, text: string): { place: number; source: string } {
  const cells = codeCells(notebook);
  const place = cells.findIndex((source) => source.includes(text));
  assert.ok(place >= 0, `${notebook} has no cell with ${text}`);
  return { place, source: cells[place] };
}

/** The first figure of a notebook, which is drawn once it is in sight. */
async function firstFigure(page: Page, notebook: string): Promise<Locator> {
  const cell = page.locator(".jp-Notebook .jp-CodeCell").nth(cellWith(notebook, "show(").place);
  await cell.scrollIntoViewIfNeeded();
  const figure = cell.locator(".js-plotly-plot").first();
  await figure.locator("svg.main-svg").first().waitFor();
  return figure;
}

/** Points in it, the paper's and ours. */
const pointsOf = (figure: Locator) => figure.locator(".scatterlayer .points path");

/** Adds a value to the axis of data sizes. */
async function editAndRunAgain(lab: Lab): Promise<void> {
  const page = await lab.open(DATA_SIZE);
  await runAll(page);
  const runs = await finishedRuns(lab);
  const points = await pointsOf(await firstFigure(page, DATA_SIZE)).count();
  const { place, source } = cellWith(DATA_SIZE, "smoke: [");
  await typeIntoCell(page, place, source.replace("smoke: [", "smoke: [100, "));
  await pickRun(page, "Run Selected Cell and All Below");
  await finished(page);
  await assertNoErrors(page);
  const after = await finishedRuns(lab);
  assert.equal(after.size, runs.size + 2, "two networks at one more size");
  for (const [hash, endedAt] of runs) assert.equal(after.get(hash), endedAt, `${hash} was run again`);
  await pointsOf(await firstFigure(page, DATA_SIZE)).nth(points + 1).waitFor({ state: "attached" });
  await screenshot(page, "edited_and_run_again");
}

/** Stops a long training of notebook 01; what it goes on with afterwards is short again. */
async function stopTraining(lab: Lab): Promise<void> {
  const page = await lab.open(COMBINATIONS);
  const { place, source } = cellWith(COMBINATIONS, "presetFromEnvironment()");
  await typeIntoCell(page, place, source.replace("presetFromEnvironment()", '"laptop"'));
  await pickRun(page, "Run All Cells");
  const training = page.locator(".jp-CodeCell").nth(place + 1);
  await training.getByText("images/s").first().waitFor();
  const before = await finishedRuns(lab);
  const pressed = performance.now();
  await page.getByTitle("Interrupt the kernel").click();
  await training.getByText("Interrupted.").first().waitFor();
  assert.ok(performance.now() - pressed < 2000, `it took ${performance.now() - pressed} ms`);
  await idle(page);
  assert.deepEqual(await finishedRuns(lab), before);
  await screenshot(page, "interrupted");

  await typeIntoCell(page, place, source); // the records of smoke are there
  await runAll(page);
  await assertNoErrors(page);
}

async function playInAFrame(lab: Lab): Promise<void> {
  const page = await lab.open(USER_STUDY);
  await runAll(page);
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
  await screenshot(page, "notebook_10");
  await runAll(page);
  await page.getByText("3 answers so far; 20 or more are needed").first().waitFor();
  await frame.getByRole("button", { name: "Go on with game 1 (3 of 100 answered)" }).waitFor();
  await assertNoErrors(page);
}

Deno.test({
  name: `JupyterLab, as a reader has it${skipped}`,
  ignore: !executablePath,
  async fn(t) {
    await using lab = await startLabWith([START, COMBINATIONS, DATA_SIZE, PSEUDO_DATASETS, USER_STUDY]);
    for (const notebook of [START, COMBINATIONS, PSEUDO_DATASETS]) {
      await t.step(`${notebook} runs from top to bottom`, async () => {
        const page = await lab.open(notebook);
        await runAll(page);
        await assertNoErrors(page);
        if (notebook !== START) await firstFigure(page, notebook);
        await screenshot(page, notebook.replace(".ipynb", ""));
        await page.close();
      });
    }
    await t.step(
      "a sweep that is edited and run again trains only what is new, and shows it",
      () => editAndRunAgain(lab),
    );
    await t.step(
      "the stop button ends training within 2 s, and the kernel lives on",
      () => stopTraining(lab),
    );
    await t.step(
      "the game is played in notebook 10, and the figure then has the answers",
      () => playInAFrame(lab),
    );
  },
});
