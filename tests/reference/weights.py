"""Writes weights_*.safetensors and weights.json: tiny networks as timm makes them, and their logits, for tests/models/weights/weight_file_test.ts.

Run: pip install torch==2.14.1 torchvision==0.29.1 timm==1.0.31 safetensors==0.8.0; python tests/reference/weights.py
Arrays are little-endian float32, base64. With a file, `python tests/reference/weights.py NAME FILE` instead opens it strictly as
the network NAME and prints the logits of the fixture's images.
"""
import base64
import json
import pathlib
import sys

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from timm.layers.pos_embed import resample_abs_pos_embed
from timm.models.convnext import ConvNeXt
from timm.models.resnet import BasicBlock, ResNet
from timm.models.vision_transformer import VisionTransformer

FOLDER = pathlib.Path(__file__).parent
CLASSES, SIDE = 3, 32

NETWORKS = {
    "convnext": lambda: ConvNeXt(num_classes=CLASSES, depths=(1, 1, 2, 1), dims=(4, 6, 8, 10), patch_size=4, ls_init_value=0.5),
    "resnet": lambda: ResNet(BasicBlock, (1, 1, 1, 1), num_classes=CLASSES, channels=(4, 6, 8, 10), stem_width=4),
    "vit": lambda: VisionTransformer(img_size=SIDE, patch_size=8, embed_dim=8, depth=2, num_heads=2, num_classes=CLASSES),
}


def packed(tensor):
    return base64.b64encode(tensor.detach().numpy().astype("<f4").tobytes()).decode()


def unpacked(text, shape):
    return torch.from_numpy(np.frombuffer(base64.b64decode(text), "<f4").copy()).reshape(shape)


def images_of(fixture):
    return unpacked(fixture["images"], (2, SIDE, SIDE, 3)).permute(0, 3, 1, 2)


def write():
    torch.manual_seed(0)
    images = torch.randn(2, SIDE, SIDE, 3)
    fixture = {"imageSize": SIDE, "images": packed(images), "logits": {}}
    for name, make in NETWORKS.items():
        net = make()
        for key, value in net.state_dict().items():
            if "num_batches" not in key:
                value.normal_(std=0.3)
            if key.endswith("running_var"):
                value.abs_().add_(0.5)
        save_file(net.state_dict(), FOLDER / f"weights_{name}.safetensors", {"format": "pt"})
        fixture["logits"][name] = packed(net.eval()(images_of(fixture)))
    positions = torch.randn(1, 1 + 4 * 4, 2)
    grids = {side: packed(resample_abs_pos_embed(positions, [side, side])) for side in (1, 3, 4, 5, 9)}
    plain = resample_abs_pos_embed(positions[:, 1:], [7, 7], num_prefix_tokens=0)
    fixture["positions"] = {"side": 4, "dim": 2, "values": packed(positions), "resampled": grids, "withoutPrefix7": packed(plain)}
    (FOLDER / "weights.json").write_text(json.dumps(fixture, indent=1) + "\n")


def open_strictly(name, path):
    net = NETWORKS[name]()
    net.load_state_dict(load_file(path), strict=True)
    fixture = json.loads((FOLDER / "weights.json").read_text())
    print(packed(net.eval()(images_of(fixture))))


if len(sys.argv) == 3:
    open_strictly(*sys.argv[1:])
else:
    write()
