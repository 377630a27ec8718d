/**
 * One-hot targets with label smoothing (Szegedy et al. 2016): `1 - s + s / classes` for the true class, `s / classes` for the
 * others.
 *
 * @param labels class of each image, [B]
 * @returns [B, classes], row by row
 */
export function smoothTargets(
  labels: ArrayLike<number>,
  classes: number,
  smoothing: number,
): Float32Array<ArrayBuffer> {
  const targets = new Float32Array(labels.length * classes).fill(smoothing / classes);
  for (let i = 0; i < labels.length; i++) targets[i * classes + labels[i]] += 1 - smoothing;
  return targets;
}
