/** An audit as one HTML page: no script, nothing from the network. */
import type { Sharp } from "sharp";
import { printable, sampleOriginals } from "../data/mod.ts";
import {
  type AuditPair,
  type AuditRecord,
  exemplarRows,
  imageKey,
  type ImageName,
} from "../experiments/mod.ts";
import { fromImage, loadSharpForDrawings } from "../images/mod.ts";
import { heatMap } from "../interpret/mod.ts";
import { escapeMarkup } from "../notebook/mod.ts";
import { evidenceChart } from "./chart.ts";
import { auditText, pairTitle } from "./text.ts";

type Result = AuditRecord["result"];
type TextSection = ReturnType<typeof auditText>[number];

/** Pictures a row and on the map, pairs of images in both, and pairs of datasets that are shown. */
const EACH = 8, ON_MAP = 60, TWINS = 12, PAIRS = 6;

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 60rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.2; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.verdict { border-left: .4rem solid; padding: .2rem 1rem; }
.verdict p:first-of-type { font-size: 1.1rem; }
.wide { overflow-x: auto; }
.wide:focus-visible, .pictured:focus-visible { outline: 3px solid #0072B2; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .6rem .25rem 0; text-align: left; vertical-align: top; overflow-wrap: normal; }
td { white-space: nowrap; }
svg { max-width: 100%; height: auto; }
.map .pictured image { visibility: hidden; }
.map .pictured:hover image, .map .pictured:focus image { visibility: visible; }
.row { display: flex; flex-wrap: wrap; gap: .5rem; margin: .3rem 0 1rem; padding: 0; list-style: none; }
.row li { width: 104px; font-size: .7rem; line-height: 1.2; background: var(--soft); padding: 4px; }
.row img { display: block; max-width: 100%; margin: 0 auto 2px; }
.twins li { width: 236px; }
.twins img { display: inline-block; max-width: 48%; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 50%; }
@media (max-width: 30rem) { body { padding: .6rem; font-size: 15px; } .row li { width: 82px; } .twins li { width: 172px; } }
@media print { body { max-width: none; font-size: 11pt; } h2 { break-after: avoid; } .row li, tr, svg { break-inside: avoid; } .wide { overflow: visible; } table { font-size: 8pt; } td { white-space: normal; overflow-wrap: anywhere; } }
`;

/** The page of an audit; its pictures are read from where the images are. */
export async function auditPage(record: AuditRecord, again?: AuditRecord): Promise<string> {
  const { result } = record;
  const shown = result.pairs.filter(({ scores }) => scores.length > 0).slice(0, PAIRS);
  const pictures = await picturesOf(record, wantedPictures(shown, record), shown);
  const title = `Audit of ${result.datasets.map((dataset) => printable(dataset.title)).join(", ")}`;
  const [verdict, ...rest] = auditText(record, again);
  const parts = [
    `<h1>${escapeMarkup(title)}</h1>`,
    `<section class="verdict" style="border-color:${verdictColor(result)}">${paragraphs(verdict)}</section>`,
    ...shown.map((pair) => figure(evidenceChart(pair, `Pairs named rightly: ${pairTitle(pair, result)}`))),
    ...shown.map((pair) => exemplarSection(pair, result, pictures)),
    ...(shown.length > 0 ? [mapSection(record, pictures)] : []),
    ...rest.map(section),
    ...result.pairs.slice(0, PAIRS).map((pair) => twinPictures(pair, result, pictures)),
    `<footer><p>Record <code>${record.hash}</code>, ${escapeMarkup(result.engine)}, finished ${
      escapeMarkup(result.finishedAt)
    }.</p></footer>`,
  ];
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">` +
    `<title>${escapeMarkup(title)}</title><style>${STYLE}</style></head>\n<body><main>\n${
      parts.filter((part) => part !== "").join("\n")
    }\n</main></body></html>\n`;
}

/** Orange where folders differ, green where none do, grey where some have too few images to tell. */
function verdictColor({ pairs }: Result): string {
  const has = (verdict: AuditPair["verdict"]) => pairs.some((pair) => pair.verdict === verdict);
  return has("told apart") ? "#D55E00" : has("too few to tell") ? "#767676" : "#009E73";
}

function wantedPictures(pairs: readonly AuditPair[], { result }: AuditRecord): ImageName[] {
  return [
    ...pairs.flatMap((pair) => exemplarRows(pair, result, EACH).flatMap(({ images }) => images)),
    ...result.pairs.slice(0, PAIRS).flatMap(({ datasets, twins }) =>
      twins.first.slice(0, TWINS).flatMap(({ names }) =>
        names.map((name, i) => ({ dataset: datasets[i], name }))
      )
    ),
    ...picturedOn(result, ON_MAP),
  ];
}

function section({ heading, ...rest }: TextSection): string {
  return `<section><h2>${escapeMarkup(heading)}</h2>${paragraphs(rest)}</section>`;
}

function paragraphs({ texts, table }: Omit<TextSection, "heading">): string {
  return texts.map((text) => `<p>${escapeMarkup(text)}</p>`).join("") + (table ? tableMarkup(table) : "");
}

