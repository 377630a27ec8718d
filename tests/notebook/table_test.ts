import assert from "node:assert/strict";
import fc from "fast-check";
import { showClaims, table } from "../../src/notebook/mod.ts";
import { claimsOf } from "../made/notebook/examples.ts";

const rows = [{ name: "tabler", images: 6268 }, { name: "a|b", images: 3 }];

Deno.test("table: HTML, Markdown and plain text, numbers to the right", async () => {
  const bundle = await table(rows).bundle();
  assert.deepEqual(Object.keys(bundle), ["text/html", "text/markdown", "text/plain"]);
  assert.equal(bundle["text/plain"], "name    images\ntabler    6268\na|b          3");
  assert.match(
    `${bundle["text/markdown"]}`,
    /^\| name \| images \|\n\| --- \| --: \|\n.*\n\| a\\\|b \| 3 \|$/,
  );
  assert.match(`${bundle["text/html"]}`, /<td style="text-align:right">6268<\/td>/);
});

Deno.test("table: columns chosen and computed", async () => {
  const columns = ["name", {
    title: "thousands",
    value: ({ images }: { images: number }) => images / 1000,
  }] as const;
  const bundle = await table(rows, columns).bundle();
  assert.match(`${bundle["text/plain"]}`, /^name +thousands\ntabler +6.268/);
  assert.equal((await table([], ["name"]).bundle())["text/plain"], "name");
});

Deno.test("table: one without rows and columns says so, where a cell would show nothing", async () => {
  const { "text/html": html, ...texts } = await table([]).bundle();
  assert.match(`${html}`, />No rows\.</);
  assert.deepEqual(Object.values(texts), ["No rows.", "No rows."]);
});

Deno.test("table: a long one is folded, and says how many rows it has", async () => {
  const rows = (count: number) => Array.from({ length: count }, (_, i) => ({ i }));
  const html = async (count: number) => `${(await table(rows(count)).bundle())["text/html"]}`;
  assert.match(await html(15), /^<table class="mathjax_ignore">/);
  assert.match(
    await html(16),
    /^<details><summary>Table of 16 rows<\/summary><table class="mathjax_ignore">.*<\/table><\/details>$/,
  );
});

Deno.test("table: no text becomes markup", async () => {
  await fc.assert(fc.asyncProperty(fc.string(), async (text) => {
    const bundle = await table([{ [`<${text}`]: `<script>${text}` }]).bundle();
    const html = `${bundle["text/html"]}`.replaceAll(
      /<\/?(table|thead|tbody|tr|th|td)( class="mathjax_ignore")?( style="[a-z:-]+")?>/g,
      "",
    );
    assert.doesNotMatch(html, /[<>]/);
    assert.doesNotMatch(`${bundle["text/markdown"]}`, /</);
  }));
});

Deno.test("showClaims: a table, and the claims for whoever collects them", async () => {
  const claims = claimsOf();
  const bundle = await showClaims(claims).bundle();
  assert.deepEqual(bundle["application/vnd.name-that-dataset.claims+json"], { claims });
  assert.match(`${bundle["text/plain"]}`, /✓ holds/);
  assert.deepEqual(JSON.parse(JSON.stringify(bundle)), bundle);
});
