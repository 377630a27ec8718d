"""Writes pillow_resize.json: small images resized by Pillow's BILINEAR, and as at inference by both filters, for
tests/images/resample_test.ts.

Run with: python pillow_resize.py   (needs Pillow; made with Pillow 13.0.0)
"""

import base64
import json
import pathlib

import PIL
from PIL import Image

# (width, height, channels, box as left, top, width, height, output width, output height)
CASES = [
    (16, 16, 1, (0, 0, 16, 16), 8, 8),
    (16, 12, 3, (0, 0, 16, 12), 21, 9),
    (24, 24, 1, (3, 5, 17, 11), 16, 16),
    (24, 20, 3, (1, 0, 7, 19), 16, 16),
    (24, 20, 3, (1, 3, 22, 9), 16, 16),
    (24, 24, 3, (2, 0, 21, 23), 12, 13),
    (24, 24, 3, (5, 6, 16, 16), 16, 16),
    (64, 64, 1, (2, 9, 61, 47), 10, 10),
    (40, 30, 3, (20, 10, 1, 1), 6, 6),
]


def noise(count, seed):
    """Bytes of a linear congruential generator: hard edges everywhere, the same on every machine."""
    state, values = seed, bytearray()
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        values.append(state >> 23)
    return bytes(values)


def case(number, width, height, channels, box, out_width, out_height):
    pixels = noise(width * height * channels, number + 1)
    image = Image.frombytes("L" if channels == 1 else "RGB", (width, height), pixels)
    left, top, box_width, box_height = box
    cropped = image.crop((left, top, left + box_width, top + box_height))
    resized = cropped.resize((out_width, out_height), Image.Resampling.BILINEAR)
    return {
        "width": width,
        "height": height,
        "channels": channels,
        "box": {"left": left, "top": top, "width": box_width, "height": box_height},
        "outWidth": out_width,
        "outHeight": out_height,
        "pixels": base64.b64encode(pixels).decode(),
        "expected": base64.b64encode(resized.tobytes()).decode(),
    }


# (width, height, channels, size that the network sees)
INFERENCE = [(40, 20, 3, 14), (21, 33, 3, 14), (50, 50, 1, 28), (12, 17, 3, 28)]


def inference(number, width, height, channels, size):
    """torchvision's Resize of the shorter side to size / 0.875 and CenterCrop, by their arithmetic."""
    pixels = noise(width * height * channels, 100 + number)
    image = Image.frombytes("L" if channels == 1 else "RGB", (width, height), pixels)
    shorter = round(size / 0.875)
    long = int(shorter * max(width, height) / min(width, height))
    out_width, out_height = (shorter, long) if width <= height else (long, shorter)
    left, top = round((out_width - size) / 2), round((out_height - size) / 2)
    expected = {}
    for name in ["bilinear", "bicubic"]:
        resized = image.resize((out_width, out_height), Image.Resampling[name.upper()])
        seen = resized.crop((left, top, left + size, top + size))
        expected[name] = base64.b64encode(seen.tobytes()).decode()
    return {
        "width": width,
        "height": height,
        "channels": channels,
        "size": size,
        "pixels": base64.b64encode(pixels).decode(),
        "expected": expected,
    }


cases = [case(number, *parameters) for number, parameters in enumerate(CASES)]
seen = [inference(number, *parameters) for number, parameters in enumerate(INFERENCE)]
result = {"pillow": PIL.__version__, "cases": cases, "inference": seen}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=2) + "\n")
