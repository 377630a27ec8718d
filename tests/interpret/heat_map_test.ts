import assert from "node:assert/strict";
import { enlarge, heatMap, viridis } from "../../src/interpret/mod.ts";

/** CIE L* of an sRGB color, 0 to 100. */
function lightness(color: number[]): number {
  const linear = color.map((v) => v / 255).map((v) =>
    v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
  );
  const y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
}

Deno.test("viridis rises evenly in lightness from end to end", () => {
  const steps = Array.from({ length: 101 }, (_, i) => lightness(viridis(i / 100)));
  const rises = steps.slice(1).map((value, i) => value - steps[i]);
  assert.ok(
    rises.every((rise) => rise > 0.2 && rise < 1.4),
    `${Math.min(...rises)} to ${Math.max(...rises)}`,
  );
  assert.deepEqual([viridis(0), viridis(1)], [[68, 1, 84], [253, 231, 37]]);
  assert.deepEqual([viridis(-3), viridis(7)], [viridis(0), viridis(1)]);
});

Deno.test("a grid is enlarged between the centres of its cells, level beyond them", () => {
  const row = enlarge({ values: Float32Array.of(0, 1), height: 1, width: 2 }, 1, 8);
  assert.deepEqual([...row], [0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1]);
  const values = Float32Array.of(1, 2, 3, 4, 5, 6);
  assert.deepEqual(enlarge({ values, height: 2, width: 3 }, 2, 3), values);
  const flat = enlarge({ values: Float32Array.of(7), height: 1, width: 1 }, 3, 5);
  assert.ok(flat.length === 15 && flat.every((v) => v === 7));
});

const grey = { pixels: new Uint8Array(6).fill(100), height: 2, width: 3, channels: 1 };

Deno.test("a heat map is as large as its image, in the range that is given", () => {
  const grid = { values: Float32Array.of(0, 0.5, 1), height: 1, width: 3 };
  const drawn = heatMap(grey, grid, { opacity: 1 });
  assert.deepEqual([drawn.width, drawn.height, drawn.channels, drawn.pixels.length], [3, 2, 3, 18]);
  assert.deepEqual([...drawn.pixels.slice(0, 9)], [...viridis(0), ...viridis(0.5), ...viridis(1)]);
  const wide = heatMap(grey, grid, { opacity: 1, range: [0, 2] });
  assert.deepEqual([...wide.pixels.slice(6, 9)], viridis(0.5));
});

Deno.test("at opacity 0 the image is left, in grey", () => {
  const grid = { values: Float32Array.of(3), height: 1, width: 1 };
  assert.ok(heatMap(grey, grid, { opacity: 0 }).pixels.every((v) => v === 100));
  const red = { pixels: Uint8Array.of(255, 0, 0), height: 1, width: 1, channels: 3 };
  assert.deepEqual([...heatMap(red, grid, { opacity: 0 }).pixels], [76, 76, 76]);
  assert.deepEqual([...heatMap(red, grid, { opacity: 1 }).pixels], viridis(0), "a level grid is cold");
});

Deno.test("grids that are not full, and other opacities, are refused", () => {
  const grid = { values: new Float32Array(3), height: 2, width: 2 };
  assert.throws(() => heatMap(grey, grid), /3 values don't fill a grid of 2 x 2/);
  assert.throws(
    () => heatMap(grey, { ...grid, values: new Float32Array(4) }, { opacity: 2 }),
    /opacity is 2/,
  );
});
