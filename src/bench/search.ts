/**
 * `deno task bench search`: the search for the settings of the `laptop` preset. Every candidate is trained on
 * tasks that are reported nowhere: the icons with seeds from 100 up, emoji, and photographs where a manifest
 * of `NTD_MANIFESTS` names them. The presets take the cheapest settings that are able; the reported seeds (0,
 * 1 and 2 of the icons) are run once, after that.
 */
import { baseline, type Overrides, run } from "../experiments/mod.ts";

/** The outcome of one candidate on one task. */
export interface SearchRow {
  /** What is looked for: the network of most notebooks, ConvNeXt's own recipe, … */
  subject: string;
  /** The fields in which the candidate differs from the `laptop` preset, as JSON. */
  candidate: string;
  task: string;
  seed: number;
  parameters: number;
  seconds: number;
  /** On training images without augmentation, and on validation images, %. */
  training: number;
  validation: number;
  n: number;
}

/** The least seed of the search. */
const SEED = 100;

/** Tasks by name: an easy and a hard triple of icons, all six, and what is no icon at all. */
const TASKS = {
  "icons, first three": ["tabler", "phosphor", "mdi"],
  "icons, hard three": ["mdi", "remix", "mingcute"],
  "icons, six": ["tabler", "phosphor", "mdi", "remix", "mingcute", "carbon"],
  "emoji": ["noto", "twemoji", "openmoji"],
} as const;

type Candidate = Omit<Overrides, "datasets" | "seed" | "preset">;

/** The candidates of each subject. */
const CANDIDATES: Record<string, readonly Candidate[]> = {};

/** Trains every candidate on every task; records are kept as those of any run. */
export async function benchSearch(subjects = Object.keys(CANDIDATES)): Promise<SearchRow[]> {
  const rows: SearchRow[] = [];
  for (const subject of subjects) {
    for (const candidate of CANDIDATES[subject]) {
      for (const [task, datasets] of Object.entries(TASKS)) {
        const experiment = baseline({ preset: "laptop", datasets: [...datasets], seed: SEED, ...candidate });
        const { result } = await run(experiment);
        rows.push({
          subject,
          candidate: JSON.stringify(candidate),
          task,
          seed: SEED,
          parameters: result.parameters,
          seconds: result.seconds,
          training: 100 * result.training.value,
          validation: 100 * result.accuracy.value,
          n: result.accuracy.n,
        });
      }
    }
  }
  return rows;
}
