import assert from "node:assert/strict";
import sharp from "sharp";
import { driveKernel } from "../made/notebook/kernel_driver.ts";

interface Output {
  output_type: string;
  data: Record<string, string & { data: { visible?: boolean }[]; claims: { verdict: string }[] }>;
}

interface Executed {
  replies: string[];
  outputs: Output[][];
}

const CELLS = [
  `import { claimsOf, exampleFigure, exampleImage, RUN_EVENTS } from "../tests/made/notebook/examples.ts";
   import { Displayable, gallery, live, show, showClaims, table } from "~/notebook/mod.ts";`,
  `show(exampleFigure(), "a < b is *not* clear.")`,
  `table([{ dataset: "<tabler>", images: 6268 }])`,
  `showClaims(claimsOf())`,
  `gallery("Samples", [{ label: "tabler", images: [exampleImage("a <b>")] }])`,
  `const answer = await live(async ({ onProgress }) => {
     for (const event of RUN_EVENTS) onProgress?.(event);
     return await Promise.resolve(42);
   });
   // Not the bare number: the kernel itself may lose what no Displayable holds (see src/notebook/kernel.ts).
   new Displayable(() => ({ "text/plain": String(answer) }))`,
];

Deno.test("in a real kernel: a figure, tables, a gallery and progress show as they should", async () => {
  const { replies, outputs } = await driveKernel<Executed>("run_cells.py", { cells: CELLS });
  assert.deepEqual(replies, CELLS.map(() => "ok"));
  const [, [figure, finding], [rows], [claims], [images], progress] = outputs;

  const members = Object.keys(figure.data).toSorted();
  assert.deepEqual(members, ["application/vnd.plotly.v1+json", "image/svg+xml", "text/plain"]);
  const traces = figure.data["application/vnd.plotly.v1+json"].data;
  assert.equal(traces.filter(({ visible }) => visible !== false).length, 3);
  assert.match(figure.data["image/svg+xml"], /^<svg [^>]*width="760"/);
  assert.match(figure.data["text/plain"], /tabler \+ phosphor \+ mdi/);

  assert.deepEqual([figure, finding].map(({ output_type }) => output_type), [
    "display_data",
    "execute_result",
  ]);
  assert.match(finding.data["text/html"], /Seen here:<\/b> a &lt; b is/);
  assert.match(finding.data["text/markdown"], /Seen here:\*\* a \\< b is \\\*not\\\* clear\.$/);
  assert.equal(finding.data["text/plain"], "Seen here: a < b is *not* clear.");

  assert.match(rows.data["text/html"], /&lt;tabler&gt;.*6268/);
  const collected = claims.data["application/vnd.name-that-dataset.claims+json"].claims;
  assert.equal(collected[0].verdict, "holds");
  assert.equal((await sharp(Uint8Array.fromBase64(images.data["image/png"])).metadata()).format, "png");

  assert.deepEqual(progress.map(({ output_type }) => output_type), ["display_data", "execute_result"]);
  assert.match(progress[0].data["text/html"], /done: 2 of 2 runs.*<img [^>]*"data:image\/svg\+xml/s);
  assert.equal(progress[1].data["text/plain"], "42");
});

Deno.test("in a real kernel: not one of many large outputs is lost", async () => {
  const cells = [
    `import { Displayable } from "~/notebook/mod.ts"; const large = "x".repeat(300_000);`,
    ...Array.from({ length: 60 }, (_, i) => `new Displayable(() => ({ "text/plain": "${i} " + large }))`),
  ];
  const { outputs } = await driveKernel<Executed>("run_cells.py", { cells });
  const lost = outputs.flatMap((outputs, cell) => cell > 0 && outputs.length !== 1 ? [cell] : []);
  assert.deepEqual(lost, []);
});

interface Interrupted {
  seconds: number;
  ename: string;
  evalue: string;
  after: string;
  alive: boolean;
}

Deno.test("in a real kernel: the stop button ends a long cell with AbortError, and those that wait, and keeps the kernel", async () => {
  const answer = await driveKernel<Interrupted>("interrupt_cell.py", {
    before:
      `import { Displayable, interruptible } from "~/notebook/mod.ts"; let kept = "still here"; let steps = 0;`,
    running: `await interruptible(async (signal) => {
      console.log("started");
      while (true) {
        signal.throwIfAborted();
        steps++;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });`,
    until: "started",
    // A cell that waited behind it: Deno's kernel goes on with it.
    after: `const waited = interruptible(() => Promise.resolve("began"));
      const said = [await waited.catch(({ message }) => message), kept, steps > 0].join(" ");
      new Displayable(() => ({ "text/plain": said }))`,
  });
  assert.equal(answer.ename, "AbortError");
  assert.match(answer.evalue, /What was done is kept/);
  assert.ok(answer.seconds < 2, `took ${answer.seconds} s`);
  assert.match(answer.after, /Interrupted with the cell before it.* still here true/);
  assert.ok(answer.alive);
});
