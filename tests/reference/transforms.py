"""Writes transforms.json: small images transformed by timm, torchvision and Pillow, for tests/images/.

Run: pip install torch==2.14.1 torchvision==0.29.1 timm==1.0.31 pillow==13.0.0; python tests/reference/transforms.py
Pixels are base64, 8 bits a value, rows from the top, the channels of a pixel together.
"""
import base64
import json
import pathlib

import PIL
import timm
import torchvision
import torchvision.transforms.functional as TF
from PIL import Image, ImageFilter
from timm.data import auto_augment

WIDTH, HEIGHT = 20, 16
FILL = {"RGB": (124, 116, 104), "L": 117}
FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def noise(count, seed):
    """Bytes of a linear congruential generator: hard edges everywhere, the same on every machine."""
    state, values = seed, bytearray()
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        values.append(state >> 23)
    return bytes(values)


def drawing(channels):
    """A gradient that does not reach black and white, with a dark disc and a light bar: what a picture is like."""
    values = bytearray()
    for y in range(HEIGHT):
        for x in range(WIDTH):
            inside = (x - 7) ** 2 + (y - 8) ** 2 < 20
            bar = 13 <= x < 16
            for c in range(channels):
                value = 60 + 6 * x + 3 * y - 20 * c
                values.append(25 + 15 * c if inside else 230 - 30 * c if bar else value)
    return bytes(values)


IMAGES = {
    "noise": Image.frombytes("RGB", (WIDTH, HEIGHT), noise(WIDTH * HEIGHT * 3, 1)),
    "drawing": Image.frombytes("RGB", (WIDTH, HEIGHT), drawing(3)),
    "grey": Image.frombytes("L", (WIDTH, HEIGHT), drawing(1)),
}


def packed(image):
    return base64.b64encode(image.tobytes()).decode()


def argument(name, magnitude, sign):
    level = auto_augment.LEVEL_TO_ARG[name]
    if level is None:
        return ()
    auto_augment._randomly_negate = lambda value: sign * value
    return level(magnitude, {})


AFFINE = ("Rotate", "ShearX", "ShearY", "TranslateXRel", "TranslateYRel")


def operation(name, image, magnitude, sign, interpolation):
    source = IMAGES[image]
    args = argument(name, magnitude, sign)
    result = auto_augment.NAME_TO_OP[name](
        source, *args, fillcolor=FILL[source.mode], resample=FILTERS[interpolation])
    return {"name": name, "image": image, "magnitude": magnitude, "sign": sign, "interpolation": interpolation,
            "argument": args[0] if args else 0, "expected": packed(result)}


def operations():
    for name in auto_augment._RAND_INCREASING_TRANSFORMS:
        for image in IMAGES:
            for magnitude, sign in ((3, 1), (9, -1)):
                if auto_augment.LEVEL_TO_ARG[name] is None and magnitude == 3:
                    continue
                for interpolation in (FILTERS if name in AFFINE else ("bilinear",)):
                    yield operation(name, image, magnitude, sign, interpolation)
    for name in ("Brightness", "Contrast", "Color", "Sharpness"):  # a factor above 1
        yield operation(name + "Increasing", "drawing", 9, 1, "bilinear")


def arguments():
    names = auto_augment._RAND_TRANSFORMS + auto_augment._RAND_INCREASING_TRANSFORMS
    return [{"name": name, "magnitude": magnitude, "sign": sign, "argument": argument(name, magnitude, sign)[0]}
            for name in names if auto_augment.LEVEL_TO_ARG[name] is not None
            for magnitude in (0, 0.3, 2.5, 5, 8.7, 9.6, 10) for sign in (1, -1)]


def hues():
    return [{"image": image, "shift": shift, "expected": packed(TF.adjust_hue(IMAGES[image], shift))}
            for image in IMAGES for shift in (-0.37, 0.0, 0.1, 0.5)]


def factors():
    """torchvision's changes of colour at factors beyond RandAugment's."""
    changes = {"brightness": TF.adjust_brightness, "contrast": TF.adjust_contrast, "saturation": TF.adjust_saturation}
    return [{"name": name, "image": image, "factor": factor, "expected": packed(change(IMAGES[image], factor))}
            for name, change in changes.items() for image in ("drawing", "grey") for factor in (0.0, 0.45, 2.7)]


def blurs():
    return [{"image": image, "radius": radius, "expected": packed(IMAGES[image].filter(ImageFilter.GaussianBlur(radius)))}
            for image in IMAGES for radius in (0.3, 0.75, 1.25, 3, 5, 12)]


def resizes():
    boxes = [(0, 0, 20, 16, 9, 9), (3, 2, 11, 9, 16, 16), (1, 0, 18, 7, 8, 24)]
    return [{"image": image, "box": dict(zip(("left", "top", "width", "height"), box[:4])), "width": box[4],
             "height": box[5],
             "expected": packed(IMAGES[image].crop((box[0], box[1], box[0] + box[2], box[1] + box[3]))
                                .resize(box[4:], FILTERS["bicubic"]))}
            for image in IMAGES for box in boxes]


def low_resolutions():
    return [{"image": image, "size": size,
             "expected": packed(IMAGES[image].resize((size, size), FILTERS["bilinear"])
                                .resize((WIDTH, HEIGHT), FILTERS["bilinear"]))}
            for image in IMAGES for size in (4, 9)]


result = {
    "pillow": PIL.__version__, "timm": timm.__version__, "torchvision": torchvision.__version__,
    "width": WIDTH, "height": HEIGHT,
    "images": {name: {"channels": len(image.getbands()), "pixels": packed(image)} for name, image in IMAGES.items()},
    "operations": list(operations()), "arguments": arguments(), "hues": hues(), "factors": factors(), "blurs": blurs(),
    "resizes": resizes(), "lowResolutions": low_resolutions(),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")
