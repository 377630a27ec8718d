/** The results page, the outputs that it is made from, and the code that made them. */
import assert from "node:assert/strict";
import { cellsCode, claimsOf, verdictCounts } from "~/cli/executed_notebook.ts";
import { repositoryRoot } from "~/disk/mod.ts";
import { resultsCode } from "~/experiments/mod.ts";
import { showClaims } from "~/notebook/mod.ts";
import type { TestedClaim } from "~/paper/mod.ts";
import {
  combinationsPicture,
  readResults,
  type Results,
  resultsPage,
  WRITE,
} from "../made/notebooks/results_page.ts";

const read = (path: string) => Deno.readTextFileSync(`${repositoryRoot}${path}`);

Deno.test("the results page is what its program writes from the committed notebooks, for this checkout's code", async () => {
  const page = await resultsPage(readResults(), resultsCode());
  assert.ok(read("notebooks/results.md") === page, `notebooks/results.md is not up to date: run ${WRITE}`);
});

Deno.test("the README's picture is notebook 01's first figure", () => {
  const picture = read("notebooks/images/combinations.svg");
  assert.ok(
    picture === combinationsPicture(readResults()),
    `notebooks/images/combinations.svg is not up to date: run ${WRITE}`,
  );
});

Deno.test("the README counts claims as the results page does, or does not count them", async () => {
  const claims = await Promise.all([...readResults().notebooks.values()].map(claimsOf));
  const counts = verdictCounts(claims.flat()).split(", ");
  const stated = read("README.md").replaceAll(/\s+/g, " ").match(
    /\d+ (claims )?(holds?|do(es)? not hold|(is|are) not shown)\b/g,
  );
  for (const count of stated ?? []) assert.ok(counts.includes(count.replace("claims ", "")), count);
});

const CODE = "0123456789ab";

const claim: TestedClaim = {
  id: "a",
  statement: "It is told apart.",
  source: "Table 2",
  paper: "84.7%",
  ours: "71.0% | [68.6, 73.3]",
  verdict: "holds",
  reason: "it is above chance",
};

/** A notebook that shows claims; `made` is added to what its metadata say. */
async function notebook(claims: TestedClaim[], made: object | null = {}, more: object[] = []) {
  const shown = { output_type: "execute_result", data: await showClaims(claims).bundle() };
  const file = { cells: [{ cell_type: "code", source: "showClaims(claims)", outputs: [shown, ...more] }] };
  const cells = cellsCode(JSON.stringify(file));
  const ntd = { preset: "laptop", code: CODE, cells, executedAt: "2026-11-27", options: {}, ...made };
  return JSON.stringify({ ...file, metadata: made ? { ntd } : {} });
}

const numbers = {
  title: "Photographs",
  text: "Seven collections.",
  command: "deno task reproduce --data photos",
  code: CODE,
  made: "2026-11-27",
  columns: ["what", "accuracy"],
  rows: [["a | b", 0.5], ["c", 0.25]],
};

const results = async (): Promise<Results> => ({
  notebooks: new Map([
    ["01_a.ipynb", await notebook([claim, { ...claim, verdict: "does not hold" }])],
    [
      "02_b.ipynb",
      await notebook([{ ...claim, verdict: "not shown: under-fitted" as "holds" }], {
        options: { NTD_IMAGES: "300" },
      }),
    ],
  ]),
  numbers: new Map([["photographs.json", JSON.stringify(numbers)]]),
});

Deno.test("the page has every claim with its reason, counts, code, day, and the tables of numbers", async () => {
  const page = await resultsPage(await results(), CODE);
  assert.doesNotMatch(page, /other code/);
  assert.match(page, /^3 claims: 1 holds, 1 does not hold, 1 is not shown\.$/m);
  assert.ok(page.includes(
    "\n| It is told apart. (Table 2) | 84.7% | 71.0% \\| [68.6, 73.3] | **does not hold** | it is above chance |\n",
  ));
  const row =
    `| [02_b](02_b.ipynb) | 0 hold, 0 do not hold, 1 is not shown | laptop, NTD_IMAGES=300 | 2026-11-27 |`;
  assert.ok(page.includes(`\n${row} ${CODE} |\n`), page);
  assert.ok(
    page.includes("## Photographs\n\nSeven collections.\n\n```sh\ndeno task reproduce --data photos\n```\n"),
  );
  assert.ok(
    page.includes(
      `by code ${CODE}.\n\n| what | accuracy |\n| --- | --: |\n| a \\| b | 0.5 |\n| c | 0.25 |\n`,
    ),
  );
});

Deno.test("the page says in its first lines what other code has made, whichever code asks", async () => {
  const opening = async (made: Results, code = CODE) =>
    (await resultsPage(made, code)).slice(0, 900).match(/^> [^]*?\n\n/m)?.[0] ?? "";
  const fresh = await results();
  assert.equal(await opening(fresh), "");
  const changed = await opening(fresh, "ba9876543210");
  assert.match(changed, /^> \*\*Made by other code than this checkout's:\*\*$/m);
  assert.match(changed, /^> - notebooks executed by other code: 01, 02$/m);
  assert.match(changed, /^> - numbers of other code: photographs$/m);
  assert.ok(changed.includes(WRITE) && changed.includes("deno task reproduce"));
  assert.equal(await opening(fresh, "aaaaaaaaaaaa"), changed);
  /** The opening with one notebook, or the file of numbers, replaced. */
  const withNotebook = (name: string, file: string) =>
    opening({ ...fresh, notebooks: new Map([...fresh.notebooks, [name, file]]) });
  assert.match(
    await withNotebook("02_b.ipynb", await notebook([claim], null)),
    /executed by other code: 02$/m,
  );
  const edited = await notebook([claim], { cells: "ba9876543210" });
  assert.match(await withNotebook("01_a.ipynb", edited), /with cells that were changed since: 01$/m);
  const text = "12 of 12 runs read back (2 made by other code)";
  const read = await notebook([claim], {}, [{ output_type: "display_data", data: { "text/plain": [text] } }]);
  assert.match(await withNotebook("02_b.ipynb", read), /that read back records of other code: 02$/m);
  const old = new Map([["a.json", JSON.stringify({ ...numbers, code: null })]]);
  assert.match(await opening({ ...fresh, numbers: old }), /^> - numbers of other code: a$/m);
});

Deno.test("a file of numbers that is not as it should be is named, with its field", async () => {
  const broken = async (change: object) =>
    resultsPage({
      ...await results(),
      numbers: new Map([["a.json", JSON.stringify({ ...numbers, ...change })]]),
    }, CODE);
  await assert.rejects(broken({ rows: [["one"]] }), /results\/a\.json: .*each row has as many cells.*rows/s);
  await assert.rejects(broken({ made: "today" }), /results\/a\.json: .*made/s);
  await assert.rejects(broken({ seed: 1 }), /results\/a\.json: .*seed/s);
});

Deno.test("the picture is the first figure of notebook 01", async () => {
  const figure = { output_type: "execute_result", data: { "image/svg+xml": ["<svg>", "</svg>"] } };
  const file = await notebook([claim], {}, [figure, { ...figure, data: { "image/svg+xml": "<svg/>" } }]);
  const made = { ...await results(), notebooks: new Map([["01_a.ipynb", file]]) };
  assert.equal(combinationsPicture(made), "<svg></svg>");
  assert.throws(() => combinationsPicture({ ...made, notebooks: new Map() }), /notebook 01 shows no figure/);
});
