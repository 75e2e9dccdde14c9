"""Writes test/fixtures/sidecars: the files that libraries write beside models, as Radversary reads them.

Needs transformers, timm, torch and monai (pip): python3 scripts/goldens/sidecars.py
"""

import json
import os
import shutil
import tempfile

import timm
import transformers
from monai.bundle import scripts as bundle
from timm.models import save_for_hf
from torch import nn

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../test/fixtures/sidecars")
LABELS = {0: "normal", 1: "benign", 2: "malignant"}


def keep(family, name, content):
    folder = os.path.join(FOLDER, family)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.write("\n")


def of_transformers():
    from transformers import CLIPImageProcessor, ConvNextConfig, ConvNextImageProcessor, ViTConfig, ViTForImageClassification, ViTImageProcessor

    pairs = {
        "vit": (ViTConfig(id2label=LABELS, problem_type="multi_label_classification", architectures=["ViTForImageClassification"]), ViTImageProcessor()),
        "convnext": (ConvNextConfig(id2label=LABELS, architectures=["ConvNextForImageClassification"]), ConvNextImageProcessor(size={"shortest_edge": 224}, crop_pct=0.875)),
        "clip": (ViTConfig(id2label=LABELS, architectures=["ViTForImageClassification"]), CLIPImageProcessor()),
    }  # fmt: skip
    for name, (config, processor) in pairs.items():
        with tempfile.TemporaryDirectory() as folder:
            config.save_pretrained(folder)
            processor.save_pretrained(folder)
            for file in ("config.json", "preprocessor_config.json"):
                keep(f"hugging-face-{name}", file, json.load(open(os.path.join(folder, file), encoding="utf-8")))


def of_processors():
    """Image processors alone: bounded by a longer side, and with an offset and a division of their own."""
    for name, processor in {
        "detr": transformers.DetrImageProcessor(),
        "efficientnet": transformers.EfficientNetImageProcessor(size={"height": 224, "width": 224}, rescale_factor=1 / 127.5, rescale_offset=True),
    }.items():  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            processor.save_pretrained(folder)
            keep(f"hugging-face-{name}", "preprocessor_config.json", json.load(open(os.path.join(folder, "preprocessor_config.json"), encoding="utf-8")))


def of_timm_borders():
    """crop_mode border, which pads with the mean: one grey, and ImageNet's colour."""
    grey = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}
    for name, statistics in {"grey": grey, "colour": {}}.items():
        overlay = {"crop_mode": "border", "crop_pct": 1.0, **statistics}
        with tempfile.TemporaryDirectory() as folder:
            model = timm.create_model("convnext_atto", num_classes=3, pretrained_cfg_overlay=overlay)
            save_for_hf(model, folder, safe_serialization=False)
            keep(f"timm-border-{name}", "config.json", json.load(open(os.path.join(folder, "config.json"), encoding="utf-8")))


def of_timm():
    with tempfile.TemporaryDirectory() as folder:
        model = timm.create_model("convnext_atto", num_classes=3)
        save_for_hf(model, folder, model_config={"label_names": list(LABELS.values())}, safe_serialization=False)
        keep("timm", "config.json", json.load(open(os.path.join(folder, "config.json"), encoding="utf-8")))


def of_monai():
    """A bundle as init_bundle makes it, filled in as MONAI's segmentations of CT are."""
    with tempfile.TemporaryDirectory() as folder:
        place = os.path.join(folder, "bundle")
        bundle.init_bundle(place, network=nn.Conv3d(1, 2, 1))
        metadata = json.load(open(os.path.join(place, "configs/metadata.json"), encoding="utf-8"))
        inference = json.load(open(os.path.join(place, "configs/inference.json"), encoding="utf-8"))
    metadata["network_data_format"] = {
        "inputs": {"image": {
            "type": "image", "format": "hounsfield", "modality": "CT", "num_channels": 1, "spatial_shape": [64, 64, 32],
            "dtype": "float32", "value_range": [0, 1], "is_patch_data": True, "channel_def": {"0": "image"},
        }},
        "outputs": {"pred": {
            "type": "image", "format": "segmentation", "num_channels": 2, "spatial_shape": [64, 64, 32],
            "dtype": "float32", "value_range": [0, 1], "is_patch_data": True, "channel_def": {"0": "background", "1": "spleen"},
        }},
    }  # fmt: skip
    inference["preprocessing"] = {"_target_": "Compose", "transforms": [
        {"_target_": "LoadImaged", "keys": "image"},
        {"_target_": "EnsureChannelFirstd", "keys": "image"},
        {"_target_": "Orientationd", "keys": "image", "axcodes": "RAS"},
        {"_target_": "Spacingd", "keys": "image", "pixdim": "@pixdim", "mode": "bilinear"},
        {"_target_": "ScaleIntensityRanged", "keys": "image", "a_min": -57, "a_max": 164, "b_min": 0, "b_max": 1, "clip": True},
        {"_target_": "CropForegroundd", "keys": "image", "source_key": "image"},
        {"_target_": "EnsureTyped", "keys": "image"},
    ]}  # fmt: skip
    inference["pixdim"] = [1.5, 1.5, 2.0]
    inference["inferer"] = {"_target_": "SlidingWindowInferer", "roi_size": [64, 64, 32], "sw_batch_size": 4, "overlap": 0.25, "mode": "gaussian"}
    inference["postprocessing"] = {"_target_": "Compose", "transforms": [{"_target_": "Activationsd", "keys": "pred", "softmax": True}]}
    keep("monai", "metadata.json", metadata)
    keep("monai", "inference.json", inference)


