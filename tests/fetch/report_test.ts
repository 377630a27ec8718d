import assert from "node:assert/strict";
import { FAILURE_REASONS, fetchProgressText, fetchReportText, meaningOf } from "../../src/fetch/mod.ts";
import { mayPass } from "../../src/fetch/failure.ts";
import { isTransient } from "../../src/http/mod.ts";

const REPORT = {
  images: 60,
  wanted: 100,
  tried: 80,
  failures: { blocked: 5, gone: 15 },
  seed: 0,
  storage: {} as never,
  lastRun: {} as never,
};

Deno.test("a report tells how many, and the failures from the most frequent on", () => {
  const [headline, ...lines] = fetchReportText(REPORT).split("\n");
  assert.equal(headline, "60 of 100 images from 80 URLs (75.0% were good)");
  assert.deepEqual(lines.map((line) => line.trim().split(/\s+/).slice(0, 3)), [["15", "18.8%", "gone:"], [
    "5",
    "6.3%",
    "blocked:",
  ]]);
});

Deno.test("progress is one line", () => {
  const progress = {
    images: 1,
    wanted: 9,
    tried: 5,
    failures: { gone: 1, blocked: 3 },
    underWay: 4,
    imagesPerSecond: 0.25,
  };
  assert.equal(
    fetchProgressText({ ...progress, secondsLeft: 32 }),
    "1 of 9 images, 5 URLs tried (3 blocked, 1 gone), 4 under way, 0.3 images/s, 32 s left",
  );
  assert.equal(
    fetchProgressText({ ...progress, failures: {}, imagesPerSecond: 0 }),
    "1 of 9 images, 5 URLs tried, 4 under way, 0.0 images/s",
  );
  assert.match(fetchProgressText({ ...progress, secondsLeft: 3000 }), /50 min left$/);
  assert.match(fetchProgressText({ ...progress, secondsLeft: 9000 }), /2.5 h left$/);
});

Deno.test("every reason has a meaning of its own; what is tried again at once may pass", () => {
  assert.equal(new Set(FAILURE_REASONS.map(meaningOf)).size, FAILURE_REASONS.length);
  for (const reason of FAILURE_REASONS.filter(isTransient)) assert.ok(mayPass(reason), reason);
  assert.ok(mayPass("unknown_host") && !isTransient("unknown_host") && !mayPass("gone"));
});
