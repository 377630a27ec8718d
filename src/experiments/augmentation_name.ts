import type { Experiment } from "./kinds/classifier/schema.ts";

/** The experiment's augmentation in the words of the paper's Table 4: "none", "RandCrop, RandAug", …. */
export function augmentationName({ augmentation, recipe }: Experiment): string {
  const { mixup = 0, cutmix = 0 } = recipe.mix ?? {};
  const parts = [
    augmentation.crop === "random-resized" && "RandCrop",
    augmentation.randAugment && "RandAug",
    [mixup > 0 && "MixUp", cutmix > 0 && "CutMix"].filter(Boolean).join("/"),
  ];
  return parts.filter(Boolean).join(", ") || "none";
}
