"""Writes test/fixtures/interpolation-bytes.json: a small image of bytes resampled by Pillow 13, PyTorch and OpenCV.

Needs Pillow of 13 or later, torch, torchvision, opencv-python-headless and NumPy (pip): python3 scripts/goldens/interpolation_bytes.py
"""

import json
import os

import cv2
import numpy as np
import PIL
import torch
import torchvision
from PIL import Image
from torch.nn.functional import interpolate
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2.functional import resize

ROWS, COLUMNS = 40, 36
# Both shrink; halved; rows alone shrink much; columns alone; a whole factor; both grow; one shrinks and one grows, either way.
SIZES = [(23, 31), (20, 18), (11, 33), (37, 9), (10, 9), (61, 57), (17, 50), (53, 12)]


def pillow(image, size, filter):
    return np.asarray(Image.fromarray(image).resize((size[1], size[0]), filter))


def pytorch(image, size, mode, antialias):
    return resize(torch.from_numpy(image)[None], list(size), InterpolationMode(mode), antialias=antialias)[0].numpy()


def area(image, size):
    """Floats: PyTorch has no such rule for bytes."""
    return interpolate(torch.from_numpy(image)[None, None].float(), size, mode="area")[0, 0].numpy().astype(np.float64).round(4)


def opencv(image, size, flag):
    return cv2.resize(image, (size[1], size[0]), interpolation=flag)


def resampled(image, size):
    made = {
        "pillow-bilinear": pillow(image, size, Image.BILINEAR),
        "pillow-bicubic": pillow(image, size, Image.BICUBIC),
        "pillow-lanczos": pillow(image, size, Image.LANCZOS),
        "pytorch-bilinear-antialiased": pytorch(image, size, "bilinear", True),
        "pytorch-bicubic-antialiased": pytorch(image, size, "bicubic", True),
        "pytorch-bilinear": pytorch(image, size, "bilinear", False),
        "pytorch-bicubic": pytorch(image, size, "bicubic", False),
        "opencv-linear": opencv(image, size, cv2.INTER_LINEAR),
        "opencv-area": opencv(image, size, cv2.INTER_AREA),
        "opencv-nearest": opencv(image, size, cv2.INTER_NEAREST),
        "pytorch-area": area(image, size),
    }
    return {"size": list(size), **{name: array.ravel().tolist() for name, array in made.items()}}


def main():
    image = np.random.default_rng(2025).integers(0, 256, (ROWS, COLUMNS)).astype(np.uint8)
    golden = {
        "madeBy": f"scripts/goldens/interpolation_bytes.py, Pillow {PIL.__version__}, torch {torch.__version__}, torchvision {torchvision.__version__}, OpenCV {cv2.__version__}",
        "shape": [ROWS, COLUMNS],
        "bytes": image.ravel().tolist(),
        "resampledBytes": [resampled(image, size) for size in SIZES],
    }
    with open(os.path.join(os.path.dirname(__file__), "../../test/fixtures/interpolation-bytes.json"), "w", encoding="ascii") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
