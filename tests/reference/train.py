"""Writes train.json: what PyTorch and timm compute, for tests/train/ to compare with.

Run: pip install torch==2.14.1 torchvision==0.29.1 timm==1.0.31; python tests/reference/train.py
Arrays are little-endian float32, base64.
"""
import base64
import json
import pathlib

import torch
import torch.nn.functional as F
from timm.scheduler import CosineLRScheduler
from timm.utils import ModelEmaV3

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
    return {"start": packed(torch.cat([decayed, free])), "decayed": size, "gradients": packed(gradients),
            "learningRates": rates, "end": packed(torch.cat([p.data for p in parameters]))}


def cosine(base=1e-3, minimum=1e-6, epochs=5, warmup=2, steps=4):
    """timm's CosineLRScheduler, a value a step."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
    scheduler = CosineLRScheduler(optimizer, t_initial=(epochs - warmup) * steps, lr_min=minimum, warmup_t=warmup * steps,
                                warmup_lr_init=0, warmup_prefix=True, t_in_epochs=False)
    return {"epochs": epochs, "warmupEpochs": warmup, "stepsPerEpoch": steps, "learningRate": base,
            "values": [scheduler._get_lr(step)[0] for step in range(epochs * steps)]}


def smoothing(classes=4, share=0.1):
    """PyTorch's cross-entropy with label smoothing."""
    logits, labels = torch.randn(5, classes), torch.tensor([0, 3, 1, 1, 2])
    loss = F.cross_entropy(logits, labels, label_smoothing=share)
    return {"logits": packed(logits), "labels": labels.tolist(), "classes": classes, "share": share, "loss": loss.item()}


def average(decay=0.9, steps=4, size=5):
    """timm's moving average of the weights."""
    net = torch.nn.Linear(size, 1, bias=False)
    ema, values = ModelEmaV3(net, decay=decay), []
    for _ in range(steps):
        with torch.no_grad():
            net.weight += torch.randn(1, size)
        ema.update(net)
        values.append({"parameters": packed(net.weight[0]), "average": packed(ema.module.weight[0])})
    return {"decay": decay, "steps": values}


def clipping(size=5):
    gradient = torch.randn(size) * 3
    parameter = torch.nn.Parameter(torch.zeros(size))
    parameter.grad = gradient.clone()
    torch.nn.utils.clip_grad_norm_([parameter], 1.0)
    return {"gradient": packed(gradient), "norm": 1.0, "clipped": packed(parameter.grad)}


fixture = {"adamw": adamw(), "cosine": cosine(), "clipping": clipping(), "smoothing": smoothing(),
           "average": average()}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixture, indent=1) + "\n")
