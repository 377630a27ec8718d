"""Writes models.json: what timm, torchvision and PyTorch compute, for tests/models/ to compare with.

Run: pip install torch==2.14.1 torchvision==0.29.1 timm==1.0.31; python tests/reference/models.py
Weights and images are a formula of name and index (see `values`), so that only results are stored: of each tensor up to 64
values, evenly spaced in PyTorch's order, and the largest magnitude. Arrays are little-endian float32, base64.
"""
import base64
import hashlib
import json
import math
import pathlib

import numpy as np
import timm
import torch
import torch.nn as nn
import torch.nn.functional as F
import torchvision.models as tv
from timm.layers import set_fused_attn
from timm.models.convnext import ConvNeXt
from timm.models.resnet import BasicBlock, Bottleneck, ResNet
from timm.models.vision_transformer import Block, VisionTransformer
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models.vgg import make_layers

set_fused_attn(False)
B, CLASSES, SAMPLES = 3, 4, 64


def uniform(name, count):
    """Numbers in [-1, 1), the same in every language."""
    key = 0
    for character in name:
        key = (key * 31 + ord(character)) % 1000
    wave = np.sin((np.arange(count, dtype=np.float64) + 1) * 12.9898 + key * 0.078) * 43758.5453
    return 2 * (wave - np.floor(wave)) - 1


def values(name, shape):
    """A tensor's values in PyTorch's order: variances and scales near 1, weights that keep the size of what goes through."""
    u = uniform(name, math.prod(shape))
    if name.endswith("running_var"):
        u = 1 + 0.5 * u
    elif len(shape) == 1 and name.endswith("weight"):
        u = 1 + 0.3 * u
    elif len(shape) in (2, 4):
        u = math.sqrt(3 / math.prod(shape[1:])) * u
    else:
        u = 0.3 * u
    return torch.from_numpy(u.astype(np.float32)).reshape(shape)


def packed(tensor):
    return base64.b64encode(tensor.detach().contiguous().numpy().astype("<f4").tobytes()).decode()


