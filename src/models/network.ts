/**
 * Networks as sequences of layers. A layer says once what tensors it has, what shape it gives and what it
 * does; a network's specifications, table, folds and function follow from the sequence.
 */
import { addResidual, asRows } from "../ops/mod.ts";
import type { tf } from "../tensorflow/mod.ts";
import { checkFolded, type Fold, type ForwardOptions, type LayerRow, type Model } from "./model.ts";
import { countParameters, inFlatOrder, type Parameters, type ParameterSpec } from "./parameters.ts";

/** Shape of the values of one image: [H, W, C] of a feature map, [T, C] of tokens, [C] of features. */
type Shape = readonly number[];

/** One pass of a batch. */
export interface Run {
  forward: ForwardOptions;
  /** Factors [B] of the residual branches that are still to come. */
  branches: tf.Tensor1D[];
}

/** Layers that another layer works together with. */
type Kind = "norm" | "linear" | "batchNorm";

/** Work that a layer leaves to the next one, by the full names of its tensors. */
interface Left {
  /** A bias that is not added yet. */
  bias?: string;
  /** A normalisation that is not done yet; its scale and shift are to be folded into the next layer. */
  norm?: string;
  /** The linear layer whose output this is: a scale may be folded into it. */
  linear?: string;
  /** A convolution that is not done yet. */
  conv?: { name: string; stride: number; pad: number };
}

/** Where a layer stands. */
interface Place {
  /** Beginning of the names of its tensors, with the dot at the end; "" at the top. */
  path: string;
  /** Shape of its input. */
  shape: Shape;
  /** Work that the layer before has left. */
  left: Left;
  /** Kind of the layer that alone reads its output. */
  next?: Kind;
}

/** A layer in its place. */
export interface Placed {
  /** Shape of its output. Default: of its input. */
  shape: Shape;
  specs: ParameterSpec[];
  buffers: ParameterSpec[];
  folds: Fold[];
  /** Lines of the layers with names inside of it. */
  rows: LayerRow[];
  /** Stochastic depth of its residual branches. */
  dropPath: number[];
  /** Multiply-adds for one image. */
  flops: number;
  left: Left;
  /** @param p tensors of the whole network */
  apply(p: Parameters, x: tf.Tensor, run: Run): tf.Tensor;
}

/** A layer, or several as one. */
export interface Layer {
  kind?: Kind;
  place(at: Place): Partial<Placed> & Pick<Placed, "apply">;
}

/** Puts a layer into its place. */
export function place(layer: Layer, at: Place): Placed {
  const nothing = { specs: [], buffers: [], folds: [], rows: [], dropPath: [], flops: 0, left: {} };
  return { ...nothing, shape: at.shape, ...layer.place(at) };
}

/** The sums and lists of several layers. */
function together(parts: readonly Placed[]) {
  return {
    specs: parts.flatMap(({ specs }) => specs),
    buffers: parts.flatMap(({ buffers }) => buffers),
    folds: parts.flatMap(({ folds }) => folds),
    rows: parts.flatMap(({ rows }) => rows),
    dropPath: parts.flatMap(({ dropPath }) => dropPath),
    flops: parts.reduce((sum, { flops }) => sum + flops, 0),
  };
}

/** Layers one after another. */
export function sequence(...layers: Layer[]): Layer {
  return {
    kind: layers[0]?.kind,
    place: (at) => {
      let { shape, left } = at;
      const parts = layers.map((layer, i) => {
        const next = i + 1 < layers.length ? layers[i + 1].kind : at.next;
        const placed = place(layer, { ...at, shape, left, next });
        ({ shape, left } = placed);
        return placed;
      });
      const apply: Placed["apply"] = (p, x, run) => parts.reduce((y, part) => part.apply(p, y, run), x);
      return { ...together(parts), shape, left, apply };
    },
  };
}

/** A function without tensors. */
export function activation(f: (x: tf.Tensor) => tf.Tensor): Layer {
  return { place: () => ({ apply: (_p, x) => f(x) }) };
}

