"""Files of every kind that a photograph may come as, with the pixels that Pillow reads from them (upright, on white).

Run with: python photo_files.py   (needs Pillow and numpy; made with Pillow 13.0.0); writes photo_files.json.
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

WIDTH, HEIGHT = 32, 24


def text_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def expected(data: bytes) -> bytes:
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if image.mode.startswith("I;16") or image.mode == "I":
        image = Image.fromarray(np.round(np.asarray(image) / 257).astype(np.uint8))
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB").tobytes()


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def files() -> dict[str, bytes]:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    ramps = np.stack([x * 255 / (WIDTH - 1), y * 255 / (HEIGHT - 1), (x + y) * 255 / (WIDTH + HEIGHT - 2)], -1)
    rgb = Image.fromarray(ramps.astype(np.uint8))
    across = Image.fromarray((x * 255 / (WIDTH - 1)).astype(np.uint8))
    grey = rgb.convert("L")
    rgba = rgb.copy()
    rgba.putalpha(across)
    palette = rgb.quantize(64)
    sharp = {"quality": 95, "subsampling": 0}
    turned = {"save_all": True, "append_images": [rgb.rotate(180)], "duration": 100}
    made = {
        "baseline.jpg": encoded(rgb, "JPEG", **sharp),
        "progressive.jpg": encoded(rgb, "JPEG", progressive=True, **sharp),
        "grey.jpg": encoded(grey, "JPEG", **sharp),
        "cmyk.jpg": encoded(rgb.convert("CMYK"), "JPEG", **sharp),
        "rgb.png": encoded(rgb, "PNG"),
        "transparent.png": encoded(rgba, "PNG"),
        "grey-transparent.png": encoded(Image.merge("LA", (grey, across)), "PNG"),
        "grey-16-bit.png": encoded(Image.fromarray((ramps[..., 2] * 257).astype(np.uint16)), "PNG"),
        "1-bit.png": encoded(rgb.convert("1"), "PNG"),
        "palette.png": encoded(palette, "PNG"),
        "palette-transparent.png": encoded(palette, "PNG", transparency=5),
        "animated.png": encoded(rgb, "PNG", **turned),
        "lossless.webp": encoded(rgb, "WEBP", lossless=True),
        "transparent.webp": encoded(rgba, "WEBP", lossless=True, exact=True),
        "animated.webp": encoded(rgb, "WEBP", lossless=True, **turned),
        "animated.gif": encoded(palette, "GIF", save_all=True, append_images=[palette.rotate(180)], duration=100),
    }
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x112] = orientation
        made[f"exif-{orientation}.jpg"] = encoded(rgb, "JPEG", exif=exif, **sharp)
    return made


fixture = {
    name: {"file": text_of(data), "size": ImageOps.exif_transpose(Image.open(io.BytesIO(data))).size, "pixels": text_of(expected(data))}
    for name, data in files().items()
}
Path(__file__).with_suffix(".json").write_text(json.dumps(fixture) + "\n")
