"""alibi-detect's ClassifierDrift on images that are drawn elsewhere. Answers each line with a line of JSON.

The first line: the file of pixels, uint8, [images, side, side, 3], and the recipes' settings by name. Each later
one: the places of two samples, a seed and names of recipes; the answer has the p-value and seconds of each.
"""
import json
import sys
import time

import numpy as np
import torch
from torch import nn

answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer

from alibi_detect.cd import ClassifierDrift
from alibi_detect.version import __version__


def network():
    """The network of the library's own example for images of 32 px (doc/source/examples/cd_clf_cifar10.ipynb)."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 4, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(8, 16, 4, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 32, 4, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * 4 * 4, 2),
    )


def p_value(first, second, seed, settings):
    torch.manual_seed(seed)
    detector = ClassifierDrift(
        first, network(), backend="pytorch", p_val=0.05, preds_type="logits", seed=seed, device="cpu", **settings
    )
    return float(detector.predict(second)["data"]["p_val"])


def answer(**fields):
    print(json.dumps(fields), file=answers, flush=True)


def main():
    config = json.loads(sys.stdin.readline())
    side = config["side"]
    pixels = np.fromfile(config["file"], np.uint8).reshape(-1, side, side, 3)
    answer(version=__version__)
    for line in sys.stdin:
        asked = json.loads(line)
        samples = [np.ascontiguousarray(pixels[asked[part]].transpose(0, 3, 1, 2)) for part in ("first", "second")]
        outcomes = {}
        for name in asked["recipes"]:
            began = time.perf_counter()
            first, second = [sample.astype(np.float32) / 255 for sample in samples]
            p = p_value(first, second, asked["seed"], config["recipes"][name])
            outcomes[name] = {"p": p, "seconds": time.perf_counter() - began}
        answer(**outcomes)


main()
