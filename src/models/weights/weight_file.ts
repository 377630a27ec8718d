/**
 * A model's weights in a file that PyTorch reads: safetensors with timm's tensor names (torchvision's for
 * AlexNet and VGG) and PyTorch's layouts. `model.load_state_dict(safetensors.torch.load_file(path))` takes
 * what is written here, and timm's `safetensors.torch.save_file(model.state_dict(), path)` is read here.
 */
import { replaceFile } from "../../disk/mod.ts";
import { tf } from "../../tensorflow/mod.ts";
import type { Model, Weights } from "../model.ts";
import {
  countParameters,
  type FlatWeights,
  type ParameterSpec,
  type PlacedValues,
  placesIn,
  torchShape,
} from "../parameters.ts";
import { isPretrainingOnly } from "../families/mae.ts";
import { isLastNorm } from "../families/vit.ts";
import {
  openSafetensors,
  readFloats,
  type SafetensorsFile,
  type TensorToWrite,
  writeSafetensors,
} from "./safetensors.ts";

/** A network that has weights: a {@link Model}, or one for another task (without classes). */
export type Weighted = Pick<Model, "name" | "specs" | "buffers"> & Partial<Pick<Model, "classes">>;

/** Copies weights out of TensorFlow. */
export async function flatWeights({ parameters, buffers }: Weights): Promise<FlatWeights> {
  const copy = async (tensor: tf.Tensor1D) => await tensor.data() as Float32Array;
  return buffers
    ? { parameters: await copy(parameters), buffers: await copy(buffers) }
    : { parameters: await copy(parameters) };
}

/** Weights as tensors. The caller disposes them. */
export function weightTensors({ parameters, buffers }: FlatWeights): Weights {
  return buffers
    ? { parameters: tf.tensor1d(parameters), buffers: tf.tensor1d(buffers) }
    : { parameters: tf.tensor1d(parameters) };
}

/** Weights that were read. */
interface LoadedWeights extends FlatWeights {
  /** Texts of the file's header. */
  metadata: Readonly<Record<string, string>>;
  /** What stood before every name and was passed over, as `_orig_mod.`. Default: nothing did. */
  prefix?: string;
}

/** How a file of weights is taken. */
interface LoadOptions {
  /**
   * Takes the file as pre-training for another task, and these weights (drawn) for what it may
   * lack: the classifier, which is then never taken from the file, and a ViT's last norm (`norm`, or
   * `fc_norm` with mean pooling). What only pre-training has (MAE's `decoder_…`, `mask_token`, the other of
   * those two norms) is passed over. Default: the file must hold exactly this model.
   */
  onto?: FlatWeights;
  /**
   * Resamples position embeddings of another, square grid as timm's `resample_abs_pos_embed` does. Default:
   * an error.
   */
  resamplePositions?: boolean;
}

/** A sound file that does not hold the weights of this model; the message names the tensors at fault. */
export class WeightsError extends Error {
  override name = "WeightsError";
}

function placesOf({ specs, buffers }: Weighted, weights: FlatWeights): PlacedValues[] {
  return [
    ...placesIn(specs, weights.parameters),
    ...placesIn(buffers, weights.buffers ?? new Float32Array()),
  ];
}

/**
 * Writes a model's weights. The file appears whole or not at all.
 *
 * @param metadata texts to keep in the header; `format: "pt"`, which PyTorch's readers ask for, is added
 * @throws {Error} when the vectors are not the model's, or the file cannot be written
 */
export async function saveWeights(
  path: string,
  model: Weighted,
  weights: FlatWeights,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const tensors = placesOf(model, weights).flatMap(torchTensors);
  await replaceFile(path, (temporary) => writeSafetensors(temporary, tensors, { ...metadata, format: "pt" }));
}

/**
 * The tensor, and after a batch norm's running mean the count of batches that PyTorch keeps and only a strict
 * reader asks for.
 */
function torchTensors({ spec, values }: PlacedValues): [string, TensorToWrite][] {
  const tensor: [string, TensorToWrite] = [spec.name, {
    shape: torchShape(spec),
    values: toTorchLayout(spec, values),
  }];
  if (!spec.name.endsWith(".running_mean")) return [tensor];
  const count = spec.name.replace(/running_mean$/, "num_batches_tracked");
  return [tensor, [count, { shape: [], values: BigInt64Array.of(0n) }]];
}

