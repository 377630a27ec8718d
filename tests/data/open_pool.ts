/** A process that opens the pool `small`; it prints a line a progress report. Arguments: folder of manifests, folder of pools. */
import { openPool } from "../../src/data/mod.ts";

const [manifests, root] = Deno.args;
using pool = await openPool("small", {
  manifests: new URL(manifests),
  root,
  onProgress: ({ message, done, total }) => console.log(`${message} ${done} of ${total}`),
});
console.log(`open ${pool.images.length}`);
