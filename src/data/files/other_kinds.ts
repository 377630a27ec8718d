/** Beginnings of files that are no archive or list that is read: what they are, and what to do. */
const OTHER_KINDS: [RegExp, string][] = [
  [/^\xfd7zXZ\0/, "it is packed by xz; unpack it (xz -d) and name the unpacked file in the manifest"],
  [/^BZh[1-9]/, "it is packed by bzip2; unpack it (bzip2 -d) and name the unpacked file in the manifest"],
  [
    /^\x28\xb5\x2f\xfd/,
    "it is packed by Zstandard; unpack it (zstd -d) and name the unpacked file in the manifest",
  ],
  [/^7z\xbc\xaf'/, "it is a 7z archive; unpack it and make a ZIP or tar archive of its files"],
  [/^Rar!/, "it is a RAR archive; unpack it and make a ZIP or tar archive of its files"],
  [
    /^version https:\/\/git-lfs/,
    "it is a pointer of Git LFS, not the file itself; obtain that with: git lfs pull",
  ],
  [
    /^\s*(<!doctype html|<html|<head|<body)/i,
    "it is an HTML page, as of a sign-in, not the file itself; download that and compare its size",
  ],
];

/** Beginnings of files that are read, where the manifest says so. */
const READ_KINDS: { kind: "tar" | "ZIP" | "Parquet" | "SQLite"; beginning: RegExp; field: string }[] = [
  { kind: "tar", beginning: /^[^]{257}ustar/, field: '"type": "webdataset"' },
  { kind: "ZIP", beginning: /^PK[^ -~]{2}/, field: '"type": "zip" for images in it; a list unpacked' },
  { kind: "Parquet", beginning: /^PAR1/, field: '"type": "parquet", or of a list "format": "parquet"' },
  { kind: "SQLite", beginning: /^SQLite format 3\0/, field: 'of a list "format": "sqlite"' },
];

/** Bytes of a file's beginning that tell its kind. */
export const BEGINNING = 262;

/**
 * What a file of another kind than is expected is by its first bytes, and what to do; undefined where nothing
 * is known.
 */
export function otherKind(first: Uint8Array, expected: "tar" | "ZIP" | "Parquet"): string | undefined {
  const text = String.fromCharCode(...first.subarray(0, BEGINNING));
  const read = READ_KINDS.find(({ kind, beginning }) => kind !== expected && beginning.test(text));
  if (read) return `it is a ${read.kind} file; give it in the manifest as ${read.field}`;
  return OTHER_KINDS.find(([beginning]) => beginning.test(text.slice(0, 64)))?.[1];
}