/**
 * Reads a model's weights: what {@link saveWeights} wrote, timm's and torchvision's state dicts, MAE's
 * published encoders (`mae_pretrain_vit_base`, whose names are timm's; with `onto`); any of them with
 * `model.`, `module.` or `_orig_mod.` (a compiled model) before every name, also several. What is published
 * as .pth is made safetensors once, in Python: `save_file({k: v.contiguous() for k, v in
 * torch.load(path)["model"].items()}, "mae.safetensors")`.
 *
 * @throws {SafetensorsError} when the file is damaged or is something else
 * @throws {WeightsError} when tensors are missing, unexpected, or of another shape, naming them
 * @throws {Deno.errors.NotFound} when there is no such file
 */
export function loadWeights(path: string, model: Weighted, options: LoadOptions = {}): LoadedWeights {
  using file = openSafetensors(path);
  const names = namesIn(file);
  const { onto } = options;
  const weights: FlatWeights = onto ? copyOf(onto) : emptyWeights(model);
  const places = placesOf(model, weights)
    .filter(({ spec: { name } }) => !onto || !isSpared(name, model, names));
  const faults = places.flatMap(({ spec }) => faultOf(spec, file, names, options));
  const unexpected = [...names.keys()].filter((name) => !isExpected(name, model, options));
  refuse(path, model, [...faults, ...unexpected.map((name) => `tensor "${name}" is not of this model`)]);
  for (const { spec, values } of places) values.set(valuesOf(spec, file, names.get(spec.name)!));
  const prefix = prefixOf([...file.tensors.keys()]);
  return { ...weights, metadata: file.metadata, ...(prefix !== "" && { prefix }) };
}

function copyOf({ parameters, buffers }: FlatWeights): FlatWeights {
  return buffers
    ? { parameters: parameters.slice(), buffers: buffers.slice() }
    : { parameters: parameters.slice() };
}

function emptyWeights({ specs, buffers }: Weighted): FlatWeights {
  const parameters = new Float32Array(countParameters(specs));
  return buffers.length > 0
    ? { parameters, buffers: new Float32Array(countParameters(buffers)) }
    : { parameters };
}

/** A file's own names of its tensors, by the names that they have in a model. */
function namesIn({ tensors }: SafetensorsFile): Map<string, string> {
  const names = [...tensors.keys()];
  const prefix = prefixOf(names);
  return new Map(names.map((name) => [name.slice(prefix.length), name]));
}

/** What wrappers put before every name: `torch.compile`, data parallelism, a class around the model. */
const WRAPPERS = ["_orig_mod.", "module.", "model."];

/** The prefixes that all of a file's names have, one after another, as `_orig_mod.module.`. */
function prefixOf(names: readonly string[]): string {
  const prefix = names.length === 0
    ? undefined
    : WRAPPERS.find((prefix) => names.every((name) => name.startsWith(prefix)));
  return prefix === undefined ? "" : prefix + prefixOf(names.map((name) => name.slice(prefix.length)));
}

/** Names of the last linear layer's tensors, which give a number for each class. */
function classifierNames({ specs, classes }: Weighted): string[] {
  if (classes === undefined) return [];
  const { name } = specs.findLast(({ layout }) => layout === "linear")!;
  return [name, name.replace(/weight$/, "bias")];
}

/** Whether a tensor stays as it is when the file is pre-training. */
function isSpared(name: string, model: Weighted, names: ReadonlyMap<string, string>): boolean {
  return classifierNames(model).includes(name) || (isLastNorm(name) && !names.has(name));
}

function isExpected(name: string, { specs, buffers }: Weighted, { onto }: LoadOptions): boolean {
  if ([...specs, ...buffers].some((spec) => spec.name === name)) return true;
  if (name.endsWith(".num_batches_tracked")) return true;
  return onto !== undefined && (isLastNorm(name) || isPretrainingOnly(name));
}

function faultOf(
  spec: ParameterSpec,
  file: SafetensorsFile,
  names: ReadonlyMap<string, string>,
  { resamplePositions }: LoadOptions,
): string[] {
  const own = names.get(spec.name);
  const expected = torchShape(spec);
  if (own === undefined) return [`tensor "${spec.name}" of shape [${expected}] is missing`];
  const found = file.tensors.get(own)!.shape;
  if (`${found}` === `${expected}` || (resamplePositions && gridsOf(spec, found))) return [];
  const advice = gridsOf(spec, found) ? " (another grid of patches: ask for resamplePositions)" : "";
  return [`tensor "${own}" has the shape [${found}] instead of [${expected}]${advice}`];
}

/** Faults that a message names; it counts the others. */
const NAMED_FAULTS = 5;

