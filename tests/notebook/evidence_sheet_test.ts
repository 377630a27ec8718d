import assert from "node:assert/strict";
import { type EvidenceKind, evidenceKinds } from "../../src/evidence/mod.ts";
import { evidenceRows } from "../../src/notebook/evidence_sheet.ts";
import { poolInMemory } from "../made/data/made_up_pools.ts";

Deno.test("evidenceRows: a row for each kind that sees a picture, all pixels first, of the chosen images", async () => {
  const pools = [poolInMemory("a", 9, 64, 3), poolInMemory("b", 9, 64, 1)];
  const rows = await evidenceRows(pools, [[4, 1], [7]], 0);
  const seen = (evidenceKinds as readonly EvidenceKind[]).filter(({ look }) => look).map(({ title }) =>
    title
  );
  assert.deepEqual(rows.map(({ label }) => label), seen.toReversed());
  const [{ images }] = rows;
  assert.deepEqual(images.map(({ side, channels }) => [side, channels]), Array(3).fill([64, 3]));
  assert.deepEqual(images[0].pixels, pools[0].read(4));
  assert.deepEqual(images[2].pixels.filter((_, i) => i % 3 === 0), pools[1].read(7));
});
