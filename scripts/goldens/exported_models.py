"""Exports models of random weights with resources/python/radversary_card.py, for `npm run test:python`.

    python3 scripts/goldens/exported_models.py FOLDER

Writes FOLDER/NAME/ for each: what the exporter writes, and x.npy (the references' inputs), t.npy (labels) and
gradient.npy (of the cross-entropy of an image, the mean of its voxels where there are several, summed, in float64);
and models.json, what each is. Prints the versions of the libraries. Needs torch, torchvision, timm, monai, keras,
nnunetv2, nibabel, onnx, onnxscript, onnxruntime, opencv-python-headless, albumentations, torchxrayvision, Pillow and
NumPy (pip); for Keras on TensorFlow RADVERSARY_TENSORFLOW_PYTHON names the python of an environment with tensorflow.
"""

import functools
import importlib.metadata
import json
import os
import subprocess
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
os.environ["KERAS_BACKEND"] = "torch"
from exported import picture  # noqa: E402
from nnunet_plan import train, volume as volume_of_hu  # noqa: E402
from radversary_card import export, export_nnunet, on_torch, patch_in  # noqa: E402

import keras  # noqa: E402
import monai  # noqa: E402
import timm  # noqa: E402
from monai import transforms as of_monai  # noqa: E402
from timm.data import create_transform, resolve_data_config  # noqa: E402
from torchvision.transforms import v2  # noqa: E402

TENSORFLOW = os.environ.get("RADVERSARY_TENSORFLOW_PYTHON")  # of an environment of its own: its wheels seldom suit PyTorch's
CLASSES = ["normal", "benign", "malignant"]
IMAGENET = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
VERSIONS = {"torch": torch, "torchvision": torchvision, "timm": timm, "MONAI": monai, "Keras": keras}


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


def xray_densenet():
    import torchxrayvision

    VERSIONS["torchxrayvision"] = torchxrayvision
    model = torchxrayvision.models.DenseNet(weights=None, num_classes=3, in_channels=1)
    steps = [torchxrayvision.datasets.XRayCenterCrop(), torchxrayvision.datasets.XRayResizer(224, engine="cv2")]
    return lively(model), torchvision.transforms.Compose(steps), "pixels in ±1024, XRayCenterCrop, XRayResizer by OpenCV"


def monai_2d():
    model = monai.networks.nets.DenseNet121(spatial_dims=2, in_channels=1, out_channels=3)
    steps = [of_monai.LoadImage(), of_monai.EnsureChannelFirst(), of_monai.ScaleIntensity(), of_monai.Resize((96, 80))]
    return lively(model), of_monai.Compose(steps), "ScaleIntensity, Resize by area, axes exchanged"


READ = [of_monai.LoadImage(), of_monai.EnsureChannelFirst()]
CT = of_monai.ScaleIntensityRange(-200, 400, 0, 1, clip=True)


def densenet_3d():
    model = monai.networks.nets.DenseNet121(spatial_dims=3, in_channels=1, out_channels=3)
    return lively(model), of_monai.Compose([*READ, CT, of_monai.Resize((36, 32, 32), mode="trilinear")]), "ScaleIntensityRange, Resize, trilinear"


def on_patches(model, *steps, **settings):
    inferer = monai.inferers.SlidingWindowInferer((16, 16, 8), **settings)
    return model, of_monai.Compose([*READ, *steps]), inferer


def segresnet():
    model, transform, inferer = on_patches(monai.networks.nets.SegResNet(in_channels=1, out_channels=3, init_filters=8), CT, overlap=0.5, mode="gaussian")
    return model, transform, "ScaleIntensityRange, patches of 16x16x8, Gaussian", {"inferer": inferer}


def nnunet():
    """The network of a small plan of nnU-Net: its U-Net of plain convolutions, as MONAI has it, and its z-score of a volume."""
    network = monai.networks.nets.DynUNet(3, 1, 3, kernel_size=[3, 3, 3], strides=[1, 2, 2], upsample_kernel_size=[2, 2], filters=[8, 16, 32])
    model, transform, inferer = on_patches(network, of_monai.NormalizeIntensity(), overlap=0.5, mode="gaussian")
    return model, transform, "z-score of the volume, patches of 16x16x8, Gaussian", {"inferer": inferer}


