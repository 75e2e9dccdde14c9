"""
A tiny PyTorch network that takes an age, a sex and a mask beside the image, with its logits and the gradient
of cross-entropy: the fixtures of test/integration/beside-inputs.test.ts.

    python scripts/goldens/beside.py        (torch, onnx, numpy)
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

folder = Path(__file__).parents[2] / "test" / "fixtures" / "beside"
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(1)


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.convolution = torch.nn.Conv2d(1, 4, 3, padding=1)
        self.last = torch.nn.Linear(7, 3)

    def forward(self, image, age, sex, spacing, mask):
        features = torch.relu(self.convolution(image * mask)) * spacing.prod(1)[:, None, None, None]
        pooled = features.mean((2, 3)) * torch.sigmoid(age)
        return self.last(torch.cat([pooled, age, sex[:, None].float(), spacing[:, :1]], 1))


network = Network().eval()
image = torch.rand(3, 1, 12, 12, requires_grad=True)
age = torch.tensor([[-0.7], [0.1], [1.3]])
sex = torch.tensor([0, 1, 1])
spacing = torch.tensor([[0.7, 0.7], [1.0, 0.5], [0.4, 0.9]])
mask = (torch.rand(3, 1, 12, 12) > 0.4).float()
names = ["image", "age", "sex", "spacing", "mask"]
torch.onnx.export(
    network,
    (image, age, sex, spacing, mask),
    folder / "model.onnx",
    input_names=names,
    output_names=["logits"],
    dynamic_axes={name: {0: "batch"} for name in [*names, "logits"]},
    dynamo=False,
)
logits = network(image, age, sex, spacing, mask)
labels = torch.tensor([0, 2, 1])
F.cross_entropy(logits, labels, reduction="sum").backward()
arrays = {
    "image": image, "age": age, "sex": sex, "spacing": spacing, "mask": mask,
    "labels": labels, "logits": logits, "gradient": image.grad,
}
for name, array in arrays.items():
    np.save(folder / f"{name}.npy", array.detach().numpy())

# Exported for one image at a time.
one = tuple(each[:1].detach() for each in (image, age, sex, spacing, mask))
torch.onnx.export(network, one, folder / "one.onnx", input_names=names, output_names=["logits"], dynamo=False)
