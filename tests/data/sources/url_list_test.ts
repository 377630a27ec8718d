import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { type ListedUrl, listedUrls } from "../../../src/data/mod.ts";
import { cellText, plainCell } from "~/data/sources/cells.ts";
import { linesOf, RowTally } from "~/data/sources/url_list.ts";
import type { SourceOf } from "../../../src/data/sources/list.ts";
import { filesOnDisk } from "../../made/data/photo_files.ts";

type Lists = SourceOf<"urls">;

async function listed(
  files: Record<string, Uint8Array | string>,
  source: Omit<Lists, "type">,
  sampling?: { images: number; seed: number; candidates?: number },
): Promise<ListedUrl[]> {
  using folder = filesOnDisk(files);
  const manifest = { folder: folder.url, access: { kind: "open" } as const, sampling };
  return await Array.fromAsync(listedUrls(manifest, { type: "urls", ...source }));
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("lines are those of the text, however the bytes are cut", async () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", "水", "\t", "\n", "\r\n"), maxLength: 40 });
  await fc.assert(fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (text, size) => {
    const bytes = bytesOf(text);
    const blocks = Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, i) => bytes.slice(i * size, (i + 1) * size),
    );
    const expected = text.split(/\r?\n/);
    if (expected.at(-1) === "") expected.pop();
    assert.deepEqual(await Array.fromAsync(linesOf(ReadableStream.from(blocks))), expected);
  }));
});

Deno.test("a line without end is passed over without being kept", async () => {
  const blocks = function* () {
    yield bytesOf("first\n");
    for (let i = 0; i < 40; i++) yield new Uint8Array(1 << 16).fill(97);
    yield bytesOf("\nlast");
  };
  assert.deepEqual(await Array.fromAsync(linesOf(ReadableStream.from(blocks()))), ["first", "last"]);
});

Deno.test("TSV without a header, as CC12M: nothing is quoted, lines with other cells are passed over", async () => {
  const list =
    'https://a.org/1.jpg\tsaid "so\nhttp://a.org/2.jpg\ttwo\textra\n\nfile:///etc/passwd\tx\nhttp://a.org/3.jpg\t\r\n';
  assert.deepEqual(
    await listed({ "l.tsv": list }, {
      format: "tsv",
      files: "l.tsv",
      columns: ["url", "caption"],
      url: "url",
      keep: ["caption"],
    }),
    [
      { key: "https://a.org/1.jpg", url: "https://a.org/1.jpg", metadata: { caption: 'said "so' } },
      { key: "http://a.org/3.jpg", url: "http://a.org/3.jpg", metadata: { caption: "" } },
    ],
  );
});

Deno.test("any cells come back from CSV, quoted or not", async () => {
  const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "é", " "), maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 6 }), async (cells) => {
      const lines = cells.map((text, i) => `https://a.org/${i},"${text.replaceAll('"', '""')}"\n`);
      const found = await listed({ "l.csv": `\ufeffurl,text\n${lines.join("")}` }, {
        format: "csv",
        files: "l.csv",
        url: "url",
        keep: ["text"],
      });
      assert.deepEqual(found.map(({ metadata }) => metadata!.text), cells);
    }),
    { numRuns: 30 },
  );
});

Deno.test("JSON lines: rows by `where`, hashes, lines that are no JSON", async () => {
  const sha256 = "AB".repeat(32);
  const lines = [
    { link: "https://a.org/1", id: 7, hash: sha256, language: "en" },
    { link: "https://a.org/2", id: 8, hash: "no hash", language: "en" },
    { link: "https://a.org/3", id: 9, language: "de" },
    { id: 10, language: "en" },
  ].map((row) => JSON.stringify(row));
  const files = {
    "l-0.jsonl": lines.slice(0, 2).join("\n") + "\n{broken",
    "l-1.jsonl": lines.slice(2).join("\n") + "\n3\n",
  };
  const source = {
    format: "jsonl",
    files: "l-{0..1}.jsonl",
    url: "link",
    key: "id",
    sha256: "hash",
    where: { language: "en" },
  } as const;
  assert.deepEqual(await listed(files, source), [
    { key: "7", url: "https://a.org/1", sha256: sha256.toLowerCase() },
    { key: "8", url: "https://a.org/2" },
  ]);
});

