import assert from "node:assert/strict";
import fc from "fast-check";
import { Selection } from "~/fetch/fetch_folder.ts";

/** The result at each position: the hash of a file (few different ones, so that some come twice) or a failure. */
const outcomes = fc.array(fc.option(fc.nat(20), { nil: undefined }), { minLength: 1, maxLength: 60 });

/** The same in the plainest way. */
function plainly(all: (number | undefined)[]) {
  const first = (sha: number | undefined, i: number) => sha !== undefined && all.indexOf(sha) === i;
  return {
    chosen: all.filter(first).length,
    duplicates: all.keys().filter((i) => all[i] !== undefined && !first(all[i], i)).toArray(),
  };
}

Deno.test("what is chosen does not depend on the order in which downloads end, nor on when one looks", () => {
  fc.assert(
    fc.property(
      outcomes,
      fc.infiniteStream(fc.nat()),
      fc.infiniteStream(fc.boolean()),
      (all, order, look) => {
        const selection = new Selection();
        const duplicates: number[] = [];
        const left = [...all.keys()];
        while (left.length > 0) {
          const [position] = left.splice(order.next().value % left.length, 1);
          const sha = all[position];
          selection.add(position, sha === undefined ? { reason: "gone" } : { sha256: `${sha}` });
          if (look.next().value) duplicates.push(...selection.advance());
        }
        duplicates.push(...selection.advance());
        assert.deepEqual(
          { chosen: selection.chosen, duplicates: duplicates.toSorted((a, b) => a - b) },
          plainly(all),
        );
        assert.deepEqual([selection.next, selection.ended, selection.good], [
          all.length,
          all.length,
          selection.chosen,
        ]);
        const failures = all.filter((sha) => sha === undefined).length;
        assert.equal(
          (selection.failures.gone ?? 0) + (selection.failures.duplicate ?? 0) + selection.chosen,
          all.length,
        );
        assert.equal(selection.failures.gone ?? 0, failures);
      },
    ),
  );
});

Deno.test("nothing is chosen past what has not ended", () => {
  const selection = new Selection();
  selection.add(1, { sha256: "b" });
  selection.add(2, { reason: "gone" });
  selection.advance();
  assert.deepEqual([selection.chosen, selection.good, selection.next], [0, 1, 0]);
  selection.add(0, { sha256: "a" });
  selection.advance();
  assert.deepEqual([selection.chosen, selection.good, selection.next], [2, 2, 3]);
});
