/** The half of a masked autoencoder that is kept: a ViT. */
import type { MaeConfig, MaskedAutoencoder } from "./mae.ts";
import { type ParameterSpec, specSize } from "./parameters.ts";
import type { ViTConfig } from "./vit.ts";
import type { FlatWeights, Weighted } from "./weights.ts";

/** The encoder of an autoencoder as a ViT. */
export function encoderConfig({ patch, encoder }: MaeConfig): ViTConfig {
  return {
    family: "vit",
    patch,
    ...encoder,
    classToken: true,
    pooling: "token",
    positions: "sincos",
    dropPath: 0,
  };
}

/** Names of tensors that only pre-training needs. */
const DECODER = /^(decoder_|mask_token$)/;

/** The encoder's tensors of an autoencoder and their values, under timm's names, as MAE's authors publish them. */
export function encoderOf(
  model: MaskedAutoencoder,
  { parameters, buffers }: FlatWeights,
): { model: Weighted; weights: FlatWeights } {
  const encoder = (specs: readonly ParameterSpec[]) => specs.filter(({ name }) => !DECODER.test(name));
  return {
    model: { name: `${model.name} (encoder)`, specs: encoder(model.specs), buffers: encoder(model.buffers) },
    weights: {
      parameters: valuesOf(model.specs, parameters, encoder(model.specs)),
      buffers: valuesOf(model.buffers, buffers!, encoder(model.buffers)),
    },
  };
}

/** The values of some tensors of a flat vector, one after another. */
function valuesOf(
  specs: readonly ParameterSpec[],
  flat: Float32Array,
  wanted: readonly ParameterSpec[],
): Float32Array {
  const values = new Float32Array(wanted.reduce((sum, spec) => sum + specSize(spec), 0));
  let [from, to] = [0, 0];
  for (const spec of specs) {
    const size = specSize(spec);
    if (wanted.includes(spec)) {
      values.set(flat.subarray(from, from + size), to);
      to += size;
    }
    from += size;
  }
  return values;
}
