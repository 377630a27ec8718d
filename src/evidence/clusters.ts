/** Clusters of vectors. */
import { openCv } from "./opencv.ts";

/** Beginnings of k-means, of which the best is kept; rounds, and the change of a centre that ends them. */
const ATTEMPTS = 10, ROUNDS = 100, SETTLED = 1e-4;

/** Beginning by k-means++; the package has no type of it. */
interface Untyped {
  KMEANS_PP_CENTERS: number;
}

/**
 * Deals vectors to clusters by k-means (OpenCV's), from the tightest of ten beginnings.
 *
 * @param values [rows, columns], row by row
 * @returns the cluster of each row
 */
export async function kMeans(
  { values, columns }: { values: Float32Array; columns: number },
  clusters: number,
  seed: number,
): Promise<Int32Array> {
  using library = await openCv();
  const { cv, own } = library;
  const rows = values.length / columns;
  const [data, labels, centres] = [
    own(new cv.Mat(rows, columns, cv.CV_32F)),
    own(new cv.Mat()),
    own(new cv.Mat()),
  ];
  data.data32F.set(values);
  cv.setRNGSeed(seed % 2 ** 31);
  const criteria = new cv.TermCriteria(cv.TermCriteria_EPS + cv.TermCriteria_COUNT, ROUNDS, SETTLED);
  const { KMEANS_PP_CENTERS } = cv as unknown as Untyped;
  cv.kmeans(data, clusters, labels, criteria, ATTEMPTS, KMEANS_PP_CENTERS, centres);
  return labels.data32S.slice();
}
