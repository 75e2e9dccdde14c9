"""A small nnU-Net (v2) of random weights with a plan of its own, exported by resources/python/radversary_card.py.

    python3 scripts/goldens/nnunet_plan.py          writes test/fixtures/nnunet-plan/

Needs nnunetv2, torch, onnx, onnxscript, nibabel, SciPy and NumPy (pip).
"""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import nibabel
import numpy as np
import torch
from scipy.ndimage import gaussian_filter

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "../../resources/python"))
for name in ("nnUNet_raw", "nnUNet_preprocessed", "nnUNet_results"):
    os.environ.setdefault(name, tempfile.gettempdir())

NETWORK = {
    "network_class_name": "dynamic_network_architectures.architectures.unet.PlainConvUNet",
    "arch_kwargs": {
        "n_stages": 2,
        "features_per_stage": [4, 8],
        "conv_op": "torch.nn.modules.conv.Conv3d",
        "kernel_sizes": [[1, 3, 3], [3, 3, 3]],
        "strides": [[1, 1, 1], [1, 2, 2]],
        "n_conv_per_stage": [1, 1],
        "n_conv_per_stage_decoder": [1],
        "conv_bias": True,
        "norm_op": "torch.nn.modules.instancenorm.InstanceNorm3d",
        "norm_op_kwargs": {"eps": 1e-5, "affine": True},
        "dropout_op": None,
        "dropout_op_kwargs": None,
        "nonlin": "torch.nn.LeakyReLU",
        "nonlin_kwargs": {"inplace": True},
    },
    "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
}


def resampling(order, is_seg=False):
    return {"is_seg": is_seg, "order": order, "order_z": 0, "force_separate_z": None}


def of_slices(network):
    """The same network with two axes."""
    arguments = network["arch_kwargs"]
    flat = {"conv_op": "torch.nn.modules.conv.Conv2d", "norm_op": "torch.nn.modules.instancenorm.InstanceNorm2d"}
    return network | {"arch_kwargs": arguments | flat | {name: [each[1:] for each in arguments[name]] for name in ("kernel_sizes", "strides")}}


def plan_of(schemes, name):
    """As nnUNetv2_plan_and_preprocess writes it, of the parts that predictions depend on."""
    configuration = {
        "preprocessor_name": "DefaultPreprocessor",
        "patch_size": [4, 12, 10],
        "spacing": [2.5, 0.9, 0.8],
        "normalization_schemes": schemes,
        "use_mask_for_norm": [False] * len(schemes),
        "resampling_fn_data": "resample_data_or_seg_to_shape",
        "resampling_fn_seg": "resample_data_or_seg_to_shape",
        "resampling_fn_probabilities": "resample_data_or_seg_to_shape",
        "resampling_fn_data_kwargs": resampling(3),
        "resampling_fn_seg_kwargs": resampling(1, True),
        "resampling_fn_probabilities_kwargs": resampling(1),
        "architecture": NETWORK,
    }
    if name == "2d":
        configuration |= {"patch_size": [12, 10], "spacing": [0.9, 0.8], "architecture": of_slices(NETWORK)}
    properties = {"mean": 60.5, "std": 120.3, "percentile_00_5": -180.0, "percentile_99_5": 420.0}
    return {
        "dataset_name": "Dataset999_Small",
        "plans_name": "nnUNetPlans",
        "image_reader_writer": "SimpleITKIO",
        "label_manager": "LabelManager",
        "transpose_forward": [0, 1, 2],
        "transpose_backward": [0, 1, 2],
        "configurations": {name: configuration},
        "foreground_intensity_properties_per_channel": {str(n): properties for n in range(len(schemes))},
    }


def train(folder, channels, labels, schemes, configuration="3d_fullres"):
    """A trained configuration's folder, as nnUNetv2_train leaves it; its weights are random."""
    from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer
    from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

    folder = Path(folder)
    (folder / "fold_0").mkdir(parents=True)
    plan = plan_of(schemes, configuration)
    dataset = {"channel_names": {str(n): name for n, name in enumerate(channels)}, "labels": labels, "file_ending": ".nii.gz"}
    if any(isinstance(label, list) for label in labels.values()):
        dataset["regions_class_order"] = [1, 2]
    for name, value in (("plans.json", plan), ("dataset.json", dataset)):
        (folder / name).write_text(json.dumps(value))
    torch.manual_seed(4)
    manager = PlansManager(plan)
    heads = manager.get_label_manager(dataset).num_segmentation_heads
    network = nnUNetTrainer.build_network_architecture(manager, manager.get_configuration(configuration), len(channels), heads, enable_deep_supervision=False)
    checkpoint = {"network_weights": network.state_dict(), "trainer_name": "nnUNetTrainer", "init_args": {"configuration": configuration}}
    torch.save(checkpoint, folder / "fold_0/checkpoint_final.pth")
    return network


def volume(path, shape, zooms, seed):
    """A smooth volume of HU, that lies as ITK writes axial slices: columns to the left, rows to the back."""
    values = (gaussian_filter(np.random.default_rng(seed).standard_normal(shape), 1.5) * 1500).astype(np.int16)
    affine = np.diag([-zooms[0], -zooms[1], zooms[2], 1.0])
    nibabel.save(nibabel.Nifti1Image(values, affine), path)


def main():
    from radversary_card import export_nnunet

    target = HERE / "../../test/fixtures/nnunet-plan"
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as work:
        train(f"{work}/trained", ["CT"], {"background": 0, "liver": 1, "tumour": 2}, ["CTNormalization"])
        volume(f"{work}/a.nii.gz", (15, 17, 6), (0.7, 0.7, 3.0), 1)
        export_nnunet(f"{work}/trained", [f"{work}/a.nii.gz"], target / "ct", name="ct")
        train(f"{work}/both", ["CT", "PET"], {"background": 0, "lesion": [1, 2], "core": 2}, ["CTNormalization", "ZScoreNormalization"])
        for channel in range(2):
            volume(f"{work}/b_{channel:04d}.nii.gz", (14, 13, 5), (0.9, 0.9, 4.0), 2 + channel)
        export_nnunet(f"{work}/both", [f"{work}/b_0000.nii.gz"], target / "pet-ct", name="pet-ct")
        train(f"{work}/flat", ["T1", "T2"], {"background": 0, "lesion": 1}, ["ZScoreNormalization", "ZScoreNormalization"], "2d")
        for channel in range(2):
            volume(f"{work}/c_{channel:04d}.nii.gz", (14, 19, 5), (0.7, 0.8, 4.0), 4 + channel)
        export_nnunet(f"{work}/flat", [f"{work}/c_0000.nii.gz"], target / "mr-2d", name="mr-2d")


if __name__ == "__main__":
    main()
