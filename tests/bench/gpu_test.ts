/** `deno task bench gpu` on the CPU, with the smallest networks: every part, and what happens when one fails. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { findCudaPyTorch, watchCard } from "~/bench/gpu/card.ts";
import { compare } from "../../src/bench/gpu/equality.ts";
import { benchGpu } from "../../src/bench/gpu.ts";
import { type GpuOptions, type GpuPlan, type GpuRow, PLAN } from "../../src/bench/gpu/plan.ts";
import { fastest, searchBatch } from "../../src/bench/gpu/speed.ts";
import type { Contestant } from "~/bench/contestants.ts";
import { startAnswering } from "~/bench/process.ts";

const IMAGE = 32, BATCH = 4;
const cnn = { model: "cnn_micro", image: IMAGE, precision: "float32" } as const;
const nobody = { model: "no_such_model", image: IMAGE, batch: BATCH };

const SMALL: GpuPlan = {
  ...PLAN,
  device: "CPU",
  precisions: ["bfloat16"],
  equality: [
    { model: "cnn_micro", image: IMAGE, batch: BATCH },
    nobody,
    { model: "mae_vit_micro", autoencoder: true, image: IMAGE, batch: BATCH },
  ],
  speed: cnn,
  otherSpeeds: [{ ...nobody, precision: "tf32" }],
  sizes: [2, 4],
  seconds: 0.02,
  determinism: [cnn],
  usualBatch: BATCH,
  input: { ...PLAN.input, ...cnn, photographs: 8, side: 48, warmUp: 0.1, seconds: 0.3 },
  growth: { subject: { model: "cnn_micro", image: IMAGE, batch: BATCH }, steps: [2, 4] },
  pytorch: false,
};

const bench = (options: GpuOptions, plan: Partial<GpuPlan> = {}) => benchGpu(options, { ...SMALL, ...plan });

const of = (rows: readonly GpuRow[], part: string) => rows.filter((row) => row.part === part);

/** Its children, and AbortSignal's timers, are the benchmark's own affair. */
const free = { sanitizeOps: false, sanitizeResources: false };

Deno.test("equality: the same numbers are equal, others are not, in every precision", () => {
  const gradient = Float32Array.from({ length: 100 }, (_, i) => Math.sin(i));
  const want = { losses: [1.1, 1, 0.9], gradient };
  const moved = (by: number) => gradient.map((value, i) => value + by * Math.cos(7 * i));
  for (const precision of PLAN.precisions) {
    assert.ok(compare(want, want, precision).equal, precision);
    assert.ok(!compare({ ...want, losses: [1.1, 1, 1.2] }, want, precision).equal, precision);
    assert.ok(!compare({ ...want, gradient: moved(1) }, want, precision).equal, precision);
    assert.ok(!compare({ ...want, gradient: gradient.map(() => NaN) }, want, precision).equal, precision);
    assert.ok(!compare({ ...want, losses: [1.1, NaN, 0.9] }, want, precision).equal, precision);
    assert.ok(!compare({ ...want, gradient: gradient.map((value) => -value) }, want, precision).equal);
    assert.ok(!compare({ ...want, gradient: gradient.slice(1) }, want, precision).equal, precision);
  }
  const slightly = { ...want, gradient: moved(0.02) };
  assert.deepEqual(PLAN.precisions.map((precision) => compare(slightly, want, precision).equal), [
    false,
    true,
    true,
  ]);
  assert.ok(Math.abs(compare(slightly, want, "tf32").gradient_distance - 0.02) < 1e-3);
});

Deno.test(
  "equality: a network that ends its process is a row with its error, the others are compared",
  free,
  async () => {
    const rows = await bench({ only: ["equality"] });
    const found = of(rows, "equality");
    assert.equal(found.length, 3);
    for (const row of found) {
      const isThere = row.model !== "no_such_model";
      assert.equal(row.equal, isThere, JSON.stringify(row));
      if (isThere) {
        assert.deepEqual([row.same_bits, row.loss_distance, row.gradient_distance], [true, 0, 0]);
        assert.equal((row.losses as number[]).length, 3);
      } else assert.match(`${row.error}`, /CPU: .*ended early \(exit code 1\): .*no_such_model/s);
    }
  },
);

