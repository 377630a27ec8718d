"""Writes probes.json: what scikit-learn, PyTorch, timm and numpy compute, for tests/train/ and tests/interpret/ to compare with.

Run: pip install torch==2.14.1 timm==1.0.31 scikit-learn==1.9.1; python tests/reference/probes.py
Arrays are little-endian float32, base64.
"""
import base64
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.linear_model import LogisticRegression
from timm.layers import set_fused_attn
from timm.models.convnext import ConvNeXt
from timm.models.resnet import BasicBlock, ResNet
from timm.models.vision_transformer import VisionTransformer
from timm.optim import param_groups_layer_decay

set_fused_attn(False)
torch.manual_seed(0)
random = np.random.default_rng(0)


def packed(array):
    array = array.detach().numpy() if isinstance(array, torch.Tensor) else array
    return base64.b64encode(np.ascontiguousarray(array).astype("<f4").tobytes()).decode()


def logistic(rows=120, columns=6, classes=3):
    """Columns of very different means and spreads, one of them constant."""
    centres = random.normal(size=(classes, columns)) * 1.2
    labels = np.arange(rows) % classes
    spread, mean = 10.0 ** np.arange(-2, columns - 2), 3 * random.normal(size=columns)
    x = ((centres[labels] + random.normal(size=(rows, columns))) * spread + mean).astype(np.float32)
    x[:, 4] = 7
    x64 = x.astype(np.float64)
    std = x64.std(0)
    standard = (x64 - x64.mean(0)) / np.where(std > 0, std, 1)
    fits = []
    for l2 in [1e-1, 1e-3]:
        model = LogisticRegression(C=1 / (l2 * rows), tol=1e-10, max_iter=10000).fit(standard, labels)
        probabilities = model.predict_proba(standard)
        loss = -np.log(probabilities[np.arange(rows), labels]).mean() + l2 / 2 * (model.coef_ ** 2).sum()
        fits.append({"l2": l2, "weights": packed(model.coef_.T), "biases": packed(model.intercept_ - model.intercept_.mean()),
                     "probabilities": packed(probabilities), "objective": loss})
    return {"rows": rows, "columns": columns, "classes": classes, "x": packed(x), "labels": labels.tolist(),
            "std": packed(std), "mean": packed(x64.mean(0)), "fits": fits}


def lars(steps=20, inputs=5, outputs=3, momentum=0.9, weight_decay=0.01, trust=0.001):
    """MAE's description of LARS: matrices are decayed and scaled to trust * |w| / |g|, vectors are not; then momentum."""
    start = [torch.randn(inputs, outputs), torch.zeros(outputs)]
    gradients = [torch.randn(steps, inputs, outputs), torch.randn(steps, outputs)]
    gradients[0][3] = 0  # a matrix whose gradient is nothing but its decay
    rates = [6.4 * (step + 1) / steps for step in range(steps)]
    values, velocities = [p.clone() for p in start], [torch.zeros_like(p) for p in start]
    for step, rate in enumerate(rates):
        for i, value in enumerate(values):
            update = gradients[i][step].clone()
            if value.ndim > 1:
                update = update + weight_decay * value
                norms = value.norm(), update.norm()
                update = update * (trust * norms[0] / norms[1] if min(norms) > 0 else 1)
            velocities[i] = momentum * velocities[i] + update
            values[i] = value - rate * velocities[i]
    return {"momentum": momentum, "weightDecay": weight_decay, "trustCoefficient": trust, "learningRates": rates,
            "inputs": inputs, "outputs": outputs, "start": [packed(p) for p in start],
            "gradients": [packed(g) for g in gradients], "end": [packed(p) for p in values]}


