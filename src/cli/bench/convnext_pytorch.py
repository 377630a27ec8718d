"""The peer of `deno task bench train`: the same ConvNeXt and optimizer in PyTorch.

Reads one JSON line, {"depths", "dims", "patch", "layerScale", "classes", "batch", "image", "threads"}, then takes a
number of training steps for each further line, "<precision> <steps>", and answers with the seconds that they took.
Precisions: float32, bfloat16 (autocast).
"""
import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


class LayerNorm(nn.LayerNorm):
    """Over the channels of NCHW; a permutation of a channels_last tensor costs nothing."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Block(nn.Module):
    def __init__(self, dim, layer_scale):
        super().__init__()
        self.conv_dw = nn.Conv2d(dim, dim, 7, padding=3, groups=dim)
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.fc1 = nn.Linear(dim, 4 * dim)
        self.fc2 = nn.Linear(4 * dim, dim)
        self.gamma = nn.Parameter(torch.full((dim,), float(layer_scale)))

    def forward(self, x):
        y = self.norm(self.conv_dw(x).permute(0, 2, 3, 1))
        y = self.gamma * self.fc2(F.gelu(self.fc1(y)))
        return x + y.permute(0, 3, 1, 2)


class ConvNeXt(nn.Module):
    def __init__(self, depths, dims, patch, layer_scale, classes):
        super().__init__()
        layers = [nn.Conv2d(3, dims[0], patch, patch), LayerNorm(dims[0], eps=1e-6)]
        for stage, (depth, dim) in enumerate(zip(depths, dims)):
            if stage:
                layers += [LayerNorm(dims[stage - 1], eps=1e-6), nn.Conv2d(dims[stage - 1], dim, 2, 2)]
            layers += [Block(dim, layer_scale) for _ in range(depth)]
        self.body = nn.Sequential(*layers)
        self.norm = nn.LayerNorm(dims[-1], eps=1e-6)
        self.head = nn.Linear(dims[-1], classes)

    def forward(self, x):
        return self.head(self.norm(self.body(x).mean([2, 3])))


def main():
    config = json.loads(sys.stdin.readline())
    torch.set_num_threads(config["threads"])
    torch.manual_seed(0)
    net = ConvNeXt(config["depths"], config["dims"], config["patch"], config["layerScale"], config["classes"])
    net = net.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.3)
    batch, image = config["batch"], config["image"]
    images = torch.randn(batch, 3, image, image).to(memory_format=torch.channels_last)
    labels = torch.arange(batch) % config["classes"]

    def step(precision):
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
            loss = F.cross_entropy(net(images), labels, label_smoothing=0.1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    parameters = sum(p.numel() for p in net.parameters())
    print(json.dumps({"torch": torch.__version__, "parameters": parameters}), flush=True)
    for line in sys.stdin:
        precision, steps = line.split()
        start = time.perf_counter()
        for _ in range(int(steps)):
            step(precision)
        print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)


main()
