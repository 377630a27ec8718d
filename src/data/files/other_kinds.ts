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

/** What a file of another kind is by its first bytes, and what to do; undefined where nothing is known. */
export function otherKind(first: Uint8Array): string | undefined {
  const text = String.fromCharCode(...first.subarray(0, 64));
  return OTHER_KINDS.find(([beginning]) => beginning.test(text))?.[1];
}
