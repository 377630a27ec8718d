import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { executablePath, runAll, screenshot, skipped, startLabWith } from "../made/browser/lab.ts";
import { exampleFigure, exampleImage } from "../made/notebook/examples.ts";
import { iconRecords } from "../made/paper/records.ts";
import { gallery, show } from "../../src/notebook/mod.ts";

const GALLERY =
  `gallery("Samples", [{ label: "tabler", images: Array(16).fill(exampleImage("a drawing")) }])`;
const MADE = "made.ipynb";

/** Where the first of our combinations stands, what the axis says, and the traces that are seen. */
const STATE = `(() => {
  const { data, layout } = document.querySelector(".jp-Notebook .js-plotly-plot");
  const [{ x }] = data.filter(({ name, visible }) => name.startsWith("ours") && visible !== false);
  return { x: x[0], axis: layout.xaxis.title.text };
})()`;

/** Presses a button and moves the slider of the figure as a reader does, with no kernel asked. */
async function assertReadings(page: Page): Promise<void> {
  const figure = page.locator(".jp-Notebook .jp-CodeCell").nth(1).locator(".js-plotly-plot");
  const state = () => page.evaluate<{ x: number; axis: string }>(STATE);
  const before = await state();
  assert.equal(before.axis, "accuracy");
  await figure.locator(".updatemenu-button", { hasText: "margin over chance" }).click();
  await page.waitForFunction(`${STATE}.axis === "margin over chance, points"`);
  const margin = await state();
  assert.ok(Math.abs(before.x - 100 / 3 - margin.x) < 1e-9);
  const rail = figure.locator(".slider-rail-touch-rect").first();
  const { height } = (await rail.boundingBox())!;
  await rail.click({ position: { x: 6, y: height / 2 } });
  await page.waitForFunction(`${STATE}.x !== ${margin.x}`);
  await figure.getByText("after epoch 1", { exact: true }).waitFor();
  const [run] = iconRecords().filter(({ experiment }) => experiment.datasets.length === 3)
    .toSorted((a, b) => a.result.accuracy.value - b.result.accuracy.value);
  const [{ validation }] = run.epochs;
  assert.ok(Math.abs((await state()).x - 100 * (validation.value - 1 / 3)) < 0.001);
}

/** A notebook with a figure and a gallery, and with their outputs, as notebooks are committed. */
async function committed() {
  const cell = (source: string, data?: object) => ({
    cell_type: "code",
    id: `cell-${source.length}`,
    metadata: {},
    execution_count: null,
    source,
    outputs: data ? [{ output_type: "execute_result", execution_count: 1, metadata: {}, data }] : [],
  });
  const images = Array(16).fill(exampleImage("a drawing"));
  const cells = [
    cell(`import { exampleFigure, exampleImage } from "../../tests/made/notebook/examples.ts";
import { gallery, show } from "~/notebook/mod.ts";`),
    cell(`show(exampleFigure())`, await show(exampleFigure()).bundle()),
    cell(GALLERY, await gallery("Samples", [{ label: "tabler", images }]).bundle()),
  ];
  const kernelspec = {
    name: "name-that-dataset",
    display_name: "Deno (Name That Dataset)",
    language: "typescript",
  };
  return { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
}

async function assertFits(shown: Locator, cell: Locator): Promise<void> {
  const [own, area] = [(await shown.boundingBox())!, (await cell.boundingBox())!];
  assert.ok(own.width > 0.6 * area.width, `it takes ${own.width} of ${area.width} px`);
  assert.ok(own.x >= area.x && own.x + own.width <= area.x + area.width, "it is wider than its cell");
}

/** Texts of the figure's legend, slider and buttons that lie on texts of its axes. */
const COVERED = `(() => {
  const figure = document.querySelector(".jp-Notebook .js-plotly-plot");
  const boxes = (selector) =>
    [...figure.querySelectorAll(selector)].map((e) => [e.textContent, e.getBoundingClientRect()]);
  const axes = boxes(".xtick text, .ytick text, .g-xtitle, .g-ytitle");
  const covers = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const beside = [".legendtext", ".slider-group text", ".updatemenu-item-text"].map(boxes);
  if ([axes, ...beside].some(({ length }) => !length)) throw new Error("a part of the figure is not there");
  return beside.flat().filter(([, own]) => axes.some(([, other]) => covers(own, other))).map(([text]) => text);
})()`;

/** A cell that gets another width, as when a side bar is opened, and its first one again. */
async function assertResizes(page: Page): Promise<void> {
  const { width, height } = page.viewportSize()!;
  const drawn = "Number(document.querySelector('.jp-Notebook .main-svg').getAttribute('width'))";
  for (const wide of [width - 500, width]) {
    const before = await page.evaluate<number>(drawn);
    await page.setViewportSize({ width: wide, height });
    await page.waitForFunction(`${drawn} !== ${before}`);
    assert.deepEqual(await page.evaluate(COVERED), [], `these lie on the axes of a page of ${wide} px`);
  }
}

/** Nothing is clicked and the pointer is never on the page: what is there has come by itself. */
async function assertShown(page: Page): Promise<void> {
  const cells = page.locator(".jp-Notebook .jp-CodeCell");
  const figure = cells.nth(1).locator(".js-plotly-plot");
  await figure.locator("svg.main-svg").first().waitFor();
  assert.equal(
    await cells.nth(1).locator("img:visible").count(),
    0,
    "a still picture stands where the figure should",
  );
  await assertFits(figure, cells.nth(1));
  assert.deepEqual(await page.evaluate(COVERED), [], "these lie on the axes");
  await assertResizes(page);
  const picture = cells.nth(2).locator("img");
  await picture.waitFor();
  await assertFits(picture, cells.nth(2));
}

Deno.test({
  name:
    `JupyterLab with its default settings draws figures at once, as wide as their cell, with buttons and slider${skipped}`,
  ignore: !executablePath,
  async fn(t) {
    await using lab = await startLabWith([], { made: { [MADE]: await committed() }, asItComes: true });
    const page = await lab.open(MADE);
    await t.step("those of a notebook that was executed elsewhere", async () => {
      await assertShown(page);
      await screenshot(page, "figure_as_committed");
      await assertReadings(page);
      await screenshot(page, "figure_after_epoch_1");
    });
    await t.step("and those that were just made", async () => {
      await runAll(page);
      await assertShown(page);
      await screenshot(page, "figure_just_made");
    });
  },
});