/**
 * Layers whose tensors' names begin with a name and a dot, for example `stages.0.blocks.1`. Their output can
 * be looked at under this name ({@link ForwardOptions.tap}), and they have a line in the network's table.
 */
export function named(name: string, ...layers: Layer[]): Layer {
  return withRow(sequence(...layers), { name, prefix: `${name}.` });
}

/**
 * Layers as {@link named} that end a stage, or a block of tokens: their output is what a probe reads by
 * default.
 */
export function stage(name: string, ...layers: Layer[]): Layer {
  return withRow(sequence(...layers), { name, prefix: `${name}.`, isStage: true });
}

/** Layers whose output can be looked at under a name, which is not part of their tensors' names. */
export function tapped(name: string, ...layers: Layer[]): Layer {
  return withRow(sequence(...layers), { name, prefix: "" });
}

function withRow(
  inner: Layer,
  { name, prefix, ...rest }: { name: string; prefix: string; isStage?: true },
): Layer {
  return {
    kind: inner.kind,
    place: (at) => {
      const path = at.path + prefix;
      const placed = place(inner, { ...at, path, next: undefined });
      const row = { name: at.path + name, shape: [...placed.shape], ...ownShare(placed), ...rest };
      return {
        ...placed,
        specs: ownFirst(path, placed.specs),
        rows: [...placed.rows, row],
        left: {},
        apply: (p, x, run) => tap(run, row, placed.apply(p, x, run)),
      };
    },
  };
}

/** Parameters and multiply-adds that no line inside of a layer has counted. */
function ownShare({ specs, flops, rows }: Placed) {
  const counted = (field: "parameters" | "flops") => rows.reduce((sum, row) => sum + row[field], 0);
  return { parameters: countParameters(specs) - counted("parameters"), flops: flops - counted("flops") };
}

/**
 * In the order of PyTorch's state dicts: a module's own tensors come before those of the modules in it.
 */
function ownFirst(path: string, specs: ParameterSpec[]): ParameterSpec[] {
  const isOwn = ({ name }: ParameterSpec) => !name.slice(path.length).includes(".");
  return [...specs.filter(isOwn), ...specs.filter((spec) => !isOwn(spec))];
}

/**
 * A layer's output after {@link ForwardOptions.tap}; tokens that lie as rows [B T, C] are shown as [B, T, C].
 */
function tap({ forward }: Run, { name, shape }: LayerRow, x: tf.Tensor): tf.Tensor {
  if (!forward.tap) return x;
  if (shape.length !== 2 || x.rank === 3) return forward.tap(name, x);
  return forward.tap(name, x.reshape([-1, ...shape])).reshape(x.shape);
}

/** Factors of a residual branch, one an image [B], as a column of one a row, [rows, 1]. */
function keepRows(keep: tf.Tensor1D | undefined, rows: number): tf.Tensor | undefined {
  return keep?.reshape([-1, 1]).tile([1, rows / keep.size]).reshape([-1, 1]);
}

/**
 * `x + keep * branch(x)`, float32.
 *
 * @param dropPath probability of leaving the branch out in training (stochastic depth)
 */
export function residual(dropPath: number, ...branch: Layer[]): Layer {
  return {
    place: (at) => {
      const placed = place(sequence(...branch), { ...at, left: {}, next: undefined });
      return {
        ...placed,
        shape: at.shape,
        left: {},
        dropPath: [...placed.dropPath, dropPath],
        apply: (p, x, run) => {
          const keep = run.branches.shift();
          const y = asRows(placed.apply(p, x, run));
          const rows = asRows(x);
          const sum = addResidual(rows, y, keepRows(keep, rows.shape[0]));
          return x.rank === 2 ? sum : sum.reshape(x.shape);
        },
      };
    },
  };
}

