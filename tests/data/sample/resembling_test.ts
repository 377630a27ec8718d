import assert from "node:assert/strict";
import { sampleImages } from "../../../src/data/mod.ts";
import { resembling } from "../../../src/data/sample/resembling.ts";
import { lookOf } from "../../../src/images/mod.ts";
import { random } from "../../../src/stats/mod.ts";

const SIDE = 64;

/** A drawing of so many rectangles at random places; `more` of another stream are added. */
function lookWith(seed: number, more = 0): string {
  const pixels = new Uint8Array(SIDE * SIDE).fill(255);
  const add = (draw: ReturnType<typeof random>, count: number, side: number) => {
    for (let i = 0; i < count; i++) {
      const [left, top] = [draw.below(SIDE - side), draw.below(SIDE - side)];
      for (let y = top; y < top + side; y++) pixels.fill(0, y * SIDE + left, y * SIDE + left + side);
    }
  };
  add(random(seed), 5, 14);
  add(random(seed, 1), more, 4);
  return lookOf({ pixels, width: SIDE, height: SIDE, channels: 1 });
}

Deno.test("a drawing resembles itself and itself with a small sign more, not another", () => {
  const resembles = resembling([{ look: lookWith(1) }, { look: lookWith(2) }]);
  assert.equal(resembles({ look: lookWith(1) }), true);
  assert.equal(resembles({ look: lookWith(2, 1) }), true);
  assert.equal(
    Array.from({ length: 50 }, (_, i) => lookWith(i + 3)).some((look) => resembles({ look })),
    false,
  );
});

Deno.test("what is no drawing resembles nothing, and nothing resembles none", () => {
  assert.equal(resembling([{ look: lookWith(1) }])({}), false);
  assert.equal(resembling([{}])({ look: lookWith(1) }), false);
  assert.equal(resembling([])({ look: lookWith(1) }), false);
});

Deno.test("training passes over drawings that resemble a validation drawing of their dataset, and says how many", () => {
  // Every look occurs twice, under names, pixels and hashes that do not tell.
  const images = Array.from({ length: 60 }, (_, i) => ({
    key: `icon-${i}`,
    group: `set/${i}`,
    sha256: `${i}`,
    perceptualHash: `${i}`,
    look: lookWith(i % 30, i < 30 ? 0 : 1),
  }));
  const { train, validation, resembling } = sampleImages([{ name: "set", images }], {
    train: 30,
    validation: 10,
    seed: 1,
  });
  const shown = new Set(Array.from(validation[0], (i) => i % 30));
  assert.ok(Array.from(train[0]).every((i) => !shown.has(i % 30)));
  const passed = 2 * shown.size - 10; // the other one of each pair, where both are not shown
  assert.ok(resembling[0] > 0 && resembling[0] <= passed, `${resembling[0]} of ${passed}`);
  assert.throws(
    () => sampleImages([{ name: "set", images }], { train: 50, validation: 10, seed: 1 }),
    /set has 4\d left/,
  );
});
