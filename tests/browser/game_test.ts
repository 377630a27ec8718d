/**
 * The game in a browser: played by keyboard alone, stopped, gone on with, by touch on a phone;
 * nothing comes from elsewhere.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { repositoryRoot } from "~/disk/mod.ts";
import { currentGame, keptGames } from "../../src/game/game.ts";
import { serveGame } from "../../src/game/mod.ts";
import { smallGame } from "../made/game/small_game.ts";
import { CHROMIUM_ARGUMENTS, findChromium } from "../made/browser/chromium.ts";

const executablePath = findChromium();
const skipped = executablePath ? "" : " (skipped: no Chromium or Chrome on this machine; set CHROMIUM_PATH)";
const IMAGES = 5;
const datasets = ["tabler", "phosphor", "mdi"];

function browserTest(name: string, fn: (browser: Browser) => Promise<void>): void {
  Deno.test({
    name: name + skipped,
    ignore: !executablePath,
    async fn() {
      const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGUMENTS });
      try {
        await fn(browser);
      } finally {
        await browser.close();
      }
    },
  });
}

/** A page with everything that its console complains of, and the origins that it asked. */
async function watchedPage(browser: Browser, options: BrowserContextOptions = {}) {
  const page = await browser.newPage({ viewport: { width: 1000, height: 800 }, ...options });
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  const origins = new Set<string>();
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on(
    "request",
    (request) => request.url().startsWith("data:") || origins.add(new URL(request.url()).origin),
  );
  return { page, complaints, origins };
}

async function screenshot(page: Page, name: string): Promise<void> {
  const folder = join(repositoryRoot, "screenshots");
  await Deno.mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `game_${name}.png`), fullPage: true });
}

const title = (page: Page, text: string | RegExp) => page.getByRole("heading", { level: 2, name: text });

/** Waits until the page takes an answer to this image. */
async function asked(page: Page, place: string): Promise<void> {
  await title(page, place).waitFor();
  await page.locator("#question-answers[aria-busy=false]").waitFor();
}

/** Waits until an image has come. */
async function isDrawn(page: Page, id: string): Promise<void> {
  await page.locator(`#${id}`).evaluate((image: { decode(): Promise<void> }) => image.decode());
}

