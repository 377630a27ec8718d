import assert from "node:assert/strict";
import process from "node:process";
import { evidenceKinds } from "~/evidence/mod.ts";
import { openCv } from "~/evidence/opencv.ts";
import { startEngine } from "~/tensorflow/mod.ts";
import { picturesOf } from "../made/evidence/pictures.ts";

await startEngine();

Deno.test("OpenCV listens to nobody's errors", async () => {
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => process.listenerCount(event));
  using _ = await openCv();
  assert.deepEqual(events.map((event) => process.listenerCount(event)), before);
});

/** The place of what is next put into OpenCV's memory: it moves where something was left there. */
async function freePlace(): Promise<number> {
  using library = await openCv();
  return library.own(new library.cv.Mat(64, 64, library.cv.CV_8UC3)).data.byteOffset;
}

Deno.test("nothing is left in OpenCV's memory, by however many images and readers", async () => {
  const pictures = (await picturesOf("the contrast")).slice(0, 12);
  const places: Record<string, number>[] = [];
  for (let round = 0; round < 4; round++) {
    const after: Record<string, number> = {};
    for (const kind of evidenceKinds.filter(({ needs }) => needs === "image")) {
      using reader = await kind.prepare(pictures, 0);
      for (let i = 0; i < 2; i++) await reader.vectorsOf(pictures);
      reader[Symbol.dispose]();
      after[kind.name] = await freePlace();
    }
    places.push(after);
  }
  assert.deepEqual(places.slice(2), places.slice(2).map(() => places[1]));
});

Deno.test("the test of memory sees a matrix that is left behind", async () => {
  using library = await openCv();
  const before = await freePlace();
  library.own(new library.cv.Mat(64, 64, library.cv.CV_8UC3));
  assert.notEqual(await freePlace(), before);
});
