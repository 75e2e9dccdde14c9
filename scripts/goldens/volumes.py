"""Writes test/fixtures/volumes.json and volume-classifier.onnx: what MONAI, nnU-Net and PyTorch make of small volumes.

Needs monai, nnunetv2, acvl_utils, onnx, torch, SciPy and NumPy (pip): python3 scripts/goldens/volumes.py
"""

import json
import os

import monai
import nnunetv2
import numpy as np
import torch
import torch.nn.functional as F
from acvl_utils.cropping_and_padding.padding import pad_nd_image
from monai.data import MetaTensor
from monai.data.utils import compute_importance_map
from monai.inferers import sliding_window_inference
from monai.transforms import Orientation, Resize, ResizeWithPadOrCrop, Spacing
from nnunetv2.inference.sliding_window_prediction import compute_gaussian, compute_steps_for_sliding_window

FIXTURES = os.path.join(os.path.dirname(__file__), "../../test/fixtures")
PATCH = (4, 6, 5)
rng = np.random.default_rng(15)


def rounded(array, digits=7):
    return [float(f"{float(value):.{digits}g}") for value in np.asarray(array, dtype=np.float64).ravel()]


def uniform(*shape, low=-1.0, high=1.0):
    return torch.from_numpy(rng.uniform(low, high, shape).astype(np.float32))


# A network whose answer depends on the place within a patch: tanh(x * ramp).
RAMP = uniform(2, *PATCH, low=-2, high=2)


def network(x):
    return torch.tanh(x * RAMP[None])


def by_monai(volume, overlap, mode):
    return sliding_window_inference(volume[None, None], PATCH, 1, network, overlap=overlap, mode=mode, sigma_scale=0.125)[0]


def by_nnunet(volume, overlap, gaussian):
    """As nnUNetPredictor does, with sums in single precision; the weights stay those of half precision."""
    padded, back = pad_nd_image(volume[None], PATCH, "constant", {"value": 0}, True, None)
    steps = compute_steps_for_sliding_window(padded.shape[1:], PATCH, 1 - overlap)
    weights = nnunet_gaussian(PATCH) if gaussian else torch.ones(PATCH)
    sums, totals = torch.zeros(2, *padded.shape[1:]), torch.zeros(padded.shape[1:])
    for z in steps[0]:
        for y in steps[1]:
            for x in steps[2]:
                at = (slice(None), slice(z, z + PATCH[0]), slice(y, y + PATCH[1]), slice(x, x + PATCH[2]))
                sums[at] += network(padded[at][None])[0] * weights
                totals[at[1:]] += weights
    return (sums / totals)[(slice(None), *back[1:])]


def nnunet_gaussian(patch):
    return compute_gaussian(tuple(patch), sigma_scale=1 / 8, value_scaling_factor=10, device=torch.device("cpu")).float()


def blended(size, overlap):
    volume = uniform(*size)
    return {
        "size": list(size),
        "overlap": overlap,
        "volume": rounded(volume),
        "monai-constant": rounded(by_monai(volume, overlap, "constant")),
        "monai-gaussian": rounded(by_monai(volume, overlap, "gaussian")),
        "nnunet-constant": rounded(by_nnunet(volume, overlap, False)),
        "nnunet-gaussian": rounded(by_nnunet(volume, overlap, True)),
    }


# Unit vectors of the patient's axes in RAS, by what they point to.
TOWARDS = {"R": (1, 0, 0), "L": (-1, 0, 0), "A": (0, 1, 0), "P": (0, -1, 0), "S": (0, 0, 1), "I": (0, 0, -1)}


def in_space(stack, axes, spacing):
    """A stack [slices, rows, columns] as MONAI would read it, [1, columns, rows, slices], with its affine in RAS."""
    affine = np.eye(4)
    for column, (code, distance) in enumerate(reversed(list(zip(axes, spacing)))):
        affine[:3, column] = np.array(TOWARDS[code]) * distance
    return MetaTensor(torch.permute(stack, (2, 1, 0))[None].contiguous(), affine=torch.from_numpy(affine))


