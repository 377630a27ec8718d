import type { RunRecord } from "../experiments/mod.ts";
import { createModel, describe } from "../models/mod.ts";
import type { Displayable } from "./kernel.ts";
import { table } from "./table.ts";

/**
 * The layers of an experiment's network, from the image to the logits: output of one image, parameters,
 * multiply-adds.
 */
export function layerTable({ model, datasets, imageSize }: RunRecord["experiment"]): Displayable {
  const { layers, parameters, flops } = describe(createModel(model, datasets.length, imageSize), imageSize);
  return table([
    ...layers.map(({ layer, output, ...counts }) => ({ layer, output: output.join(" x "), ...counts })),
    { layer: "all", output: "", parameters, flops },
  ], ["layer", "output", "parameters", { title: "multiply-adds", value: ({ flops }) => flops }]);
}
