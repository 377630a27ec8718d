/** Images of an audit that are worth a look: the most typical and the most confused. */
import type { AuditPair } from "./schema.ts";

interface Images {
  images: readonly ImageName[];
}

/** An image by the place of its dataset among all, and its name there. */
export interface ImageName {
  dataset: number;
  name: string;
}

/** One text for an image among those of all datasets. */
export const imageKey = ({ dataset, name }: ImageName): string => `${dataset}/${name}`;

/** An image and how much it looks like its own dataset by the headline. */
interface ScoredImage extends ImageName {
  /** 0.5 is typical of its dataset, below 0 it is taken for the other's. */
  score: number;
}

type Scored = Pick<AuditPair, "datasets" | "scores">;

/** The images of a pair with their scores, the most typical of their own dataset first. */
function byScore({ datasets: [a, b], scores }: Scored, { images }: Images): ScoredImage[] {
  const [first, second] = [a, b].map((d) => images.filter(({ dataset }) => dataset === d));
  return [...first, ...second]
    .slice(0, scores.length)
    .map(({ dataset, name }, i) => ({ dataset, name, score: i < first.length ? scores[i] : -scores[i] }))
    .sort((x, y) => y.score - x.score);
}

/** A row of images of one dataset. */
interface ExemplarRow {
  dataset: number;
  kind: "typical" | "confused";
  images: ScoredImage[];
}

/** Rows of images of a pair: of each dataset the most typical, then those most taken for the other's. */
export function exemplarRows(pair: Scored, result: Images, each: number): ExemplarRow[] {
  const falling = byScore(pair, result);
  return pair.datasets.flatMap((dataset): ExemplarRow[] => {
    const own = falling.filter((image) => image.dataset === dataset);
    return [
      { dataset, kind: "typical", images: own.slice(0, each) },
      { dataset, kind: "confused", images: own.toReversed().slice(0, each) },
    ];
  }).filter(({ images }) => images.length > 0);
}