/** `branch(x) + past(x)`; without layers, the way past is x itself. */
export function shortcut(branch: Layer[], past: Layer[]): Layer {
  return {
    place: (at) => {
      const ways = [branch, past].map((layers) =>
        place(sequence(...layers), { ...at, left: {}, next: undefined })
      );
      const [main, other] = ways;
      return {
        ...together(ways),
        shape: main.shape,
        apply: (p, x, run) => main.apply(p, x, run).add(other.apply(p, x, run)),
      };
    },
  };
}

/** How the names of a family's tensors say which layer they are of, as timm's `group_matcher`. */
interface LayerMatcher {
  /** The stem, before all blocks; a network may be without. */
  stem?: RegExp;
  /**
   * Blocks, with one or two numbers in the name, the greater unit first. Without a second number, a tensor
   * goes with the first block.
   */
  blocks: RegExp;
  /** Tensors that go with the last block. All others are the head's. */
  lastBlock?: RegExp;
}

/**
 * Number of the layer of each tensor: 0 the stem, then block by block, the greatest the head.
 *
 * @throws {Error} when no name is that of a block
 */
function numberLayers(names: readonly string[], { stem, blocks, lastBlock }: LayerMatcher): number[] {
  const places = names.map((name): [number, number] => {
    if (stem?.test(name)) return [-1, 0];
    const match = blocks.exec(name);
    return match ? [Number(match[1]), Number(match[2] ?? 0)] : [Infinity, 0];
  });
  if (!places.some(([unit]) => unit >= 0 && unit < Infinity)) {
    throw new Error(`No tensor has a name like ${blocks}: ${names.slice(0, 3).join(", ")}, …`);
  }
  const sorted = places.toSorted(([a, b], [c, d]) => a === c ? b - d : a - c).map(String);
  const layers = [...new Set(sorted)];
  return places.map((place, i) =>
    lastBlock?.test(names[i]) ? layers.length - 2 : layers.indexOf(String(place))
  );
}

/** Number of towers of the models that have any: the same on every machine, so that their numbers are. */
export const TOWERS = 2;

/** A network's layers, and the facts that do not follow from them. */
interface NetworkParts extends Pick<Model, "name" | "classes" | "leastSide"> {
  /** Side of the images, px. */
  imageSize: number;
  /** From the image to the features that the classifier reads. */
  layers: Layer[];
  /** The linear layer that gives a number for each class, and its name. */
  classifier: Layer & { name: string };
  /** Tells which layer a tensor belongs to, for a learning rate that falls from layer to layer. */
  groups: LayerMatcher;
  /** Default 1. */
  towers?: number;
  heads?: number;
  /** Default false. */
  dropout?: boolean;
  /** @throws {Error} for images that the network is not made for */
  check?(images: tf.Tensor4D): void;
}

/** Makes a model of layers. */
export function network(parts: NetworkParts): Model {
  const { name, classes, leastSide, heads, layers, classifier } = parts;
  const whole = sequence(...layers, classifier);
  const placed = (side: number) => place(whole, { path: "", shape: [side, side, 3], left: {} });
  const outline = (side: number) => {
    const all = placed(side);
    return [...all.rows, { name: classifier.name, shape: [...all.shape], ...ownShare(all) }];
  };
  const { specs, buffers, folds, dropPath, rows, apply } = placed(parts.imageSize);
  const ordered = inFlatOrder(ownFirst("", specs));
  return {
    name,
    specs: ordered,
    buffers,
    folds,
    classes,
    leastSide,
    dropPath,
    heads,
    dropout: parts.dropout ?? false,
    towers: parts.towers ?? 1,
    layers: rows.map(({ name }) => name),
    stages: rows.filter(({ isStage }) => isStage).map(({ name }) => name),
    layerGroups: numberLayers(ordered.map(({ name }) => name), parts.groups),
    outline,
    apply: (p, images, forward = {}) => {
      checkFolded(p, folds);
      parts.check?.(images);
      const branches = forward.keep ? forward.keep.unstack() as tf.Tensor1D[] : [];
      return apply(p, images, { forward, branches }) as tf.Tensor2D;
    },
  };
}
