"""Writes mixup.json: batches mixed by timm's Mixup with known lambdas and boxes, for tests/train/mixup_test.ts.

Run: pip install torch==2.14.1 timm==1.0.31; python tests/reference/mixup.py
Arrays are little-endian float32, base64; images [B, H, W, 3].
"""
import base64
import json
import pathlib

import numpy as np
import timm
import torch
from timm.data import mixup

B, HEIGHT, WIDTH, CLASSES, SMOOTHING = 4, 6, 8, 3, 0.1


def packed(tensor):
    return base64.b64encode(tensor.detach().numpy().astype("<f4").tobytes()).decode()


def record_boxes():
    """Keeps what timm draws: each box with the lambda before and after its correction."""
    drawn, original = [], mixup.cutmix_bbox_and_lam

    def recording(shape, lam, **options):
        box, corrected = original(shape, lam, **options)
        drawn.append({"box": [int(v) for v in box], "drawn": float(lam), "lambda": float(corrected)})
        return box, corrected

    mixup.cutmix_bbox_and_lam = recording
    return drawn, original


def case(seed, mode, mixup_alpha, cutmix_alpha):
    np.random.seed(seed)
    torch.manual_seed(seed)
    images, labels = torch.randn(B, 3, HEIGHT, WIDTH), torch.tensor([0, 2, 1, 1])
    drawn, original = record_boxes()
    mixer = mixup.Mixup(mixup_alpha, cutmix_alpha, mode=mode, label_smoothing=SMOOTHING, num_classes=CLASSES)
    params = mixer._params_per_elem if mode == "elem" else mixer._params_per_batch
    kept = {}

    def recording(*arguments):
        lam, cut = params(*arguments)
        kept["lam"], kept["cut"] = np.array(lam, dtype=float), np.array(cut)
        return lam, cut

    setattr(mixer, params.__name__, recording)
    mixed, targets = mixer(images.clone(), labels)
    mixup.cutmix_bbox_and_lam = original
    lams, cuts = np.broadcast_to(kept["lam"], B), np.broadcast_to(kept["cut"], B)
    boxes = iter(drawn if mode == "elem" else drawn * B)
    plan = []
    for lam, cut in zip(lams, cuts):
        found = next(boxes) if cut else None
        plan.append({"lambda": found["lambda"] if found else float(lam), "box": found["box"] if found else None})
    return {"mode": mode, "images": packed(images.permute(0, 2, 3, 1)), "labels": labels.tolist(), "plan": plan,
            "mixed": packed(mixed.permute(0, 2, 3, 1)), "targets": packed(targets)}


def boxes():
    """timm's rand_bbox as a function of lambda and the centre that it draws."""
    cases = []
    for lam, cy, cx in ((0.5, 3, 4), (0.9, 0, 7), (0.02, 5, 0), (1.0, 2, 2), (0.37, 1, 6)):
        drawn = iter((cy, cx))
        original, np.random.randint = np.random.randint, lambda *_, **__: next(drawn)
        box, corrected = mixup.cutmix_bbox_and_lam((3, HEIGHT, WIDTH), lam)
        np.random.randint = original
        cases.append({"lambda": lam, "centre": [cy, cx], "box": [int(v) for v in box], "corrected": float(corrected)})
    return cases


result = {"timm": timm.__version__, "height": HEIGHT, "width": WIDTH, "classes": CLASSES, "smoothing": SMOOTHING,
          "cases": [case(1, "batch", 0.8, 0.0), case(2, "batch", 0.0, 1.0), case(3, "elem", 0.8, 1.0),
                    case(4, "elem", 0.8, 0.0)],
          "boxes": boxes()}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")
