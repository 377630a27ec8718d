/**
 * A plain small network: per stage a 3x3 convolution, layer normalisation, ReLU and 2x2 max pooling, then
 * global average pooling and a linear layer. The floor beneath the architectures of the paper's Table 3.
 */
import { z } from "zod";
import { family, fields } from "./family.ts";
import { conv, globalAveragePool, linear, maxPool, norm } from "../layers.ts";
import { activation, network, stage, tapped } from "../network.ts";

const schema = z.strictObject({
  family: z.literal("cnn"),
  dims: z.array(fields.whole).min(1).describe("Channels of each stage; each halves height and width."),
});

const relu = activation((x) => x.relu());

export const cnn = family({
  schema,
  named: {
    /** Three 3x3 convolutions. */
    cnn_micro: { family: "cnn", dims: [32, 64, 128] },
  },
  build: (name, { dims }, classes, imageSize) =>
    network({
      name,
      classes,
      imageSize,
      leastSide: 2 ** dims.length,
      layers: [
        ...dims.map((dim, s) =>
          stage(`stages.${s}`, conv("conv", dim, 3), norm("norm"), relu, maxPool(2, 2))
        ),
        tapped("head.global_pool", globalAveragePool),
      ],
      classifier: linear("head.fc", classes),
      groups: { blocks: /^stages\.(\d+)\./ },
    }),
});