def of_keras(model, *how):
    """As `lively`."""
    kernel, bias = model.layers[-1].get_weights()
    model.layers[-1].set_weights([np.random.default_rng(3).normal(scale=2 / len(kernel) ** 0.5, size=kernel.shape), bias])
    return model, *how


def keras_mobilenet():
    model = keras.applications.MobileNetV2((96, 96, 3), alpha=0.35, weights=None, classes=3, classifier_activation=None)
    load = functools.partial(keras.utils.load_img, target_size=(96, 96), interpolation="bilinear")
    return of_keras(model, [keras.applications.mobilenet_v2.preprocess_input], "load_img, preprocess_input", {"load": load})


def on_tensorflow(folder, files):
    """The same .keras file on Keras' backend TensorFlow: its outputs of the image files become the references, and its gradient ours."""
    ran = subprocess.run([TENSORFLOW, os.path.join(HERE, "keras_on_tensorflow.py"), folder, *files], stdout=subprocess.PIPE, text=True, check=True)
    VERSIONS[ran.stdout.strip()] = None


def keras_layers():
    layers = keras.layers
    convolutions = [layers.Conv2D(8, 3, strides=2, activation="gelu"), layers.BatchNormalization(), layers.Conv2D(16, 3, activation="gelu")]
    model = keras.Sequential([keras.Input((64, 80, 3)), *convolutions, layers.GlobalAveragePooling2D(), layers.Dense(3)])
    return of_keras(model, [layers.Resizing(64, 80), keras.applications.resnet50.preprocess_input], "Resizing, preprocess_input with blue first")


MODELS = {
    "resnet18": ("torchvision ResNet-18", resnet18),
    "resnet18-v2": ("torchvision ResNet-18", resnet18_v2),
    "convnext": ("timm convnext_atto", lambda: of_timm("convnext_atto")),
    "vit": ("timm vit_tiny_patch16_224", lambda: of_timm("vit_tiny_patch16_224")),
    "albumentations": ("timm resnet10t", albumentations_resnet),
    "xray": ("torchxrayvision DenseNet", xray_densenet),
    "monai-2d": ("MONAI DenseNet121, 2-D", monai_2d),
    "monai-densenet-3d": ("MONAI DenseNet121, 3-D", densenet_3d),
    "monai-segresnet-3d": ("MONAI SegResNet, 3-D", segresnet),
    "keras-mobilenet": ("Keras MobileNetV2", keras_mobilenet),
    **({"keras-tensorflow": ("Keras MobileNetV2 on TensorFlow", keras_mobilenet)} if TENSORFLOW else {}),
    "keras-layers": ("Keras, convolutions in a Sequential", keras_layers),
    "monai-nnunet-3d": ("nnU-Net's U-Net of a small plan (MONAI DynUNet), 3-D", nnunet),
}


# Where PyTorch's own gradient in float32 is that in float64: other seeds put the kink of a ReLU within rounding's reach.
SEEDS = {"xray": 8, "monai-2d": 9, "monai-segresnet-3d": 1, "monai-nnunet-3d": 1}


def in_float64(name, model):
    if not name.startswith("keras"):
        return model.double().eval()
    keras.config.set_dtype_policy("float64")
    twin = MODELS[name][1]()[0]
    twin.set_weights(model.get_weights())
    keras.config.set_dtype_policy("float32")
    return on_torch(twin)


def gradient(folder, model):
    """x.npy, t.npy and gradient.npy, in the layout of the model."""
    name = os.path.basename(folder)
    card = json.load(open(os.path.join(folder, f"{name}.card.json"), encoding="utf-8"))
    if name in PLANS:
        plans = json.load(open(os.path.join(folder, "plans.json"), encoding="utf-8"))
        card["input"]["volume"]["patch"] = [1, *plans["configurations"][PLANS[name][0]]["patch_size"]][-3:]
    x = np.stack([patch_in(np.load(os.path.join(folder, pair["input"])), card) for pair in card["references"]])
    if name.endswith("2d") and x.ndim == 5:
        x = x[:, :, 0]
    at = torch.from_numpy(x).double().requires_grad_()
    seen = at.transpose(-1, -3 if at.ndim == 5 else -2) if name.startswith("monai") else at
    if name.endswith("v2"):
        seen = v2.functional.center_crop(seen, [224, 224])
    if name == "keras-layers":
        seen = at.flip(1)
    logits = in_float64(name, model)(seen)
    labels = torch.arange(len(x)) % len(CLASSES) if logits.ndim == 2 else torch.arange(logits[:, 0].numel()).reshape(logits[:, 0].shape) % len(CLASSES)
    voxels = logits[0, 0].numel() if logits.ndim > 2 else 1
    (cross_entropy(logits, labels, reduction="sum") / voxels).backward()
    labels = labels.transpose(-1, -3) if labels.ndim == 4 and name.startswith("monai") else labels
    for file, array in (("x", x), ("t", labels.numpy()), ("gradient", at.grad.numpy().astype(np.float32))):
        np.save(os.path.join(folder, f"{file}.npy"), array)