Deno.test("JSON that is not an object a line is said to be that, however long, and how to make it so", async () => {
  const rows = Array.from({ length: 3 }, (_, i) => ({ url: `https://a.org/${i}.jpg`, text: `[{"${i}` }));
  const source = { format: "jsonl", files: "l.json", url: "url" } as const;
  const array = /l\.json is one JSON array, not JSON lines.*jq -c '\.\[\]'/;
  const faults: [string, RegExp][] = [
    [JSON.stringify(rows), array],
    [JSON.stringify(rows, null, 2), array],
    [`\n \ufeff${JSON.stringify(rows, null, "\t").replaceAll("\n", "\r\n")}`.trimStart(), array],
    [JSON.stringify(Array.from({ length: 40_000 }, () => rows[0])), array],
    [rows.map((row) => JSON.stringify(row, null, 2)).join("\n"), /JSON over several lines.*jq -c '\.'/],
  ];
  for (const [text, message] of faults) await assert.rejects(listed({ "l.json": text }, source), message);
  const lines = rows.map((row) => JSON.stringify(row));
  const kept = [`["no", "object"]`, lines[0], "[", "{", ...lines.slice(1)].join("\n");
  assert.equal((await listed({ "l.json": kept }, source)).length, 3);
});

Deno.test("Parquet lists: of a sample only some row groups are considered", async () => {
  const numbers = Array.from({ length: 40 }, (_, i) => i);
  const list = new Uint8Array(parquetWriteBuffer({
    columnData: [{ name: "url", data: numbers.map((i) => `https://a.org/${i}`), type: "STRING" }],
    rowGroupSize: 10,
  }));
  const source = { format: "parquet", files: "l.parquet", url: "url" } as const;
  assert.equal((await listed({ "l.parquet": list }, source)).length, 40);
  const some = await listed({ "l.parquet": list }, source, { images: 2, seed: 5, candidates: 20 });
  const tens = new Set(some.map(({ key }) => Math.floor(Number(key.split("/").at(-1)) / 10)));
  assert.deepEqual([some.length, tens.size], [20, 2]);
  assert.notDeepEqual(
    await listed({ "l.parquet": list }, source, { images: 2, seed: 6, candidates: 20 }),
    some,
  );
});

Deno.test("SQLite lists, as YFCC's: the rows of a table", async () => {
  using folder = filesOnDisk({});
  const path = `${folder.path}/l.sql`;
  using database = new DatabaseSync(path);
  database.exec(`CREATE TABLE photos (id INTEGER, downloadurl TEXT, marker INTEGER);
    INSERT INTO photos VALUES (5, 'http://a.org/5.jpg', 0), (6, 'http://a.org/6.mp4', 1)`);
  const source = {
    format: "sqlite",
    files: path,
    table: "photos",
    url: "downloadurl",
    key: "id",
    where: { marker: 0 },
  } as const;
  assert.deepEqual(await listed({}, source), [{ key: "5", url: "http://a.org/5.jpg" }]);
  await assert.rejects(
    listed({}, { ...source, table: 'no"table' }),
    /cannot be read as SQLite: there is no table "no"table/,
  );
});

Deno.test("a missing column is an error that names those there are", async () => {
  const source = { format: "tsv", files: "l.tsv", url: "address" } as const;
  await assert.rejects(
    listed({ "l.tsv": "url\tcaption\nhttp://a.org\tx\n" }, source),
    /l\.tsv has no column "address"; its columns are url, caption/,
  );
});

