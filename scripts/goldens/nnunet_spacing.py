"""Writes test/fixtures/nnunet-spacing.json: what nnU-Net's preprocessing makes of small volumes, and of logits on the way back.

Needs nnunetv2 and NumPy (pip): python3 scripts/goldens/nnunet_spacing.py
"""

import json
import os

import nnunetv2.preprocessing.resampling.default_resampling as of_nnunet
import numpy as np

FIXTURE = os.path.join(os.path.dirname(__file__), "../../test/fixtures/nnunet-spacing.json")
rng = np.random.default_rng(21)


def rounded(array):
    return [float(f"{float(value):.7g}") for value in np.ravel(array)]


def respaced(size, own, wanted):
    """As DefaultPreprocessor and convert_predicted_logits_… call it: volumes [z, y, x] of spacing `own` in mm, and back."""
    volume = rng.uniform(-1, 1, size).astype(np.float32)
    shape = of_nnunet.compute_new_shape(size, own, wanted)
    made = of_nnunet.resample_data_or_seg_to_shape(volume[None], shape, own, wanted, is_seg=False, order=3, order_z=0, force_separate_z=None)
    logits = rng.uniform(-1, 1, made.shape).astype(np.float32)
    back = of_nnunet.resample_data_or_seg_to_shape(logits, size, wanted, own, is_seg=False, order=1, order_z=0, force_separate_z=None)
    return {"size": size, "own": own, "wanted": wanted, "to": [int(each) for each in shape], "volume": rounded(volume), "made": rounded(made), "logits": rounded(logits), "back": rounded(back)}  # fmt: skip


json.dump(
    [
        respaced([6, 9, 8], [2.0, 1.0, 1.1], [1.5, 0.8, 1.6]),
        respaced([5, 9, 8], [5.0, 0.8, 0.8], [3.0, 1.0, 1.0]),
        respaced([5, 9, 8], [5.0, 0.8, 0.8], [5.0, 1.0, 0.7]),
        respaced([9, 4, 8], [1.0, 1.2, 1.0], [1.1, 4.0, 1.3]),
        respaced([7, 6, 5], [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]),
        respaced([4, 6, 5], [0.24, 1.25, 1.25], [0.5, 1.0, 1.0]),
        respaced([1, 8, 6], [2.0, 1.0, 1.0], [2.0, 0.6, 1.4]),
    ],
    open(FIXTURE, "w", encoding="utf-8"),
)
