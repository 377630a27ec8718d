import assert from "node:assert/strict";
import { type Access, openBytes, openRandomAccess } from "~/data/files/open.ts";
import { fileServer } from "../../made/data/file_server.ts";
import { environment } from "../../made/environment.ts";

const OPEN: Access = { kind: "open" };
const GATED: Access = { kind: "gated", token: "NTD_TEST_TOKEN", terms: "https://example.org/terms" };
const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 8)) % 251);

async function bytesOf(place: string, access = OPEN): Promise<Uint8Array> {
  const blocks = await Array.fromAsync(openBytes(place, access));
  return new Uint8Array(blocks.flatMap((block) => [...block]));
}

/** With the token of {@link GATED} set. */
async function withToken<T>(use: () => Promise<T>): Promise<T> {
  using _token = environment({ NTD_TEST_TOKEN: "hf_secret" });
  return await use();
}

Deno.test("a file comes whole; where the connection breaks, it goes on from there", async () => {
  let breaks = 2;
  await using server = fileServer({ "a.bin": content }, (request) => {
    const from = Number(/\d+/.exec(request.headers.get("range") ?? "0")![0]);
    if (breaks-- <= 0) return undefined;
    const half = content.slice(from, from + 100_000);
    const body = new ReadableStream({
      start: (stream) => {
        stream.enqueue(half);
        setTimeout(() => stream.error("the line is cut, as this test wants it"), 20);
      },
    });
    const headers = { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` };
    return new Response(body, { status: from ? 206 : 200, headers });
  });
  assert.deepEqual(await bytesOf(`${server.url}a.bin`), content);
  assert.deepEqual(server.asked.map(({ range }) => range), [null, "bytes=100000-", "bytes=200000-"]);
});

Deno.test("a busy server is asked again, a file that is not there is not", async () => {
  let busy = 2;
  await using server = fileServer({ "a.bin": content }, ({ url }) => {
    if (url.endsWith("none")) return undefined;
    return busy-- > 0 ? new Response(null, { status: busy ? 503 : 429 }) : undefined;
  });
  assert.deepEqual(await bytesOf(`${server.url}a.bin`), content);
  assert.equal(server.asked.length, 3);
  await assert.rejects(bytesOf(`${server.url}none`), /none answers 404; has the file been moved/);
  assert.equal(server.asked.length, 4);
});

Deno.test("parts are read by range requests; a server without them is refused", async () => {
  await using server = fileServer(
    { "a.bin": content },
    ({ url }) => url.endsWith("whole") ? new Response(content) : undefined,
  );
  using file = await openRandomAccess(`${server.url}a.bin`, OPEN);
  assert.equal(file.size, content.length);
  assert.deepEqual(await file.read(1000, 1300), content.slice(1000, 1300));
  assert.deepEqual(await file.read(7, 7), new Uint8Array());
  assert.equal(server.sent(), 301);
  await assert.rejects(openRandomAccess(`${server.url}whole`, OPEN), /gives out whole files only/);
});

Deno.test("the token goes to the manifest's host alone, and into no message", async () => {
  await using elsewhere = fileServer({ "a.bin": content });
  await using server = fileServer(
    { "here.bin": content },
    ({ url, headers }) => {
      if (headers.get("authorization") !== "Bearer hf_secret") return new Response(null, { status: 401 });
      return url.endsWith("moved") ? Response.redirect(`${elsewhere.url}a.bin`, 302) : undefined;
    },
  );
  await assert.rejects(
    bytesOf(`${server.url}here.bin`, GATED),
    /gated: accept its terms at https:\/\/example.org\/terms and put your token in the environment variable NTD_TEST_TOKEN/,
  );
  await withToken(async () => {
    assert.deepEqual(await bytesOf(`${server.url}here.bin`, GATED), content);
    assert.deepEqual(await bytesOf(`${server.url}moved`, GATED), content);
  });
  assert.deepEqual(elsewhere.asked.map(({ authorization }) => authorization), [null]);
  using _token = environment({ NTD_TEST_TOKEN: "hf_wrong_secret" });
  const error = await bytesOf(`${server.url}here.bin`, GATED).catch((error) => error);
  assert.match(
    error.message,
    /refused \(401\): accept the terms at .* with the account whose token is in NTD_TEST_TOKEN/,
  );
  assert.ok(!Deno.inspect(error).includes("secret"));
  await assert.rejects(bytesOf(`${server.url}here.bin`), /refused \(401\); has the dataset been gated/);
});

Deno.test("redirects lead to http and https alone, and not in circles", async () => {
  await using server = fileServer(
    {},
    ({ url }) =>
      new Response(null, {
        status: 302,
        headers: { location: url.endsWith("file") ? "file:///etc/passwd" : "/again" },
      }),
  );
  await assert.rejects(bytesOf(`${server.url}file`), /leads to file:, which is not followed/);
  await assert.rejects(bytesOf(`${server.url}again`), /redirected more than 5 times/);
});

Deno.test("a manifest may name a server at a private address; nothing else leads to one", async () => {
  await using server = fileServer({ "a.bin": content }, ({ url }) => {
    const { port, pathname } = new URL(url);
    return pathname === "/moved" ? Response.redirect(`http://localhost:${port}/a.bin`, 302) : undefined;
  });
  assert.deepEqual(await bytesOf(`${server.url}a.bin`), content);
  assert.deepEqual(await bytesOf(`${server.url.replace("127.0.0.1", "localhost")}moved`), content);
  const refused = /moved cannot be had: the host is at a private.* \(localhost is at (127\.0\.0\.1|::1)\)/;
  await assert.rejects(bytesOf(`${server.url}moved`), refused);
  await assert.rejects(openRandomAccess(`${server.url}moved`, OPEN), refused);
});

Deno.test("a server that goes on from elsewhere is not believed", async () => {
  let requests = 0;
  await using server = fileServer({ "a.bin": content }, () => {
    const start = requests++ === 0 ? 0 : 5;
    const headers = {
      "content-length": `${content.length - start}`,
      "content-range": `bytes ${start}-${content.length - 1}/${content.length}`,
    };
    const cut = new ReadableStream({
      start: (stream) => {
        stream.enqueue(content.slice(start, start + 1000));
        setTimeout(() => stream.error("the line is cut, as this test wants it"), 20);
      },
    });
    return new Response(cut, { status: start ? 206 : 200, headers });
  });
  await assert.rejects(
    bytesOf(`${server.url}a.bin`),
    /broke off after 1000 bytes, and its server does not go on from there/,
  );
});

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
}

Deno.test("a folder is no file", async () => {
  const folder = await Deno.makeTempDir();
  await assert.rejects(bytesOf(folder), /is a folder, not a file; correct the path in the manifest/);
  await Deno.remove(folder);
});

Deno.test("gzip is unpacked by its first bytes; damage and bombs are refused", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/a.tar.gz`;
  try {
    const packed = await gzip(content);
    await Deno.writeFile(path, new Uint8Array([...packed, ...packed])); // members follow one another in some files
    assert.deepEqual(await bytesOf(path), new Uint8Array([...content, ...content]));
    await Deno.writeFile(path, packed.subarray(0, packed.length - 20));
    await assert.rejects(bytesOf(path), /unexpected end|incomplete/i);
    await Deno.writeFile(path, await gzip(new Uint8Array(80 << 20)));
    const unpack = async () => {
      for await (const _ of openBytes(path, OPEN));
    };
    await assert.rejects(unpack(), /more than 200 times its size: a decompression bomb/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
