/** The engine in a process of its own: answers one line with what was found, after a first product. */
import { linesOf } from "../../disk/mod.ts";
import { startEngine, tf } from "../../tensorflow/mod.ts";
import type { FoundEngine } from "./card.ts";

if (import.meta.main) {
  for await (const _ of linesOf(Deno.stdin.readable)) {
    const began = performance.now();
    const { version, device, note } = await startEngine();
    const [sum] = tf.matMul(tf.ones([256, 256]), tf.ones([256, 256])).sum().dataSync();
    if (sum !== 256 ** 3) throw new Error(`A product of ones is ${sum} on this device, not ${256 ** 3}.`);
    const start_s = (performance.now() - began) / 1000;
    console.log(JSON.stringify({ version, device, note, start_s } satisfies FoundEngine));
  }
}