def batch_norm_probe(rows=16, columns=4, classes=3, steps=3, rate=0.5):
    """A few steps of BatchNorm1d(affine=False, eps=1e-6) and a linear layer, by plain SGD with momentum."""
    norm, linear = torch.nn.BatchNorm1d(columns, affine=False, eps=1e-6), torch.nn.Linear(columns, classes)
    net = torch.nn.Sequential(norm, linear)
    weight, bias = linear.weight.detach().clone(), linear.bias.detach().clone()
    x = torch.randn(steps, rows, columns) * torch.tensor([1e-3, 1.0, 5.0, 100.0]) + 2
    labels = torch.randint(classes, (steps, rows))
    optimizer, losses = torch.optim.SGD(net.parameters(), lr=rate, momentum=0.9), []
    for step in range(steps):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x[step]), labels[step])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    net.eval()
    return {"rows": rows, "columns": columns, "classes": classes, "rate": rate, "momentum": 0.9, "weight": packed(weight.T),
            "bias": packed(bias), "x": packed(x), "labels": labels.tolist(), "losses": losses,
            "logits": packed(net(x[0])), "mean": packed(norm.running_mean), "variance": packed(norm.running_var)}


def layer_decay(decay=0.7):
    """timm's scale of the learning rate of every parameter, by name."""
    vit = VisionTransformer(img_size=8, patch_size=4, embed_dim=8, depth=3, num_heads=2, num_classes=3)
    pooled = VisionTransformer(img_size=8, patch_size=4, embed_dim=8, depth=2, num_heads=2, num_classes=3, global_pool="avg",
                               class_token=False)
    convnext = ConvNeXt(num_classes=3, depths=(1, 2, 2, 1), dims=(4, 6, 8, 10))
    scales = {}
    for name, net in {"vit": vit, "vit_pooled": pooled, "convnext": convnext}.items():
        names = {id(p): n for n, p in net.named_parameters()}
        groups = param_groups_layer_decay(net, layer_decay=decay)
        scales[name] = {names[id(p)]: group["lr_scale"] for group in groups for p in group["params"]}
    return {"decay": decay, "scales": scales}


def scaled_adamw(steps=5, size=4):
    start, gradients = torch.randn(size), torch.randn(steps, size)
    scales = [1.0, 0.5, 0.25, 0.1]
    parameters = [torch.nn.Parameter(start[i:i + 1].clone()) for i in range(size)]
    groups = [{"params": [p], "lr": 1e-2 * scale} for p, scale in zip(parameters, scales)]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.3, betas=(0.9, 0.95))
    for step in range(steps):
        for i, p in enumerate(parameters):
            p.grad = gradients[step, i:i + 1].clone()
        optimizer.step()
    return {"start": packed(start), "gradients": packed(gradients), "scales": scales, "learningRate": 1e-2,
            "end": packed(torch.cat([p.data for p in parameters]))}


def rollout(blocks=4, heads=3, tokens=5):
    """Abnar & Zuidema 2020, equation 1, with heads averaged: 0.5 A + 0.5 I, rows summing to 1, multiplied up."""
    attention = torch.randn(2, blocks, heads, tokens, tokens).mul(2).softmax(-1).numpy().astype(np.float64)
    results = []
    for image in attention:
        joint = np.eye(tokens)
        for block in image:
            mixed = 0.5 * block.mean(0) + 0.5 * np.eye(tokens)
            joint = (mixed / mixed.sum(-1, keepdims=True)) @ joint
        results.append(joint)
    return {"blocks": blocks, "heads": heads, "tokens": tokens, "attention": packed(attention),
            "rollout": packed(np.stack(results))}


def pca(rows=60, columns=8, components=3):
    x = (random.normal(size=(rows, columns)) @ random.normal(size=(columns, columns)) + 20).astype(np.float32)
    centred = x.astype(np.float64) - x.astype(np.float64).mean(0)
    _, singular, axes = np.linalg.svd(centred, full_matrices=False)
    return {"rows": rows, "columns": columns, "components": components, "x": packed(x), "axes": packed(axes[:components]),
            "variances": list(singular[:components] ** 2 / (rows - 1)), "projected": packed(centred @ axes[:components].T),
            "share": list((singular ** 2 / (singular ** 2).sum())[:components])}


