"""Writes test/fixtures/deform-conv.json: deformable convolutions and their gradients by torchvision, in float64.

Needs torch and torchvision: python3 scripts/goldens/deform_conv.py
"""

import json
import os

import torch
import torchvision
from torchvision.ops import deform_conv2d

CASES = [
    {"name": "plain", "channels": 2, "outputs": 3, "kernel": [3, 3], "stride": [1, 1], "padding": [1, 1], "dilation": [1, 1], "group": 1, "offsetGroup": 1, "mask": False, "spread": 0.8},
    {"name": "grouped, masked, far offsets", "channels": 4, "outputs": 6, "kernel": [3, 2], "stride": [2, 1], "padding": [2, 1], "dilation": [1, 2], "group": 2, "offsetGroup": 2, "mask": True, "spread": 4},
    {"name": "offsets of zero", "channels": 2, "outputs": 2, "kernel": [2, 2], "stride": [1, 2], "padding": [0, 1], "dilation": [2, 1], "group": 1, "offsetGroup": 2, "mask": True, "spread": 0},
]


def listed(value, digits=9):
    return {"shape": list(value.shape), "values": [float(f"{each:.{digits}g}") for each in value.detach().flatten().tolist()]}


def computed(case):
    kernel, stride, padding, dilation = (case[key] for key in ("kernel", "stride", "padding", "dilation"))
    image = [7, 6]
    size = [(image[i] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) // stride[i] + 1 for i in range(2)]
    taps = kernel[0] * kernel[1] * case["offsetGroup"]
    # What is stored is float32, so that both sides start from the same numbers.
    draw = lambda *shape: torch.randn(*shape).float().double()
    variables = {"x": draw(2, case["channels"], *image), "offset": draw(2, 2 * taps, *size) * case["spread"]}
    variables["offset"] = variables["offset"].float().double()
    if case["mask"]:
        variables["mask"] = torch.rand(2, taps, *size).float().double()
    weight, bias = draw(case["outputs"], case["channels"] // case["group"], *kernel), draw(case["outputs"])
    for each in variables.values():
        each.requires_grad_()
    y = deform_conv2d(
        variables["x"], variables["offset"], weight, bias, stride=stride, padding=padding, dilation=dilation, mask=variables.get("mask")
    )
    target = draw(*y.shape)
    (y * target).sum().backward()
    return {
        **case,
        "weight": listed(weight),
        "bias": listed(bias),
        "target": listed(target),
        "y": listed(y, 7),
        "inputs": {name: listed(value) for name, value in variables.items()},
        "gradients": {name: listed(value.grad, 7) for name, value in variables.items()},
    }


def main():
    torch.manual_seed(7)
    made = f"scripts/goldens/deform_conv.py, PyTorch {torch.__version__}, torchvision {torchvision.__version__}"
    path = os.path.join(os.path.dirname(__file__), "../../test/fixtures/deform-conv.json")
    with open(path, "w") as file:
        json.dump({"madeBy": made, "cases": [computed(case) for case in CASES]}, file, separators=(",", ":"))


if __name__ == "__main__":
    main()
