"""Reads a training set that `radversary dataset` has made, for PyTorch and Keras.

    from radversary_dataset import TorchDataset
    train = TorchDataset("DATASET", "train", transform=lambda image: image / 255)
    image, label = train[0]          # float32 tensors [channels, rows, columns]; the label as the task has it

    from radversary_dataset import keras_dataset
    model.fit(keras_dataset("DATASET", "train", batch_size=16, transform=...))    # float32 [batch, rows, columns, channels]

    python radversary_dataset.py DATASET        checks every file's SHA-256 and says what is in the set

Pixels come as the set holds them: modality units (HU of CT) of .npy and NIfTI, stored values of PNG, modality
units of DICOM. `transform` takes such an array, float32 [rows, columns, channels], and returns one; window and
resize there as your model does.

Needs Python 3.9 and NumPy; PNG needs Pillow, NIfTI nibabel, DICOM pydicom, the classes PyTorch or Keras 3.
Licence: Apache-2.0.
"""

import csv
import functools
import hashlib
import json
import sys
from pathlib import Path

import numpy as np


class DatasetError(Exception):
    """What is wrong with a data set, with its file."""


class Images:
    """Images of one split, in the order of labels.csv.

    root: the folder that `radversary dataset` has written. split: a name of dataset.json. kinds: which of
    "clean" and "adversarial" there are. runs: numbers of runs whose images are there; None: of all.
    """

    def __init__(self, root, split, kinds=("clean", "adversarial"), runs=None):
        self.root = Path(root)
        self.about = self._json("dataset.json")
        if self.about.get("schema") != "radversary/dataset/1":
            raise DatasetError(f"{self.root}: expected a data set of `radversary dataset`, got {self.about.get('schema')}")
        splits = [each["name"] for each in self.about["splits"]]
        if split not in splits:
            raise DatasetError(f"{self.root}: expected one of the splits {', '.join(splits)}, got {split}")
        unknown = set(kinds) - {"clean", "adversarial"}
        if unknown:
            raise DatasetError(f"expected the kinds clean and adversarial, got {', '.join(sorted(unknown))}")
        with open(self.root / "labels.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.rows = [row for row in rows if row["split"] == split and row["kind"] in kinds and _is_of(row, runs)]

    def __len__(self):
        return len(self.rows)

    def image(self, index):
        """The pixels of an image, float32 [rows, columns, channels]."""
        row = self.rows[index]
        pixels = _reader(row["image"])(str(self.root / row["image"]), row["index"])
        return np.asarray(pixels, dtype=np.float32).reshape(*pixels.shape[:2], -1)

    def label(self, index):
        """A class index; of labels that may overlap 0 and 1 for each class; of a regression the value; of a
        segmentation the mask [rows, columns]; of a detection boxes [n, 5]: class, x0, y0, x1, y1."""
        row, task = self.rows[index], self.about["task"]
        if task == "segmentation":
            return _png(str(self.root / row["mask"]), "").astype(np.int64)
        if task == "detection":
            return self._boxes().get((row["image"], row["index"]), np.zeros((0, 5), np.float32))
        if task == "regression":
            return np.float32(row["label"])
        if self.about["overlapping"]:
            present = {int(each) for each in row["label"].split(";") if each != ""}
            return np.array([index in present for index in range(len(self.about["names"]))], np.float32)
        return int(row["label"])

    def pairs(self):
        """(clean, adversarial) places of every image and what was made of it, where both are there."""
        clean = {row["pair"]: at for at, row in enumerate(self.rows) if row["kind"] == "clean"}
        made = [(row["pair"], at) for at, row in enumerate(self.rows) if row["kind"] == "adversarial"]
        return [(clean[pair], at) for pair, at in made if pair in clean]

    def _json(self, name):
        try:
            return json.loads((self.root / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise DatasetError(f"{self.root}: expected {name}, which `radversary dataset` writes last, got none") from None

    @functools.lru_cache(maxsize=1)
    def _boxes(self):
        found = {}
        with open(self.root / "boxes.csv", newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                box = [float(row[name]) for name in ("class", "x0", "y0", "x1", "y1")]
                found.setdefault((row["image"], row["index"]), []).append(box)
        return {place: np.array(boxes, np.float32) for place, boxes in found.items()}


def _is_of(row, runs):
    return runs is None or row["kind"] == "clean" or int(row["run"]) in runs


@functools.lru_cache(maxsize=8)
def _array(path):
    return np.load(path, mmap_mode="r", allow_pickle=False)


def _npy(path, index):
    return _array(path)[int(index)]


def _png(path, _):
    from PIL import Image

    with Image.open(path) as image:
        return np.array(image)


def _nifti(path, _):
    import nibabel

    # NIfTI's first axis is x: columns.
    return np.asanyarray(nibabel.load(path).dataobj).swapaxes(0, 1)[:, :, 0]


def _dicom(path, index):
    import pydicom
    from pydicom.pixels import apply_modality_lut

    dataset = pydicom.dcmread(path)
    pixels = dataset.pixel_array if dataset.get("SamplesPerPixel", 1) == 3 else apply_modality_lut(dataset.pixel_array, dataset)
    return pixels if index == "" else pixels[int(index)]


def _reader(name):
    for end, read in ((".npy", _npy), (".png", _png), (".nii.gz", _nifti), (".dcm", _dicom)):
        if name.endswith(end):
            return read
    raise DatasetError(f"{name}: expected .npy, .png, .nii.gz or .dcm")


def _torch_base():
    try:
        from torch.utils.data import Dataset

        return Dataset
    except ImportError:
        return object


class TorchDataset(_torch_base()):
    """A torch.utils.data.Dataset of (image, label): float32 [channels, rows, columns], and the label as `Images.label`
    has it, as a tensor. transform: a function of float32 [rows, columns, channels] that returns the same."""

    def __init__(self, root, split, kinds=("clean", "adversarial"), runs=None, transform=None):
        self.images = Images(root, split, kinds, runs)
        self.transform = transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        import torch

        pixels = self.images.image(index)
        changed = pixels if self.transform is None else self.transform(pixels)
        image = torch.from_numpy(np.ascontiguousarray(np.asarray(changed, np.float32).transpose(2, 0, 1)))
        return image, torch.as_tensor(self.images.label(index))


def keras_dataset(root, split, batch_size=16, kinds=("clean", "adversarial"), runs=None, transform=None, seed=None):
    """A keras.utils.PyDataset of (images, labels): float32 [batch, rows, columns, channels]. Images of a batch must
    have one size after `transform`. seed: shuffles, anew each epoch; None: in the order of labels.csv."""
    import keras

    class KerasDataset(keras.utils.PyDataset):
        def __init__(self):
            super().__init__()
            self.images = Images(root, split, kinds, runs)
            self.random = None if seed is None else np.random.default_rng(seed)
            self.order = np.arange(len(self.images))
            self.on_epoch_end()

        def __len__(self):
            return -(-len(self.images) // batch_size)

        def __getitem__(self, batch):
            places = self.order[batch * batch_size : (batch + 1) * batch_size]
            pixels = [self.images.image(int(place)) for place in places]
            images = pixels if transform is None else [np.asarray(transform(each), np.float32) for each in pixels]
            return np.stack(images), np.stack([self.images.label(int(place)) for place in places])

        def on_epoch_end(self):
            if self.random is not None:
                self.random.shuffle(self.order)

    return KerasDataset()


def verify(root):
    """Compares every file with manifest.json. Returns how many there are; raises DatasetError for one that differs."""
    root = Path(root)
    files = json.loads((root / "manifest.json").read_text(encoding="utf-8"))["files"]
    for entry in files:
        path = root / entry["path"]
        if not path.is_file():
            raise DatasetError(f"{path}: expected a file that manifest.json lists, got none")
        if hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            raise DatasetError(f"{path}: expected the bytes that manifest.json lists, got others")
    return len(files)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        count = verify(arguments[0])
        about = json.loads((Path(arguments[0]) / "dataset.json").read_text(encoding="utf-8"))
    except (DatasetError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{count} files are as they were written")
    for split in about["splits"]:
        print(f"{split['name']}: {split['patients']} patients, {split['clean']} clean, {split['adversarial']} adversarial")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
