import assert from "node:assert/strict";
import fc from "fast-check";
import { type TarMember, tarMembers, type TarOptions } from "../../../src/data/files/tar_members.ts";
import { tarFile } from "../../made/data/photo_files.ts";

const everything: TarOptions = { wanted: () => true, largest: 1000 };

async function members(archive: Uint8Array, options = everything, block = 512): Promise<TarMember[]> {
  const blocks = Array.from(
    { length: Math.ceil(archive.length / block) },
    (_, i) => archive.slice(i * block, (i + 1) * block),
  );
  const found = await Array.fromAsync(tarMembers(ReadableStream.from(blocks), options));
  for (const member of found) {
    if (member.refused !== undefined) continue;
    const { bytes, offset } = member;
    assert.deepEqual(archive.slice(offset, offset + bytes.length), bytes);
  }
  return found;
}

/** Members without the places that have been compared. */
const withoutOffsets = (found: TarMember[]) =>
  found.map((member) => member.refused === undefined ? { name: member.name, bytes: member.bytes } : member);

Deno.test("members come out as they went in, however the bytes are cut, and only those that are wanted", async () => {
  const file = fc.record({
    name: fc.stringMatching(/^[a-z0-9][a-z0-9_/.-]{0,150}[a-z0-9]$/).filter((name) =>
      !/(^|\/)\.\.(\/|$)/.test(name)
    ),
    bytes: fc.uint8Array({ maxLength: 900 }),
  }, { noNullPrototype: true });
  await fc.assert(
    fc.asyncProperty(
      fc.array(file, { maxLength: 6 }),
      fc.integer({ min: 1, max: 3000 }),
      async (files, block) => {
        const archive = await tarFile(files);
        assert.deepEqual(withoutOffsets(await members(archive, everything, block)), files);
        const wanted = (name: string) => name.length % 2 === 0;
        assert.deepEqual(
          withoutOffsets(await members(archive, { wanted, largest: 1000 }, block)),
          files.filter(({ name }) => wanted(name)),
        );
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("what a sound archive does not hold is refused, each with its reason, and the rest goes on", async () => {
  const archive = await tarFile([
    { name: "../up.jpg", bytes: "x" },
    { name: "a/../../up.jpg", bytes: "x" },
    { name: "/etc/passwd", bytes: "x" },
    { name: "C:\\windows.jpg", bytes: "x" },
    { name: "soft.jpg", type: "symlink", linkname: "/etc/passwd" },
    { name: "hard.jpg", type: "link", linkname: "../x" },
    { name: "pipe.jpg", type: "fifo" },
    { name: "device.jpg", type: "character-device" },
    { name: "large.jpg", bytes: new Uint8Array(1001) },
    { name: "folder/", type: "directory" },
    { name: "a..b.jpg", bytes: "good" },
  ]);
  const found = await members(archive);
  assert.deepEqual(found.slice(0, -1).map((member) => member.refused!.replace(/;.*/, "")), [
    "its name leads out of the archive",
    "its name leads out of the archive",
    "its name is an absolute path",
    "its name is an absolute path",
    "it is a link to /etc/passwd",
    "it is a link to ../x",
    "it is not a file (fifo)",
    "it is not a file (character-device)",
    "it has 1001 bytes",
  ]);
  assert.deepEqual(withoutOffsets(found).at(-1), {
    name: "a..b.jpg",
    bytes: new TextEncoder().encode("good"),
  });
});

Deno.test("damage is an error after the members before it", async () => {
  const archive = await tarFile([{ name: "one.jpg", bytes: "1" }, {
    name: "two.jpg",
    bytes: new Uint8Array(900),
  }]);
  const collect = async (bytes: Uint8Array) => {
    const found: string[] = [];
    try {
      for await (const { name } of tarMembers(ReadableStream.from([bytes]), everything)) found.push(name);
    } catch (error) {
      return [...found, (error as Error).message];
    }
    return found;
  };
  assert.deepEqual(await collect(archive.subarray(0, 1700)), ["one.jpg", "Unexpected end of data"]);
  const spoilt = archive.slice();
  spoilt[1024] ^= 1; // the name of the second member
  const [first, fault] = await collect(spoilt);
  assert.deepEqual([first, /Invalid tar header/.test(fault)], ["one.jpg", true]);
  assert.match((await collect(new Uint8Array(600).fill(7)))[0], /Invalid tar header/);
});
