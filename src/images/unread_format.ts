/** Brands of HEIF containers (ISO/IEC 23008-12) whose pictures are coded as HEVC, or that leave it open. */
const HEIC_BRANDS = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]);

/** Beginnings of other formats. */
const BEGINNINGS: [string, string][] = [
  ["II*\0", "TIFF"],
  ["MM\0*", "TIFF"],
  ["II+\0", "TIFF"],
  ["MM\0+", "TIFF"],
  ["\xff\x0a", "JPEG XL"],
  ["\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"],
  ["\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"],
  ["\xff\x4f\xff\x51", "JPEG 2000"],
];

/** The format of an image file that is an image all right, but of a format that is not read; undefined for any other file. */
export function unreadFormat(file: Uint8Array): string | undefined {
  const start = latin1(file, 0, 12);
  const [, known] = BEGINNINGS.find(([beginning]) => start.startsWith(beginning)) ?? [];
  if (known) return known;
  if (start.startsWith("BM") && start.slice(6, 10) === "\0\0\0\0") return "BMP";
  if (start.slice(4, 8) === "ftyp") return formatOfBrands(file);
  return isSvg(file) ? "SVG" : undefined;
}

/** Of a container with brands, as MP4 is too: the first says what it is, the others what it is as well. */
function formatOfBrands(file: Uint8Array): string | undefined {
  const length = Math.min(new DataView(file.buffer, file.byteOffset).getUint32(0), 128);
  const brands = [latin1(file, 8, 12), ...(latin1(file, 16, length).match(/[^]{4}/g) ?? [])];
  if (brands[0] === "avif" || brands[0] === "avis") return "AVIF";
  if (!HEIC_BRANDS.has(brands[0])) return undefined;
  return brands.includes("avif") ? "AVIF" : "HEIC";
}

function isSvg(file: Uint8Array): boolean {
  const text = new TextDecoder().decode(file.subarray(0, 200)).trimStart().toLowerCase();
  return text.startsWith("<svg") || (text.startsWith("<?xml") && text.includes("<svg"));
}

function latin1(file: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...file.subarray(from, to));
}
