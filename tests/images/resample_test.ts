import assert from "node:assert/strict";
import fc from "fast-check";
import { type Box, cropResize, type PackedImage, resizeAndCentreCrop } from "../../src/images/mod.ts";
import { resample } from "../../src/images/resample.ts";
import { random } from "../../src/stats/mod.ts";
import { assembled } from "../made/images/assembled.ts";
import reference from "../reference/pillow_resize.json" with { type: "json" };

type Filter = "bilinear" | "bicubic";

const KERNELS = {
  bilinear: { reach: 1, at: (x: number) => Math.max(0, 1 - x) },
  bicubic: {
    reach: 2,
    at: (x: number) => x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? -0.5 * (((x - 5) * x + 8) * x - 4) : 0,
  },
};

/** The inputs of output `i`, and their weights in 22 bits after the point. */
function taps(i: number, input: number, output: number, filter: Filter): [place: number, weight: bigint][] {
  const [scale, { reach, at }] = [input / output, KERNELS[filter]];
  const [wide, centre] = [Math.max(scale, 1), (i + 0.5) * scale];
  const from = Math.max(Math.trunc(centre - reach * wide + 0.5), 0);
  const to = Math.min(Math.trunc(centre + reach * wide + 0.5), input);
  const raw = Array.from({ length: to - from }, (_, k) => at(Math.abs((k + from - centre + 0.5) / wide)));
  const sum = raw.reduce((a, b) => a + b);
  return raw.map((value, k) => {
    const weight = value / sum * 2 ** 22;
    return [from + k, BigInt(Math.trunc(weight + (weight < 0 ? -0.5 : 0.5)))];
  });
}

/** Weighted sums of whole numbers of any size, rounded and cut off to 8 bits. */
function weighted(inputs: [place: number, weight: bigint][], value: (place: number) => number): number {
  const sum = inputs.reduce((total, [place, weight]) => total + weight * BigInt(value(place)), 1n << 21n);
  return Math.min(255, Math.max(0, Number(sum >> 22n)));
}

/** What `resample` promises, one value after another. */
function plainly(image: PackedImage, box: Box, width: number, height: number, window: Box, filter: Filter) {
  const { pixels, channels } = image;
  const rows = Array.from(
    { length: box.height },
    (_, y) =>
      Array.from({ length: window.width * channels }, (_, i) => {
        const c = i % channels;
        const place = (x: number) => ((box.top + y) * image.width + box.left + x) * channels + c;
        return weighted(
          taps(window.left + Math.floor(i / channels), box.width, width, filter),
          (x) => pixels[place(x)],
        );
      }),
  );
  return Uint8Array.from({ length: window.height * window.width * channels }, (_, o) => {
    const [y, i] = [Math.floor(o / (window.width * channels)), o % (window.width * channels)];
    return weighted(taps(window.top + y, box.height, height, filter), (row) => rows[row][i]);
  });
}

function noise(width: number, height: number, channels: number, seed: number): PackedImage {
  const stream = random(seed);
  // Only the ends of the range, where sums reach furthest beyond it, in every other image.
  const value = () => seed % 2 ? stream.below(256) : 255 * stream.below(2);
  return { pixels: Uint8Array.from({ length: width * height * channels }, value), width, height, channels };
}

function assertPlain(
  image: PackedImage,
  box: Box,
  width: number,
  height: number,
  window: Box,
  filter: Filter,
) {
  const length = window.width * window.height * image.channels;
  const room = new Uint8Array(length + 2).fill(7);
  const out = room.subarray(1, length + 1);
  resample(image, box, width, height, window, out, filter);
  assert.deepEqual(out, plainly(image, box, width, height, window, filter));
  assert.deepEqual([room.at(0), room.at(-1)], [7, 7], "only the result is written");
}

const part = (size: number) =>
  fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.integer({ min: 1, max: size })).map(([at, length]) =>
    [at, Math.min(length, size - at)] as const
  );

const side = fc.integer({ min: 1, max: 40 });

Deno.test("resampling gives the weighted sums, for any box, size, window, filter and number of channels", () => {
  const cases = fc.tuple(side, side, side, side).chain(([width, height, outWidth, outHeight]) =>
    fc.record({
      size: fc.constant({ width, height, outWidth, outHeight }),
      across: fc.tuple(part(width), part(outWidth)),
      down: fc.tuple(part(height), part(outHeight)),
      channels: fc.constantFrom(1, 3),
      filter: fc.constantFrom<Filter>("bilinear", "bicubic"),
      seed: fc.nat(),
    })
  );
  fc.assert(fc.property(cases, ({ size, across, down, channels, filter, seed }) => {
    const [box, window] = [0, 1].map((i) => ({
      left: across[i][0],
      width: across[i][1],
      top: down[i][0],
      height: down[i][1],
    }));
    const image = noise(size.width, size.height, channels, seed);
    assertPlain(image, box, size.outWidth, size.outHeight, window, filter);
  }));
});

