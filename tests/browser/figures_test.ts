import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { executablePath, runAll, screenshot, skipped, startLabWith } from "../made/browser/lab.ts";
import { exampleFigure, exampleImage } from "../made/notebook/examples.ts";
import { gallery, show } from "../../src/notebook/mod.ts";

const GALLERY =
  `gallery("Samples", [{ label: "tabler", images: Array(16).fill(exampleImage("a drawing")) }])`;
const MADE = "made.ipynb";

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
  const picture = cells.nth(2).locator("img");
  await picture.waitFor();
  await assertFits(picture, cells.nth(2));
}

Deno.test({
  name: `JupyterLab with its default settings draws figures at once, as wide as their cell${skipped}`,
  ignore: !executablePath,
  async fn(t) {
    await using lab = await startLabWith([], { made: { [MADE]: await committed() }, asItComes: true });
    const page = await lab.open(MADE);
    await t.step("those of a notebook that was executed elsewhere", async () => {
      await assertShown(page);
      await screenshot(page, "figure_as_committed");
    });
    await t.step("and those that were just made", async () => {
      await runAll(page);
      await assertShown(page);
      await screenshot(page, "figure_just_made");
    });
  },
});
