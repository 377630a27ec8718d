import { besideModule } from "~/disk/mod.ts";
import assert from "node:assert/strict";
import {
  startBatchWorkers,
  type StoredImages,
  trainingBatches,
  validationBatches,
} from "../../../src/data/mod.ts";
import { usualAhead, usualThreads } from "../../../src/data/batches/workers.ts";
import { someImages } from "../../../src/data/pool/index.ts";
import { joined } from "../../../src/data/pool/store.ts";
import { poolOnDisk } from "../../made/data/pool_on_disk.ts";

const pools = [poolOnDisk("grey", 20, 16, 1), poolOnDisk("colour", 30, 24, 3)];
const source = {
  pools,
  indices: [Int32Array.of(3, 5, 8), Int32Array.of(1, 2, 21, 29)],
  imageSize: 8,
  batchSize: 4,
  corruption: { name: "gaussian-noise", std: 0.1, seed: 3 } as const,
};
const training = {
  ...source,
  seed: 1,
  augmentation: {
    crop: "random-resized",
    scale: [0.08, 1],
    ratio: [3 / 4, 4 / 3],
    flip: 0.5,
    randAugment: "rand-m9-mstd0.5-inc1",
  } as const satisfies Parameters<typeof trainingBatches>[0]["augmentation"],
} as Parameters<typeof trainingBatches>[0];

Deno.test("batches are those that are made here, byte for byte, however many threads there are", async () => {
  const here = trainingBatches(training);
  for (
    const options of [
      { workers: 0 },
      { workers: 1 },
      { workers: 1, ahead: 1 },
      { workers: 3 },
      { workers: 2, ahead: 5 },
      { workers: 12 },
      { gpu: true },
      { gpu: true, workers: 12 },
    ]
  ) {
    using workers = startBatchWorkers(options);
    await workers.ready;
    const there = workers.training(training);
    assert.deepEqual([there.size, there.imageSize, there.batchSize], [7, 8, 4]);
    for (const step of [0, 1, 2, 3, 9, 10, 4]) assert.deepEqual(await there.batch(step), here.batch(step));
  }
});

Deno.test("a CPU keeps a core of its own and at most eight threads, a GPU three cores", () => {
  const threads = (gpu: boolean) => [1, 2, 3, 4, 8, 9, 16, 64].map((cores) => usualThreads(gpu, cores));
  assert.deepEqual(threads(false), [1, 1, 2, 3, 7, 8, 8, 8]);
  assert.deepEqual(threads(true), [1, 1, 1, 1, 5, 6, 13, 32]);
  for (const gpu of [false, true]) {
    using workers = startBatchWorkers({ gpu });
    assert.equal(workers.threads, usualThreads(gpu));
  }
});

Deno.test("beside a GPU no more batches wait than fit a quarter of the memory", () => {
  assert.equal(usualAhead(13, 0.15e6 * 256, 128e9), 14);
  assert.equal(usualAhead(13, 0.6e9, 16e9), 6);
  assert.equal(usualAhead(32, 0.6e9, 4e9), 2);
});

Deno.test("validation batches are those that are made here; they are made once", async () => {
  using workers = startBatchWorkers({ workers: 2 });
  const validation = workers.validation(source);
  const [first, second] = [
    await Array.fromAsync(validation.batches()),
    await Array.fromAsync(validation.batches()),
  ];
  assert.deepEqual(first, [...validationBatches(source).batches()]);
  first.forEach((batch, i) => assert.equal(second[i], batch));
});

Deno.test("batches of some images of a union are those that are made here", async () => {
  const union = joined([poolOnDisk("one", 20, 16, 1), poolOnDisk("two", 30, 16, 1)]);
  const places = Int32Array.of(2, 7, 19, 20, 33, 49);
  const some: StoredImages = {
    ...union,
    images: someImages(union.images, places),
    places,
    read: (index, into) => union.read(places[index], into),
  };
  assert.deepEqual(Array.from(some.images, ({ key }) => key), [
    ...["one/one/2", "one/one/7", "one/one/19", "two/two/0", "two/two/13", "two/two/29"],
  ]);
  const rest = { ...training, indices: [Int32Array.of(0, 2, 3, 5), Int32Array.of(1, 2, 4)] };
  const both = { ...rest, pools: [some, pools[0]] };
  using workers = startBatchWorkers({ workers: 2 });
  await workers.ready;
  const there = workers.training(both);
  for (const step of [0, 1, 5]) assert.deepEqual(await there.batch(step), trainingBatches(both).batch(step));
});

