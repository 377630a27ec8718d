import assert from "node:assert/strict";
import {
  baseLayout,
  COLORS,
  datasetColor,
  PALETTE,
  plainText,
  rangeAround,
} from "../../src/figures/theme.ts";
import { ICONS } from "../made/paper/records.ts";

type Triple = [number, number, number];

function linear(hex: string): Triple {
  return [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Triple;
}

function luminance(hex: string): number {
  const [r, g, b] = linear(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2 contrast. */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

/** Machado, Oliveira & Fernandes 2009, severity 1. */
const VISIONS: Record<string, Triple[]> = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [
    -0.01182,
    0.04294,
    0.968881,
  ]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [
    -0.003882,
    -0.048116,
    1.051998,
  ]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [
    0.004733,
    0.691367,
    0.3039,
  ]],
};

function lab(rgb: Triple): Triple {
  const [r, g, b] = rgb.map((value) => Math.max(0, value));
  const f = (t: number) => t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116;
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const seen = (hex: string, vision: Triple[]) =>
  lab(vision.map((row) => row.reduce((sum, weight, i) => sum + weight * linear(hex)[i], 0)) as Triple);

Deno.test("theme: every color reads on a light and on a dark page", () => {
  for (const background of ["#ffffff", "#111111"]) {
    for (const color of [...PALETTE, COLORS.paper, COLORS.chance]) {
      assert.ok(
        contrast(color, background) >= 3,
        `${color} on ${background}: ${contrast(color, background)}`,
      );
    }
    assert.ok(contrast(COLORS.text, background) >= 4, `text on ${background}`);
  }
});

Deno.test("theme: every two colors of the palette differ, whatever the color vision", () => {
  for (const [name, vision] of Object.entries(VISIONS)) {
    PALETTE.forEach((a, i) =>
      PALETTE.slice(i + 1).forEach((b) => {
        const [p, q] = [seen(a, vision), seen(b, vision)];
        const distance = Math.hypot(...p.map((value, at) => value - q[at]));
        assert.ok(distance >= 15, `${a} and ${b} with ${name} vision: ${distance}`);
      })
    );
  }
});

Deno.test("datasetColor: six icon libraries, six colors; an unknown dataset keeps its own", () => {
  assert.equal(new Set(ICONS.map(datasetColor)).size, 6);
  assert.equal(datasetColor("my holiday"), datasetColor("my holiday"));
  assert.ok((PALETTE as readonly string[]).includes(datasetColor("my holiday")));
});

Deno.test("plainText: nothing is left for plotly to take as a tag", () => {
  assert.equal(plainText("<b>&</b>"), "&lt;b&gt;&amp;&lt;/b&gt;");
});

Deno.test("theme: parts and splits of one source have colors of their own", () => {
  for (const name of ["cifar10", "tabler", "unknown"]) {
    const parts = Array.from({ length: 6 }, (_, k) => datasetColor(`${name}#${k + 1}/6`));
    assert.equal(new Set(parts).size, 6, name);
    assert.equal(new Set(["train", "test", "val"].map((split) => datasetColor(`${name}@${split}`))).size, 3);
  }
  assert.notEqual(datasetColor("cifar10@train#1/2"), datasetColor("cifar10@train#2/2"));
});

Deno.test("rangeAround: what is there, inside of 0 to 100%; all of it where nothing is", () => {
  assert.deepEqual(rangeAround([50, 70]), [46, 74]);
  assert.deepEqual(rangeAround([1, 99]), [0, 100]);
  assert.deepEqual(rangeAround([]), [0, 100]);
});

Deno.test("baseLayout: names beside the pointer are whole", () => {
  assert.equal((baseLayout("t").hoverlabel as { namelength: number }).namelength, -1);
});