CHAINS = {
    "a range, then constants": [
        {"_target_": "ScaleIntensityRanged", "a_min": -57, "a_max": 164, "b_min": 0.0, "b_max": 1.0, "clip": True},
        {"_target_": "NormalizeIntensityd", "subtrahend": 0.3, "divisor": 0.2},
    ],
    "a range that is not clipped, constants, and a range again": [
        {"_target_": "ScaleIntensityRanged", "a_min": 0, "a_max": 200, "b_min": -1, "b_max": 1},
        {"_target_": "NormalizeIntensityd", "subtrahend": [0.5], "divisor": [0.25], "channel_wise": True},
        {"_target_": "ScaleIntensityRanged", "a_min": -4, "a_max": 4, "b_min": 0, "b_max": 255},
    ],
    "a range, constants, then the image's own ends": [
        {"_target_": "ScaleIntensityRanged", "a_min": -57, "a_max": 164, "b_min": 0, "b_max": 1, "clip": True},
        {"_target_": "NormalizeIntensityd", "subtrahend": 0.5, "divisor": 0.5},
        {"_target_": "ScaleIntensityRangePercentilesd", "lower": 5, "upper": 90, "b_min": 0, "b_max": 1},
    ],
    "what is not 0": [{"_target_": "NormalizeIntensityd", "nonzero": True, "channel_wise": True}],
    "what is not 0, then from -1 to 1": [
        {"_target_": "NormalizeIntensityd", "nonzero": True},
        {"_target_": "ScaleIntensityd", "minv": -1.0, "maxv": 1.0},
    ],
    "percentiles, clipped": [
        {"_target_": "ScaleIntensityRangePercentilesd", "lower": 5, "upper": 95, "b_min": 0, "b_max": 1, "clip": True},
    ],
    "cut off at percentiles, then a z-score, then constants": [
        {"_target_": "ClipIntensityPercentilesd", "lower": 10, "upper": 90},
        {"_target_": "NormalizeIntensityd"},
        {"_target_": "NormalizeIntensityd", "subtrahend": 0.1, "divisor": 3},
    ],
    "resized, then from 0 to 1": [
        {"_target_": "Resized", "spatial_size": [8, 6], "mode": "bilinear", "align_corners": False},
        {"_target_": "ScaleIntensityd"},
    ],
    "resized with corners aligned": [
        {"_target_": "ScaleIntensityRanged", "a_min": -100, "a_max": 300, "b_min": 0, "b_max": 1, "clip": True},
        {"_target_": "Resized", "keys": ["image", "label"], "spatial_size": [8, 6], "mode": ["bilinear", "nearest"], "align_corners": [True, None]},
    ],
}  # fmt: skip


def of_monai_values():
    """What MONAI makes of an image by transforms of a bundle, as its own parser reads them."""
    import numpy as np
    from monai.bundle import ConfigParser

    noise = np.random.default_rng(7).integers(-150, 400, (1, 12, 10)).astype(np.float32)
    body = np.where(np.abs(noise) < 60, 0, np.abs(noise))
    images = {"noise": noise, "body": body, "bright": np.abs(noise) + 40}
    cases = []
    for name, transforms in CHAINS.items():
        steps = [{"keys": "image", **one} for one in transforms]
        parser = ConfigParser({"preprocessing": {"_target_": "Compose", "transforms": steps}})
        for image, values in images.items():
            compose = parser.get_parsed_content("preprocessing")
            made = compose({"image": values.copy(), "label": values.copy()})["image"]
            cases.append({"name": name, "image": image, "output": [round(float(each), 6) for each in np.ravel(made)], "size": list(made.shape[1:])})
    content = {"chains": {name: [{"keys": "image", **one} for one in each] for name, each in CHAINS.items()}, "images": {name: [int(v) for v in np.ravel(each)] for name, each in images.items()}, "cases": cases}  # fmt: skip
    with open(os.path.join(FOLDER, "../monai-values.json"), "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.write("\n")


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    of_transformers()
    of_processors()
    of_timm()
    of_timm_borders()
    of_monai()
    of_monai_values()
    print(f"transformers {transformers.__version__}, timm {timm.__version__}")


if __name__ == "__main__":
    main()