def sampled(tensor):
    flat = tensor.detach().reshape(-1)
    count = min(len(flat), SAMPLES)
    places = [k * len(flat) // count for k in range(count)]
    return {"size": len(flat), "largest": flat.abs().max().item(), "values": packed(flat[places])}


def fill(net, fixed=()):
    for name, tensor in net.state_dict().items():
        if tensor.dtype == torch.float32 and name not in fixed:
            tensor.copy_(values(name, tensor.shape))


def images_of(size):
    return torch.from_numpy(uniform("images", B * size * size * 3).astype(np.float32) * 1.7).reshape(B, size, size, 3).permute(
        0, 3, 1, 2).contiguous()


def classifier(net, config, size, fixed=()):
    fill(net, fixed)
    images = images_of(size)
    targets = torch.full((B, CLASSES), 0.1 / CLASSES)
    targets[torch.arange(B), torch.tensor([0, 2, 3])] += 0.9
    with torch.no_grad():
        logits = net.eval()(images)
    loss = F.cross_entropy(net.train()(images), targets)
    loss.backward()
    running = {name: packed(buffer) for name, buffer in net.named_buffers() if "running" in name}
    return {"config": config, "imageSize": size, "logits": packed(logits), "loss": loss.item(), "running": running,
            "gradients": {name: sampled(p.grad) for name, p in net.named_parameters() if p.requires_grad}}


def convnexts():
    for conv_mlp in (False, True):
        config = {"family": "convnext", "depths": [1, 1, 2, 1], "dims": [4, 6, 8, 10], "patch": 4, "layerScale": 0.5,
                  "dropPath": 0, "convMlp": conv_mlp}
        net = ConvNeXt(num_classes=CLASSES, depths=(1, 1, 2, 1), dims=(4, 6, 8, 10), patch_size=4, conv_mlp=conv_mlp)
        yield ("convnext, convMlp" if conv_mlp else "convnext"), classifier(net, config, 64)


def resnets():
    dims = (4, 6, 8, 10)
    config = {"family": "resnet", "dims": list(dims), "stemDim": 64}
    for block, name in ((BasicBlock, "basic"), (Bottleneck, "bottleneck")):
        net = ResNet(block, (1, 1, 2, 1), num_classes=CLASSES, channels=dims)
        yield f"resnet, {name}", classifier(net, {**config, "block": name, "depths": [1, 1, 2, 1], "stem": "7x7"}, 50)
    net = ResNet(BasicBlock, (1, 1, 1, 1), num_classes=CLASSES, channels=dims)
    net.conv1, net.maxpool = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.Identity()
    yield "resnet, 3x3 stem", classifier(net, {**config, "block": "basic", "depths": [1, 1, 1, 1], "stem": "3x3"}, 17)


def vits():
    config = {"family": "vit", "patch": 8, "dim": 12, "depth": 2, "heads": 3, "dropPath": 0}
    sizes = dict(img_size=24, patch_size=8, embed_dim=12, depth=2, num_heads=3, num_classes=CLASSES)
    yield "vit, class token", classifier(
        VisionTransformer(**sizes), {**config, "classToken": True, "pooling": "token", "positions": "learnt"}, 24)
    yield "vit, mean over patches", classifier(
        VisionTransformer(**sizes, global_pool="avg"), {**config, "classToken": True, "pooling": "mean", "positions": "learnt"}, 24)
    net = VisionTransformer(**sizes, class_token=False, global_pool="avg")
    net.pos_embed = nn.Parameter(sin_cos(12, 3)[None], requires_grad=False)
    yield "vit, fixed positions", classifier(
        net, {**config, "classToken": False, "pooling": "mean", "positions": "sincos"}, 24, fixed=["pos_embed"])


def dense(flat, hidden, first_dropout):
    """torchvision's classifiers of AlexNet and VGG, narrow and without dropping."""
    drop = nn.Dropout(0)
    widths = [nn.Linear(flat, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, CLASSES)]
    if first_dropout:
        return nn.Sequential(drop, widths[0], nn.ReLU(), drop, widths[1], nn.ReLU(), widths[2])
    return nn.Sequential(widths[0], nn.ReLU(), drop, widths[1], nn.ReLU(), drop, widths[2])


def alexnet():
    dims = [4, 6, 8, 6, 5]
    net = tv.AlexNet(num_classes=CLASSES)
    inputs = 3
    for place, dim in zip((0, 3, 6, 8, 10), dims):
        of = net.features[place]
        net.features[place] = nn.Conv2d(inputs, dim, of.kernel_size, of.stride, of.padding)
        inputs = dim
    net.classifier = dense(dims[-1] * 36, 12, True)
    config = {"family": "alexnet", "dims": dims, "stem": {"size": 11, "stride": 4}, "pool": 6, "hidden": 12, "dropout": 0}
    return classifier(net, config, 100)


def vggs():
    for batch_norm in (False, True):
        with torch.device("meta"):
            net = tv.VGG(nn.Identity(), num_classes=CLASSES)
        net.features = make_layers([4, "M", 6, 6, "M", 8, "M"], batch_norm)
        net.avgpool, net.classifier = nn.AdaptiveAvgPool2d(3), dense(8 * 9, 12, False)
        config = {"family": "vgg", "dims": [[4], [6, 6], [8]], "batchNorm": batch_norm, "pool": 3, "hidden": 12, "dropout": 0}
        yield ("vgg, batch norm" if batch_norm else "vgg"), classifier(net, config, 42)


def sin_cos(channels, side, token=False):
    """Section "Positional embeddings" of MAE's code release: sines and cosines of the column, then of the row."""
    half = channels // 2
    rates = 1 / 10000 ** (np.arange(half // 2) / (half / 2))
    row, column = np.divmod(np.arange(side * side), side)
    parts = [wave(np.outer(place, rates)) for place in (column, row) for wave in (np.sin, np.cos)]
    table = torch.from_numpy(np.concatenate(parts, 1).astype(np.float32))
    return torch.cat([torch.zeros(1, channels), table]) if token else table


class Mae(nn.Module):
    """Section 3 of arXiv 2111.06377, with the names of the authors' release."""

    def __init__(self, side, patch, dim, depth, heads, decoder_dim, decoder_depth, decoder_heads):
        super().__init__()
        norm = lambda width, **where: nn.LayerNorm(width, eps=1e-6, **where)
        blocks = lambda width, count, heads: nn.ModuleList(
            [Block(width, heads, qkv_bias=True, norm_layer=norm) for _ in range(count)])
        self.patch = patch
        self.cls_token, self.mask_token = nn.Parameter(torch.zeros(1, 1, dim)), nn.Parameter(torch.zeros(1, 1, decoder_dim))
        self.pos_embed = nn.Parameter(sin_cos(dim, side, True)[None], requires_grad=False)
        self.decoder_pos_embed = nn.Parameter(sin_cos(decoder_dim, side, True)[None], requires_grad=False)
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, dim, patch, patch)})
        self.blocks, self.norm = blocks(dim, depth, heads), norm(dim)
        self.decoder_embed = nn.Linear(dim, decoder_dim)
        self.decoder_blocks, self.decoder_norm = blocks(decoder_dim, decoder_depth, decoder_heads), norm(decoder_dim)
        self.decoder_pred = nn.Linear(decoder_dim, 3 * patch ** 2)

    def forward(self, images, noise, visible):
        count, patches = noise.shape
        x = self.patch_embed["proj"](images).flatten(2).transpose(1, 2) + self.pos_embed[:, 1:]
        order = noise.argsort(1)
        seen = torch.zeros(count, patches, dtype=torch.bool).scatter(1, order[:, :visible], True)
        encoded = []
        for image in range(count):  # one by one: slow and plain
            tokens = torch.cat([self.cls_token[0] + self.pos_embed[0, :1], x[image, seen[image]]])[None]
            for block in self.blocks:
                tokens = block(tokens)
            tokens = self.decoder_embed(self.norm(tokens))[0]
            full = self.mask_token[0].repeat(patches, 1)
            full[seen[image]] = tokens[1:]
            encoded.append(torch.cat([tokens[:1], full]))
        y = torch.stack(encoded) + self.decoder_pos_embed
        for block in self.decoder_blocks:
            y = block(y)
        prediction = self.decoder_pred(self.decoder_norm(y))[:, 1:]
        side, p = images.shape[2] // self.patch, self.patch
        pixels = images.reshape(count, 3, side, p, side, p).permute(0, 2, 4, 3, 5, 1).reshape(count, patches, -1)
        target = (pixels - pixels.mean(-1, keepdim=True)) / (pixels.var(-1, keepdim=True) + 1e-6).sqrt()
        return prediction, ((prediction - target) ** 2).mean(-1)[~seen].mean(), (~seen).float()


