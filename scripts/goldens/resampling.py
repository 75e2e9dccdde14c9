"""Writes test/fixtures/resampling.json: small images resampled by PyTorch and Pillow, and smoothed by PyTorch.

Needs python3-torch, Pillow and NumPy: python3 scripts/goldens/resampling.py
"""

import json
import math
import os

import numpy as np
import PIL
import torch
import torch.nn.functional as F
from PIL import Image

ROWS, COLUMNS = 11, 14
SIZES = [(5, 6), (11, 9), (23, 31), (8, 27), (1, 1)]


def rounded(array):
    return [round(float(value), 7) for value in np.asarray(array, dtype=np.float64).ravel()]


def pillow(image, size, filter):
    return np.asarray(Image.fromarray(image, mode="F").resize((size[1], size[0]), filter))


def resampled(image, size):
    x = torch.from_numpy(image)[None, None]
    return {
        "size": list(size),
        "torch-bilinear": rounded(F.interpolate(x, size, mode="bilinear", align_corners=False)),
        "torch-bilinear-antialiased": rounded(F.interpolate(x, size, mode="bilinear", align_corners=False, antialias=True)),
        "torch-nearest-exact": rounded(F.interpolate(x, size, mode="nearest-exact")),
        "pillow-bilinear": rounded(pillow(image, size, Image.BILINEAR)),
        "pillow-nearest": rounded(pillow(image, size, Image.NEAREST)),
    }


def smoothed(image, taps, sigma):
    offsets = torch.arange(taps, dtype=torch.float64) - (taps - 1) / 2
    kernel = torch.exp(-(offsets**2) / (2 * sigma**2))
    kernel = kernel / kernel.sum()
    radius = (taps - 1) // 2
    padded = F.pad(torch.from_numpy(image).double()[None, None], (radius, radius, radius, radius), mode="reflect")
    return {"size": taps, "sigma": sigma, "values": rounded(F.conv2d(padded, torch.outer(kernel, kernel)[None, None]))}


def reference(images):
    """The SMIA authors' convolution: a kernel [3, 3, 3, 1] of w[o] w[in], dilated by 2 along the rows."""
    w = torch.tensor([1, math.exp(-0.5), math.exp(-2)], dtype=torch.float64)
    w = w / w.sum()
    kernel = torch.einsum("o,i->oi", w, w)[:, :, None, None].expand(3, 3, 3, 1)
    return rounded(F.conv2d(torch.from_numpy(images).double()[None], kernel, padding=(2, 0), dilation=(2, 1)))


def main():
    random = np.random.default_rng(2021)
    images = random.random((3, ROWS, COLUMNS)).round(7).astype(np.float32)
    golden = {
        "madeBy": f"scripts/goldens/resampling.py, PyTorch {torch.__version__}, Pillow {PIL.__version__}",
        "shape": [3, ROWS, COLUMNS],
        "images": rounded(images),
        "resampledFirstImage": [resampled(images[0], size) for size in SIZES],
        "smoothedFirstImage": [smoothed(images[0], taps, sigma) for taps, sigma in [(3, 1.0), (7, 1.5), (15, 3.0)]],
        "referenceConvolution": reference(images),
    }
    with open(os.path.join(os.path.dirname(__file__), "../../test/fixtures/resampling.json"), "w", encoding="ascii") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
