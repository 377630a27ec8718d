/** The networks that the training benchmarks measure, at sizes for two cores. */
import { besideModule } from "../disk/mod.ts";
import { type ModelConfig, models } from "../models/mod.ts";
import { type Contestant, type ContestantConfig, startContestant } from "./contestant.ts";

/** What is measured: a name of the registry, with fields changed where the network is to suit small images. */
export interface Subject {
  model: string;
  change?: Partial<ModelConfig>;
  batch: number;
  image: number;
}

export const SUBJECTS: Subject[] = [
  { model: "convnext_atto", batch: 64, image: 64 },
  { model: "convnext_micro", batch: 128, image: 32 },
  { model: "resnet18", batch: 64, image: 64 },
  { model: "vit_tiny_patch16_224", change: { patch: 8 }, batch: 64, image: 64 },
  { model: "vgg11", batch: 32, image: 64 },
  { model: "alexnet", batch: 64, image: 64 },
];

const CLASSES = 3;

/** What a contestant is told of a subject. */
export function configOf({ model, change, batch, image }: Subject): Omit<ContestantConfig, "mode"> {
  const config = { ...models[model], ...change } as ModelConfig;
  return { model: config, classes: CLASSES, batch, image, threads: navigator.hardwareConcurrency };
}

/** Starts the project's own step in one of the modes of our_step.ts. */
export function startOurs(
  subject: Subject,
  mode: string,
  environment: Record<string, string> = {},
): Promise<Contestant> {
  const program = besideModule(import.meta.url, "./our_step.ts");
  const command = [Deno.execPath(), "run", "-A", "--no-check", program];
  return startContestant(command, { ...configOf(subject), mode }, environment);
}
