/** How long each kind of evidence takes, in time of a processor: what else a machine does counts little. */
import assert from "node:assert/strict";
import process from "node:process";
import { evidenceKinds } from "~/evidence/mod.ts";
import { startEngine } from "~/tensorflow/mod.ts";
import { picturesOf } from "../made/evidence/pictures.ts";

await startEngine();

/** All kinds together, ms an image: 4,000 images in 4 minutes of one core. They take a fifth of it here. */
const MOST = 60;

/** ms of all cores since the process began. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

Deno.test("all kinds of evidence together take less than a minute of one core for 1,000 images", async () => {
  const pictures = await picturesOf("the kernel of resizing");
  let total = 0;
  for (const { name, prepare } of evidenceKinds) {
    using reader = await prepare(pictures, 1);
    await reader.vectorsOf(pictures.slice(0, 32));
    const began = processorTime();
    await reader.vectorsOf(pictures);
    const each = (processorTime() - began) / pictures.length;
    console.log(
      `${name.padEnd(22)}${each.toFixed(2).padStart(6)} ms, ${(1000 / each).toFixed(0).padStart(6)} images/s`,
    );
    total += each;
  }
  console.log(
    `${"all".padEnd(22)}${total.toFixed(2).padStart(6)} ms, ${
      (1000 / total).toFixed(0).padStart(6)
    } images/s`,
  );
  assert.ok(total < MOST, `${total} ms`);
});
