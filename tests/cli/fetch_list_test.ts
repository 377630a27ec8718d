import assert from "node:assert/strict";
import { fetchList } from "../../src/cli/fetch_list.ts";
import { photoSite } from "../made/fetch/photo_site.ts";

Deno.test("a fetch is followed on one line of a terminal, and reported with its failures by reason", async () => {
  await using site = await photoSite(30);
  const folder = await Deno.makeTempDir();
  try {
    const options = { folder, images: 8, network: { allowPrivateAddresses: true, retries: 0 } };
    const written = { live: "", plain: "" };
    const to = (live: boolean) => ({
      live,
      write: (text: string) => void (written[live ? "live" : "plain"] += text),
    });
    await fetchList("site", () => site.items, options, to(true));
    const [start, ...shown] = written.live.split("\r\x1b[K");
    const report = shown.pop()!;
    assert.equal(start, "");
    for (const line of shown) assert.match(line, /^site: \d+ of 8 images, [^\n]*$/);
    assert.match(report, /^site: 8 of 8 images from \d+ URLs .*\n( +\d+ +[\d.]+% +[a-z_0-9]+: .*\n)+$/);
    await fetchList("site", () => site.items, options, to(false));
    assert.equal(written.plain, report, "elsewhere a line each ten seconds, and the report");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
