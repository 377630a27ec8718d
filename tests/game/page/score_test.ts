/** The page's last section, in a document without a browser. */
import assert from "node:assert/strict";
import { JSDOM } from "jsdom";
import type { GameScore, GameState } from "../../../src/game/wire.ts";

const page = new URL("../../../src/game/page/", import.meta.url);

/** Fills the section; its types are those of a browser's page, which these tests have none of. */
async function shown(state: GameState, score: GameScore): Promise<JSDOM["window"]["document"]> {
  const { document } = new JSDOM(Deno.readTextFileSync(new URL("index.html", page))).window;
  Object.assign(globalThis, { document });
  try {
    const { showScore } = await import(new URL("score.ts", page).href);
    showScore(state, score, () => {});
    return document;
  } finally {
    Reflect.deleteProperty(globalThis, "document");
  }
}

Deno.test("the score: each line of the table once, with the paper's mean and median and both intervals", async () => {
  const share = (value: number) => ({ value, low: value - 0.1, high: value + 0.1, n: 2 });
  const document = await shown({
    datasets: ["a", "<b>"].map((name) => ({ name, title: name, examples: 1 })),
    next: 0,
    paper: { source: "Figure 5", people: 20, imagesEach: 100, meanPercent: 45.4, medianPercent: 44 },
    folder: "/runs/play",
    round: { number: 1, images: 2, answered: 2, feedback: false },
  }, {
    person: share(0.5),
    network: share(0.75),
    chance: 0.5,
    seconds: 2,
    answers: [{ truth: 0, said: 0, network: 0 }, { truth: 1, said: 0, network: 1 }],
  });
  const textsOf = (element: { children: Iterable<{ textContent: string }> }) =>
    Array.from(element.children, ({ textContent }) => textContent);
  assert.deepEqual(Array.from(document.querySelectorAll("tbody tr"), textsOf), [
    ["You", "50.0%", "40.0% to 60.0%", "2"],
    ["The network, same images", "75.0%", "65.0% to 85.0%", "2"],
    ["The paper's mean", "45.4%", "", "20 × 100"],
    ["The paper's median", "44%", "", "20 × 100"],
    ["Chance", "50.0%", "", ""],
  ]);
  const cards = Array.from(document.querySelectorAll("#score-images li"), textsOf);
  assert.deepEqual(cards, [["", "a", "✓ you: a", "✓ network: a"], [
    "",
    "<b>",
    "✗ you: a",
    "✓ network: <b>",
  ]]);
});
