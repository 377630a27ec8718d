/** How long a card waits for the images of a training, from pixels and from JPEG files. */
import { besideModule } from "../../disk/mod.ts";
import { ownProgram, startAnswering } from "../process.ts";
import type { InputOutcome, InputWork } from "./input_step.ts";
import { environmentOf, type GpuContext, type GpuRow } from "./plan.ts";

/** A row for each form of storage. */
export async function* inputRows({ plan: { input, usualBatch }, batch, signal }: GpuContext): AsyncGenerator<
  GpuRow
> {
  const program = besideModule(import.meta.url, "./input_step.ts");
  const root = await Deno.makeTempDir();
  const starting = { env: environmentOf(input.precision), signal, quotes: true };
  const { ask, close } = startAnswering(ownProgram(program), "the training", starting);
  try {
    for (const stored of input.stored) {
      const work: InputWork = { ...input, batch: batch ?? input.batch ?? usualBatch, stored, root };
      const outcome: InputOutcome | { skipped: string } = await ask(JSON.stringify(work));
      const { model, precision, image } = work;
      yield { part: "input", model, precision, image, batch: work.batch, stored, ...outcome };
      if ("skipped" in outcome) return;
    }
  } finally {
    await close();
    await Deno.remove(root, { recursive: true });
  }
}
