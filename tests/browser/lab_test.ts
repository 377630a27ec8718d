import assert from "node:assert/strict";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { ensureSetup, repositoryRoot } from "../../src/cli/setup.ts";
import { CHROMIUM_ARGUMENTS, findChromium } from "./chromium.ts";
import { copyOfNotebook, ERROR_OUTPUT, runAllCells, runningLab } from "./running_lab.ts";

const executablePath = findChromium();

async function screenshots(): Promise<string> {
  const folder = join(repositoryRoot, "screenshots");
  await Deno.mkdir(folder, { recursive: true });
  return folder;
}

Deno.test({
  name: "JupyterLab trains in notebook 01 and shows the plotly figure" +
    (executablePath ? "" : " (skipped: no Chromium or Chrome on this machine; set CHROMIUM_PATH)"),
  ignore: !executablePath,
  async fn() {
    await ensureSetup({ needs: ["packages", "python"] });
    await using notebook = await copyOfNotebook("01_baseline_combos.ipynb");
    await using lab = await runningLab(notebook);
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
      await page.screenshot({ path: join(await screenshots(), "notebook_01.png") });
    } finally {
      await browser.close();
    }
  },
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
  },
});