/** A table that is wider than the page is scrolled, by keyboard too. */
function tableMarkup({ header, rows }: NonNullable<TextSection["table"]>): string {
  const cells = (row: readonly string[], tag: string) =>
    `<tr>${row.map((cell) => `<${tag}>${escapeMarkup(cell)}</${tag}>`).join("")}</tr>`;
  return `<div class="wide" tabindex="0" role="region" aria-label="table"><table><thead>${
    cells(header, "th")
  }</thead>` +
    `<tbody>${rows.map((row) => cells(row, "td")).join("")}</tbody></table></div>`;
}

const figure = (svg: string) => `<figure class="wide" style="margin:1rem 0">${svg}</figure>`;

const key = (dataset: number) => `<span class="key" style="background:${colorOf(dataset)}"></span>`;

/** What the maps of what the classifier looks at are, where there are any. */
const LOOKED_AT =
  "The second picture of some shows what the classifier looks at on the centred square. Where it is yellow, the answer " +
  "falls most when that place is covered with the picture's mean colour: that is what the answer rests on, for " +
  "the folder that the image is taken for. Where it is violet, covering changes nothing, or makes the answer " +
  "surer. Colours are of one scale on all of these. The classifier has not seen the image that it is asked about.";

function exemplarSection(pair: AuditPair, result: AuditRecord["result"], pictures: Pictures): string {
  const rows = exemplarRows(pair, result, EACH).map(({ dataset, kind, images }) => {
    const title = escapeMarkup(printable(result.datasets[dataset].title));
    const heading = kind === "typical" ? `most typical of ${title}` : `of ${title}, most like the other`;
    const items = images.map((image) => {
      const url = pictures.lookedAt(pair, image);
      const map = url ? `<img src="${url}" alt="what the classifier looks at" loading="lazy">` : "";
      return `<li>${imageMarkup(image, pictures)}${map}${escapeMarkup(printable(image.name))}</li>`;
    });
    return `<h3>${key(dataset)} ${heading}</h3><ul class="row">${items.join("")}</ul>`;
  });
  const how = pair.lookedAt ? `<p>${LOOKED_AT}</p>` : "";
  return `<section><h2>${escapeMarkup(`Images of ${pairTitle(pair, result)}`)}</h2>${how}${
    rows.join("")
  }</section>`;
}

function imageMarkup(image: ImageName, pictures: Pictures): string {
  const url = pictures.of(image);
  return url ? `<img src="${url}" alt="${escapeMarkup(printable(image.name))}" loading="lazy">` : "";
}

function mapSection({ result }: AuditRecord, pictures: Pictures): string {
  const keys = result.datasets.map(({ title }, d) => `${key(d)} ${escapeMarkup(printable(title))}`).join(
    " &nbsp; ",
  );
  return `<section><h2>Map of the images</h2><p>${keys}</p><p>By the two principal components of the headline's ` +
    `evidence. A ringed point shows its picture under the pointer, or in focus.</p>${
      figure(featureMap(result, pictures))
    }</section>`;
}

function twinPictures(pair: AuditPair, result: Result, pictures: Pictures): string {
  const { datasets, twins } = pair;
  if (twins.count === 0) return "";
  const items = twins.first.slice(0, TWINS).map(({ names }) => {
    const both = names.map((name, i) => ({ dataset: datasets[i], name }));
    const text = names.map((name) => escapeMarkup(printable(name))).join("<br>");
    return `<li>${both.map((image) => imageMarkup(image, pictures)).join(" ")}<br>${text}</li>`;
  });
  const heading = escapeMarkup(`Pictures that are in both ${pairTitle(pair, result)}`);
  return `<section><h2>${heading}</h2><ul class="row twins">${items.join("")}</ul></section>`;
}

/** Colours of datasets that can be told apart by most eyes (Okabe & Ito 2008). */
const PALETTE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];

/** The colour of a dataset by its place. */
const colorOf = (dataset: number) => PALETTE[dataset % PALETTE.length];

/** Side of the map and of pictures on it, px; points that are drawn. */
const MAP = { side: 640, picture: 110, points: 1500 };

/** The points of a map that have pictures, spread over all images. */
function picturedOn({ images }: Result, count: number): ImageName[] {
  const step = Math.max(1, images.length / count);
  return Array.from({ length: Math.min(count, images.length) }, (_, i) => images[Math.floor(i * step)]);
}

/**
 * All images by the headline's two principal components. Points with pictures show them under the pointer or
 * in focus.
 */
