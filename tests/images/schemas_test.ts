/** The schemas, which experiments are checked by, and the checks, which threads make, are made of the same ranges. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { z } from "zod";
import {
  type Augmentation,
  checkCorruption,
  type Corruption,
  makeAugment,
  PAPER_CORRUPTIONS,
  randomCrop,
} from "../../src/images/mod.ts";
import { augmentationSchema, corruptionSchema } from "../../src/images/schemas.ts";

const full: Augmentation = {
  ...randomCrop,
  interpolation: "random",
  randAugment: "rand-m9-mstd0.5-inc1",
  colorJitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
  erase: { probability: 0.5, mode: "pixel", area: [0.02, 0.33], count: 1 },
};

/** Something that a field may hold, right or wrong. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    "none",
    "random",
    "rand-m11",
    "rand-m3",
    "pixel",
    true,
    NaN,
    {},
    [],
  ),
  fc.constantFrom<unknown>(-1, 0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3),
  fc.array(fc.constantFrom(-0.5, 0, 0.2, 0.5, 1, 1.2), { minLength: 1, maxLength: 3 }),
);

/** Where a value may stand: a field, or a field of a group. */
function pathsOf(settings: object): string[][] {
  return Object.entries(settings).flatMap(([name, inner]) =>
    inner && typeof inner === "object" && !Array.isArray(inner)
      ? [[name], ...pathsOf(inner).map((path) => [name, ...path])]
      : [[name]]
  );
}

function changed<T extends object>(settings: T, [name, ...rest]: string[], to: unknown): T {
  const inner = (settings as Record<string, unknown>)[name];
  return { ...settings, [name]: rest.length ? changed(inner as object, rest, to) : to };
}

const passes = (check: () => unknown) => {
  try {
    check();
    return true;
  } catch {
    return false;
  }
};

Deno.test("an augmentation passes the schema where it passes the check", () => {
  let [right, wrong] = [0, 0];
  fc.assert(
    fc.property(fc.constantFrom(...pathsOf(full)), value, (path, to) => {
      const augmentation = changed(full, path, to);
      const passed = augmentationSchema.safeParse(augmentation).success;
      assert.equal(passed, passes(() => makeAugment(augmentation)), JSON.stringify(augmentation));
      if (passed) right++;
      else wrong++;
    }),
    { numRuns: 1000 },
  );
  assert.ok(right > 50 && wrong > 50, `${right} right, ${wrong} wrong`);
});

Deno.test("a corruption passes the schema where it passes the check", () => {
  fc.assert(
    fc.property(fc.constantFrom(...PAPER_CORRUPTIONS), fc.nat(2), value, (paper, at, to) => {
      const path = pathsOf(paper)[at % pathsOf(paper).length];
      const corruption = changed(paper, path, to);
      const passed = corruptionSchema.safeParse(corruption).success;
      assert.equal(passed, passes(() => checkCorruption(corruption)), JSON.stringify(corruption));
    }),
    { numRuns: 500 },
  );
});

Deno.test("what is read is what was written; fields that there are not are refused", () => {
  const read: z.infer<typeof augmentationSchema> = augmentationSchema.parse(full);
  assert.deepEqual(read, full);
  const corruption: Corruption = corruptionSchema.parse(PAPER_CORRUPTIONS[0]);
  assert.deepEqual(corruption, PAPER_CORRUPTIONS[0]);
  assert.throws(() => augmentationSchema.parse({ ...full, blur: 1 }), /blur/);
  assert.throws(() => augmentationSchema.parse({ ...full, erase: { ...full.erase, colour: 1 } }), /colour/);
  assert.throws(() => corruptionSchema.parse({ ...corruption, std: 1 }), /std/);
});

Deno.test("a fault says what is there and what must be", () => {
  const fault = (augmentation: Augmentation) => augmentationSchema.safeParse(augmentation).error!.issues[0];
  const hue = fault({ ...full, colorJitter: { ...full.colorJitter!, hue: 0.6 } });
  assert.deepEqual([hue.path, hue.message], [["colorJitter", "hue"], "it is 0.6; it must be 0 to 0.5"]);
  const scale = fault({ ...full, scale: [1, 0.5] });
  assert.equal(scale.message, "it is 1,0.5; it must be two numbers, 0 < least <= greatest <= 1");
  assert.match(fault({ ...full, randAugment: "rand-q3" }).message, /"rand-q3" is not a RandAugment/);
});

Deno.test("an interval of texts, or without an end, is refused by the schema and by the check", () => {
  for (const ratio of [["0.5", "1"], [1, Infinity]] as never[]) {
    const augmentation = { ...full, ratio };
    assert.ok(!augmentationSchema.safeParse(augmentation).success);
    assert.throws(() => makeAugment(augmentation), /augmentation\.ratio .* it must be two numbers/);
  }
});