Deno.test("no more batches are asked for than are to be made ahead", async () => {
  const { Worker } = globalThis;
  const asked: number[] = [];
  globalThis.Worker = class extends Worker {
    override postMessage(order: { batch?: number } | string) {
      if (typeof order === "object" && order.batch !== undefined) asked.push(order.batch);
      super.postMessage(order);
    }
  };
  try {
    using workers = startBatchWorkers({ workers: 2, ahead: 3 });
    const there = workers.training(training);
    assert.deepEqual(there.batch(0), trainingBatches(training).batch(0));
    assert.deepEqual(asked, [], "the threads do not listen yet: the batch is made here");
    await workers.ready;
    await there.batch(0);
    assert.deepEqual(asked, [0, 1, 2]);
    await there.batch(1);
    await there.batch(2);
    assert.deepEqual(asked, [0, 1, 2, 3, 4]);
  } finally {
    globalThis.Worker = Worker;
  }
});

Deno.test("a pool that is damaged or gone is the error of the batch that needs it", async () => {
  const short = poolOnDisk("short", 30, 24, 3);
  const gone = poolOnDisk("gone", 30, 24, 3);
  using workers = startBatchWorkers({ workers: 2 });
  await workers.ready;
  const [damaged, missing, whole] = [short, gone, pools[1]].map((pool) =>
    workers.training({ ...training, pools: [pools[0], pool] })
  );
  Deno.truncateSync(`${short.folders[0]}/images.bin`, 1000);
  Deno.removeSync(`${gone.folders[0]}/images.bin`);
  await assert.rejects(async () => await damaged.batch(0), /images.bin ended early/);
  await assert.rejects(async () => await missing.batch(0), /No such file.*images.bin/);
  await assert.rejects(async () => await missing.batch(1), /No such file.*images.bin/);
  assert.deepEqual(await whole.batch(0), trainingBatches(training).batch(0));
});

Deno.test("ended threads refuse what they have not made, and what they are asked for later", async () => {
  const workers = startBatchWorkers({ workers: 1 });
  await workers.ready;
  const there = workers.training(training);
  const asked = there.batch(0);
  workers[Symbol.dispose]();
  await assert.rejects(async () => await asked, /have been ended/);
  await assert.rejects(async () => await there.batch(5), /have been ended/);
});

Deno.test("a thread whose program fails refuses with its reason; nothing hangs", async () => {
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    constructor() {
      super("data:text/javascript,throw new Error('no memory')", { type: "module" });
    }
  };
  try {
    using workers = startBatchWorkers({ workers: 1 });
    await assert.rejects(workers.ready, /has ended: .*no memory/);
    await assert.rejects(async () => await workers.training(training).batch(0), /has ended: .*no memory/);
  } finally {
    globalThis.Worker = Worker;
  }
});

Deno.test("what cannot be batched is said at once", () => {
  using workers = startBatchWorkers({ workers: 1 });
  assert.throws(() => workers.training({ ...training, imageSize: 0 }), /image size is 0/);
  assert.throws(() => workers.validation({ ...source, batchSize: 0 }), /batch size is 0/);
});

Deno.test("a thread loads nothing but the project's own modules and the runtime's", async () => {
  const program = besideModule(import.meta.url, "../../../src/data/batches/worker.ts");
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", program] }).output();
  interface Module {
    specifier: string;
    dependencies?: { specifier: string; code?: { specifier: string }; isDynamic?: boolean }[];
  }
  const modules: Module[] = JSON.parse(new TextDecoder().decode(stdout)).modules;
  const loaded = new Set<string>();
  const visit = (specifier: string) => {
    if (loaded.has(specifier)) return;
    loaded.add(specifier);
    const { dependencies = [] } = modules.find((module) => module.specifier === specifier) ?? {};
    for (const { code, isDynamic } of dependencies) if (code && !isDynamic) visit(code.specifier);
  };
  visit(new URL("../../../src/data/batches/worker.ts", import.meta.url).href);
  assert.ok([...loaded].some((specifier) => specifier.endsWith("/images/resample.ts")));
  assert.deepEqual([...loaded].filter((specifier) => !/^(file|node):/.test(specifier)), []);
});

Deno.test("of some of a folder's images, the threads read those; labels that are given go with them", async () => {
  const places = Int32Array.of(7, 2, 9, 28);
  const some: StoredImages = {
    ...pools[1],
    places,
    images: Array.from(places, (place) => pools[1].images.at(place)!),
    read: (index, into) => pools[1].read(places[index], into),
  };
  const indices = [Int32Array.of(3, 5), Int32Array.of(0, 3, 1)];
  const labels = [Int32Array.of(1, 0), Int32Array.of(0, 0, 1)];
  const parts = { ...training, pools: [pools[0], some], indices, labels };
  using workers = startBatchWorkers({ workers: 2 });
  await workers.ready;
  const there = workers.training(parts);
  for (const step of [0, 1, 2]) assert.deepEqual(await there.batch(step), trainingBatches(parts).batch(step));
});