def uniform(name, count):
    """The numbers of models.py: in [-1, 1), the same in every language."""
    key = 0
    for character in name:
        key = (key * 31 + ord(character)) % 1000
    wave = np.sin((np.arange(count, dtype=np.float64) + 1) * 12.9898 + key * 0.078) * 43758.5453
    return 2 * (wave - np.floor(wave)) - 1


def fill(net):
    """The weights of models.py."""
    for name, tensor in net.state_dict().items():
        if tensor.dtype != torch.float32:
            continue
        u, shape = uniform(name, tensor.numel()), tensor.shape
        if name.endswith("running_var"):
            u = 1 + 0.5 * u
        elif len(shape) == 1 and name.endswith("weight"):
            u = 1 + 0.3 * u
        else:
            u = (math.sqrt(3 / math.prod(shape[1:])) if len(shape) in (2, 4) else 0.3) * u
        tensor.copy_(torch.from_numpy(u.astype(np.float32)).reshape(shape))
    return net.eval()


def images_of(size, count=3):
    flat = uniform("images", count * size * size * 3).astype(np.float32) * 1.7
    return torch.from_numpy(flat).reshape(count, size, size, 3).permute(0, 3, 1, 2).contiguous()


def grad_cam(net, layers, size, classes=(0, 2, 1)):
    """Selvaraju et al. 2017, equations 1 and 2, by PyTorch's own gradients."""
    fill(net)
    outputs = {}

    def keep(name):
        def hook(_, __, y):
            y.retain_grad()
            outputs[name] = y
        return hook

    for name in layers:
        net.get_submodule(name).register_forward_hook(keep(name))
    logits = net(images_of(size))
    logits[torch.arange(len(classes)), list(classes)].sum().backward()
    maps = {name: (y.grad.mean((2, 3), keepdim=True) * y).sum(1).relu() for name, y in outputs.items()}
    return {"imageSize": size, "classes": list(classes), "said": logits.argmax(1).tolist(),
            "maps": {name: {"side": m.shape[-1], "values": packed(m)} for name, m in maps.items()}}


def grad_cams():
    convnext = ConvNeXt(num_classes=4, depths=(1, 1, 1, 1), dims=(4, 6, 8, 10), patch_size=4, ls_init_value=0.5)
    resnet = ResNet(BasicBlock, (1, 1, 1, 1), num_classes=4, channels=(4, 6, 8, 10))
    return {"convnext": {"config": {"family": "convnext", "depths": [1, 1, 1, 1], "dims": [4, 6, 8, 10], "patch": 4, "layerScale": 0.5,
                                    "dropPath": 0},
                         **grad_cam(convnext, ["stages.1", "stages.3"], 64)},
            "resnet": {"config": {"family": "resnet", "block": "basic", "depths": [1, 1, 1, 1], "dims": [4, 6, 8, 10],
                                  "stemDim": 64, "stem": "7x7"},
                       **grad_cam(resnet, ["layer2", "layer4"], 64)}}


def vit_rollout(size=16, depth=3):
    """Rollout of timm's own attention matrices: the class token's row."""
    net = fill(VisionTransformer(img_size=size, patch_size=4, embed_dim=12, depth=depth, num_heads=3, num_classes=4))
    matrices = []
    for block in net.blocks:
        block.attn.attn_drop.register_forward_hook(lambda _, x, __: matrices.append(x[0].detach().numpy().astype(np.float64)))
    with torch.no_grad():
        net(images_of(size))
    joint = np.eye(17)
    for block in matrices:
        joint = (0.5 * block.mean(1) + 0.5 * np.eye(17)) @ joint
    return {"config": {"family": "vit", "patch": 4, "dim": 12, "depth": depth, "heads": 3, "classToken": True,
                       "pooling": "token", "positions": "learnt", "dropPath": 0},
            "imageSize": size, "rollout": packed(joint[:, 0, 1:])}


fixture = {"logistic": logistic(), "lars": lars(), "batchNormProbe": batch_norm_probe(), "layerDecay": layer_decay(),
           "scaledAdamW": scaled_adamw(), "rollout": rollout(), "pca": pca(), "gradCam": grad_cams(),
           "vitRollout": vit_rollout()}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixture, indent=1) + "\n")