def resampled(size, axes, spacing, to_axes, to_spacing):
    stack = uniform(*size)
    turn, space = Orientation(axcodes=to_axes), Spacing(pixdim=to_spacing, mode="bilinear")
    made = space(turn(in_space(stack, axes, spacing)))
    logits = uniform(*made.shape[1:])
    back = turn.inverse(space.inverse(MetaTensor(logits[None], affine=made.affine, applied_operations=made.applied_operations)))
    leaf = stack.clone().requires_grad_()
    target = uniform(*made.shape[1:])
    (space(turn(in_space(leaf, axes, spacing)))[0].as_tensor() * target).sum().backward()
    return {
        "size": list(size),
        "from": {"axes": axes, "spacing": list(spacing)},
        "to": {"axes": to_axes, "spacing": list(to_spacing)},
        "stack": rounded(stack),
        "volume": {"size": list(made.shape[1:]), "values": rounded(made[0].as_tensor())},
        "logits": rounded(logits),
        "back": rounded(torch.permute(back[0].as_tensor(), (2, 1, 0))),
        "target": rounded(target),
        "gradient": rounded(leaf.grad),
    }


def fitted(size, to):
    stack = uniform(*size, low=0, high=1)
    return {
        "size": list(size),
        "to": list(to),
        "stack": rounded(stack),
        "trilinear": rounded(F.interpolate(stack[None, None], to, mode="trilinear", align_corners=False)),
        "monai-area": rounded(Resize(to, mode="area")(stack[None])),
        "monai-pad-or-crop": rounded(ResizeWithPadOrCrop(to)(stack[None])),
    }


class Classifier(torch.nn.Module):
    """MONAI's DenseNet, 3-D, with few channels, so that its file is small."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(3)
        self.net = monai.networks.nets.DenseNet(
            spatial_dims=3, in_channels=1, out_channels=3, init_features=6, growth_rate=4, block_config=(2, 2), bn_size=2
        )

    def forward(self, x):
        return self.net(x)


def classified():
    """Chain and network of a classifier: intensities -1000 to 1000, RAS, 1.6 x 1.6 x 2.2 mm, resized to 24 x 20 x 16."""
    model = Classifier().eval()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm3d):
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 1.5)
    patch, axes, spacing, to_spacing = (24, 20, 16), "SPL", (2.5, 1.25, 1.25), (1.6, 1.6, 2.2)
    stored = torch.from_numpy(rng.integers(24, 2024, (11, 22, 26)).astype(np.float32))
    leaf = ((stored - 24) / 2000).requires_grad_()
    turn, space, resize = Orientation(axcodes="RAS"), Spacing(pixdim=to_spacing), Resize(patch, mode="trilinear")
    x = (resize(space(turn(in_space(leaf, axes, spacing)))).as_tensor() - 0.45) / 0.3
    logits = model(x[None])
    F.cross_entropy(logits, torch.tensor([int(logits.argmax())])).backward()
    torch.onnx.export(
        model, (torch.zeros(1, 1, *patch),), os.path.join(FIXTURES, "volume-classifier.onnx"), opset_version=17,
        input_names=["image"], output_names=["logits"], dynamo=False,
    )
    return {
        "patch": list(patch),
        "axes": axes,
        "spacing": list(spacing),
        "toSpacing": list(to_spacing),
        "size": [11, 22, 26],
        "stored": [int(value) for value in stored.ravel()],
        "logits": rounded(logits.detach()),
        "gradient": rounded(leaf.grad, 5),
    }


def main():
    weights = [
        {"patch": list(patch), "monai-gaussian": rounded(compute_importance_map(patch, mode="gaussian", sigma_scale=0.125)),
         "nnunet-gaussian": rounded(nnunet_gaussian(patch))}
        for patch in [(4, 6, 5), (8, 3, 7), (1, 9, 10)]
    ]
    golden = {
        "monai": monai.__version__,
        "torch": torch.__version__,
        "weights": weights,
        "network": {"patch": list(PATCH), "ramp": rounded(RAMP)},
        "blended": [blended((7, 10, 9), 0.5), blended((4, 6, 5), 0.5), blended((3, 11, 4), 0.25), blended((9, 13, 12), 0.6)],
        "resampled": [
            resampled((5, 7, 6), "SPL", (3, 0.8, 0.8), "RAS", (1.5, 1.5, 2.0)),
            resampled((6, 5, 7), "LIP", (2, 1, 1.2), "RAS", (1.0, 1.3, 1.1)),
            resampled((4, 6, 5), "AIR", (1, 1, 1), "SPL", (1, 1, 1)),
            resampled((5, 9, 8), "SPL", (1, 1, 1), "PIR", (2.0, 1.0005, 3.0)),
        ],
        "fitted": [fitted((6, 9, 8), (4, 12, 8)), fitted((5, 7, 10), (8, 6, 3)), fitted((4, 5, 6), (4, 5, 6))],
        "classified": classified(),
    }
    with open(os.path.join(FIXTURES, "volumes.json"), "w") as file:
        json.dump(golden, file)


main()