Deno.test("whole numbers above 2^53 stay what they are, in every format, as keys and as what is kept", async () => {
  const ids = ["9007199254740993", "-9007199254740993", "1", "9223372036854775807", "0"];
  const sqlite = (path: string) => {
    using database = new DatabaseSync(path);
    database.exec("CREATE TABLE posts (url TEXT, id INTEGER, note)");
    const insert = database.prepare("INSERT INTO posts VALUES (?, ?, ?)");
    ids.forEach((id, i) => insert.run(`https://a.org/${i}`, BigInt(id), Uint8Array.of(0xff, i)));
  };
  using folder = filesOnDisk({
    "l.jsonl": ids.map((id, i) => `{"url":"https://a.org/${i}","id":${id},"in":{"id":[${id}, 1.5]}}`).join(
      "\n",
    ),
    "l.parquet": new Uint8Array(parquetWriteBuffer({
      columnData: [
        { name: "url", data: ids.map((_, i) => `https://a.org/${i}`), type: "STRING" },
        { name: "id", data: ids.map(BigInt), type: "INT64" },
      ],
    })),
  });
  sqlite(`${folder.path}/l.sqlite`);
  const lists = async (format: "jsonl" | "parquet" | "sqlite", keep: string[]) =>
    await Array.fromAsync(listedUrls({ folder: folder.url, access: { kind: "open" } }, {
      type: "urls",
      format,
      files: `l.${format}`,
      ...(format === "sqlite" && { table: "posts" }),
      url: "url",
      key: "id",
      keep,
    }));
  const kept = ids.map((id) => Number.isSafeInteger(Number(id)) ? Number(id) : id);
  for (const format of ["jsonl", "parquet", "sqlite"] as const) {
    const found = await lists(format, ["id"]);
    assert.deepEqual(found.map(({ key }) => key), ids, format);
    assert.deepEqual(found.map(({ metadata }) => metadata!.id), kept, format);
    JSON.stringify(found); // as the fetch does
  }
  const nested = await lists("jsonl", ["in"]);
  assert.deepEqual(nested.map(({ metadata }) => metadata!.in), kept.map((id) => ({ id: [id, 1.5] })));
  const [first] = await lists("sqlite", ["note"]);
  assert.deepEqual(first.metadata!.note, { base64: "/wA=" });
});

Deno.test("cells: bytes, lists and structures become text and JSON without loss", () => {
  const value = { a: [1n, 2n ** 60n], b: Uint8Array.of(104, 105), c: BigInt64Array.of(5n), d: [{ e: NaN }] };
  assert.deepEqual(plainCell(value), { a: [1, `${2n ** 60n}`], b: "hi", c: [5], d: [{ e: "NaN" }] });
  assert.equal(JSON.stringify(plainCell(new Date(0))), '"1970-01-01T00:00:00.000Z"');
  assert.deepEqual([null, undefined, true, "x"].map(plainCell), [null, undefined, true, "x"]);
  const texts: [unknown, string][] = [[null, ""], [undefined, ""], [2n ** 60n, `${2n ** 60n}`], [
    [1n],
    "[1]",
  ]];
  for (const [cell, text] of texts) assert.equal(cellText(cell), text);
  assert.equal(cellText(bytesOf("é")), "é");
  assert.equal(cellText(Uint8Array.of(0xff, 1)), "ff01");
});

/** The addresses that a list gives, by their last letters, and what is told of the rest. */
async function toldOf(format: Lists["format"], file: Uint8Array | string, more: Partial<Lists> = {}) {
  using folder = filesOnDisk({ list: file });
  const tally = new RowTally();
  const source: Lists = { type: "urls", format, files: "list", url: "url", ...more };
  const manifest = { folder: folder.url, access: { kind: "open" } } as const;
  const rows = await Array.fromAsync(listedUrls(manifest, source, tally));
  return [rows.map(({ url }) => url.slice(-1)).join(""), tally.text()];
}

const rowsOf = (cells: string[], end = "\n") => cells.join(end) + end;

Deno.test("rows that are not read are counted by reason, and the columns named", async () => {
  const a = "https://a.org/";
  const tsv = rowsOf(["url\ttext", `${a}1\tx`, `${a}2\tx\ty`, "ftp://a.org/3\tx", "", `  ${a}4\tx`]);
  assert.deepEqual(await toldOf("tsv", tsv), [
    "14",
    "of 4 rows of the list 2 are not read: 1 with another number of cells than there are columns, " +
    "1 without an http(s) address; its columns are url, text",
  ]);
  const json = rowsOf([
    `{"url":"${a}1","x":NaN}`,
    `{"url":"${a}2","x":[-Infinity,"NaN\\""]}`,
    "{broken",
    "[1]",
    "7",
  ]);
  const [read, told] = await toldOf("jsonl", json, { keep: ["x"] });
  assert.deepEqual([read, /of 5 rows .* 3 are not read: 3 no JSON object/.test(told!)], ["12", true]);
  assert.deepEqual(await toldOf("tsv", rowsOf(["url", `${a}1`])), ["1", undefined]);
  const long = rowsOf(["url", `${a}1`, "x".repeat(3 << 20), `${a}2`]);
  assert.match((await toldOf("tsv", long))[1]!, /1 longer than any row/);
});

