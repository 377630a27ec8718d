import assert from "node:assert/strict";
import { type Drawn, powerRates } from "~/bench/audit.ts";

Deno.test("power is of two datasets, false alarms of one, each test by the draws that it got", () => {
  const draw = (pair: [number, number], p: number, peer?: number): Drawn => ({
    pair,
    images: 20,
    outcomes: { ours: { p, seconds: 3 }, ...(peer !== undefined && { peer: { p: peer, seconds: 1 } }) },
  });
  const drawn = [
    draw([0, 1], 0.05, 0.06),
    draw([0, 1], 0.001),
    draw([0, 2], 0.2),
    draw([1, 1], 0.04, 0.05),
    draw([2, 2], 0.5),
  ];
  const [ours, peer, ...others] = powerRates(drawn);
  assert.deepEqual(others, []);
  assert.match(ours.power, /^66\.7% .*, n = 3$/);
  assert.match(ours.false_alarms, /^50\.0% .*, n = 2$/);
  assert.deepEqual([ours.images, ours.seconds, peer.seconds], [20, 3, 1]);
  assert.match(peer.power, /^0\.0% .*, n = 1$/);
  assert.match(peer.false_alarms, /^100\.0% .*, n = 1$/);
});
