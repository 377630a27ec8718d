"""timm's transforms on Pillow as a peer of `deno task bench transforms`: one process, one thread.

Reads lines from its standard input and answers each with a line of JSON:
    {"image", "stored", "seconds"}  -> {"version"}: sides of the result and of the stored images, px, and how long to measure
    round                           -> {"images_per_second"}
The images are in memory, decoded. What is measured ends in 8-bit pixels, as does the project's: timm's pipeline for its
prefetcher, then its RandomErasing, by `const`, which also works on 8-bit tensors.
"""
import json
import random
import sys
import time

import numpy as np
import PIL
import timm
import torch
from PIL import Image
from timm.data import create_transform
from timm.data.random_erasing import RandomErasing

IMAGES = 64

torch.set_num_threads(1)
random.seed(0)
np.random.seed(0)
config = json.loads(sys.stdin.readline())
side = config["stored"]
stored = [Image.fromarray(np.random.randint(0, 256, (side // 8, side // 8, 3), dtype=np.uint8)).resize((side, side))
          for _ in range(IMAGES)]
transform = create_transform(config["image"], is_training=True, use_prefetcher=True, auto_augment="rand-m9-mstd0.5-inc1",
                             interpolation="random")
erase = RandomErasing(probability=0.25, mode="const", device="cpu")


def augmented(image):
    try:
        pixels = transform(image)
    except ValueError:  # Pillow 13 refuses to keep 0 bits, which timm asks it for at magnitude 10
        return None
    pixels = pixels if torch.is_tensor(pixels) else torch.from_numpy(pixels)
    return erase(pixels)


def measure(seconds):
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        for image in stored:
            augmented(image)
        done += IMAGES
    return done / (time.perf_counter() - began)


measure(0.3)
print(json.dumps({"version": f"timm {timm.__version__}, Pillow {PIL.__version__}"}), flush=True)
for _ in sys.stdin:
    print(json.dumps({"images_per_second": measure(config["seconds"])}), flush=True)