Deno.test("CSV: quotes within cells and long cells are read; a quote that is never closed is told", async () => {
  const a = "https://a.org/";
  const stray = [
    "url,text",
    `${a}1,a 5" pipe`,
    `${a}2,"she said "hi" to him"`,
    `${a}3,`,
    `${a}4`,
    `${a}5,a,b`,
  ];
  const [read, told] = await toldOf("csv", rowsOf([...stray, `${a}6,"never closed`, `${a}7,fine`]));
  assert.equal(read, "123");
  assert.match(told!, /2 with another number of cells.*1 with a quote that is not closed/);
  const long = rowsOf(["url,text", `${a}1,"${"x".repeat(3e6)}"`, `${a}2,b`]);
  assert.deepEqual(await toldOf("csv", long), ["12", undefined]);
  const endless = rowsOf(["url,text", `${a}1,a`, `${a}2,"${"x".repeat(20e6)}`, `${a}3,c`]);
  assert.match((await toldOf("csv", endless))[1]!, /of 2 rows .* 1 with a quote that is not closed/);
});

Deno.test("UTF-16 by its byte order mark and line ends of old Macs are read", async () => {
  const rows = ["url\ttext", "https://a.org/1\té", "https://a.org/2\t水"];
  const utf16 = (text: string, swap: boolean) => {
    const bytes = new Uint8Array(Uint16Array.from(`\ufeff${text}`, (letter) => letter.charCodeAt(0)).buffer);
    if (swap) { for (let i = 0; i < bytes.length; i += 2) bytes.subarray(i, i + 2).reverse(); }
    return bytes;
  };
  for (const file of [utf16(rowsOf(rows), false), utf16(rowsOf(rows, "\r\n"), true), rowsOf(rows, "\r")]) {
    assert.deepEqual(await toldOf("tsv", file), ["12", undefined]);
  }
  const withinCells = rowsOf(["url\ttext", "https://a.org/1\ta\rb", "https://a.org/2\tc"]);
  assert.deepEqual(await toldOf("tsv", withinCells), ["12", undefined]);
});

Deno.test("a list of which no row is read is an error that says why and names the columns", async () => {
  const a = "https://a.org/";
  await assert.rejects(
    toldOf("jsonl", rowsOf([`{"link":"${a}1"}`])),
    /no row has the column "url"; .* are link/,
  );
  await assert.rejects(
    toldOf("jsonl", rowsOf([`{"url":"${a}1"}`]), { sha256: "hash" }),
    /no row has .* "hash"/,
  );
  await assert.rejects(
    toldOf("jsonl", rowsOf(['["url"]', `{"url": "${a}1"`, "]"])),
    /lists no image: of 3 rows .* JSON/,
  );
  await assert.rejects(
    toldOf("tsv", rowsOf(["url", "x"])),
    /of 1 rows .* 1 without an http.*columns are url/,
  );
  await assert.rejects(
    toldOf("tsv", rowsOf(["url", `${a}1`]), { where: { url: "b" } }),
    /1 have other values/,
  );
  await assert.rejects(toldOf("tsv", "url\n"), /lists no image: it has 0 rows/);
});

Deno.test("an SQLite list without its table is an error that names those there are", async () => {
  using folder = filesOnDisk({});
  using database = new DatabaseSync(`${folder.path}/l.sqlite`);
  database.exec("CREATE TABLE photos (url TEXT); CREATE VIEW some AS SELECT * FROM photos");
  const rows = async (table?: string) =>
    await Array.fromAsync(listedUrls({ folder: folder.url, access: { kind: "open" } }, {
      type: "urls",
      format: "sqlite",
      files: "l.sqlite",
      url: "url",
      ...(table && { table }),
    }));
  await assert.rejects(rows(), /names no table; give one of photos, some in source\.table/);
  await assert.rejects(rows("images"), /no table "images"; give one of photos, some/);
  await assert.rejects(rows("Photos"), /lists no image: it has 0 rows/);
});