def volume(path, size, seed):
    """A NIfTI file of HU, [x, y, z]."""
    import nibabel

    rows, columns, slices = size
    planes = [np.asarray(picture(rows, columns, 1, seed=seed + n), dtype=np.int16) for n in range(slices)]
    nibabel.save(nibabel.Nifti1Image(np.stack(planes, axis=-1) * 4 - 300, np.diag([0.8, 0.9, 2.0, 1.0])), path)


def sources_of(name, folder):
    """Paths of the images that a model is exported with."""
    if name.endswith("-3d"):
        files = [os.path.join(folder, f"source-{index}.nii.gz") for index in range(2)]
        for index, file in enumerate(files):
            volume(file, [(40, 44, 20), (48, 36, 24)][index], seed=100 * index)
        return files
    colour, grey = [(300, 260, 3), (280, 400, 3), (333, 250, 1)], [(300, 260, 1), (280, 400, 1)]
    sizes = grey if name.startswith("monai") else [(300, 300, 1), (256, 256, 1)] if name == "xray" else colour
    files = [os.path.join(folder, f"source-{index}.png") for index in range(len(sizes))]
    for index, file in enumerate(files):
        picture(*sizes[index], seed=index).save(file)
    return files


# Each one's configuration, and what it is called.
PLANS = {"nnunet-plan": ("3d_fullres", "3-D"), "nnunet-plan-2d": ("2d", "2-D")}


def nnunet_plan(root, name):
    """nnU-Net's own network, preprocessing and prediction, of a small plan; returns its row."""
    configuration, axes = PLANS[name]
    folder, trained = os.path.join(root, name), os.path.join(root, f"{name}-trained")
    network = train(trained, ["CT"], {"background": 0, "liver": 1, "tumour": 2}, ["CTNormalization"], configuration)
    files = [os.path.join(root, f"{index}.nii.gz") for index in range(2)]
    volume_of_hu(files[0], (30, 34, 12), (0.7, 0.7, 3.0), 1)
    volume_of_hu(files[1], (26, 30, 14), (1.1, 1.0, 2.0), 2)
    export_nnunet(trained, files, folder)
    gradient(folder, network)
    VERSIONS["nnU-Net"] = None
    return {"name": name, "model": f"nnU-Net (v2), a small plan, {axes}", "transform": "plans.json: spacing, CTNormalization, patches, logits back"}


def version_of(name, library):
    """None: the name says the version already, or it is nnU-Net."""
    if library is not None:
        return f"{name} {library.__version__}"
    return f"{name} {importlib.metadata.version('nnunetv2')}" if name == "nnU-Net" else name


def main(root, only=()):
    made = []
    for name, (what, make) in MODELS.items():
        if only and name not in only:
            continue
        keras.utils.set_random_seed(SEEDS.get(name, 7))  # PyTorch's too
        model, transform, how, *more = make()
        folder = os.path.join(root, name)
        os.makedirs(folder)
        files = sources_of(name, folder)
        # Standard output is for the versions.
        stdout, sys.stdout = sys.stdout, sys.stderr
        export(model, transform, files, folder, classes=CLASSES, activation="softmax", **(more[0] if more else {}))
        sys.stdout = stdout
        gradient(folder, model)
        if name == "keras-tensorflow":
            model.save(os.path.join(folder, "model.keras"))
            on_tensorflow(folder, files)
        made.append({"name": name, "model": what, "transform": how})
    for name in [each for each in PLANS if not only or each in only]:
        stdout, sys.stdout = sys.stdout, sys.stderr
        made.append(nnunet_plan(root, name))
        sys.stdout = stdout
    json.dump(made, open(os.path.join(root, "models.json"), "w", encoding="utf-8"))
    print(", ".join(version_of(name, library) for name, library in VERSIONS.items()))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
