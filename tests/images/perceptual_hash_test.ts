import assert from "node:assert/strict";
import { perceptualHash, rasterize, squareSvg } from "../../src/images/mod.ts";

const WHOLE = { left: 0, top: 0, width: 24, height: 24 };

async function hashOf(body: string, channels: 1 | 3 = 1) {
  const pixels = await rasterize(squareSvg(body, WHOLE, 64), 64, channels, "#ffffff");
  return perceptualHash({ pixels, height: 64, width: 64, channels });
}

Deno.test("the hash has 512 bits and does not depend on the number of channels", async () => {
  const hash = await hashOf('<circle cx="12" cy="12" r="9"/>');
  assert.match(hash, /^[0-9a-f]{128}$/);
  assert.equal(await hashOf('<circle cx="12" cy="12" r="9"/>', 3), hash);
});

Deno.test("imperceptible changes keep the hash", async () => {
  const black = await hashOf('<path d="M3 4h9v13H3z"/>');
  assert.equal(await hashOf('<path fill="#0a0a0a" d="M3 4h9v13H3z"/>'), black);
});

Deno.test("signs that differ in their middle or in one direction only have other hashes", async () => {
  const ring = '<circle cx="12" cy="12" r="9" fill="none" stroke="#000"/>';
  const signs = ["M12 8v8", "M8 12h8", "M9 9l6 6", "M8 12h8M12 8v8"].map((d) =>
    `${ring}<path d="${d}" stroke="#000"/>`
  );
  const lines = ["M4 6h16M4 12h16M4 18h16", "M4 8h16M4 16h16", "M4 12h16"].map((d) =>
    `<path d="${d}" stroke="#000"/>`
  );
  const hashes = await Promise.all([...signs, ...lines].map((body) => hashOf(body)));
  assert.equal(new Set(hashes).size, hashes.length);
});
