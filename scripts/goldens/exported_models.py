"""Exports models of random weights with resources/python/radversary_card.py, for `npm run test:python`.

    python3 scripts/goldens/exported_models.py FOLDER

Writes FOLDER/NAME/ for each: what the exporter writes, and x.npy (the references' inputs), t.npy (labels) and gradient.npy (of the
cross-entropy, summed, in float64); and models.json, what each is. Prints the versions of the libraries. Needs torch, torchvision,
timm, monai, onnx, onnxscript, onnxruntime, opencv-python-headless, albumentations, Pillow and NumPy (pip).
"""

import json
import os
import sys
import warnings

import numpy as np
import torch
import torchvision
from torch import nn
from torch.nn.functional import cross_entropy

warnings.filterwarnings("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../../resources/python")]
from exported import picture  # noqa: E402
from radversary_card import export  # noqa: E402

import monai  # noqa: E402
import timm  # noqa: E402
from monai import transforms as of_monai  # noqa: E402
from timm.data import create_transform, resolve_data_config  # noqa: E402
from torchvision.transforms import v2  # noqa: E402

CLASSES = ["normal", "benign", "malignant"]
IMAGENET = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
VERSIONS = {"torch": torch, "torchvision": torchvision, "timm": timm, "MONAI": monai}


def lively(model):
    """Random weights whose outputs depend on the image: the last layer of a fresh model hardly lets anything through."""
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=2 / module.in_features**0.5)
    return model


def resnet18():
    return lively(torchvision.models.resnet18(num_classes=3)), torchvision.models.ResNet18_Weights.DEFAULT.transforms(), "weights' preset, PIL images"


def resnet18_v2():
    steps = [v2.ToImage(), v2.Resize((256, 256)), v2.CenterCrop(224), v2.ToDtype(torch.float32, scale=True), v2.Normalize(**IMAGENET)]
    return lively(torchvision.models.resnet18(num_classes=3)), v2.Compose(steps), "v2 on tensors of bytes, crop in the graph"


def of_timm(name):
    model = timm.create_model(name, num_classes=3)
    return lively(model), create_transform(**resolve_data_config({}, model=model)), "create_transform, bicubic"


def albumentations_resnet():
    import albumentations
    from albumentations.pytorch import ToTensorV2

    VERSIONS["albumentations"] = albumentations
    steps = [albumentations.Resize(224, 224), albumentations.Normalize(**IMAGENET), ToTensorV2()]
    return lively(timm.create_model("resnet10t", num_classes=3)), albumentations.Compose(steps), "Resize and Normalize by OpenCV"


def monai_2d():
    model = monai.networks.nets.DenseNet121(spatial_dims=2, in_channels=1, out_channels=3)
    steps = [of_monai.LoadImage(), of_monai.EnsureChannelFirst(), of_monai.ScaleIntensity(), of_monai.Resize((96, 80))]
    return lively(model), of_monai.Compose(steps), "ScaleIntensity, Resize by area, axes exchanged"


MODELS = {
    "resnet18": ("torchvision ResNet-18", resnet18),
    "resnet18-v2": ("torchvision ResNet-18", resnet18_v2),
    "convnext": ("timm convnext_atto", lambda: of_timm("convnext_atto")),
    "vit": ("timm vit_tiny_patch16_224", lambda: of_timm("vit_tiny_patch16_224")),
    "albumentations": ("timm resnet10t", albumentations_resnet),
    "monai-2d": ("MONAI DenseNet121, 2-D", monai_2d),
}


# Where PyTorch's own gradient in float32 is that in float64: other seeds put the kink of a ReLU within rounding's reach.
SEEDS = {"monai-2d": 9}


def gradient(folder, model):
    """x.npy, t.npy and gradient.npy, in the layout of the model."""
    card = json.load(open(os.path.join(folder, os.path.basename(folder) + ".card.json"), encoding="utf-8"))
    x = np.stack([np.load(os.path.join(folder, pair["input"])) for pair in card["references"]])
    at = torch.from_numpy(x).double().requires_grad_()
    labels = torch.arange(len(x)) % len(CLASSES)
    seen = at.transpose(-1, -2) if "monai" in folder else at
    if "v2" in folder:
        seen = v2.functional.center_crop(seen, [224, 224])
    cross_entropy(model.double().eval()(seen), labels, reduction="sum").backward()
    for name, array in (("x", x), ("t", labels.numpy()), ("gradient", at.grad.numpy().astype(np.float32))):
        np.save(os.path.join(folder, f"{name}.npy"), array)


def main(root):
    colour = [(300, 260, 3), (280, 400, 3), (333, 250, 1)]
    grey = [(300, 260, 1), (280, 400, 1)]
    made = []
    for name, (what, make) in MODELS.items():
        torch.manual_seed(SEEDS.get(name, 7))
        model, transform, how = make()
        folder = os.path.join(root, name)
        os.makedirs(folder)
        files = []
        for index, size in enumerate(grey if name.startswith("monai") else colour):
            files.append(os.path.join(folder, f"source-{index}.png"))
            picture(*size, seed=index).save(files[-1])
        # Standard output is for the versions.
        stdout, sys.stdout = sys.stdout, sys.stderr
        export(model, transform, files, folder, classes=CLASSES, activation="softmax")
        sys.stdout = stdout
        gradient(folder, model)
        made.append({"name": name, "model": what, "transform": how})
    json.dump(made, open(os.path.join(root, "models.json"), "w", encoding="utf-8"))
    print(", ".join(f"{name} {library.__version__}" for name, library in VERSIONS.items()))


if __name__ == "__main__":
    main(sys.argv[1])
