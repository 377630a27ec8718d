/** Sets one folder up, for setup_test.ts: `deno run -A setup_trial.ts FOLDER`. */
import { ensureSetup } from "../../../src/setup/mod.ts";

await ensureSetup({ needs: ["python"], root: Deno.args[0], log: console.log });
