"""Writes test/fixtures/normalisations.json: images normalised by MONAI and by the formulas of nnU-Net and torchio.

Outputs are those of MONAI's own transforms where it has one. Gradients are PyTorch's, in double precision, of the
formula; it is checked against the transform.
Needs monai, scipy, torch and NumPy (pip): python3 scripts/goldens/normalisations.py
"""

import json
import os

import monai
import numpy as np
import torch
from monai.transforms import NormalizeIntensity, ScaleIntensity, ScaleIntensityRangePercentiles
from scipy.ndimage import binary_fill_holes

SHAPE = (2, 2, 7, 9)


def quantile(values, percent):
    return torch.quantile(values, percent / 100)


def z_score(x, mask, ddof=0, floor=0.0, eps=0.0, everywhere=False):
    inside = x[mask]
    deviation = inside.std(correction=ddof)
    divisor = torch.clamp(deviation, min=floor) + eps
    scaled = (x - inside.mean()) / divisor
    return scaled if everywhere else torch.where(mask, scaled, x)


def min_max(x, lower, upper, to=(0, 1)):
    return (x - lower) / (upper - lower) * (to[1] - to[0]) + to[0]


def clipped(x, lower, upper):
    return torch.minimum(torch.maximum(x, lower), upper)


def everything(x):
    return torch.ones_like(x, dtype=torch.bool)


def filled(x):
    """Per plane, as nnU-Net's mask of an image of one channel."""
    planes = [torch.as_tensor(binary_fill_holes((plane != 0).numpy())) for plane in x.detach().reshape(-1, *x.shape[-2:])]
    return torch.stack(planes).reshape(x.shape)


def within(x, lower, upper):
    ends = quantile(x.detach().ravel(), lower), quantile(x.detach().ravel(), upper)
    return (x >= ends[0]) & (x <= ends[1])


def of_image(change):
    return lambda x: torch.stack([change(image) for image in x])


def of_channel(change):
    return of_image(lambda image: torch.stack([change(plane) for plane in image]))


def of_volume(change):
    return lambda x: torch.stack([change(x[:, c]) for c in range(x.shape[1])], dim=1)


def of_monai(transform):
    return lambda x: torch.stack([torch.as_tensor(np.asarray(transform(image.numpy().astype(np.float32)))) for image in x])


def percentile_range(x, lower, upper, to):
    return min_max(x, quantile(x.ravel(), lower), quantile(x.ravel(), upper), to)


def percentile_clip(x, lower, upper):
    return clipped(x, quantile(x.ravel(), lower), quantile(x.ravel(), upper))


NON_ZERO = {"kind": "non-zero"}