Deno.test(
  "device, speed, determinism and growth are rows; a crash is one, too, and not the end",
  free,
  async () => {
    const rows = await bench({ only: ["device", "speed", "other_speeds", "determinism", "growth"] });
    assert.deepEqual(rows.map(({ part }) => part), [
      "device",
      "speed",
      "other_speeds",
      "determinism",
      "growth",
      "end",
    ]);
    const [device, speed, crashed, determinism, growth, end] = rows;
    assert.equal(device.device, "CPU");
    assert.ok([2, 4].includes(speed.batch as number));
    assert.ok((speed.images_per_second as number) > 0 && (speed.first_step_s as number) > 0);
    assert.equal((speed.tried as string[]).length, 2);
    assert.ok((speed.parameters as number) > 1000);
    assert.deepEqual([speed.error, speed.pytorch], [null, null]);
    assert.deepEqual([crashed.images_per_second, crashed.stopped], [null, "error"]);
    assert.match(`${crashed.error}`, /ended early \(exit code 1\)/);
    assert.ok((determinism.deterministic as number) > 0 && (determinism.free as number) > 0);
    assert.deepEqual([growth.few_steps, growth.many_steps], [2, 4]);
    assert.ok((growth.resident_mb_after_many as number) > 50);
    assert.deepEqual(end.left_out, []);
  },
);

Deno.test("input: the share of waiting, from pixels and from JPEG files", free, async () => {
  const rows = of(await bench({ only: ["input"], batch: BATCH }), "input");
  assert.deepEqual(rows.map(({ stored, batch }) => [stored, batch]), [["pixels", BATCH], ["jpeg", BATCH]]);
  for (const row of rows) {
    assert.ok((row.waiting as number) >= 0 && (row.waiting as number) <= 1, JSON.stringify(row));
    assert.ok((row.images_per_second as number) > 0 && (row.batch_threads as number) >= 1);
  }
});

Deno.test("when the time is over the rest is left out, and named", free, async () => {
  const rows = await bench({ only: ["determinism", "growth"], within: 20 }, { seconds: 1e9 })
    .catch((error: Error) => error);
  if (rows instanceof Error) return assert.match(rows.message, /engine ended early/); // a very slow machine
  assert.deepEqual(rows.at(-1)!.left_out, ["determinism: cnn_micro float32", "growth"]);
  assert.equal(rows.length, 1);
});

Deno.test("without a GPU it is an error that says why", free, async () => {
  if (existsSync("/dev/nvidia0")) return;
  await assert.rejects(bench({ only: ["device"] }, { device: "GPU" }), /No GPU is taken, .* on CPU: /);
});

/** A contestant whose rates are given, and which has no memory for larger batches. */
function contestant(rates: Record<number, number>): Contestant {
  let size = 0;
  return {
    version: "",
    parameters: 1,
    first_step: 0,
    resize: (batch) => {
      size = batch;
      return Promise.resolve(batch in rates ? { first_step: 1 } : { full: "out of memory" });
    },
    time: (_what, count) => Promise.resolve(count * size / rates[size]),
    product: () => Promise.resolve(1),
    memory: () => Promise.resolve({ megabytes: 1 }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

Deno.test("the batch size grows until it gains little or does not fit; then smaller ones are tried", async () => {
  const search = async (rates: Record<number, number>, sizes: number[], below: number[] = []) => {
    const found = await searchBatch(() => Promise.resolve(contestant(rates)), sizes, 0.01, below);
    return [found.stopped, found.tried.length, fastest(found)?.batch];
  };
  assert.deepEqual(await search({ 64: 100, 128: 150, 256: 151, 512: 900 }, [64, 128, 256, 512]), [
    "little gain",
    3,
    256,
  ]);
  assert.deepEqual(await search({ 64: 100, 128: 150 }, [64, 128, 256]), ["memory full", 2, 128]);
  assert.deepEqual(await search({ 64: 100, 128: 150 }, [64, 128]), ["largest size", 2, 128]);
  assert.deepEqual(await search({ 64: 100 }, [256, 512], [64, 128]), ["largest size", 1, 64]);
  assert.deepEqual(await search({}, [64]), ["memory full", 0, undefined]);
});

Deno.test("memory on the card is that beyond what was taken, and null without nvidia-smi", async () => {
  const grown = await (await watchCard())();
  assert.ok(existsSync("/dev/nvidia0") ? grown !== null : grown === null, `${grown}`);
});

Deno.test("a process that aborts is an error with its signal and its last words", free, async () => {
  const { ask, close } = startAnswering(["sh", "-c", "echo 'PTX too old' >&2; kill -ABRT $$"], "it", {
    quotes: true,
  });
  await assert.rejects(ask("go"), /it ended early \(SIGABRT\): PTX too old/);
  await close();
});

Deno.test(
  "PyTorch is taken where it computes on a card, and where there is none it is said",
  free,
  async () => {
    const { found, note } = await findCudaPyTorch();
    assert.ok(found ? found.device === "cuda" : /^No PyTorch beside it: .*NTD_PYTORCH/.test(note));
  },
);
