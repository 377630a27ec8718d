import assert from "node:assert/strict";
import fc from "fast-check";
import { coresIn, onPartOfCores, ownCores } from "../../src/cli/cores.ts";

Deno.test("a list of cores is read as Linux writes it", () => {
  assert.deepEqual(coresIn("\t0-3,8,10-11\n"), [0, 1, 2, 3, 8, 10, 11]);
  assert.deepEqual(coresIn("5"), [5]);
  assert.deepEqual(coresIn(""), []);
});

Deno.test("the parts of the cores hold each core once, and differ by one core at most", () => {
  const lists = fc.uniqueArray(fc.nat(200), { minLength: 2, maxLength: 64 });
  fc.assert(fc.property(lists, fc.integer({ min: 2, max: 8 }), (cores, of) => {
    const parts = Array.from({ length: of }, (_, part) => onPartOfCores(part, of, cores));
    if (cores.length < of || parts[0].length === 0) return assert.deepEqual(parts, parts.map(() => []));
    const held = parts.map(([, , list]) => coresIn(list));
    assert.deepEqual(held.flat(), cores);
    const sizes = held.map(({ length }) => length);
    assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
  }));
});

Deno.test("a process on its part of the cores sees that part alone", async () => {
  const [program, ...before] = onPartOfCores(1, 2);
  if (!program) return console.log("skipped: one core, or no taskset");
  const half = ownCores().slice(Math.floor(ownCores().length / 2));
  const text = `console.log(navigator.hardwareConcurrency)`;
  const { stdout } = await new Deno.Command(program, { args: [...before, Deno.execPath(), "eval", text] })
    .output();
  assert.equal(Number(new TextDecoder().decode(stdout)), half.length);
});
