"""Writes test cases for input gradients: models exported to ONNX, each with an input and PyTorch's gradients at it.

    python3 scripts/goldens/gradients.py OUT [--opset N ...] [--size PIXELS] [--seed N] [--exporter torchscript|dynamo] [LIBRARY:NAME ...]
    npx tsx scripts/goldens/compare-gradients.ts OUT

LIBRARY is torchvision, torchvision-segmentation, timm, smp (segmentation_models_pytorch) or monai; by default one small variant of each of
torchvision's families. The weights are random. The gradients are computed in float64; `float32_error` in case.json says how far they move
by float32's rounding (of PyTorch's own gradient, or of the input). Needs the libraries named; nothing of the product or its tests does.
"""

import argparse
import copy
import json
import os
import sys
import traceback
import warnings
import zlib

import torch
import torch.nn.functional as F
from torch import nn

CLASSES = 10
FAMILIES = [
    "alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "efficientnet_v2_s", "googlenet", "inception_v3", "maxvit_t", "mnasnet0_5",
    "mobilenet_v2", "mobilenet_v3_small", "regnet_x_400mf", "regnet_y_400mf", "resnet18", "resnet50", "resnext50_32x4d", "shufflenet_v2_x0_5",
    "squeezenet1_1", "swin_t", "swin_v2_t", "vgg11", "vgg11_bn", "vit_b_16", "wide_resnet50_2",
]
SEGMENTATION = ["deeplabv3_mobilenet_v3_large", "deeplabv3_resnet50", "fcn_resnet50", "lraspp_mobilenet_v3_large"]
SIZES = {"alexnet": 224, "inception_v3": 96, "maxvit_t": 224, "vgg11": 224, "vgg11_bn": 224}


