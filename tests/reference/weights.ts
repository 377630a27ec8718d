/** The made-up weights of models.py, and PyTorch's order of a tensor's values. */
import { type ParameterSpec, torchShape } from "../../src/models/mod.ts";

/** Numbers in [-1, 1), the same in every language. */
export function uniform(name: string, count: number): Float64Array {
  let key = 0;
  for (const character of name) key = (key * 31 + character.charCodeAt(0)) % 1000;
  return Float64Array.from({ length: count }, (_, i) => {
    const wave = Math.sin((i + 1) * 12.9898 + key * 0.078) * 43758.5453;
    return 2 * (wave - Math.floor(wave)) - 1;
  });
}

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** For each value in PyTorch's order, its place in ours: the table at `TensorLayout`, read position by position. */
export function torchOrder({ shape, layout }: ParameterSpec): number[] {
  const permutation = {
    conv: [3, 2, 0, 1],
    flattened: [3, 2, 0, 1],
    depthwise: [2, 3, 0, 1],
    linear: [1, 0],
    "as-is": shape.map((_, axis) => axis),
  }[layout];
  const strides = shape.map((_, axis) => product(shape.slice(axis + 1)));
  let places = [0];
  for (const axis of permutation) {
    places = places.flatMap((place) =>
      Array.from({ length: shape[axis] }, (_, i) => place + i * strides[axis])
    );
  }
  return places;
}

/** The values of models.py for one tensor, in our order. */
export function valuesOf(spec: ParameterSpec): Float32Array {
  const { name } = spec;
  const shape = torchShape(spec);
  const value = (u: number) => {
    if (name.endsWith("running_var")) return 1 + 0.5 * u;
    if (shape.length === 1 && name.endsWith("weight")) return 1 + 0.3 * u;
    if (shape.length === 2 || shape.length === 4) return Math.sqrt(3 / product(shape.slice(1))) * u;
    return 0.3 * u;
  };
  const inTheirs = uniform(name, product(shape));
  const values = new Float32Array(inTheirs.length);
  torchOrder(spec).forEach((place, i) => values[place] = value(inTheirs[i]));
  return values;
}
