import assert from "node:assert/strict";
import { NETWORK_DEFAULTS, STORAGE_DEFAULTS, withDefaults } from "../../src/fetch/settings.ts";

Deno.test("what is not given has its default; what is unknown is left out", () => {
  assert.deepEqual(withDefaults(STORAGE_DEFAULTS), STORAGE_DEFAULTS);
  assert.deepEqual(withDefaults(STORAGE_DEFAULTS, { quality: undefined }), STORAGE_DEFAULTS);
  const given = { perHost: 3, userAgent: "me/1", other: 7 };
  assert.deepEqual(withDefaults(NETWORK_DEFAULTS, given), {
    ...NETWORK_DEFAULTS,
    perHost: 3,
    userAgent: "me/1",
  });
});

Deno.test("a number out of its range is an error that names it", () => {
  for (const value of [0, -1, 1.5, NaN, Infinity]) {
    assert.throws(
      () => withDefaults(NETWORK_DEFAULTS, { concurrency: value }),
      /^Error: concurrency is .*1 or more/,
    );
  }
  assert.throws(() => withDefaults(STORAGE_DEFAULTS, { quality: 101 }), /quality is 101; .* 1 to 100/);
  assert.throws(() => withDefaults(NETWORK_DEFAULTS, { retries: -1 }), /retries is -1; .* 0 or more/);
  assert.equal(withDefaults(NETWORK_DEFAULTS, { retries: 0 }).retries, 0);
});

Deno.test("images are stored as the paper stores them", () => {
  assert.equal(STORAGE_DEFAULTS.shorterSide, 500);
});
