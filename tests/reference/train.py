"""Writes train.json: what PyTorch computes, for tests/train/ to compare with.

Run: pip install torch==2.14.1; python tests/reference/train.py
Arrays are little-endian float32, base64.
"""
import base64
import json
import math
import pathlib

import numpy as np
import torch

torch.manual_seed(0)


def packed(tensor):
    return base64.b64encode(tensor.detach().numpy().astype("<f4").tobytes()).decode()


def adamw(steps=20, size=6):
    decayed, free = torch.randn(size), torch.randn(size)
    parameters = [torch.nn.Parameter(decayed.clone()), torch.nn.Parameter(free.clone())]
    optimizer = torch.optim.AdamW([{"params": parameters[:1], "weight_decay": 0.3},
                                   {"params": parameters[1:], "weight_decay": 0.0}], betas=(0.9, 0.95))
    gradients, rates = torch.randn(steps, 2 * size), [1e-3 * (step + 1) / steps for step in range(steps)]
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rates[step]
        parameters[0].grad, parameters[1].grad = gradients[step, :size].clone(), gradients[step, size:].clone()
        optimizer.step()
    return {"start": packed(torch.cat([decayed, free])), "decay": [1] * size + [0] * size, "gradients": packed(gradients),
            "learningRates": rates, "end": packed(torch.cat([p.data for p in parameters]))}


def cosine(base=1e-3, minimum=1e-6, epochs=5, warmup=2, steps=4):
    """ConvNeXt's own schedule (utils.py, cosine_scheduler), a value a step."""
    ramp = np.linspace(0, base, warmup * steps + 1)[:-1]
    rest = np.arange((epochs - warmup) * steps)
    curve = [minimum + 0.5 * (base - minimum) * (1 + math.cos(math.pi * i / len(rest))) for i in rest]
    return {"epochs": epochs, "warmupEpochs": warmup, "stepsPerEpoch": steps, "learningRate": base,
            "values": list(ramp) + curve}


def clipping(size=5):
    gradient = torch.randn(size) * 3
    parameter = torch.nn.Parameter(torch.zeros(size))
    parameter.grad = gradient.clone()
    torch.nn.utils.clip_grad_norm_([parameter], 1.0)
    return {"gradient": packed(gradient), "norm": 1.0, "clipped": packed(parameter.grad)}


fixture = {"adamw": adamw(), "cosine": cosine(), "clipping": clipping()}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixture, indent=1) + "\n")
