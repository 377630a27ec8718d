/** A process that opens a pool; it prints a line a progress report. Arguments: folder of manifests, folder of pools, dataset. */
import { openPool } from "../../../src/data/mod.ts";

const [manifests, root, name] = Deno.args;
using pool = await openPool(name, {
  manifests: new URL(manifests),
  root,
  onProgress: ({ message, done, total }) => console.log(`${message} ${done} of ${total}`),
});
console.log(`open ${pool.images.length}`);
