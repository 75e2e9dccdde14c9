"""Holds a set of CT images with intercept -1024, in four formats, against each other: NPY PNG NIFTI DICOM."""

import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
import numpy as np
import torch

FOLDERS = [Path(folder) for folder in sys.argv[1:]]
sys.path.insert(0, str(FOLDERS[0]))  # the loader goes with the set
from radversary_dataset import DatasetError, Images, TorchDataset, keras_dataset, verify

npy, png, nifti, dicom = (Images(folder, "train") for folder in FOLDERS)
assert len(npy) == len(png) == len(nifti) == len(dicom) > 0
for place in range(len(npy)):
    hounsfield = npy.image(place)
    assert hounsfield.dtype == np.float32 and hounsfield.shape == (12, 12, 1)
    np.testing.assert_array_equal(png.image(place) - 1024, hounsfield)
    np.testing.assert_array_equal(nifti.image(place), hounsfield)
    np.testing.assert_array_equal(dicom.image(place), hounsfield)
    assert npy.label(place) == png.label(place) == dicom.label(place)

for clean, made in npy.pairs():
    assert npy.rows[clean]["kind"] == "clean" and npy.rows[made]["kind"] == "adversarial"
    assert npy.label(clean) == npy.label(made) and np.abs(npy.image(clean) - npy.image(made)).max() > 0
assert len(npy.pairs()) == 2 * len(Images(FOLDERS[0], "train", kinds=["clean"]))
assert len(Images(FOLDERS[0], "train", runs=[1])) == len(npy) * 2 // 3

train = TorchDataset(FOLDERS[0], "train", transform=lambda image: (image + 1000) / 2000)
images, labels = next(iter(torch.utils.data.DataLoader(train, batch_size=4)))
assert images.shape == (4, 1, 12, 12) and images.dtype == torch.float32 and labels.dtype == torch.int64
np.testing.assert_allclose(images[0, 0].numpy() * 2000 - 1000, npy.image(0)[:, :, 0], atol=1e-3)

batches = keras_dataset(FOLDERS[0], "train", batch_size=4, seed=1)
images, labels = batches[0]
assert images.shape == (4, 12, 12, 1) and labels.shape == (4,)
assert sum(len(batches[each][1]) for each in range(len(batches))) == len(npy)

for folder in FOLDERS:
    assert verify(folder) > 0
changed = next(FOLDERS[1].glob("train/images/*.png"))
before = changed.read_bytes()
changed.write_bytes(before + b"x")
try:
    verify(FOLDERS[1])
    raise AssertionError("a changed file was not noticed")
except DatasetError as error:
    assert str(changed) in str(error)
finally:
    changed.write_bytes(before)
for wrong in ({"split": "holdout"}, {"split": "train", "kinds": ["noisy"]}):
    try:
        Images(FOLDERS[0], **wrong)
        raise AssertionError(f"{wrong} was not refused")
    except DatasetError:
        pass
