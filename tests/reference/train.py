"""Writes train.json: what PyTorch and timm compute, for tests/models/ and tests/train/ to compare with.

Run: pip install torch==2.14.1 torchvision==0.29.1 timm==1.0.31; python tests/reference/train.py
Arrays are little-endian float32, base64.
"""
import base64
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from timm.models.convnext import ConvNeXt

torch.manual_seed(0)


def packed(tensor):
    return base64.b64encode(tensor.detach().numpy().astype("<f4").tobytes()).decode()


def tensorflow_layout(name, tensor):
    """PyTorch's [out, in, h, w] and [out, in] as TensorFlow's [h, w, in, out] and [in, out]; depthwise [h, w, channels, 1]."""
    if tensor.ndim == 4:
        return tensor.permute(2, 3, 0, 1) if "conv_dw" in name else tensor.permute(2, 3, 1, 0)
    return tensor.T if tensor.ndim == 2 else tensor


def convnext():
    net = ConvNeXt(num_classes=3, depths=(1, 1, 2, 1), dims=(4, 6, 8, 10), patch_size=4, ls_init_value=0.5)
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    images = torch.randn(2, 3, 64, 64)
    targets = torch.full((2, 3), 0.1 / 3)
    targets[torch.arange(2), torch.tensor([0, 2])] += 0.9
    logits = net(images)
    loss = F.cross_entropy(logits, targets)
    loss.backward()
    tensors = {name: {"value": packed(tensorflow_layout(name, p)), "gradient": packed(tensorflow_layout(name, p.grad))}
               for name, p in net.named_parameters()}
    return {"config": {"family": "convnext", "depths": [1, 1, 2, 1], "dims": [4, 6, 8, 10], "patch": 4, "layerScale": 0.5,
                       "dropPath": 0},
            "images": packed(images.permute(0, 2, 3, 1)), "imageSize": 64, "targets": packed(targets),
            "logits": packed(logits), "loss": loss.item(), "tensors": tensors}


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


fixture = {"convnext": convnext(), "adamw": adamw(), "cosine": cosine(), "clipping": clipping()}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixture, indent=1) + "\n")
