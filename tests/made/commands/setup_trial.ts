/** Sets one folder up, for setup_test.ts: `deno run -A setup_trial.ts FOLDER [packages|python]`. */
import { ensureSetup, SetupError } from "../../../src/setup/mod.ts";

const [root, need = "python"] = Deno.args;
try {
  await ensureSetup({ needs: [need as "packages" | "python"], root, log: console.log });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
