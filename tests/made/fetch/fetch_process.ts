/** Fetches a pool in a process of its own, which may be killed: `deno run fetch_process.ts LIST.json OPTIONS.json`. */
import { fetchImages } from "../../../src/fetch/mod.ts";

const [list, options] = Deno.args.map((path) => JSON.parse(Deno.readTextFileSync(path)));
await fetchImages(() => list, options);
