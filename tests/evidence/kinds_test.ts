/** Each kind of evidence tells made-up pictures apart by what it sees, and not by what it does not. */
import assert from "node:assert/strict";
import {
  type EvidenceKind,
  evidenceKinds,
  type EvidenceName,
  evidenceNames,
  evidenceOf,
} from "~/evidence/mod.ts";
import { startEngine } from "~/tensorflow/mod.ts";
import { type Difference, picturesOf, toldApart } from "../made/evidence/pictures.ts";

await startEngine();

/** Who sees a difference and who is blind to it. The others may or may not see it. */
const EXPECTED: Record<Difference, { sees: EvidenceName[]; blind: EvidenceName[] }> = {
  "nothing but the label": { sees: [], blind: evidenceNames },
  "the JPEG quality": { sees: ["file-header"], blind: ["mean-color", "color-histogram", "low-pass"] },
  "the camera in EXIF": {
    sees: ["file-header"],
    blind: evidenceNames.filter((name) => name !== "file-header"),
  },
  "the kernel of resizing": { sees: ["spectrum"], blind: ["mean-color"] },
  "the mean colour": {
    sees: ["mean-color", "color-histogram"],
    blind: ["spectrum", "hog", "canny", "silhouettes"],
  },
  "the contrast": { sees: ["color-histogram", "pixel-shuffle-random"], blind: ["mean-color"] },
  "the place of a spot": {
    sees: ["low-pass", "patch-shuffle-fixed", "silhouettes", "all-pixels"],
    blind: ["mean-color", "color-histogram", "pixel-shuffle-random", "patch-shuffle-random", "spectrum"],
  },
  "fine detail": {
    sees: ["spectrum", "high-pass", "patch-shuffle-random", "all-pixels"],
    blind: ["mean-color", "low-pass"],
  },
  "the direction of stripes": {
    sees: ["hog", "canny", "high-pass", "patch-shuffle-random", "patch-shuffle-fixed", "all-pixels"],
    blind: ["mean-color", "color-histogram", "spectrum", "pixel-shuffle-random"],
  },
  "the form": { sees: ["silhouettes", "canny", "hog", "bag-of-words", "all-pixels"], blind: [] },
  "light on dark": { sees: ["mean-color", "color-histogram"], blind: ["silhouettes"] },
};

/** Seen: so many of the held-out pictures are named rightly. Not seen: chance is not left at this level. */
const SEEN = 0.75, LEVEL = 0.002;

for (const [difference, { sees, blind }] of Object.entries(EXPECTED)) {
  Deno.test(`${difference}: seen by ${sees.length} kinds of evidence, not by ${blind.length}`, async () => {
    const faults: string[] = [];
    for (const name of [...sees, ...blind]) {
      const { accuracy, p } = await toldApart(name, difference as Difference);
      if (sees.includes(name) ? accuracy < SEEN : p < LEVEL) faults.push(`${name}: ${accuracy}, p ${p}`);
    }
    assert.deepEqual(faults, []);
  });
}

Deno.test("every kind sees some difference, and is blind to another", () => {
  const all = Object.values(EXPECTED);
  const missing = evidenceNames.filter((name) =>
    !all.some(({ sees }) => sees.includes(name)) || !all.some(({ blind }) => blind.includes(name))
  );
  assert.deepEqual(missing, ["pixel-shuffle-fixed"]); // its orders are tested among the views
});

Deno.test("vectors are finite, as long as said, of a seed, and the same alone as among others", async () => {
  const pictures = (await picturesOf("the JPEG quality")).slice(0, 12);
  for (const kind of evidenceKinds) {
    using reader = await kind.prepare(pictures, 5);
    const all = await reader.vectorsOf(pictures);
    assert.equal(all.length, pictures.length * reader.columns, kind.name);
    assert.ok(all.every(Number.isFinite), kind.name);
    using again = await kind.prepare(pictures, 5);
    const alone = await again.vectorsOf(pictures.slice(7, 8));
    const among = all.subarray(7 * reader.columns, 8 * reader.columns);
    const most = alone.reduce((most, value, i) => Math.max(most, Math.abs(value - among[i])), 0);
    assert.ok(most < 1e-5, `${kind.name}: ${most}`);
  }
});

Deno.test("what a kind sees of images is what it reads of them", async () => {
  const pictures = (await picturesOf("the contrast")).slice(0, 4);
  using whole = await evidenceOf("all-pixels").prepare([], 5);
  const shown = (evidenceKinds as readonly EvidenceKind[]).filter(({ look }) => look);
  assert.equal(shown.length, 9);
  for (const { name, prepare, look } of shown) {
    const seen = await look!(pictures, 5);
    using reader = await prepare([], 5);
    const ofSeen = await whole.vectorsOf(seen.map((image) => ({ image, detail: image })));
    assert.deepEqual(ofSeen, await reader.vectorsOf(pictures), name);
  }
});

Deno.test("an image of one colour or of one pixel has finite vectors", async () => {
  const flat = (side: number) => ({
    pixels: new Uint8Array(side * side * 3).fill(9),
    width: side,
    height: side,
    channels: 3,
  });
  const pictures = [flat(1), flat(2), flat(128)].map((image) => ({ image, detail: image }));
  for (const { name } of evidenceKinds.filter(({ needs }) => needs === "image")) {
    using reader = await evidenceOf(name).prepare(pictures, 0);
    assert.ok((await reader.vectorsOf(pictures)).every(Number.isFinite), name);
  }
});

Deno.test("an image without a file has no header, and is named", async () => {
  const [{ image }] = await picturesOf("the contrast");
  using reader = await evidenceOf("file-header").prepare([], 0);
  await assert.rejects(
    reader.vectorsOf([{ image, detail: image }]),
    /Image 0 has no file: leave "file-header" out/,
  );
  const broken = { bytes: new Uint8Array(9), name: "a.jpg", width: 1, height: 1 };
  await assert.rejects(
    reader.vectorsOf([{ image, detail: image, file: broken }]),
    /The header of a\.jpg cannot be read: it is not a JPEG/,
  );
});