# Name, steps as in a card, the formula, and the library's own transform where there is one.
CASES = [
    ("monai NormalizeIntensity()", [{"kind": "z-score"}], of_image(lambda x: z_score(x, everything(x))), NormalizeIntensity()),
    (
        "monai NormalizeIntensity(nonzero=True)",
        [{"kind": "z-score", "region": NON_ZERO}],
        of_image(lambda x: z_score(x, x != 0)),
        NormalizeIntensity(nonzero=True),
    ),
    (
        "monai NormalizeIntensity(nonzero=True, channel_wise=True)",
        [{"kind": "z-score", "region": NON_ZERO, "of": "channel"}],
        of_channel(lambda x: z_score(x, x != 0)),
        NormalizeIntensity(nonzero=True, channel_wise=True),
    ),
    ("monai ScaleIntensity()", [{"kind": "min-max"}], of_image(lambda x: min_max(x, x.min(), x.max())), ScaleIntensity()),
    (
        "monai ScaleIntensity(-1, 1, channel_wise=True)",
        [{"kind": "min-max", "of": "channel", "to": [-1, 1]}],
        of_channel(lambda x: min_max(x, x.min(), x.max(), (-1, 1))),
        ScaleIntensity(-1, 1, channel_wise=True),
    ),
    (
        "monai ScaleIntensityRangePercentiles(5, 95, 0, 2)",
        [{"kind": "min-max", "percentiles": [5, 95], "to": [0, 2]}],
        of_image(lambda x: percentile_range(x, 5, 95, (0, 2))),
        ScaleIntensityRangePercentiles(5, 95, 0, 2),
    ),
    (
        "monai ScaleIntensityRangePercentiles(5, 95, 0, 1, clip=True)",
        [{"kind": "clip", "percentiles": [5, 95]}, {"kind": "min-max"}],
        of_image(lambda x: percentile_range(percentile_clip(x, 5, 95), 0, 100, (0, 1))),
        ScaleIntensityRangePercentiles(5, 95, 0, 1, clip=True),
    ),
    (
        "nnU-Net ZScoreNormalization with use_mask_for_norm",
        [{"kind": "z-score", "of": "channel", "region": {"kind": "non-zero", "filled": True}, "floor": 1e-8}],
        of_channel(lambda x: z_score(x, filled(x), floor=1e-8)),
        None,
    ),
    (
        "nnU-Net ZScoreNormalization of a volume",
        [{"kind": "z-score", "of": "volume", "floor": 1e-8}],
        of_volume(lambda x: z_score(x, everything(x), floor=1e-8)),
        None,
    ),
    (
        "torchio ZNormalization(masking_method=ZNormalization.mean)",
        [{"kind": "z-score", "region": {"kind": "above-mean"}, "ddof": 1, "outside": "normalise"}],
        of_image(lambda x: z_score(x, x > x.detach().mean(), ddof=1, everywhere=True)),
        None,
    ),
    (
        "torchio RescaleIntensity(percentiles=(1, 99)), then ZNormalization()",
        [{"kind": "clip", "percentiles": [1, 99]}, {"kind": "z-score", "ddof": 1}],
        of_image(lambda x: (lambda y: z_score(y, everything(y), ddof=1))(percentile_clip(x, 1, 99))),
        None,
    ),
    (
        "z-score of what lies above 300, eps added",
        [{"kind": "z-score", "region": {"kind": "above", "value": 300}, "outside": "normalise", "eps": 10}],
        of_image(lambda x: z_score(x, x > 300, eps=10, everywhere=True)),
        None,
    ),
    (
        "z-score of what lies within percentiles",
        [{"kind": "z-score", "region": {"kind": "percentiles", "percentiles": [10, 90]}, "outside": "normalise"}],
        of_image(lambda x: z_score(x, within(x, 10, 90), everywhere=True)),
        None,
    ),
]


def rounded(array):
    return [float(f"{float(value):.8g}") for value in np.asarray(array, dtype=np.float64).ravel()]


def case(name, steps, formula, transform, full, masked, cotangent):
    is_masked = any(step.get("region", {}).get("kind") == "non-zero" for step in steps)
    image = masked if is_masked else full
    x = torch.tensor(image, requires_grad=True)
    output = formula(x)
    if transform is not None:
        theirs = of_monai(transform)(torch.tensor(image)).double()
        assert torch.allclose(theirs, output.detach(), rtol=1e-5, atol=1e-5), name
    (gradient,) = torch.autograd.grad(output, x, torch.tensor(cotangent))
    return {"name": name, "image": "masked" if is_masked else "full", "steps": steps, "output": rounded(output.detach()), "gradient": rounded(gradient)}


def main():
    random = np.random.default_rng(15)
    # No two values are the same, so that a percentile is of one pixel or two.
    full = random.permutation(np.prod(SHAPE)).reshape(SHAPE) * 7.0 + 11
    # The same on a background of zeros, with a hole in the second plane.
    masked = np.zeros(SHAPE)
    masked[..., 1:6, 2:8] = full[..., 1:6, 2:8]
    masked[0, 1, 3, 4] = 0
    cotangent = random.normal(size=SHAPE).round(3)
    golden = {
        "madeBy": f"scripts/goldens/normalisations.py, MONAI {monai.__version__}, PyTorch {torch.__version__}, NumPy {np.__version__}",
        "shape": list(SHAPE),
        "full": rounded(full),
        "masked": rounded(masked),
        "cotangent": rounded(cotangent),
        "cases": [case(*row, full, masked, cotangent) for row in CASES],
    }
    with open(os.path.join(os.path.dirname(__file__), "../../test/fixtures/normalisations.json"), "w", encoding="ascii") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
