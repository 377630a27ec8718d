/**
 * Kinds of evidence, each one object of one list: from the file's header to all pixels. A test of whether
 * datasets differ, made with one kind at a time, says what gives them away. Pictures that show a part of what
 * an image shows all go through the same random filters, so that such kinds differ by what they show alone.
 */
import { colorHistogram, pixelFeatures, randomFilters } from "../probe/mod.ts";
import { hogReader, wordsReader } from "./kinds/descriptors.ts";
import type { EvidenceKind } from "./evidence.ts";
import { headerReader } from "./kinds/header.ts";
import { type OpenCv, openCv } from "./opencv.ts";
import { spectrumReader } from "./kinds/spectrum.ts";
import { squareOf, squaresReader, type View } from "./kinds/squares.ts";
import { cannyEdges, highPass, lowPass, shuffled, type ShuffleOrder, silhouettes } from "./kinds/views.ts";

/** Declares a kind that is fitted to nothing. */
function evidence<const Name extends string>(
  kind: Omit<EvidenceKind<Name>, "isFitted">,
): EvidenceKind<Name> {
  return { ...kind, isFitted: false };
}

/** Cells of the RGB cube along each axis. */
const BINS = 8;

/** Side of the patches that are shuffled, px of a square of 64. */
const PATCH = 8;

/** The trivial learner's of the ladder beside a classifier. */
const FILTERS = { filters: 64, size: 5, grid: 2 };

/** How squares are changed, and what has to be disposed afterwards. */
interface OpenedView extends Partial<Disposable> {
  view?: View;
}

/** Declares a kind that sees a picture: squares as a view leaves them, through the same random filters. */
function picture<const Name extends string>(
  kind: Omit<EvidenceKind<Name>, "isFitted" | "needs" | "prepare" | "look">,
  open: (seed: number) => OpenedView | Promise<OpenedView>,
): EvidenceKind<Name> {
  return evidence({
    ...kind,
    needs: "image",
    async prepare(_, seed) {
      const opened = await open(seed);
      const columns = FILTERS.filters * FILTERS.grid ** 2;
      const reader = squaresReader(randomFilters({ ...FILTERS, seed }), columns, opened.view);
      const dispose = () => {
        reader[Symbol.dispose]();
        opened[Symbol.dispose]?.();
      };
      return { ...reader, [Symbol.dispose]: dispose };
    },
    async look(sightings, seed) {
      const opened = await open(seed);
      const seen = sightings.map((sighting) => squareOf(sighting, opened.view));
      opened[Symbol.dispose]?.();
      return seen;
    },
  });
}

/** A view of OpenCV. */
async function ofOpenCv(viewOf: (library: OpenCv) => View): Promise<OpenedView> {
  const library = await openCv();
  return { view: viewOf(library), [Symbol.dispose]: () => library[Symbol.dispose]() };
}

function shuffle<const Name extends string>(
  name: Name,
  order: ShuffleOrder,
  { side, of, about }: { side: number; of: string } & Pick<EvidenceKind, "about">,
): EvidenceKind<Name> {
  const sees = `The ${side === 1 ? "pixels" : `patches of ${side} px`} of the picture at 64 px, in ` +
    (order === "fixed" ? "an order that is the same for all images." : "an order of each image's own.");
  const title = `${of} shuffle, ${order}`;
  return picture({ name, title, sees, about }, (seed) => ({ view: shuffled(side, order, seed) }));
}

const patches = { side: PATCH, of: "patch", about: "texture" } as const;
const pixels = { side: 1, of: "pixel", about: "colour" } as const;

/** Every kind, from what says least of the content to what says most. */
export const evidenceKinds = [
  evidence({
    name: "file-header",
    title: "file header",
    sees: "Size, proportions, format, JPEG tables and which metadata there are, before a pixel is decoded.",
    needs: "file",
    about: "file",
    prepare: headerReader,
  }),
  evidence({
    name: "spectrum",
    title: "resampling spectrum",
    sees: "How strong fine detail is, and how periodically pixels follow from their neighbours.",
    needs: "image",
    about: "compression",
    prepare: spectrumReader,
  }),
  evidence({
    name: "mean-color",
    title: "mean colour",
    sees: "The mean red, green and blue of the picture.",
    needs: "image",
    about: "colour",
    prepare: () => squaresReader(pixelFeatures(1), 3),
  }),
  evidence({
    name: "color-histogram",
    title: "colour histogram",
    sees: `The share of pixels in each of ${BINS ** 3} cells of the RGB cube, wherever they lie.`,
    needs: "image",
    about: "colour",
    prepare: () => squaresReader(colorHistogram({ levels: 256 / BINS, bins: BINS }), BINS ** 3),
  }),
  shuffle("pixel-shuffle-random", "random", pixels),
  shuffle("pixel-shuffle-fixed", "fixed", pixels),
  picture({
    name: "low-pass",
    title: "low-pass",
    sees: "What a strong blur leaves: colours and roughly where they lie.",
    about: "colour",
  }, () => ({ view: lowPass })),
  picture({
    name: "high-pass",
    title: "high-pass",
    sees: "What a strong blur takes away: edges and fine detail.",
    about: "texture",
  }, () => ({ view: highPass })),
  shuffle("patch-shuffle-random", "random", patches),
  shuffle("patch-shuffle-fixed", "fixed", patches),
  {
    name: "bag-of-words",
    title: "bag of visual words",
    sees: "How often each of 128 words of local features is there, wherever they lie.",
    needs: "image",
    about: "texture",
    isFitted: true,
    prepare: wordsReader,
  },
  evidence({
    name: "hog",
    title: "HOG",
    sees: "How strong gradients of each direction are in each cell of 8 px, by local contrast.",
    needs: "image",
    about: "shape",
    prepare: hogReader,
  }),
  picture({
    name: "canny",
    title: "Canny edges",
    sees: "Edges, white on black.",
    about: "shape",
  }, () => ofOpenCv(cannyEdges)),
  picture({
    name: "silhouettes",
    title: "silhouettes",
    sees: "What stands out from the ground, white on black, with its holes filled.",
    about: "shape",
  }, () => ofOpenCv(silhouettes)),
  picture({
    name: "all-pixels",
    title: "all pixels",
    sees: "The picture at 64 px.",
    about: "content",
  }, () => ({})),
] as const satisfies readonly EvidenceKind[];

/** Name of a kind of evidence. */
export type EvidenceName = (typeof evidenceKinds)[number]["name"];

/** Names of all kinds, in the order of the list. */
export const evidenceNames = evidenceKinds.map(({ name }) => name);

/** @throws {Error} for a name that is not listed */
export function evidenceOf(name: string): EvidenceKind<EvidenceName> {
  const kinds: readonly EvidenceKind<EvidenceName>[] = evidenceKinds;
  const found = kinds.find((kind) => kind.name === name);
  if (found) return found;
  throw new Error(`evidence is "${name}"; it must be one of ${evidenceNames.join(", ")}`);
}
