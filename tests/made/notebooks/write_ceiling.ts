/**
 * Writes `notebooks/results/ceiling.json`, a section of the results page: how far the triples that stay below
 * the paper's hardest get with a larger network, more images and ten times the steps. What has a record is
 * read back.
 *
 *     deno run -A tests/made/notebooks/write_ceiling.ts tabler+remix+mingcute …
 */
import { baseline, resultsCode, sweep } from "~/experiments/mod.ts";
import { runsAmong } from "~/paper/mod.ts";
import { formatPercent, formatProportion } from "~/stats/mod.ts";
import { writeSection } from "./results_page.ts";

if (Deno.args.length === 0) throw new Error("Name the triples, each with + between its datasets.");
/** The preset's network with 4/3 of its widths. */
const larger = {
  family: "resnet" as const,
  block: "basic" as const,
  depths: [1, 1],
  dims: [32, 64],
  stemDim: 16,
  stem: "deep" as const,
};
const rows = [];
for (const name of Deno.args) {
  const datasets = name.split("+");
  const usual = baseline({ preset: "laptop", datasets });
  const recipe = { epochs: 10 * usual.recipe.epochs };
  const most = baseline({ preset: "laptop", datasets, model: larger, imagesPerDataset: 1700, recipe });
  for (const [what, experiment] of [["the preset", usual], ["the ceiling", most]] as const) {
    const [{ result }] = runsAmong(await sweep([experiment]));
    rows.push([
      datasets.join(" + "),
      what,
      experiment.imagesPerDataset,
      (experiment.recipe.epochs * experiment.recipe.samplesPerEpoch) / experiment.recipe.batchSize,
      formatPercent(result.training.value),
      formatProportion(result.accuracy),
    ]);
    console.error(rows.at(-1)!.join("  "));
  }
}
writeSection("ceiling", {
  title: "The ceiling of the hardest triples",
  text:
    "The triples that stay below 62%, the paper's hardest, on seed 0: the preset beside a ResNet of 4/3 of its " +
    "widths that sees 1,700 images of each library and takes ten times the steps.",
  command: `deno run -A tests/made/notebooks/write_ceiling.ts ${Deno.args.join(" ")}`,
  code: resultsCode(),
  columns: ["libraries", "what", "images each", "steps", "on training images", "accuracy"],
  rows,
});
