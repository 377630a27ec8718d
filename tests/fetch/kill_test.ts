import { besideModule } from "~/disk/mod.ts";
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { random } from "../../src/stats/mod.ts";
import { photoSite } from "../made/fetch/photo_site.ts";
import { poolHashes, readIndex } from "../made/fetch/pool_files.ts";

/** How often the fetch is killed. `NTD_KILLS=50` for a long run. */
const KILLS = Number(Deno.env.get("NTD_KILLS") ?? 10);

/** A fetch that takes longer does not end at all, ms. */
const LONGEST = 120_000;

const PROGRAM = besideModule(import.meta.url, "../made/fetch/fetch_process.ts");

const OPTIONS = {
  images: 24,
  storage: { imagesPerShard: 5 },
  network: { allowPrivateAddresses: true, concurrency: 4, perHost: 4, backoffMs: 5, retries: 1 },
};

async function fetchProcess(root: string, folder: string): Promise<Deno.ChildProcess> {
  const options = `${root}/options.json`;
  await Deno.writeTextFile(options, JSON.stringify({ ...OPTIONS, folder }));
  const args = ["run", "-A", "--no-check", "--quiet", PROGRAM, `${root}/list.json`, options];
  return new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "inherit" }).spawn();
}

/** Kills the process after a time, unless it has ended by itself. Returns whether it was killed. */
async function killAfter(process: Deno.ChildProcess, ms: number): Promise<boolean> {
  const ended = await Promise.race([process.status, sleep(ms)]);
  if (ended) {
    assert.ok(ended.success, "a fetch that is not killed succeeds");
    return false;
  }
  try {
    process.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // it has ended in this very moment
  }
  const { signal, success } = await process.status;
  assert.ok(success || signal === "SIGKILL", "a fetch that is not killed succeeds");
  return signal === "SIGKILL";
}

Deno.test(`a fetch that is killed at ${KILLS} random moments ends with the same pool as one that is not`, async () => {
  await using site = await photoSite(60);
  const root = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${root}/list.json`, JSON.stringify(site.items));
    const began = performance.now();
    assert.ok((await (await fetchProcess(root, `${root}/whole`)).status).success);
    const usual = performance.now() - began;
    const whole = await poolHashes(`${root}/whole`);

    const moments = random(1, KILLS);
    let [kills, pools] = [0, 0];
    while (kills < KILLS) {
      const process = await fetchProcess(root, `${root}/pool-${pools}`);
      if (await killAfter(process, moments.uniform() * usual)) kills++;
      else assert.deepEqual(await poolHashes(`${root}/pool-${pools++}`), whole);
    }
    assert.ok(!await killAfter(await fetchProcess(root, `${root}/pool-${pools}`), LONGEST), "it ends");
    assert.deepEqual(await poolHashes(`${root}/pool-${pools}`), whole);
    const keys = (await readIndex(`${root}/pool-${pools}`)).map(({ key }) => key);
    assert.equal(new Set(keys).size, OPTIONS.images);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