function refuse(path: string, { name, classes }: Weighted, faults: string[]): void {
  if (faults.length === 0) return;
  const more = faults.length > NAMED_FAULTS ? `; and ${faults.length - NAMED_FAULTS} more` : "";
  const model = classes === undefined ? name : `${name} for ${classes} classes`;
  throw new WeightsError(
    `${path} does not hold the weights of ${model}: ` +
      `${faults.slice(0, NAMED_FAULTS).join("; ")}${more}.`,
  );
}

function valuesOf(spec: ParameterSpec, file: SafetensorsFile, own: string): Float32Array {
  const values = readFloats(file, own);
  if (`${file.tensors.get(own)!.shape}` === `${torchShape(spec)}`) return fromTorchLayout(spec, values);
  const { from, to, prefix } = gridsOf(spec, file.tensors.get(own)!.shape)!;
  return resamplePositions(values, prefix, from, to);
}

/** For each layout, which of our axes PyTorch's axes are. (`flattened` then joins the last three.) */
const TORCH_AXES = {
  conv: [3, 2, 0, 1],
  flattened: [3, 2, 0, 1],
  depthwise: [2, 3, 0, 1],
  linear: [1, 0],
} as const;

/** A tensor's values, row by row, in PyTorch's order. */
function toTorchLayout({ shape, layout }: ParameterSpec, values: Float32Array): Float32Array {
  return layout === "as-is" ? values : transpose(values, shape, TORCH_AXES[layout]);
}

/** The inverse of {@link toTorchLayout}. */
function fromTorchLayout({ shape, layout }: ParameterSpec, values: Float32Array): Float32Array {
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

/**
 * Two square grids of patches, by their sides, and the number of tokens before them (0, or 1 for the class
 * token).
 */
interface Grids {
  from: number;
  to: number;
  prefix: number;
}

/**
 * The grids of a model's position embeddings and of those found in a file, [1, prefix + side * side, dim].
 *
 * @returns `undefined` when the tensor is something else, or differs by more than the grid
 */
function gridsOf({ name, shape }: ParameterSpec, found: readonly number[]): Grids | undefined {
  if (name !== "pos_embed" || found.length !== 3 || shape.length !== 3) return undefined;
  if (found[0] !== 1 || found[2] !== shape[2]) return undefined;
  for (const prefix of [0, 1]) {
    const [from, to] = [found[1], shape[1]].map((tokens) => Math.sqrt(tokens - prefix));
    if (Number.isInteger(from) && Number.isInteger(to) && from > 0) return { from, to, prefix };
  }
  return undefined;
}

/**
 * Keys' cubic convolution kernel with a = -0.5 (Keys 1981); PyTorch's and Pillow's where they antialias.
 */
function cubic(x: number): number {
  const d = Math.abs(x);
  if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
  return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
}

/** For each of `to` places on a line of `from` values: which of them it takes, and how much of each. */
function taps(from: number, to: number): { first: number; weights: number[] }[] {
  const scale = from / to;
  const stretch = Math.max(scale, 1); // wider where there are fewer places than values
  return Array.from({ length: to }, (_, i) => {
    const centre = scale * (i + 0.5);
    const first = Math.max(Math.trunc(centre - 2 * stretch + 0.5), 0);
    const end = Math.min(Math.trunc(centre + 2 * stretch + 0.5), from);
    const raw = Array.from({ length: end - first }, (_, k) => cubic((first + k - centre + 0.5) / stretch));
    const sum = raw.reduce((a, b) => a + b, 0);
    return { first, weights: raw.map((weight) => weight / sum) };
  });
}

/**
 * Resamples the embeddings of a square grid of patches to another square grid, as timm's
 * `resample_abs_pos_embed`: bicubic, antialiased.
 *
 * @param values [prefix + from * from, dim], row by row
 * @param prefix tokens before the grid that have no place in it (the class token): kept as they are
 * @returns [prefix + to * to, dim]
 */
function resamplePositions(
  values: Float32Array,
  prefix: number,
  from: number,
  to: number,
): Float32Array {
  const dim = values.length / (prefix + from * from);
  const lines = taps(from, to);
  const result = new Float32Array((prefix + to * to) * dim);
  result.set(values.subarray(0, prefix * dim));
  for (let y = 0; y < to; y++) {
    for (let x = 0; x < to; x++) {
      const out = (prefix + y * to + x) * dim;
      lines[y].weights.forEach((down, i) =>
        lines[x].weights.forEach((across, j) => {
          const at = (prefix + (lines[y].first + i) * from + lines[x].first + j) * dim;
          for (let d = 0; d < dim; d++) result[out + d] += down * across * values[at + d];
        })
      );
    }
  }
  return result;
}