function featureMap(result: Result, pictures: Pictures): string {
  const { images, datasets } = result;
  const { side, picture, points } = MAP;
  const spans = [0, 1].map((c) => {
    const values = images.map(({ at }) => at[c]).sort((a, b) => a - b);
    const [low, high] = [0.005, 0.995].map((q) => values[Math.floor(q * (values.length - 1))]);
    return { low, span: high - low || 1 };
  });
  const place = (value: number, c: number) =>
    Math.max(8, Math.min(side - 8, 8 + (side - 16) * (value - spans[c].low) / spans[c].span)).toFixed(1);
  const step = Math.max(1, Math.ceil(images.length / points));
  const plain: string[] = [], pictured: string[] = [];
  images.forEach((image, i) => {
    const [x, y] = image.at.map(place);
    const url = pictures.of(image);
    if (!url && i % step > 0) return;
    const name = escapeMarkup(printable(`${datasets[image.dataset].title}: ${image.name}`));
    const title = `<title>${name}</title>`;
    const circle = `<circle cx="${x}" cy="${y}" r="${url ? 6 : 3}" fill="${colorOf(image.dataset)}"${
      url ? ' stroke="#000000"' : ""
    }>${title}</circle>`;
    if (!url) {
      plain.push(circle);
      return;
    }
    const [left, top] = [Number(x), Number(y)].map((at) => Math.min(at + 8, side - picture));
    pictured.push(
      `<g class="pictured" tabindex="0" role="img" aria-label="${name}">${circle}` +
        `<image href="${url}" x="${left}" y="${top}" width="${picture}" height="${picture}"/></g>`,
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" role="group" class="map">` +
    `<title>Map of the images</title><rect width="${side}" height="${side}" fill="#ffffff" stroke="#cccccc"/>` +
    `<g fill-opacity="0.6">${plain.join("")}</g>${pictured.join("")}</svg>`;
}

/** Data URLs; undefined for what has no picture. */
interface Pictures {
  of(image: ImageName): string | undefined;
  /** What the classifier of a pair looks at, over the centred square of an image. */
  lookedAt(pair: AuditPair, image: ImageName): string | undefined;
}

/** Longer side, px, and quality of the pictures. */
const PICTURE_SIDE = 110, QUALITY = 70;

/**
 * Data URLs of some images. Where an image cannot be read any more it has none, and where a whole dataset has
 * changed, none of its images has.
 *
 * @param pairs those whose maps of what is looked at are wanted
 */
async function picturesOf(
  { experiment }: Pick<AuditRecord, "experiment">,
  wanted: readonly ImageName[],
  pairs: readonly AuditPair[],
): Promise<Pictures> {
  const { datasets, imagesPerDataset: most, seed } = experiment;
  const [urls, maps] = [new Map<string, string>(), new Map<string, string>()];
  const names = new Set(wanted.map(imageKey));
  const mapName = (pair: AuditPair, image: ImageName) => `${pair.datasets.join()}/${imageKey(image)}`;
  for (const [dataset, reference] of datasets.entries()) {
    try {
      const { images } = await sampleOriginals(reference, { most, seed });
      for await (const original of images()) {
        const image = { dataset, name: original.name };
        if (!names.has(imageKey(image))) continue;
        const file = await original.file();
        urls.set(imageKey(image), await picture(file));
        for (const pair of pairs) {
          const found = pair.lookedAt?.find((one) => imageKey(one) === imageKey(image));
          if (found) maps.set(mapName(pair, image), await mapPicture(file, found.falls, scaleOf(pair)));
        }
      }
    } catch {
      continue; // what is not there any more has no picture
    }
  }
  return {
    of: (image) => urls.get(imageKey(image)),
    lookedAt: (pair, image) => maps.get(mapName(pair, image)),
  };
}

/** An image as pictures show it: upright, small, on white. */
function reduced(image: Sharp, fit: "inside" | "cover"): Sharp {
  return image.autoOrient().resize(PICTURE_SIDE, PICTURE_SIDE, { fit }).flatten({ background: "#ffffff" })
    .toColourspace("srgb");
}

async function picture(file: Uint8Array): Promise<string> {
  const small = await fromImage(
    file,
    (image) => reduced(image, "inside").webp({ quality: QUALITY }).toBuffer(),
  );
  return dataUrl(small);
}

/** From no fall to the greatest of all maps of a pair. */
function scaleOf({ lookedAt = [] }: AuditPair): [number, number] {
  return [0, Math.max(...lookedAt.flatMap(({ falls }) => falls))];
}

/** A map over the centred square of its image. */
async function mapPicture(
  file: Uint8Array,
  falls: readonly number[],
  range: [number, number],
): Promise<string> {
  const cells = Math.sqrt(falls.length);
  const grid = { values: Float32Array.from(falls), width: cells, height: cells };
  const drawn = await fromImage(file, async (image) => {
    const square = reduced(image, "cover").raw({ depth: "uchar" });
    const { data, info: { width, height, channels } } = await square.toBuffer({ resolveWithObject: true });
    const map = heatMap({ pixels: new Uint8Array(data), width, height, channels }, grid, { range });
    const raw = { width, height, channels: map.channels };
    const sharp = await loadSharpForDrawings();
    return await sharp(map.pixels, { raw }).webp({ quality: QUALITY }).toBuffer();
  });
  return dataUrl(drawn);
}

const dataUrl = (webp: Uint8Array) => `data:image/webp;base64,${new Uint8Array(webp).toBase64()}`;
