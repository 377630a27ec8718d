/**
 * Layer-wise decay of the learning rate (Clark et al. 2020; BEiT): the nearer to the image a layer is, the less fine-tuning may
 * change it. Layers are grouped as by timm's `param_groups_layer_decay`.
 */
import { countParameters, type Model, placesIn } from "../models/mod.ts";

/**
 * Factor of each parameter's learning rate, `decay^(head - layer)`, in the layout of the flat vector.
 *
 * @param decay in (0, 1]; BEiT and MAE fine-tune with 0.65 to 0.75
 * @throws {RangeError} for another decay
 */
export function layerRates(
  { specs, layerGroups }: Pick<Model, "specs" | "layerGroups">,
  decay: number,
): Float32Array<ArrayBuffer> {
  if (!(decay > 0 && decay <= 1)) {
    throw new RangeError(`layerDecay is ${decay}; give a factor above 0, up to 1`);
  }
  const head = Math.max(...layerGroups);
  const rates = new Float32Array(countParameters(specs));
  placesIn(specs, rates).forEach(({ values }, i) => values.fill(decay ** (head - layerGroups[i])));
  return rates;
}
