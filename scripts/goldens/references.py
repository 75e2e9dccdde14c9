"""
A tiny PyTorch classifier with its cards and what it made of images, as users would leave them: the fixtures
of test/integration/references.test.ts.

    python scripts/goldens/references.py        (torch, onnx, numpy, Pillow, pydicom)
"""

import json
from pathlib import Path

import numpy as np
import pydicom
import torch
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

folder = Path(__file__).parents[2] / "test" / "fixtures" / "references"
(folder / "reference").mkdir(parents=True, exist_ok=True)
torch.manual_seed(0)
numbers = np.random.default_rng(0)

network = torch.nn.Sequential(
    torch.nn.Conv2d(1, 4, 3, padding=1),
    torch.nn.ReLU(),
    torch.nn.AdaptiveAvgPool2d(1),
    torch.nn.Flatten(),
    torch.nn.Linear(4, 3),
).eval()
torch.onnx.export(
    network,
    (torch.zeros(1, 1, 24, 20),),
    folder / "model.onnx",
    input_names=["image"],
    output_names=["logits"],
    dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}},
    dynamo=False,
)

rows, columns = np.mgrid[0:37, 0:51]
waves = 0.5 + 0.3 * np.sin(rows / 5) * np.cos(columns / 7) + 0.1 * numbers.standard_normal(rows.shape)
mean, std = 0.45, 0.22


def save(name, array):
    np.save(folder / "reference" / name, np.asarray(array, np.float32))


def keep(name, resized):
    """What the network makes of an image [24, 20] in [0, 1]."""
    x = torch.from_numpy(np.asarray(resized, np.float32))[None, None]
    normalised = (x - mean) / std
    save(f"{name}-resized.npy", x[0])
    save(f"{name}-input.npy", normalised)
    with torch.no_grad():
        save(f"{name}-output.npy", network(normalised))


def pair(name, image):
    return {
        "image": image,
        "resized": f"reference/{name}-resized.npy",
        "input": f"reference/{name}-input.npy",
        "output": f"reference/{name}-output.npy",
    }


def card(name, **fields):
    common = {
        "file": "model.onnx",
        "fit": {"kind": "stretch"},
        "interpolation": "bilinear-antialiased",
        "mean": [mean],
        "std": [std],
        "output": {"activation": "softmax", "gives": "logits", "classes": ["a", "b", "c"]},
    }
    (folder / name).write_text(json.dumps({**common, **fields}, indent=2) + "\n")


# 8 bits, resized as bytes.
grey = Image.fromarray(np.clip(255 * waves, 0, 255).astype(np.uint8))
grey.save(folder / "reference" / "byte.png")
keep("byte", np.asarray(grey.resize((20, 24), Image.BILINEAR)) / 255)
card(
    "byte.card.json",
    intensity={"kind": "stored-range", "lower": 0, "upper": 255},
    rounding="uint8",
    references=[pair("byte", "reference/byte.png")],
)

# 16 bits, HU, and the same values in a DICOM file; resized as floats.
word = np.clip(65535 * waves, 0, 65535).astype(np.uint16)
Image.fromarray(word).save(folder / "reference" / "word.png")
hu = (2000 * waves - 1400).astype(np.int16)
np.save(folder / "reference" / "hu.npy", hu)
windowed = np.clip((hu.astype(np.float32) - (-600 - 750)) / 1500, 0, 1)


def resized(values):
    return np.asarray(Image.fromarray(values.astype(np.float32)).resize((20, 24), Image.BILINEAR))


keep("word", resized(word / 65535))
keep("hu", resized(windowed))
keep("ct", resized(windowed))
card(
    "word.card.json",
    intensity={"kind": "stored-range", "lower": 0, "upper": 65535},
    references=[pair("word", "reference/word.png")],
)
card(
    "hu.card.json",
    intensity={"kind": "hu-window", "center": -600, "width": 1500},
    references=[pair("hu", "reference/hu.npy"), pair("ct", "reference/ct.dcm")],
)

meta = FileMetaDataset()
meta.TransferSyntaxUID = ExplicitVRLittleEndian
meta.MediaStorageSOPClassUID = CTImageStorage
meta.MediaStorageSOPInstanceUID = "2.25.1"
ct = Dataset()
ct.file_meta = meta
ct.SOPClassUID = CTImageStorage
ct.SOPInstanceUID = "2.25.1"
ct.StudyInstanceUID = "2.25.2"
ct.SeriesInstanceUID = "2.25.3"
ct.Modality = "CT"
ct.Rows, ct.Columns = hu.shape
ct.SamplesPerPixel = 1
ct.PhotometricInterpretation = "MONOCHROME2"
ct.BitsAllocated = ct.BitsStored = 16
ct.HighBit = 15
ct.PixelRepresentation = 0
ct.RescaleSlope = "1"
ct.RescaleIntercept = "-2000"
ct.PixelData = (hu.astype(np.int32) + 2000).astype(np.uint16).tobytes()
pydicom.dcmwrite(folder / "reference" / "ct.dcm", ct, enforce_file_format=True)