Deno.test("so it does where an image is larger than what is copied at a time, and after larger ones", () => {
  for (const [width, height] of [[1500, 100], [60_000, 3], [30, 3000], [7, 5]]) {
    const box = { left: 0, top: 0, width, height };
    const window = { left: 0, top: 0, width: 5, height: 4 };
    for (const filter of ["bilinear", "bicubic"] as const) {
      assertPlain(noise(width, height, 3, height), box, 5, 4, window, filter);
    }
  }
});

Deno.test("resample.wasm is resample.wat, assembled", () => {
  const folder = new URL("../../src/images/", import.meta.url);
  const text = Deno.readTextFileSync(new URL("resample.wat", folder));
  assert.deepEqual(Deno.readFileSync(new URL("resample.wasm", folder)), assembled(text));
});

const bytes = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

Deno.test("resample equals Pillow's BILINEAR, to the last bit where Pillow goes horizontally first", () => {
  for (const { width, height, channels, box, outWidth, outHeight, pixels, expected } of reference.cases) {
    const out = new Uint8Array(outWidth * outHeight * channels);
    const whole = { left: 0, top: 0, width: outWidth, height: outHeight };
    resample({ pixels: bytes(pixels), height, width, channels }, box, outWidth, outHeight, whole, out);
    const verticalFirst = box.height > outHeight && box.height - outHeight > 2 * (box.width - outWidth);
    const worst = bytes(expected).reduce((most, value, i) => Math.max(most, Math.abs(value - out[i])), 0);
    assert.ok(
      worst <= (verticalFirst ? 1 : 0),
      `${width}x${height} to ${outWidth}x${outHeight}: off by ${worst}`,
    );
  }
});

Deno.test("a window of a resized image is that part of the whole", () => {
  const { width, height, channels, pixels } = reference.cases[3];
  const image = { pixels: bytes(pixels), height, width, channels };
  const box = { left: 0, top: 0, width, height };
  const [all, part] = [new Uint8Array(17 * 15 * 3), new Uint8Array(9 * 8 * 3)];
  resample(image, box, 17, 15, { left: 0, top: 0, width: 17, height: 15 }, all);
  resample(image, box, 17, 15, { left: 4, top: 6, width: 9, height: 8 }, part);
  for (let y = 0; y < 8; y++) {
    const row = ((y + 6) * 17 + 4) * 3;
    assert.deepEqual(part.slice(y * 27, (y + 1) * 27), all.slice(row, row + 27));
  }
});

Deno.test("inference resizes the shorter side to size / 0.875 and cuts the centre", () => {
  const pixels = Uint8Array.from({ length: 40 * 20 }, (_, i) => i % 40 < 20 ? 0 : 255); // left half black
  const out = new Uint8Array(14 * 14);
  resizeAndCentreCrop({ pixels, height: 20, width: 40, channels: 1 }, 14, out);
  for (let y = 0; y < 14; y++) {
    assert.equal(out[y * 14], 0);
    assert.equal(out[y * 14 + 13], 255);
    assert.equal(out[y * 14 + 6] + out[y * 14 + 7], 255); // the edge is in the middle
  }
});

Deno.test("inference equals torchvision's Resize and CenterCrop on Pillow, by either filter, to the last bit", () => {
  for (const { width, height, channels, size, pixels, expected } of reference.inference) {
    const image = { pixels: bytes(pixels), height, width, channels };
    for (const filter of ["bilinear", "bicubic"] as const) {
      const out = new Uint8Array(size * size * channels);
      resizeAndCentreCrop(image, size, out, filter);
      assert.deepEqual(out, bytes(expected[filter]), `${width}x${height} to ${size}, ${filter}`);
    }
    assert.notEqual(expected.bilinear, expected.bicubic);
  }
});

Deno.test("a crop that is the whole image at its own size changes nothing", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 75, maxLength: 75 }), (pixels) => {
    const out = new Uint8Array(75);
    const box = { left: 0, top: 0, width: 5, height: 5 };
    cropResize({ pixels, height: 5, width: 5, channels: 3 }, box, 5, out);
    assert.deepEqual(out, pixels);
  }));
});
