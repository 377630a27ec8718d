/** Made-up run folders on disk, whole or damaged as a test wants them. */
import { join } from "node:path";
import { baseline, type Experiment } from "../../../src/experiments/mod.ts";
import { wilson } from "../../../src/stats/mod.ts";

/** What a made-up classifier is made from. */
export interface MadeRun {
  seed?: number;
  model?: Experiment["model"];
  datasets?: string[];
  /** Whether each validation image was named rightly, dataset by dataset. */
  right?: boolean[][];
  /** ISO 8601; `null`: it has not finished. */
  finishedAt?: string | null;
}

/** A temporary folder of records. */
export class RunFolders {
  readonly root = Deno.makeTempDirSync();

  /** Writes a file of a run. */
  write(hash: string, file: string, content: string | object): void {
    Deno.mkdirSync(join(this.root, hash), { recursive: true });
    const text = typeof content === "string" ? content : JSON.stringify(content);
    Deno.writeTextFileSync(join(this.root, hash, file), text);
  }

  /** Writes a run of two epochs: 10 validation images of each dataset, `key0` … `key9`. */
  classifier(hash: string, made: MadeRun = {}): Experiment {
    const { seed = 0, model = "resnet_tiny", datasets = ["tabler", "mdi"], finishedAt } = made;
    const { right = datasets.map(() => Array.from({ length: 10 }, (_, i) => i > 0)) } = made;
    const experiment = { ...baseline({ datasets, preset: "smoke", model }), seed };
    this.write(hash, "experiment.json", experiment);
    this.write(hash, "lock", "");
    const n = right.flat().length;
    const correct = right.flat().filter(Boolean).length;
    const epochs = [1, 2].map((epoch) => ({
      epoch,
      step: 8 * epoch,
      learningRate: 0.01 / epoch,
      trainLoss: 1 / epoch,
      seconds: 2 * epoch,
      validationLoss: 2 / epoch,
      validation: wilson(correct, n),
    }));
    this.write(hash, "epochs.jsonl", epochs.map((line) => JSON.stringify(line) + "\n").join(""));
    if (finishedAt === null) return experiment;
    const predictions = right.flatMap((row, label) =>
      row.map((isRight, i) => {
        const probabilities = datasets.map(() => 0.1 / (datasets.length - 1));
        probabilities[isRight ? label : (label + 1) % datasets.length] = 0.9;
        return { key: `key${i}`, label, probabilities };
      })
    );
    this.write(hash, "predictions.jsonl", predictions.map((line) => JSON.stringify(line) + "\n").join(""));
    this.write(hash, "result.json", {
      accuracy: wilson(correct, n),
      chance: 1 / datasets.length,
      training: wilson(19, 20),
      parameters: 43_091,
      seconds: 6,
      engine: "TensorFlow 2.21.0, CPU",
      finishedAt: finishedAt ?? "2026-11-24T04:00:00.000Z",
      code: "0123456789ab",
    });
    return experiment;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.root, { recursive: true });
  }
}

/** A made-up hash: a beginning, filled up with zeros. */
export const hash = (beginning: string): string => beginning.padEnd(16, "0");
