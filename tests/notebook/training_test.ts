/** Jupyter's stop button during a real training, in a real kernel. */
import assert from "node:assert/strict";
import { driveKernel } from "../made/notebook/kernel_driver.ts";

interface Interrupted {
  seconds: number;
  ename: string;
  evalue: string;
  after: string;
  alive: boolean;
}

Deno.test("the stop button ends training within 2 s; variables, tensors and what was trained are kept", async () => {
  const runs = Deno.makeTempDirSync();
  const answer = await driveKernel<Interrupted>("interrupt_cell.py", {
    before: `
      import { Displayable, live } from "~/notebook/mod.ts";
      import { baseline, hashOf, run } from "~/experiments/mod.ts";
      import { startEngine, tf } from "~/tensorflow/mod.ts";
      import { loadCheckpoint } from "~/train/mod.ts";
      await startEngine();
      const runs = ${JSON.stringify(runs)};
      const tensor = tf.tensor1d([20, 22]);
      const experiment = baseline({ datasets: ["remix", "mingcute", "carbon"], preset: "laptop", recipe: { epochs: 1000 } });
    `,
    until: "images/s", // the first steps; before them the datasets are made ready
    running: `await live((options) => run(experiment, { ...options, runs }));`,
    after: `
      const { step } = loadCheckpoint(runs + "/" + hashOf(experiment))!;
      new Displayable(() => ({ "text/plain": \`steps \${step} sum \${tensor.sum().dataSync()[0]}\` }));
    `,
  });
  assert.equal(answer.ename, "AbortError");
  assert.match(answer.evalue, /What was done is kept/);
  assert.ok(answer.seconds < 2, `${answer.seconds} s`);
  assert.match(answer.after, /steps \d+ sum 42/);
  assert.ok(answer.alive);
});
