/**
 * Layer-wise decay of the learning rate (Clark et al. 2020; BEiT): the nearer to the image a layer is, the less fine-tuning may
 * change it. Layers are grouped as by timm's `param_groups_layer_decay`.
 */
import { type ParameterSpec, specSize } from "../models/mod.ts";

/** Names that begin so belong to the stem. */
const STEM = /^(cls_token|reg_token|pos_embed|patch_embed|norm_pre|stem|conv1|bn1|features\.0)(\.|$)/;

/** Numbers in the names of blocks, the greatest unit first; what comes between two stages goes with the block after it. */
const BLOCKS = [
  /^blocks\.(\d+)\./,
  /^stages\.(\d+)\.blocks\.(\d+)\./,
  /^stages\.(\d+)\./,
  /^layer(\d+)\.(\d+)\./,
  /^features\.(\d+)\./,
];

/** A ViT's last norm goes with its last block. */
const LAST_NORM = /^norm\./;

/** Place of a tensor in the network, to sort by: the stem, the blocks, the head. */
function placeOf(name: string): number[] {
  if (STEM.test(name)) return [-1];
  for (const pattern of BLOCKS) {
    const [, ...numbers] = pattern.exec(name) ?? [];
    if (numbers.length > 0) return numbers.map(Number);
  }
  return [Infinity];
}

const byPlace = (a: number[], b: number[]) => a[0] - b[0] || (a[1] ?? 0) - (b[1] ?? 0);

/** Number of the layer of each tensor: 0 the stem, then block by block, the greatest the head. */
export function layerIds(specs: readonly ParameterSpec[]): number[] {
  const places = specs.map(({ name }) => placeOf(name));
  // Infinity - Infinity is no number, which sorts as equal.
  const layers = [...new Set(places.toSorted(byPlace).map(keyOf))];
  const ids = places.map((place) => layers.indexOf(keyOf(place)));
  const head = layers.length - 1;
  return ids.map((id, i) => LAST_NORM.test(specs[i].name) ? head - 1 : id);
}

function keyOf([stage, block = 0]: number[]): string {
  return `${stage}.${block}`;
}

/**
 * Factor of each parameter's learning rate, `decay^(head - layer)`, in the layout of the flat vector.
 *
 * @param decay in (0, 1]; BEiT and MAE fine-tune with 0.65 to 0.75
 * @throws {RangeError} for another decay
 */
export function layerRates(specs: readonly ParameterSpec[], decay: number): Float32Array<ArrayBuffer> {
  if (!(decay > 0 && decay <= 1)) {
    throw new RangeError(`layerDecay is ${decay}; give a factor above 0, up to 1`);
  }
  const ids = layerIds(specs);
  const head = Math.max(...ids);
  const rates = new Float32Array(specs.reduce((sum, spec) => sum + specSize(spec), 0));
  let offset = 0;
  specs.forEach((spec, i) => rates.fill(decay ** (head - ids[i]), offset, offset += specSize(spec)));
  return rates;
}
