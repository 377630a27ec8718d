/**
 * `deno task predict`: the dataset that each image of a folder looks like to the network of a finished run.
 */
import type { FolderPredictions } from "../predict/mod.ts";
import { formatPercent } from "../stats/mod.ts";
import { EXIT, interruption, meant, parseCommand, runCommand, UsageError } from "./command.ts";
import { ensureSetup } from "../setup/mod.ts";
import { everyTenth, terminalWidth, textTable } from "./terminal.ts";

const USAGE = `Usage: deno task predict RUN DIR [--json]
  RUN     a finished run: the hash that names its folder under runs/, the beginning of it, or the path of its folder
  DIR     a folder of images (jpg, png, webp, gif), searched with the folders in it
  --json  one object an image: file, predicted, probabilities; or file, reason for one that cannot be read`;

/** The run that predicts, and the images. */
export interface PredictArguments {
  run: string;
  folder: string;
  json: boolean;
}

/** Reads the command's arguments. */
export function parsePredict(args: readonly string[]): PredictArguments {
  const { values, positionals } = parseCommand(args, USAGE, {
    json: { type: "boolean", default: false },
  }, true);
  if (positionals.length !== 2) {
    throw new UsageError(
      `A run and a folder, please; ${positionals.length} argument(s) were given.\n${USAGE}`,
    );
  }
  return { run: positionals[0], folder: positionals[1], json: values.json };
}

/** A line an image, those that could not be read, and how many were taken for which dataset. */
export function predictionTable({ datasets, predictions, unread }: FolderPredictions, width: number): string {
  const images = textTable(
    ["file", "predicted", ...datasets],
    predictions.map(({ file, predicted, probabilities }) => [
      file,
      datasets[predicted],
      ...probabilities.map(formatPercent),
    ]),
    width,
  );
  const counts = datasets.map((_, d) => predictions.filter(({ predicted }) => predicted === d).length);
  const summary = textTable(
    ["dataset", "images", "share"],
    datasets.map((name, d) => [name, `${counts[d]}`, formatPercent(counts[d] / predictions.length)]),
    width,
  );
  const failures = unread.map(({ file, reason }) => `Not read: ${file}: ${reason}`);
  if (predictions.length === 0) return failures.join("\n");
  return [images, ...(failures.length > 0 ? [failures.join("\n")] : []), summary].join("\n\n");
}

/** One plain object a file, probabilities by dataset. */
export function predictionRows({ datasets, predictions, unread }: FolderPredictions) {
  const rows = predictions.map(({ file, predicted, probabilities }) => ({
    file,
    predicted: datasets[predicted],
    probabilities: Object.fromEntries(datasets.map((name, d) => [name, probabilities[d]])),
  }));
  return [...rows, ...unread].sort((a, b) => a.file < b.file ? -1 : 1);
}

if (import.meta.main) {
  await runCommand(USAGE, async (args) => {
    const { run, folder, json } = parsePredict(args);
    await ensureSetup({ needs: ["packages", "python"] });
    const signal = interruption();
    const { findRun } = await import("../experiments/mod.ts");
    const { findImages, predictFolder } = await import("../predict/mod.ts");
    const { weights } = await meant(() => findRun(run));
    const images = await meant(() => findImages(folder));
    const isTenth = everyTenth();
    const onProgress = (done: number, total: number) => {
      if (isTenth(done, total) && done < total) console.error(`${done} of ${total} images`);
    };
    const result = await predictFolder(weights, images, { signal, onProgress });
    console.log(
      json ? JSON.stringify(predictionRows(result), null, 2) : predictionTable(result, terminalWidth()),
    );
    return result.predictions.length > 0 ? 0 : EXIT.failed;
  });
}