class Scores(nn.Module):
    """The model with its scores as the only output."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        result = self.model(x)
        if isinstance(result, dict):
            result = result["out"]
        return result[0] if isinstance(result, (tuple, list)) else result


def torchvision_model(name, size):
    import torchvision
    options = {"num_classes": CLASSES}
    if name in ("googlenet", "inception_v3"):
        options |= {"aux_logits": False, "init_weights": False}
    if name.startswith(("vit", "maxvit")):
        options["image_size" if name.startswith("vit") else "input_size"] = size if name.startswith("vit") else (size, size)
    return torchvision.models.get_model(name, weights=None, **options)


def segmentation_model(name, size):
    import torchvision
    return torchvision.models.segmentation.__dict__[name](weights=None, weights_backbone=None, num_classes=CLASSES)


def timm_model(name, size):
    import timm
    try:
        return timm.create_model(name, num_classes=CLASSES, img_size=size)
    except TypeError:
        return timm.create_model(name, num_classes=CLASSES)


def smp_model(name, size):
    import segmentation_models_pytorch as smp
    architecture, encoder = name.split("/")
    return smp.create_model(architecture, encoder, encoder_weights=None, classes=4)


def monai_model(name, size):
    from monai.networks import nets
    arch, dimensions = name.rsplit("/", 1)
    d = int(dimensions[0])
    image = (size,) * d
    make = {
        "UNet": lambda: nets.UNet(d, 1, 3, (8, 16, 32), (2, 2), num_res_units=2),
        "AttentionUnet": lambda: nets.AttentionUnet(d, 1, 3, (8, 16, 32), (2, 2)),
        "BasicUNetPlusPlus": lambda: nets.BasicUNetPlusPlus(d, 1, 3, features=(8, 8, 16, 16, 32, 8)),
        "DynUNet": lambda: nets.DynUNet(d, 1, 3, [3, 3, 3], [1, 2, 2], [2, 2], filters=[8, 16, 32]),
        "SegResNet": lambda: nets.SegResNet(d, 8, 1, 3),
        "VNet": lambda: nets.VNet(d, 1, 3),
        "UNETR": lambda: nets.UNETR(1, 3, image, 16, 48, 96, 12, spatial_dims=d),
        "SwinUNETR": lambda: nets.SwinUNETR(1, 3, feature_size=12, depths=(1, 1, 1, 1), spatial_dims=d),
        "HighResNet": lambda: nets.HighResNet(d, 1, 3),
        "SENet": lambda: nets.SEResNet50(spatial_dims=d, in_channels=1, num_classes=3),
        "DenseNet": lambda: nets.DenseNet121(d, 1, 3),
        "ViT": lambda: nets.ViT(1, image, 16, 48, 96, 2, 4, classification=True, num_classes=3, spatial_dims=d),
        "ResNet": lambda: nets.resnet10(spatial_dims=d, n_input_channels=1, num_classes=3),
        "FlexibleUNet": lambda: nets.FlexibleUNet(1, 3, "efficientnet-b0", spatial_dims=d),
    }
    return make[arch]()


LIBRARIES = {
    "torchvision": torchvision_model,
    "torchvision-segmentation": segmentation_model,
    "timm": timm_model,
    "smp": smp_model,
    "monai": monai_model,
}


def randomise(model, shape):
    """Weights that training could give: no parameter left at a constant, batch statistics of the activations that there are."""
    for parameter in model.parameters():
        if parameter.numel() > 1 and float(parameter.detach().max() - parameter.detach().min()) < 1e-6:
            value = float(parameter.detach().flatten()[0])
            spread = torch.rand_like(parameter) - 0.5
            parameter.data = (spread * 0.6 if abs(value) < 0.01 else value * (1 + 0.6 * spread))
    norms = [module for module in model.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    if norms:
        with torch.no_grad():
            model(torch.randn(4, *shape[1:]))
    for norm, momentum in zip(norms, momenta):
        # Few pixels are left at the bottom of a network: a channel that hardly varies there would be amplified without bounds.
        norm.running_var += norm.running_var.mean()
        norm.momentum = momentum
        norm.eval()


def gradients(model, x, target, cotangent):
    """Scores, loss, d loss / d x and d <scores, cotangent> / d x; the loss is summed over the batch and averaged over pixels."""
    x = x.clone().requires_grad_(True)
    scores = model(x)
    pixels = target[0].numel() if target.dim() > 1 else 1
    loss = F.cross_entropy(scores, target, reduction="sum") / pixels
    (of_loss,) = torch.autograd.grad(loss, x, retain_graph=True)
    (of_dot,) = torch.autograd.grad((scores * cotangent).sum(), x)
    return scores.detach(), loss.item(), of_loss, of_dot


def well_conditioned(model, shape, attempts=8):
    """An input at which float32 is precise: where a ReLU or a maximum changes sides by rounding, two correct gradients differ.

    No such kink may be as near as PyTorch's own rounding, nor as 1e-6 of the input.
    """
    double = copy.deepcopy(model).double()
    best = None
    for _ in range(attempts):
        x = torch.randn(shape)
        with torch.no_grad():
            scores = model(x)
        target = torch.randint(0, scores.shape[1], (scores.shape[0], *scores.shape[2:]))
        cotangent = torch.randn(scores.shape)
        reference = gradients(double, x.double(), target, cotangent.double())
        found = gradients(model, x, target, cotangent)
        nudged = gradients(double, x.double() * (1 + 1e-6 * torch.randn(shape, dtype=torch.float64)), target, cotangent.double())
        floor = [max(relative_error(each[index], reference[index]) for each in (found, nudged)) for index in (0, 2, 3)]
        if best is None or max(floor) < max(best[-1]):
            best = (x, target, cotangent, reference, floor)
        if max(floor) < 3e-5:
            break
    return best


def relative_error(a, b):
    return float((a.double() - b.double()).norm() / b.double().norm())


def export(model, x, path, opset, exporter):
    if exporter == "dynamo":
        torch.onnx.export(model, (x,), path, opset_version=opset, dynamo=True, external_data=False, input_names=["input"], output_names=["logits"])
        return
    options = {} if torch.__version__.startswith("1.") else {"dynamo": False}
    torch.onnx.export(
        model, (x,), path, opset_version=opset, input_names=["input"], output_names=["logits"],
        dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}}, **options)


def write(folder, name, values):
    values.detach().to(torch.float32).contiguous().numpy().tofile(os.path.join(folder, name))


def make_cases(label, options):
    library, name = label.split(":")
    torch.manual_seed(zlib.crc32(label.encode()) + options.seed)
    size = options.size or SIZES.get(name, 64)
    model = Scores(LIBRARIES[library](name, size)).eval()
    dimensions = int(name[-2]) if library == "monai" else 2
    channels = 1 if library == "monai" else 3
    fixed = getattr(model.model, "default_cfg", {}).get("fixed_input_size") and not options.size
    if library == "timm" and fixed and not accepts_size(name):
        size = model.model.default_cfg["input_size"][-1]
    shape = (2, channels, *(size,) * dimensions)
    randomise(model, shape)
    x, target, cotangent, reference, floor = well_conditioned(model, shape)
    for opset in options.opset:
        folder = os.path.join(options.out, f"{library}-{name.replace('/', '-')}-{options.exporter}-{opset}")
        os.makedirs(folder, exist_ok=True)
        try:
            export(model, x, os.path.join(folder, "model.onnx"), opset, options.exporter)
        except Exception as error:  # an operator that this opset does not have
            os.rmdir(folder) if not os.listdir(folder) else None
            print(f"{label} opset {opset}: not exported: {str(error).splitlines()[0][:200]}", flush=True)
            continue
        for file, values in [("input.f32", x), ("logits.f32", reference[0]), ("target.f32", target), ("cotangent.f32", cotangent),
                             ("grad_loss.f32", reference[2]), ("grad_vjp.f32", reference[3])]:
            write(folder, file, values)
        with open(os.path.join(folder, "case.json"), "w", encoding="ascii") as file:
            json.dump({"model": label, "opset": opset, "exporter": options.exporter, "input": list(x.shape), "logits": list(reference[0].shape),
                       "loss": reference[1], "float32_error": floor, "torch": torch.__version__,
                       "definition": "sum over batch of cross-entropy(logits, class index), averaged over pixels"}, file)
        print(f"{label} opset {opset}: written, float32 error {max(floor):.1e}", flush=True)


def accepts_size(name):
    import timm
    try:
        timm.create_model(name, img_size=64)
        return True
    except TypeError:
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("models", nargs="*", metavar="LIBRARY:NAME")
    parser.add_argument("--opset", type=int, nargs="+", default=[11, 13, 16, 17])
    parser.add_argument("--size", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--exporter", choices=["torchscript", "dynamo"], default="torchscript")
    options = parser.parse_intermixed_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    for label in options.models or [f"torchvision:{name}" for name in FAMILIES] + [f"torchvision-segmentation:{name}" for name in SEGMENTATION]:
        try:
            make_cases(label, options)
        except Exception:
            print(f"{label}: failed", file=sys.stderr)
            traceback.print_exc()


if __name__ == "__main__":
    main()
