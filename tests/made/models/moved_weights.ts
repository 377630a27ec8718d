import { initialise, type Model, type Weights } from "../../../src/models/mod.ts";
import { random } from "../../../src/stats/mod.ts";
import { tf } from "../../../src/tensorflow/mod.ts";

/** A model's weights, so far from where they are drawn that nothing is 0 or 1 that may be anything. */
export const movedWeights = ({ specs, buffers }: Pick<Model, "specs" | "buffers">): Weights => ({
  parameters: tf.tensor1d(initialise(specs, random(1)).map((v) => 3 * v + 0.01)),
  buffers: buffers.length > 0 ? tf.tensor1d(initialise(buffers, random(1))) : undefined,
});
