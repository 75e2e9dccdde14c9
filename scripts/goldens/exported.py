"""Writes test/fixtures/exported: a tiny model of random weights as resources/python/radversary_card.py exports it.

Needs torch, torchvision, onnx, onnxscript, onnxruntime, Pillow and NumPy (pip): python3 scripts/goldens/exported.py
"""

import os
import sys
import tempfile

import numpy as np
import torch
from PIL import Image
from torch import nn
from torchvision.transforms import v2

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../resources/python"))
from radversary_card import export  # noqa: E402


def picture(rows, columns, channels, seed):
    """Coarse patterns with noise, so that a pixel's place matters."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (5, 6, channels), dtype=np.uint8).squeeze())
    smooth = np.asarray(coarse.resize((columns, rows), Image.Resampling.BICUBIC), dtype=float)
    return Image.fromarray(np.clip(smooth + random.normal(0, 15, smooth.shape), 0, 255).astype(np.uint8))


def main():
    torch.manual_seed(15)
    model = nn.Sequential(nn.Conv2d(3, 6, 5, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(96, 3))
    transform = v2.Compose([
        v2.Resize(32), v2.CenterCrop(28), v2.ToImage(), v2.ToDtype(torch.float32, scale=True),
        v2.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
    ])  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        files = [os.path.join(folder, name) for name in ("colour.png", "grey.png")]
        picture(61, 48, 3, 1).save(files[0])
        picture(40, 75, 1, 2).save(files[1])
        export(model, transform, files, os.path.join(HERE, "../../test/fixtures/exported"), name="tiny", classes=["normal", "benign", "malignant"], activation="softmax")


if __name__ == "__main__":
    main()
