/** What a model consists of, as a table. */
import type { Model } from "./model.ts";
import { countParameters, type ParameterSpec, specSize } from "./parameters.ts";

/** One layer of a model. */
export interface LayerRow {
  /** timm's (torchvision's) name. */
  layer: string;
  /** Shape of its output for one image: [H, W, C], [T, C] or [C]. */
  output: number[];
  /** Trained numbers that are its own. */
  parameters: number;
  /** Multiply-adds for one image. */
  flops: number;
}

/** A model as a table, with its sums. */
export interface ModelDescription {
  layers: LayerRow[];
  parameters: number;
  /** Multiply-adds for one image. */
  flops: number;
}

/** For each layer, the tensors that are its own: those whose name begins with the longest of the layers' beginnings. */
function owners({ specs, outline }: Model, imageSize: number): ParameterSpec[][] {
  const beginnings = outline(imageSize).map(({ name, owns = [`${name}.`] }) => owns);
  const owned: ParameterSpec[][] = beginnings.map(() => []);
  for (const spec of specs) {
    const lengths = beginnings.map((starts) =>
      Math.max(0, ...starts.filter((start) => spec.name.startsWith(start)).map(({ length }) => length))
    );
    const longest = Math.max(...lengths);
    if (longest === 0) throw new Error(`${spec.name} belongs to no layer.`);
    owned[lengths.indexOf(longest)].push(spec);
  }
  return owned;
}

/**
 * Lists a model's layers for images of a size. FLOPs are multiply-adds of convolutions, linear layers and attention, as fvcore and
 * timm count them; biases, norms, activations and pooling are left out.
 *
 * @param imageSize side of an image, px
 */
export function describe(model: Model, imageSize: number): ModelDescription {
  const owned = owners(model, imageSize);
  const layers = model.outline(imageSize).map(({ name, shape, more = 0 }, i): LayerRow => {
    const positions = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const weights = owned[i].filter(({ layout }) => layout !== "as-is").reduce(
      (sum, spec) => sum + specSize(spec),
      0,
    );
    return {
      layer: name,
      output: shape,
      parameters: countParameters(owned[i]),
      flops: weights * positions + more,
    };
  });
  const sum = (field: "parameters" | "flops") => layers.reduce((total, row) => total + row[field], 0);
  return { layers, parameters: sum("parameters"), flops: sum("flops") };
}