def mae():
    net = Mae(4, 4, 12, 2, 3, 8, 1, 2)
    fill(net, fixed=["pos_embed", "decoder_pos_embed"])
    noise = torch.from_numpy(uniform("noise", B * 16).astype(np.float32)).reshape(B, 16)
    prediction, loss, mask = net(images_of(16), noise, 4)
    loss.backward()
    config = {"family": "mae", "patch": 4, "encoder": {"dim": 12, "depth": 2, "heads": 3},
              "decoder": {"dim": 8, "depth": 1, "heads": 2}, "maskRatio": 0.75}
    positions = {name: packed(getattr(net, name)) for name in ("pos_embed", "decoder_pos_embed")}
    return {"config": config, "imageSize": 16, "prediction": sampled(prediction), "loss": loss.item(), "mask": packed(mask),
            "positions": positions,
            "gradients": {name: sampled(p.grad) for name, p in net.named_parameters() if p.requires_grad}}


def published(name):
    """Parameters, multiply-adds at 224 px, and a digest of the names and shapes of all tensors of a network at 1000 classes."""
    with torch.device("meta"):
        net = getattr(tv, name)() if name.startswith(("alexnet", "vgg")) else timm.create_model(name)
        with FlopCounterMode(display=False) as counter:
            net.eval()(torch.empty(1, 3, 224, 224))
    lines = sorted(f"{key} {list(tensor.shape)}" for key, tensor in net.state_dict().items() if "num_batches" not in key)
    digest = hashlib.sha256("\n".join(lines).replace(" ", "").encode()).hexdigest()
    return {"parameters": sum(p.numel() for p in net.parameters()), "multiplyAdds": counter.get_total_flops() // 2,
            "tensors": digest}


NAMES = ["alexnet", "vgg11", "vgg11_bn", "vgg16", "vgg16_bn", "resnet18", "resnet34", "resnet50", "resnet101",
         "vit_tiny_patch16_224", "vit_small_patch16_224", "vit_base_patch16_224", "convnext_atto", "convnext_femto",
         "convnext_pico", "convnext_nano", "convnext_tiny", "convnext_small", "convnext_base"]

fixture = {"published": {name: published(name) for name in NAMES},
           "classifiers": {**dict(convnexts()), **dict(resnets()), **dict(vits()), "alexnet": alexnet(), **dict(vggs())},
           "mae": mae()}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixture, indent=1) + "\n")
