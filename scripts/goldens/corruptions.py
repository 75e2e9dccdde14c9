"""Writes test/fixtures/attacks/corruptions.json: noise, blur, contrast and motion at five strengths, as docs/attacks.md has them.

    python3 scripts/goldens/corruptions.py

The constants are those of Hendrycks and Dietterich, ICLR 2019 (arXiv 1903.12261), for images of 224 pixels; blur and motion are scaled to
the image's height. Random numbers come from the same generator as ours. Needs python3-torch and NumPy.
"""

import math

import torch
import torch.nn.functional as F

from attacks import Xoroshiro, gaussian, packed, write

CHANNELS, ROWS, COLUMNS = 2, 56, 40
# Of the values, every seventh is written.
STRIDE = 7


def picture():
    """Soft waves, brighter in places than 1 or darker than 0 would be once noise is added."""
    channel, row, column = torch.meshgrid(torch.arange(CHANNELS), torch.arange(ROWS), torch.arange(COLUMNS), indexing="ij")
    x = 0.5 + 0.25 * torch.sin(0.55 * row + channel) + 0.24 * torch.cos(0.8 * column + 0.3 * row)
    return (x * 255).round() / 255


def normals(source, count):
    """Box and Muller 1958: both normals of a pair, one after the other."""
    values = []
    while len(values) < count:
        radius, angle = math.sqrt(-2 * math.log(source.open())), math.pi * source.symmetric()
        values += [radius * math.cos(angle), radius * math.sin(angle)]
    return torch.tensor(values[:count])


def noisy(x, deviation, source):
    return x + deviation * normals(source, x.numel()).view_as(x)


def blurred(x, sigma, _):
    """Two-dimensional Gaussian, cut at three standard deviations, mirrored at the border."""
    sigma = max(0.4, sigma * ROWS / 224)
    radius = math.ceil(3 * sigma)
    padded = F.pad(x[:, None], (radius,) * 4, mode="reflect")
    return F.conv2d(padded, gaussian(2 * radius + 1, sigma))[:, 0]


def faded(x, factor, _):
    mean = x.mean((1, 2), keepdim=True)
    return mean + factor * (x - mean)


def moved(x, length, source):
    """The mean of points on a line through each pixel, one apart, within 45° of the rows; edges are repeated."""
    count = max(2, math.floor(length * ROWS / 224 + 0.5))
    angle = math.pi / 4 * source.symmetric()
    row, column = torch.meshgrid(torch.arange(ROWS).double(), torch.arange(COLUMNS).double(), indexing="ij")
    total = torch.zeros_like(x, dtype=torch.double)
    for i in range(count):
        offset = i - (count - 1) / 2
        at = torch.stack([2 * (column + offset * math.cos(angle)) / (COLUMNS - 1) - 1, 2 * (row + offset * math.sin(angle)) / (ROWS - 1) - 1], -1)
        total += F.grid_sample(x[None].double(), at[None], mode="bilinear", padding_mode="border", align_corners=True)[0]
    return (total / count).float()


CORRUPTIONS = {
    "gaussian-noise": (noisy, (0.08, 0.12, 0.18, 0.26, 0.38)),
    "gaussian-blur": (blurred, (1, 2, 3, 4, 6)),
    "low-contrast": (faded, (0.4, 0.3, 0.2, 0.1, 0.05)),
    "motion-blur": (moved, (6, 10, 16, 24, 30)),
}


def main():
    x = picture()
    cases = {}
    for name, (corrupt, strengths) in CORRUPTIONS.items():
        for severity, strength in enumerate(strengths, 1):
            result = corrupt(x, strength, Xoroshiro(severity)).clamp(0, 1)
            cases[f"{name} {severity}"] = {"method": name, "settings": {"severity": severity}, "seed": severity, "x": packed(result.flatten()[::STRIDE])}
    write("corruptions.json", {"madeBy": f"scripts/goldens/corruptions.py, PyTorch {torch.__version__}", "shape": list(x.shape), "stride": STRIDE,
                               "image": packed(x), "cases": cases})


if __name__ == "__main__":
    main()
