/** `deno task play`: the user study as a page of its own. */
import { datasetsMeant, oneOf, parseCommand, runCommand, UsageError } from "./command.ts";
import { ensureSetup } from "../setup/mod.ts";
import type { Preset } from "../experiments/mod.ts";

const USAGE =
  `Usage: deno task play [--data icons|emoji|NAME,NAME,…] [--images N] [--preset smoke|laptop|paper] [--port N] [--no-open]
  --data     a collection, whose first three datasets are played, or two to nine names or paths of images; default: icons
  --images   images of a game; default: 100, as in the paper
  --preset   how the network that you play against is trained: seconds, a minute or two (default), or GPU-days
  --port     where the page is served; default: any free port
  --no-open  print the address and leave the browser alone`;

/** The game to play, and how it is served. */
export interface PlayArguments {
  datasets: string[];
  images: number;
  preset: Preset;
  port: number;
  open: boolean;
}

/**
 * Reads the command's arguments.
 *
 * @throws {UsageError} for unknown flags and impossible numbers, and for an unknown dataset, listing those
 *   that there are
 */
export async function parsePlay(args: readonly string[]): Promise<PlayArguments> {
  const { values } = parseCommand(args, USAGE, {
    data: { type: "string", default: "icons" },
    images: { type: "string", default: "100" },
    preset: { type: "string", default: "laptop" },
    port: { type: "string", default: "0" },
    "no-open": { type: "boolean", default: false },
  });
  const { presets } = await import("../experiments/mod.ts");
  return {
    preset: oneOf("--preset", values.preset, presets),
    images: wholeNumber("--images", values.images, 1, 1_000_000),
    port: wholeNumber("--port", values.port, 0, 65_535),
    datasets: await datasetsToPlay(values.data),
    open: !values["no-open"],
  };
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${flag}: "${text}" is not a whole number from ${least} to ${most}.`);
}

/**
 * The first three datasets of a collection, with which the notebooks begin, or the datasets that are named.
 */
async function datasetsToPlay(choice: string): Promise<string[]> {
  const { collections } = await import("../data/mod.ts");
  const named = await datasetsMeant(choice);
  const datasets = collections().has(choice.trim()) ? named.slice(0, 3) : named;
  if (datasets.length >= 2 && datasets.length <= 9) return datasets;
  throw new UsageError(
    `--data: "${choice}" names ${datasets.length} dataset(s); two to nine are told apart.`,
  );
}

/** Opens an address in the person's browser where there is a desktop; it is printed in any case. */
async function openBrowser(url: string): Promise<void> {
  const mac = Deno.build.os === "darwin";
  if (!mac && !Deno.env.get("DISPLAY") && !Deno.env.get("WAYLAND_DISPLAY")) return;
  const quiet = { stdin: "null", stdout: "null", stderr: "null" } as const;
  try {
    await new Deno.Command(mac ? "open" : "xdg-open", { args: [url], ...quiet }).spawn().status;
  } catch {
    // No such program: the address is on the screen.
  }
}

/**
 * Resolves at Ctrl-C, or when the command is ended by a signal. A second one ends the process at once: a
 * request that never ends would keep the server.
 */
function untilEnded(): Promise<void> {
  const signals = ["SIGINT", "SIGTERM"] as const;
  return new Promise((resolve) => {
    const end = () => {
      for (const signal of signals) Deno.removeSignalListener(signal, end);
      resolve();
    };
    for (const signal of signals) Deno.addSignalListener(signal, end);
  });
}

if (import.meta.main) {
  await runCommand(USAGE, async (args) => {
    const { datasets, images, preset, port, open } = await parsePlay(args);
    await ensureSetup({ needs: ["packages", "python"] });
    const { baseline, sweep } = await import("../experiments/mod.ts");
    const { live } = await import("../notebook/mod.ts");
    const { openGame, serveGame } = await import("../game/mod.ts");
    const experiment = baseline({ datasets, preset, seed: 0 });
    const most = datasets.length * experiment.validationPerDataset;
    if (images > most) {
      throw new UsageError(
        `--images: ${images} are more than the ${most} validation images of the preset "${preset}".`,
      );
    }
    const [record] = await live((options) => sweep([experiment], options));
    using game = await openGame(record, { images });
    const server = serveGame(game, { port });
    const ended = untilEnded();
    console.log(`Name That Dataset, ${datasets.join(", ")}, ${images} images: ${server.url}`);
    console.log(
      `Your answers are kept in ${game.folder}. Ctrl-C ends; the same command goes on where you left it.`,
    );
    if (open) void openBrowser(server.url);
    await ended;
    await server.close();
    return 0;
  });
}
