import assert from "node:assert/strict";
import fc from "fast-check";
import { expandBraces } from "~/data/files/places.ts";

const plain = fc.stringMatching(/^[a-z0-9/._-]{0,8}$/);

Deno.test("a range is each number in order, as wide as its first", () => {
  fc.assert(
    fc.property(plain, plain, fc.nat(2000), fc.nat(60), fc.nat(4), (before, after, first, more, zeros) => {
      const from = "0".repeat(zeros) + first;
      const names = expandBraces(`${before}{${from}..${first + more}}${after}`);
      const numbers = names.map((name) => name.slice(before.length, name.length - after.length));
      assert.deepEqual(numbers.map(Number), Array.from({ length: more + 1 }, (_, i) => first + i));
      assert.ok(
        numbers.every((number) => number === number.replace(/^0+(?=\d)/, "").padStart(from.length, "0")),
      );
      assert.ok(names.every((name) => name.startsWith(before) && name.endsWith(after)));
    }),
  );
});

Deno.test("words and several braces are combined, the last fastest; without braces a name is itself", () => {
  assert.deepEqual(expandBraces("{a,b}/{08..10}.tar"), [
    "a/08.tar",
    "a/09.tar",
    "a/10.tar",
    "b/08.tar",
    "b/09.tar",
    "b/10.tar",
  ]);
  fc.assert(fc.property(plain, (name) => assert.deepEqual(expandBraces(name), [name])));
});

Deno.test("any text is expanded or refused with a reason", () => {
  const text = fc.string({ unit: fc.constantFrom("{", "}", ".", ",", "0", "9", "a"), maxLength: 12 });
  fc.assert(fc.property(text, (pattern) => {
    try {
      assert.ok(expandBraces(pattern).length > 0);
    } catch (error) {
      assert.match((error as Error).message, /^".*" (has|stands for) .*; write a brace as/);
    }
  }));
  for (
    const [pattern, reason] of [
      ["a{000..", /without its partner/],
      ["{{0..1}}", /within another/],
      ["{5..1}", /from 5 down to 1/],
      ["{}", /neither a range .* nor words/],
      ["{0..9999999}", /more than 1000000/],
      ["{0..9999}{0..9999}", /stands for 100000000 files/],
    ] as const
  ) assert.throws(() => expandBraces(pattern), reason);
});
