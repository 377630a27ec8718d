/** The part of a fetch that one of several machines does. */
import assert from "node:assert/strict";
import { type FetchPart, fetchPart, hostOf, outcomesOfPart, shareOf } from "../../src/fetch/mod.ts";
import { NETWORK_DEFAULTS, STORAGE_DEFAULTS } from "../../src/fetch/settings.ts";
import { answer, type HostileServer, hostileServer, image } from "../made/fetch/hostile_server.ts";
import { inFolder } from "../made/fetch/in_folder.ts";
import { photographJpeg } from "../made/fetch/made_up_photographs.ts";

const photo = await photographJpeg(1);
const SHARES = 2;
const shareOfServer = (server: HostileServer) => shareOf(hostOf(server.url("")), SHARES);

/** Servers in two shares: the ports are the system's. */
async function inTwoShares(script: Parameters<typeof hostileServer>[0]) {
  const servers = [await hostileServer(script)];
  while (servers.every((server) => shareOfServer(server) === shareOfServer(servers[0]))) {
    servers.push(await hostileServer(script));
  }
  return servers;
}

Deno.test("a host has one share, whatever the path and the protocol's usual port", () => {
  assert.equal(hostOf("http://a.test:80/x?y"), hostOf("http://a.test/z"));
  assert.notEqual(hostOf("http://a.test:8080/"), hostOf("http://a.test/"));
  assert.deepEqual([hostOf("nothing"), hostOf("file:///etc/passwd")], ["", ""]);
  const shares = Array.from({ length: 3000 }, (_, i) => shareOf(`host${i}.test`, 3));
  for (const share of [0, 1, 2]) {
    const count = shares.filter((one) => one === share).length;
    assert.ok(count > 900 && count < 1100, `${count} hosts of 3,000 in share ${share} of 3`);
  }
});

Deno.test("a part asks its own hosts alone, hands on what leads to others, and asks for nothing twice", async () => {
  const other = () => servers.at(-1)!;
  const servers: HostileServer[] = await inTwoShares((path) => ({
    "robots.txt": answer(404),
    "there": image(photo),
    "gone": answer(404),
    "moved": answer(302, { Location: other().url("there") }),
    "later": image(photo),
  }[path]));
  const own = servers[0];
  const open = (name: string, position: number, server = own) => ({
    position,
    key: name,
    url: server.url(name),
    redirects: 5,
  });
  const network = { ...NETWORK_DEFAULTS, allowPrivateAddresses: true };
  const part: FetchPart = {
    items: [open("there", 0), open("gone", 3), open("moved", 4)],
    share: shareOfServer(own),
    shares: SHARES,
    network,
    storage: STORAGE_DEFAULTS,
  };
  await inFolder(async (folder) => {
    assert.deepEqual(await fetchPart(folder, part), [{
      position: 4,
      key: "moved",
      url: other().url("there"),
      redirects: 4,
    }]);
    assert.deepEqual(other().asked, []);
    const outcomes = [...outcomesOfPart(folder)];
    assert.deepEqual(outcomes.map(({ position, failure }) => [position, failure?.reason]), [
      [0, undefined],
      [3, "gone"],
    ]);
    assert.ok(outcomes[0].image!.length > 0);

    const asked = own.asked.length;
    await fetchPart(folder, { ...part, items: [open("there", 0), open("gone", 3)] });
    assert.equal(own.asked.length, asked, "it goes on with what its journal has");
    await fetchPart(folder, { ...part, items: [open("there", 0), { ...open("later", 3), redirects: 0 }] });
    assert.deepEqual(own.asked.slice(asked), ["robots.txt", "later"]);
    assert.deepEqual(
      Array.from(outcomesOfPart(folder), ({ position, item }) => [position, item.key]),
      [[0, "there"], [3, "later"]],
      "what is of another part is forgotten",
    );
  });
  for (const server of servers) await server[Symbol.asyncDispose]();
});