/** Presses Tab until the element that is wanted has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 20; presses++) {
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    if (await focused.count() && name.test(await focused.innerText())) return;
  }
  assert.fail(`no Tab leads to ${name}`);
}

browserTest(
  "a game is played by keyboard alone, stopped in the middle, and gone on with",
  async (browser) => {
    using game = await smallGame({ images: IMAGES, datasets });
    const server = serveGame(game);
    const { page, complaints, origins } = await watchedPage(browser);
    await page.goto(server.url);
    await title(page, "Which dataset is it from?").waitFor();
    assert.ok(await page.getByText(game.folder).isVisible(), "says where answers are kept");
    assert.deepEqual(keptGames(game), [], "nothing is kept before consent");
    await screenshot(page, "welcome");

    await tabTo(page, /I agree: start/);
    await page.keyboard.press("Enter");
    await asked(page, `Image 1 of ${IMAGES}`);
    await isDrawn(page, "question-image");
    await screenshot(page, "question");
    await page.keyboard.press("9"); // no dataset's number
    await page.keyboard.press("2");
    await page.keyboard.press("3"); // comes down with the one before, for an image that nobody has seen
    await asked(page, `Image 2 of ${IMAGES}`);
    assert.match(await page.getByRole("status").innerText(), /^Kept: phosphor\. Image 2 of 5\.$/);
    await page.keyboard.press("E"); // as with the caps lock on
    await title(page, "Labelled examples").waitFor();
    await page.keyboard.press("1");
    await page.keyboard.press("Escape");
    await asked(page, `Image 2 of ${IMAGES}`);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await asked(page, `Image 3 of ${IMAGES}`);
    assert.match(await page.locator(":focus").innerText(), /mdi/, "the focus stays on the answer's button");

    await server.close();
    await page.keyboard.press("1");
    await page.getByRole("alert").getByText("does not answer").waitFor();
    assert.equal(complaints.splice(0).length, 1, "the refused connection, which the browser tells of");

    const again = serveGame(game);
    await page.goto(again.url);
    await tabTo(page, /Go on with game 1 \(2 of 5 answered\)/);
    await page.keyboard.press("Enter");
    for (let image = 3; image <= IMAGES; image++) {
      await asked(page, `Image ${image} of ${IMAGES}`);
      await page.keyboard.press("1");
    }
    await title(page, /^You got \d+\.\d% of 5 images right$/).waitFor();
    const kept = currentGame(game)!;
    assert.deepEqual(kept.answers.map(({ said }) => said), ["phosphor", "mdi", "tabler", "tabler", "tabler"]);
    assert.ok(kept.answers.every(({ seconds }) => seconds > 0));
    const right = kept.answers.filter(({ said, dataset }) => said === dataset).length;
    await title(page, `${(100 * right / IMAGES).toFixed(1)}%`).waitFor();
    await isDrawn(page, "score-figure");
    await screenshot(page, "score");
    assert.equal(await page.locator("#score-images li").count(), IMAGES);

    await tabTo(page, /Start anew/);
    await page.keyboard.press("Enter");
    await tabTo(page, /Start anew/);
    await page.keyboard.press("Enter");
    await asked(page, `Image 1 of ${IMAGES}`);
    assert.deepEqual(
      keptGames(game).map(({ answers }) => answers.length),
      [IMAGES, 0],
      "the old game is kept",
    );
    assert.deepEqual(complaints, []);
    assert.equal(origins.size, 2, "the two servers of this test, and nobody else");
    await again.close();
  },
);

browserTest(
  "a phone in the dark: by touch, nothing is cut, and whoever asks is told each answer",
  async (browser) => {
    using game = await smallGame({ images: 3, datasets });
    const server = serveGame(game);
    const { page, complaints } = await watchedPage(browser, {
      viewport: { width: 400, height: 800 },
      colorScheme: "dark",
      hasTouch: true,
      isMobile: true,
      deviceScaleFactor: 2,
    });
    const fits = async (view: string) => {
      assert.ok(
        await page.evaluate("document.documentElement.scrollWidth <= innerWidth"),
        `${view} is too wide`,
      );
      for (const button of await page.getByRole("button").all()) {
        assert.ok((await button.boundingBox())!.height >= 44, `${view}: a finger can hit every button`);
      }
      await screenshot(page, `phone_${view}`);
    };
    await page.goto(server.url);
    await title(page, "Which dataset is it from?").waitFor();
    await page.getByLabel("Tell me after each answer").tap();
    await fits("welcome");
    await page.getByRole("button", { name: "I agree" }).tap();
    for (let image = 1; image <= 3; image++) {
      await asked(page, `Image ${image} of 3`);
      if (image === 2) {
        assert.match(
          await page.getByRole("status").innerText(),
          /^(Right: |Not tabler: that was )(tabler|phosphor|mdi)\./,
        );
        await fits("question");
        await page.getByRole("button", { name: "Labelled examples" }).tap();
        await title(page, "Labelled examples").waitFor();
        await page.waitForLoadState("networkidle");
        await fits("examples");
        await page.getByRole("button", { name: "More examples of phosphor" }).tap();
        await page.getByAltText("Example 25 of phosphor").waitFor();
        await page.getByRole("button", { name: "Back" }).tap();
        await asked(page, "Image 2 of 3");
      }
      await page.getByRole("button", { name: "tabler" }).tap();
    }
    await title(page, /^You got/).waitFor();
    await isDrawn(page, "score-figure");
    await fits("score");
    assert.deepEqual(complaints, []);
    await server.close();
  },
);

browserTest("what a screen reader is told: names, roles, and no picture's origin", async (browser) => {
  using game = await smallGame({ images: 2, datasets });
  const server = serveGame(game);
  const { page } = await watchedPage(browser);
  await page.goto(server.url);
  await page.getByRole("button", { name: "I agree" }).click();
  await asked(page, "Image 1 of 2");
  const tree = await page.locator("main").ariaSnapshot();
  assert.match(tree, /- heading "Image 1 of 2" \[level=2\]/);
  assert.match(tree, /- progressbar "Images answered"/);
  assert.match(tree, /- img "Image 1 of 2, whose dataset you are asked for"/);
  assert.match(tree, /- group "Which dataset is it from\?":\n\s+- button "1 tabler/);
  const { key } = keptGames(game)[0].beginning.images[0];
  assert.ok(!(await page.content()).includes(key), "the image's key would give it away");
  await server.close();
});
