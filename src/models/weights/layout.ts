/** Between our order of a tensor's values and PyTorch's, which weight files have; see {@link Layout}. */
import type { ParameterSpec } from "../parameters.ts";

/** For each layout, which of our axes PyTorch's axes are. (`flattened` then joins the last three.) */
const TORCH_AXES = {
  conv: [3, 2, 0, 1],
  flattened: [3, 2, 0, 1],
  depthwise: [2, 3, 0, 1],
  linear: [1, 0],
} as const;

/** A tensor's values, row by row, in PyTorch's order. */
export function toTorchLayout({ shape, layout }: ParameterSpec, values: Float32Array): Float32Array {
  return layout === "as-is" ? values : transpose(values, shape, TORCH_AXES[layout]);
}

/** The inverse of {@link toTorchLayout}. */
export function fromTorchLayout({ shape, layout }: ParameterSpec, values: Float32Array): Float32Array {
  if (layout === "as-is") return values;
  const axes: readonly number[] = TORCH_AXES[layout];
  return transpose(values, axes.map((axis) => shape[axis]), shape.map((_, axis) => axes.indexOf(axis)));
}

/** Reorders a tensor such that axis i of the result is axis `axes[i]` of the one given. */
function transpose(values: Float32Array, shape: readonly number[], axes: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const result = new Float32Array(values.length);
  let filled = 0;
  const fill = (depth: number, from: number) => {
    const [stride, size] = [strides[axes[depth]], shape[axes[depth]]];
    if (depth === axes.length - 1) {
      for (let i = 0; i < size; i++) result[filled++] = values[from + i * stride];
    } else for (let i = 0; i < size; i++) fill(depth + 1, from + i * stride);
  };
  fill(0, 0);
  return result;
}
