"""Brings a model of yours to Radversary: ONNX, a model card, reference pairs, and a check of them.

    from radversary_card import export
    export(model, transform, ["a.png", "b.png"], "out/", classes=["normal", "pneumonia"], activation="softmax")

`transform` is what your evaluation makes of an image: torchvision's, timm's, albumentations', torchxrayvision's
or MONAI's; of a Keras model its layers and functions for that, in a list. The card is read off it, transform by
transform. What can't be read is asked for, all at once, by a CardError that says what to pass instead. `model` is
a torch.nn.Module, or a model of Keras 3 on the backend torch (KERAS_BACKEND=torch).

    python radversary_card.py SETUP.py IMAGE...  --out out/     SETUP.py defines model, transform and, by their
                                                                names, any further arguments of export
    python radversary_card.py --nnunet MODEL IMAGE... --out out/ an nnU-Net (v2) as it was trained: MODEL holds plans.json
    python radversary_card.py --check out/                      runs the ONNX file on the references again

Needs Python 3.9, your framework and NumPy; volumes need nibabel, the check onnxruntime. Licence: Apache-2.0.
"""

import argparse
import copy
import json
import os
import re
import runpy
import shutil
import sys
import warnings
from pathlib import Path

import numpy as np

SCHEMA = "radversary/model-card/1"
INPUT, OUTPUT = "image", "output"
TOLERANCE = 1e-4


class Departure(Exception):
    """The ONNX file computes something else than the framework does."""


class CardError(Exception):
    """What the card still needs, a line each: why, and what to pass."""

    def __init__(self, asks):
        self.asks = asks
        lines = "\n".join(f"  {why}: {remedy}" for _, why, remedy in asks)
        super().__init__(f"The card needs to know more:\n{lines}")


# ---------------------------------------------------------------------------------------------- what is read


class Reading:
    """What is known of the way from an image file to the model's input, transform by transform."""

    def __init__(self, sizes, holds, is_bytes, ends=(0.0, 255.0)):
        self.sizes = sizes  # [rows, columns] of the example images
        self.holds = holds  # "pil", "tensor" or "array": whose way of resampling comes next
        self.is_bytes = is_bytes  # whether a resampling rounds to 8 bits
        self.raw = (0.0, 255.0)  # the ends of the intensity range, as they are stored
        self.ends = ends  # what they have become
        self.intensity = {"kind": "stored-range", "lower": 0, "upper": 255}
        self.mean, self.std = [0.0], [1.0]
        self.normalisation = []  # steps by the image's own statistics, which come before mean and std
        self.geometry = []  # ("stretch", [h, w]), ("shorter", n), ("longest", n), ("crop", [h, w]), ("pad", [h, w], relative)
        self.interpolation = None
        self.rounding = None
        self.is_volume = self.is_ranged = False
        self.clip = True
        self.is_colour = False  # whether some example image has colours
        self.reversed = False  # whether the network takes blue first
        self.transposed = False  # whether rows and columns are exchanged, as MONAI's readers of pictures do
        self.flat = []  # the transforms one by one, to run all but a crop that the graph takes over
        self.asks, self.notes = [], []

    def ask(self, fields, why, remedy):
        self.asks.append((fields, why, remedy))

    def unread(self, step, fields=("intensity", "fit", "interpolation", "mean", "std"), why="can't be said in a card"):
        example = ", ".join(f'"{field}": …' for field in fields)
        self.ask(fields, f"{describe(step)} {why}", f"pass card={{{example}}} if you know how to say it, or leave the transform out")

    def resize(self, kind, size, interpolation, step):
        if interpolation is None:
            return self.unread(step, ("fit", "interpolation"), "resamples by a rule that cards don't have")
        if any(kind != "crop" for kind, *_ in self.geometry):
            return self.unread(step, ("fit", "interpolation"), "resamples a second time")
        self.geometry.append((kind, size))
        self.interpolation = interpolation
        self.rounding = rounding_of(self.holds) if self.is_bytes else None

    def place(self, kind, size, step, relative=0.0):
        self.geometry.append((kind, pair(size), relative))
        self.last_crop = step

    def affine(self, scale, offset=0.0):
        """Every value v becomes scale · v + offset."""
        if self.mean == [0.0] and self.std == [1.0] and not self.normalisation:
            self.ends = tuple(scale * end + offset for end in self.ends)
        else:  # (v − m)/s · scale + offset
            self.mean = [m - offset * s / scale for m, s in zip(self.mean, self.std)]
            self.std = [s / scale for s in self.std]

    def normalise(self, mean, std, step):
        if self.mean != [0.0] or self.std != [1.0]:
            return self.unread(step, ("mean", "std"), "normalises a second time")
        self.mean, self.std = numbers(mean), numbers(std)

    def statistic(self, step, **values):
        """A step that takes its numbers from the image: before a resampling from its own pixels, after it from the input."""
        if self.mean != [0.0] or self.std != [1.0]:
            self.unread(step, ("normalisation",), "takes statistics of what was normalised by constants")
        if self.is_volume and self.geometry:
            return self.unread(step, ("normalisation",), "takes statistics of what was resampled, where a card takes them of the volume before")
        if self.is_volume:
            return self.of_volume(values)
        self.normalisation.append({**values, **({"at": "input"} if self.geometry else {})})

    def of_volume(self, values):
        self.normalisation.append({**values, "of": "volume"})
        if not self.is_ranged:
            of_zero = {"fromZero": True} if "region" in values else {}
            self.intensity, self.clip = {**self.intensity, **of_zero}, False

    def range_of_volume(self, ends, made, clip, step):
        """The values `ends` become `made`."""
        if self.is_ranged or self.normalisation or self.mean != [0.0] or self.std != [1.0]:
            return self.unread(step, ("intensity",), "scales a volume a second time")
        self.intensity = {"kind": "modality-range", "lower": float(ends[0]), "upper": float(ends[1])}
        self.ends, self.clip, self.is_ranged = tuple(float(each) for each in made), bool(clip), True

    def range(self, low, high, step):
        """Values are cut off at `low` and `high`, in the units of the image."""
        if low <= self.raw[0] and high >= self.raw[1] and not self.normalisation:
            return
        if self.geometry or self.normalisation or self.ends != self.raw:
            self.unread(step, ("intensity",), "cuts values off after they were changed")
            return
        self.intensity = {"kind": "modality-range", "lower": float(low), "upper": float(high)}
        self.raw = self.ends = (float(low), float(high))


def rounding_of(holds):
    """Whose arithmetic resamples bytes."""
    if holds == "tensor":
        return "uint8-pytorch"
    if holds == "array":
        return "uint8"
    import PIL

    return "uint8-pillow-13" if int(PIL.__version__.split(".")[0]) >= 13 else "uint8"


def describe(step):
    text = re.sub(r"\s+", " ", repr(step))
    return text if len(text) < 120 and " object at " not in text else f"{type(step).__module__.split('.')[0]}'s {type(step).__name__}"


def pair(size):
    size = [int(each) for each in np.ravel(size)]
    return size * 2 if len(size) == 1 else size


def numbers(values):
    return [float(value) for value in np.ravel(np.asarray(values, dtype=np.float64))]


READERS = {}


def reads(*names):
    """Registers a reader of transforms, by library and class: torchvision.Resize."""

    def register(reader):
        READERS.update({name: reader for name in names})
        return reader

    return register


def read(reading, step):
    root, name = type(step).__module__.split(".")[0], type(step).__name__
    if is_keras_function(step):
        return read_keras_function(reading, step)
    if isinstance(step, (list, tuple)):
        return [read(reading, each) for each in step]
    reader = READERS.get(f"{root}.{name}") or READERS.get(f"{root}.{name[:-1] if root == 'monai' and name[-1] in 'dD' else name}")
    if root == "albumentations" and getattr(step, "p", 1) < 1:
        return reading.ask(("transform",), f"{describe(step)} is applied with a probability of {step.p}", "pass the transform of your evaluation, with p=1")
    if reader is None and re.match("Rand|RandomChoice|ColorJitter|AutoAugment|TrivialAugment", name):
        return reading.ask(("transform",), f"{describe(step)} is random", "pass the transform of your evaluation, not of training")
    if reader is not _compose:
        reading.flat.append(step)
    return reading.unread(step) if reader is None else reader(reading, step)


@reads("torchvision.Compose", "torchvision.Sequential", "torch.Sequential", "albumentations.Compose", "albumentations.Sequential", "monai.Compose")
def _compose(reading, step):
    read(reading, list(getattr(step, "transforms", step)))


@reads("torchvision.Identity", "torchvision.RGB", "albumentations.ToRGB", "albumentations.ToTensorV2", "torch.Identity", "torchvision.ToPureTensor", "timm.ToNumpy", "albumentations.NoOp", "monai.Identity", "monai.EnsureType", "monai.ToTensor", "monai.ToNumpy", "monai.CastToType", "monai.SelectItems", "monai.DeleteItems", "monai.ToDevice", "monai.RepeatChannel", "monai.EnsureChannelFirst", "monai.AddChannel")  # fmt: skip
def _nothing(_reading, _step):
    pass


# ------------------------------------------------------------------------------- torchvision, timm


PIL_WORDS = {"nearest": "nearest-pillow", "bilinear": "bilinear-antialiased", "bicubic": "bicubic-antialiased", "lanczos": "lanczos-antialiased"}
TENSOR_WORDS = {"nearest": "nearest-floor", "nearest-exact": "nearest", "bilinear": "bilinear", "bicubic": "bicubic"}
PIL_CODES = {0: "nearest", 1: "lanczos", 2: "bilinear", 3: "bicubic"}


def torchvision_interpolation(reading, interpolation, antialias=True):
    """The card's word; None where it has none. PIL's images are always resampled with antialiasing."""
    word = getattr(interpolation, "value", PIL_CODES.get(interpolation, interpolation))
    if reading.holds == "pil":
        return PIL_WORDS.get(word)
    return f"{word}-antialiased" if antialias and word in ("bilinear", "bicubic") else TENSOR_WORDS.get(word)


@reads("torchvision.Resize")
def _resize(reading, step):
    word = torchvision_interpolation(reading, step.interpolation, getattr(step, "antialias", True))
    size = [step.size] if isinstance(step.size, int) else list(step.size or [])
    if getattr(step, "max_size", None) is not None or not size:
        return reading.unread(step, ("fit",), "bounds the longer side")
    return reading.resize("shorter", size[0], word, step) if len(size) == 1 else reading.resize("stretch", size, word, step)


@reads("torchvision.CenterCrop")
def _centre_crop(reading, step):
    reading.place("crop", step.size, step)


@reads("torchvision.ImageClassification", "torchvision.SemanticSegmentation")
def _preset(reading, step):
    word = torchvision_interpolation(reading, step.interpolation, step.antialias)
    if step.resize_size:
        size = list(step.resize_size)
        reading.resize(*(("shorter", size[0]) if len(size) == 1 else ("stretch", size)), word, step)
    if getattr(step, "crop_size", None):
        reading.place("crop", step.crop_size, step)
    to_unit(reading)
    reading.normalise(step.mean, step.std, step)


@reads("torchvision.ToTensor", "timm.MaybeToTensor", "timm.ToTensor")
def _to_tensor(reading, step):
    # timm's ToTensor, and torchvision's of floats, divide by nothing.
    if not (type(step).__module__.startswith("timm") and type(step).__name__ == "ToTensor"):
        to_unit(reading)
    reading.holds, reading.is_bytes = "tensor", False


def to_unit(reading):
    if reading.is_bytes:
        reading.affine(1 / 255)
        reading.is_bytes = False
    reading.holds = "tensor"


@reads("torchvision.PILToTensor", "torchvision.ToImage", "timm.MaybePILToTensor")
def _to_bytes(reading, _step):
    reading.holds = "tensor"


@reads("torchvision.ConvertImageDtype", "torchvision.ToDtype")
def _dtype(reading, step):
    dtype = next(iter(step.dtype.values())) if isinstance(step.dtype, dict) else step.dtype
    if dtype is None or not dtype.is_floating_point:
        return None if dtype is None or str(dtype) == "torch.uint8" and reading.is_bytes else reading.unread(step)
    if getattr(step, "scale", True):
        return to_unit(reading)
    reading.is_bytes, reading.holds = False, "tensor"


@reads("torchvision.Normalize", "timm.Normalize")
def _normalize(reading, step):
    reading.normalise(step.mean, step.std, step)


@reads("torchvision.Grayscale", "albumentations.ToGray")
def _grayscale(reading, step):
    # One channel is luminance in a card too; three are copies of a grey image, but the colours of another.
    if reading.is_colour and getattr(step, "num_output_channels", 1) != 1:
        reading.unread(step, ("input.channels",), "makes three grey channels of colours, which a card can't say")


@reads("timm.ResizeKeepRatio")
def _keep_ratio(reading, step):
    longest = getattr(step, "longest", 0)
    if longest not in (0, 1) or len(set(pair(step.size))) != 1 or getattr(step, "random_scale_prob", 0) or getattr(step, "random_aspect_prob", 0):
        return reading.unread(step, ("fit",))
    reading.resize("longest" if longest else "shorter", pair(step.size)[0], torchvision_interpolation(reading, step.interpolation), step)


@reads("timm.CenterCropOrPad")
def _crop_or_pad(reading, step):
    longest = reading.geometry and reading.geometry[-1][0] == "longest"
    fill = np.ravel(getattr(step, "fill", 0))
    if longest and len(set(fill)) > 1:
        return reading.unread(step, ("fit",), "pads in colour")
    reading.place("pad" if longest else "crop", step.size, step, relative=float(fill[0]) / 255)


# -------------------------------------------------------------------------------------- albumentations


OPENCV_WORDS = {0: "nearest-floor", 1: "bilinear", 2: "bicubic", 3: "area"}


def opencv_resize(reading, step, kind, size):
    reading.resize(kind, size, OPENCV_WORDS.get(step.interpolation), step)


@reads("albumentations.Resize")
def _albu_resize(reading, step):
    opencv_resize(reading, step, "stretch", [step.height, step.width])


@reads("albumentations.SmallestMaxSize", "albumentations.LongestMaxSize")
def _albu_side(reading, step):
    size = np.ravel(getattr(step, "max_size", None))
    if len(size) != 1 or size[0] is None:
        return reading.unread(step, ("fit",))
    opencv_resize(reading, step, "shorter" if "Smallest" in type(step).__name__ else "longest", int(size[0]))


@reads("albumentations.CenterCrop")
def _albu_crop(reading, step):
    reading.place("crop", [step.height, step.width], step)


@reads("albumentations.PadIfNeeded")
def _albu_pad(reading, step):
    fill = np.ravel(getattr(step, "fill", getattr(step, "value", 0)) or 0)
    low, high = reading.ends
    if None in (step.min_height, step.min_width):
        return reading.unread(step, ("fit",), "pads to a multiple of a side")
    if str(getattr(step.position, "value", step.position)) != "center" or step.border_mode != 0 or len(set(fill)) > 1:
        return reading.unread(step, ("fit",), "does not pad evenly with one value")
    reading.place("pad", [step.min_height, step.min_width], step, relative=(float(fill[0]) - low) / (high - low))


@reads("albumentations.Normalize")
def _albu_normalize(reading, step):
    way = getattr(step, "normalization", "standard")
    if way in ("image", "image_per_channel"):
        reading.statistic(step, kind="z-score", of="image" if way == "image" else "channel", eps=1e-4)
    elif way == "standard":
        reading.affine(1 / float(step.max_pixel_value))
        reading.normalise(step.mean, step.std, step)
    else:
        reading.unread(step, ("normalisation",), "takes its range from the image")
    reading.is_bytes = False


@reads("albumentations.ToFloat")
def _albu_float(reading, step):
    reading.affine(1 / float(step.max_value or 255))
    reading.is_bytes = False


# ------------------------------------------------------------------------------------- torchxrayvision


@reads("torchxrayvision.XRayCenterCrop")
def _xray_crop(reading, step):
    if any(rows != columns for rows, columns in reading.sizes):
        reading.unread(step, ("fit",), "cuts a square out before images are resampled")


@reads("torchxrayvision.XRayResizer")
def _xray_resize(reading, step):
    word = "area" if step.engine == "cv2" else None
    reading.resize("stretch", pair(step.size), word, step)


# ------------------------------------------------------------------------------------------------ Keras


KERAS_WORDS = {"bilinear": "bilinear", "nearest": "nearest", "bicubic": "bicubic"}  # of its backend torch


@reads("keras.Sequential")
def _keras_sequential(reading, step):
    read(reading, list(step.layers))


@reads("keras.Identity", "keras.InputLayer")
def _keras_nothing(_reading, _step):
    pass


@reads("keras.Resizing")
def _keras_resize(reading, step):
    if step.crop_to_aspect_ratio or step.pad_to_aspect_ratio:
        return reading.unread(step, ("fit",), "cuts or pads an image before it is resampled")
    word = KERAS_WORDS.get(step.interpolation)
    antialiased = word in ("bilinear", "bicubic") and getattr(step, "antialias", False)
    reading.resize("stretch", [step.height, step.width], f"{word}-antialiased" if antialiased else word, step)


@reads("keras.Rescaling")
def _keras_rescale(reading, step):
    scale, offset = np.ravel(step.scale), np.ravel(step.offset)
    if len(scale) == 1 and len(offset) == 1:
        return reading.affine(float(scale[0]), float(offset[0]))
    reading.normalise(-offset / scale, 1 / scale * np.ones_like(offset), step)


@reads("keras.Normalization")
def _keras_normalize(reading, step):
    if step.invert:
        return reading.unread(step, ("mean", "std"), "is inverted")
    mean, variance = (np.ravel(each.detach().cpu().numpy() if hasattr(each, "detach") else each) for each in (step.mean, step.variance))
    reading.normalise(mean, np.maximum(np.sqrt(variance), 1e-7), step)


def is_keras_function(step):
    return callable(step) and getattr(step, "__name__", "") == "preprocess_input" and step.__module__.startswith("keras.")


def read_keras_function(reading, step):
    """A preprocess_input is told by what it makes of black and white: a factor and an offset for each channel."""
    black, white = (np.array(step(np.full((1, 1, 1, 3), value, dtype=np.float32)), dtype=np.float64).ravel() for value in (0, 255))
    red = np.array(step(np.float32([[[[255, 0, 0]]]])), dtype=np.float64).ravel()
    std = 255 / (white - black)
    mean = -black * std
    reading.flat.append(step)
    if abs(red[0] - white[0]) > 1e-4:
        reading.reversed, mean, std = True, mean[::-1], std[::-1]
    if np.ptp(mean) < 1e-6 and np.ptp(std) < 1e-9:
        return reading.affine(1 / std[0], -mean[0] / std[0])
    reading.normalise(mean, std, step)


def is_keras_load(load):
    """Whether this is functools.partial(keras.utils.load_img, target_size=…)."""
    function = getattr(load, "func", None)
    return getattr(function, "__name__", "") == "load_img" and function.__module__.startswith("keras.")


def read_keras_load(reading, load):
    said = load.keywords
    if said.get("target_size") is None:
        return
    if said.get("keep_aspect_ratio"):
        return reading.unread(load.func, ("fit",), "cuts an image before it is resampled")
    reading.holds, reading.is_bytes = "pil", True
    reading.resize("stretch", pair(said["target_size"]), PIL_WORDS.get(said.get("interpolation", "nearest")), load.func)
    reading.holds, reading.is_bytes = "array", False


def is_keras(model):
    return type(model).__module__.startswith("keras.") or any(each.__module__.startswith("keras.") for each in type(model).__mro__)


def on_torch(model):
    """A Keras model as a torch.nn.Module of images [N, C, H, W], and dense outputs likewise."""
    import keras

    if keras.backend.backend() != "torch":
        raise CardError([((), f"Keras runs on {keras.backend.backend()} here", "set KERAS_BACKEND=torch before keras is imported, and load the same .keras file; or convert it to TensorFlow.js, which Radversary reads")])  # fmt: skip
    if len(model.inputs) != 1 or len(model.outputs) != 1 or len(model.input_shape) != 4:
        raise CardError([((), "the Keras model has several inputs or outputs, or takes no images", "pass keras.Model(inputs=…, outputs=…) of the one image and the one output")])
    is_last = model.input_shape[1] not in (1, 3)
    import torch  # there, since Keras runs on it

    class OnTorch(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model
            self.channels = model.input_shape[-1 if is_last else 1]

        def forward(self, image):
            made = self.model(image.permute(0, 2, 3, 1) if is_last else image, training=False)
            return made.permute(0, 3, 1, 2) if is_last and made.ndim == 4 else made

    return OnTorch()


def apply_keras(steps, loaded):
    """The model's input [C, H, W] of what was loaded: layers and functions take batches of [H, W, C]."""
    made = np.asarray(loaded, dtype=np.float32)
    made = (made if made.ndim == 3 else made[..., None])[None]
    for step in [steps] if hasattr(steps, "layers") or callable(steps) else steps:
        made = step(made.copy()) if is_keras_function(step) else step(made)
        made = floats(made)
    return np.moveaxis(made[0], -1, 0)


# ------------------------------------------------------------------------------------------------ MONAI


def inner(step):
    """The array transform inside a dictionary transform."""
    name = type(step).__name__
    return next((each for each in vars(step).values() if type(each).__name__ == name[:-1]), step)


def of_image(step, name):
    """A setting of a dictionary transform for the image's key, or of the array transform."""
    values = getattr(step, name, None)
    if hasattr(step, "keys") and isinstance(values, (tuple, list)):
        return values[0]
    return values if values is not None else getattr(inner(step), name, None)


@reads("monai.LoadImage")
def _monai_load(reading, _step):
    reading.is_bytes, reading.holds, reading.transposed = False, "tensor", True


@reads("monai.Transpose")
def _monai_transpose(reading, step):
    if list(inner(step).indices) != ([0, 3, 2, 1] if reading.is_volume else [0, 2, 1]):
        return reading.unread(step, ())
    reading.transposed = not reading.transposed


@reads("monai.ScaleIntensityRange")
def _monai_range(reading, step):
    scale = inner(step)
    bottom, top = (0.0, 1.0) if scale.b_min is None or scale.b_max is None else (scale.b_min, scale.b_max)
    if reading.is_volume:
        return reading.range_of_volume((scale.a_min, scale.a_max), (bottom, top), scale.clip, step)
    if scale.clip:
        reading.range(scale.a_min, scale.a_max, step)
    factor = (top - bottom) / (scale.a_max - scale.a_min)
    reading.affine(factor, bottom - scale.a_min * factor)


@reads("monai.ScaleIntensity")
def _monai_scale(reading, step):
    scale = inner(step)
    if scale.factor is not None or scale.minv is None or scale.maxv is None:
        return reading.unread(step, ("normalisation",), "scales by a factor")
    reading.statistic(step, kind="min-max", to=[float(scale.minv), float(scale.maxv)], of=of_what(scale))


@reads("monai.ScaleIntensityRangePercentiles")
def _monai_percentiles(reading, step):
    scale = inner(step)
    if scale.relative or scale.b_min is None or scale.b_max is None:
        return reading.unread(step, ("normalisation",), "scales relative to the image's own range")
    percentiles, of = [float(scale.lower), float(scale.upper)], of_what(scale)
    if scale.clip:
        reading.statistic(step, kind="clip", percentiles=percentiles, of=of)
    reading.statistic(step, kind="min-max", percentiles=[0.0, 100.0] if scale.clip else percentiles, to=[float(scale.b_min), float(scale.b_max)], of=of)  # fmt: skip


@reads("monai.NormalizeIntensity")
def _monai_normalize(reading, step):
    normal = inner(step)
    if normal.subtrahend is not None and normal.divisor is not None and not normal.nonzero:
        return reading.normalise(normal.subtrahend, normal.divisor, step)
    if normal.subtrahend is not None or normal.divisor is not None:
        return reading.unread(step, ("normalisation",), "takes one of mean and standard deviation from the image")
    region = {"region": {"kind": "non-zero"}} if normal.nonzero else {}
    reading.statistic(step, kind="z-score", of=of_what(normal), **region)


def of_what(step):
    return "channel" if step.channel_wise else "image"


@reads("monai.Resize")
def _monai_resize(reading, step):
    mode, corners = str(getattr(of_image(step, "mode"), "value", of_image(step, "mode"))), of_image(step, "align_corners")
    mode = "bilinear" if mode == "trilinear" else mode
    words = {"bilinear": "bilinear-align-corners" if corners else "bilinear", "bicubic": None if corners else "bicubic"}
    word = {**words, "nearest": "nearest-floor", "nearest-exact": "nearest", "area": "area-pytorch"}.get(mode)
    if inner(step).size_mode != "all" or of_image(step, "anti_aliasing"):
        return reading.unread(step, ("fit", "interpolation"))
    size = [int(each) for each in np.ravel(inner(step).spatial_size)]
    size = size * (3 if reading.is_volume else 2) if len(size) == 1 else size
    reading.resize("stretch", size[::-1] if reading.transposed else size, word, step)


@reads("monai.CenterSpatialCrop")
def _monai_crop(reading, step):
    size = pair(getattr(inner(step), "roi_size", ()))
    reading.place("crop", size[::-1] if reading.transposed else size, step)


# ------------------------------------------------------------------------------------------ geometry


def fit_of(reading, frame):
    """The card's fit and input.size, and what the graph has to crop by itself. `frame` is the model's."""
    kinds = [kind for kind, *_ in reading.geometry]
    first = reading.geometry[0] if reading.geometry else None
    if not kinds and all(list(size) == list(frame) for size in reading.sizes):
        reading.interpolation = reading.interpolation or "bilinear"
        reading.notes.append(f"the transform resizes nothing: images of another size than {frame[0]}x{frame[1]} would be stretched")
        return {"kind": "stretch"}, frame, None
    if kinds == ["stretch"]:
        return {"kind": "stretch"}, frame, None
    if kinds == ["stretch", "crop"] and all(part <= whole for part, whole in zip(reading.geometry[1][1], first[1])):
        return {"kind": "stretch"}, list(first[1]), reading.geometry[1][1]
    if kinds in (["shorter"], ["shorter", "crop"]) and first[1] >= max(frame):
        fit = {"kind": "centre-crop", "shorterSide": first[1]}
    elif kinds == ["longest", "pad"] and frame == [first[1]] * 2:
        fit = {"kind": "letterbox", "padValue": reading.geometry[1][2]}
    elif kinds == ["longest"] and frame == [first[1]] * 2:
        fit = {"kind": "letterbox", "padValue": 0.0}
    elif any("fit" in fields for fields, *_ in reading.asks):
        return None, frame, None
    else:
        reading.ask(("fit",), f"the way of {', '.join(kinds) or 'images of other sizes'} into {frame[0]}x{frame[1]} can't be said in a card", 'pass card={"fit": …, "interpolation": …}, or a transform that resizes and then crops')  # fmt: skip
        return None, frame, None
    check_rounding(reading, first)
    return fit, frame, None


def volume_of(reading, inferer):
    """The card's fit and input.volume, in the order of a stack: slices, rows, columns."""
    turned = slice(None, None, -1 if reading.transposed else 1)
    if not reading.geometry and inferer is not None:
        blend = str(getattr(inferer.mode, "value", inferer.mode))
        padding = str(getattr(inferer.padding_mode, "value", inferer.padding_mode))
        if padding != "constant" or inferer.cval != 0 or np.ravel(inferer.sigma_scale).tolist() != [0.125] or np.ndim(inferer.overlap):
            reading.ask(("input.volume",), "the inferer has a padding, a sigma_scale or several overlaps that cards don't have", "leave them as MONAI has them")
        size = [int(each) for each in np.ravel(inferer.roi_size)]
        patch = (size * 3 if len(size) == 1 else size)[turned]
        reading.interpolation = "bilinear"
        return {"kind": "none"}, {"patch": patch, "overlap": float(inferer.overlap), "blend": blend, "edge": "zeros"}
    if [kind for kind, *_ in reading.geometry] == ["stretch"] and inferer is None:
        return {"kind": "stretch"}, {"patch": list(reading.geometry[0][1]), "run": "resized"}
    reading.ask(("fit", "input.volume"), "the way of a volume into the network can't be said in a card", "resize it to one size, or pass inferer=SlidingWindowInferer(…)")
    return None, {"patch": [1, 1, 1]}


def check_rounding(reading, first):
    """Libraries round the longer side each in its own way: only sizes on which they agree with the card are taken."""
    kind, side = first[0], first[1]
    if reading.holds != "array":
        return
    for rows, columns in reading.sizes:
        longer = side * max(rows, columns) / min(rows, columns)
        if kind == "shorter" and (round(longer) != int(longer) or (int(longer) - side) % 4 == 3):
            reading.ask(("fit",), f"albumentations rounds an image of {rows}x{columns} to another size than cards do", "make images square first, or resize to [rows, columns]")  # fmt: skip


# ------------------------------------------------------------------------------------- images and inputs


def family_of(transform, model=None):
    """The library whose transforms these are."""
    if model is not None and is_keras(model):
        return "keras"
    parts = transform if isinstance(transform, (list, tuple)) else getattr(transform, "transforms", [transform])
    names = {type(part).__module__.split(".")[0] for part in [transform, *parts]}
    return next((name for name in ("monai", "albumentations", "torchxrayvision") if name in names), "torchvision")


def picture(path, channels):
    image = image_file(path)
    if image.mode.startswith(("I", "F")):
        raise CardError([((), f"{path} has more than 8 bits a pixel", "pass load=, a function from a path to what your transform takes, and card={'intensity': …}")])  # fmt: skip
    return image.convert("L" if channels == 1 else "RGB")


def is_colour(path):
    """Whether some pixel of an image file is no grey; of files that PIL doesn't read it is not known, and taken for none."""
    try:
        with image_file(path) as image:
            red, green, blue = np.moveaxis(np.asarray(image.convert("RGB")), -1, 0)
    except OSError:
        return False
    return bool((red != green).any() or (green != blue).any())


def stack_of(path):
    """The stored values of a NIfTI file as a stack, [slices, rows, columns]: what MONAI's reader has, the other way round."""
    import nibabel

    values = np.asarray(nibabel.load(path).dataobj)
    if values.ndim != 3 or (values != np.round(values)).any() or np.abs(values).max() > 2**31 - 1:
        raise CardError([((), f"{path} is no volume of whole numbers", "pass NIfTI files of three axes that hold stored values or HU")])
    type_ = np.int16 if -(2**15) <= values.min() and values.max() < 2**15 else np.int32
    return np.ascontiguousarray(np.transpose(values, (2, 1, 0)).astype(type_))


def load_xray(path):
    """As torchxrayvision's own scripts: one channel in [-1024, 1024]."""
    grey = np.asarray(picture(path, 1), dtype=np.float32)
    return (2 * (grey / 255) - 1.0)[None] * 1024


def loader_of(family, channels):
    if family == "monai":
        return str
    if family == "torchxrayvision":
        return load_xray
    if family in ("albumentations", "keras"):
        return lambda path: np.asarray(picture(path, channels))
    return lambda path: picture(path, channels)


def apply(transform, family, key, loaded):
    """The model's input [C, ...] as float32."""
    if family == "albumentations":
        return channels_first(transform(image=loaded)["image"])
    if family == "keras":
        return apply_keras(transform, loaded)
    if family == "monai" and is_of_dictionaries(transform):
        made = transform({key: loaded})[key]
    else:
        made = transform(loaded)
    return floats(made)


def floats(made):
    """An array or a tensor of any framework as float32."""
    return np.array(made.detach().cpu().numpy() if hasattr(made, "detach") else made, dtype=np.float32)


def is_of_dictionaries(transform):
    return any(hasattr(step, "keys") for step in getattr(transform, "transforms", [transform]))


def of_key(transform, key):
    """A MONAI Compose of those dictionary transforms alone that touch the image."""
    steps = getattr(transform, "transforms", None)
    if steps is None:
        return transform
    kept = []
    for step in copy.deepcopy(list(steps)):
        if hasattr(step, "keys"):
            if key not in step.keys:
                continue
            index = step.keys.index(key)
            for name, value in vars(step).items():
                if isinstance(value, tuple) and len(value) == len(step.keys):
                    setattr(step, name, (value[index],))
        kept.append(step)
    return type(transform)(kept)


def size_of(loaded, path):
    """[rows, columns] of what was loaded; of a path, of its picture."""
    if hasattr(loaded, "size") and hasattr(loaded, "mode"):
        return loaded.size[::-1]
    if hasattr(loaded, "shape"):
        return tuple(extent for extent in loaded.shape if extent not in (1, 3))[:2]
    try:
        with image_file(path) as image:
            return image.size[::-1]
    except OSError:
        raise CardError([((), f"{path} is not a picture that PIL reads", "NIfTI files are for networks of volumes; of other files pass load=")]) from None  # fmt: skip


def image_file(path):
    from PIL import Image

    return Image.open(path)


def first_reading(loaded, family, sizes):
    """Where reading starts: at what `load` gives to the transform."""
    if family == "torchxrayvision":
        return Reading(sizes, "array", False, (-1024.0, 1024.0))
    if family in ("monai", "keras"):
        return Reading(sizes, "tensor", False)
    is_array = isinstance(loaded, np.ndarray)
    is_tensor = hasattr(loaded, "detach")
    is_bytes = "uint8" in str(loaded.dtype) if is_array or is_tensor else True
    return Reading(sizes, "array" if is_array else "tensor" if is_tensor else "pil", is_bytes)


# --------------------------------------------------------------------------------------------- frameworks


class Torch:
    """A torch.nn.Module, in evaluation on the CPU."""

    def __init__(self, model):
        self.model = on_torch(model).eval() if is_keras(model) else copy.deepcopy(model).eval().cpu().float()

    def channels(self):
        if hasattr(self.model, "channels"):
            return self.model.channels
        kernels = (p for p in self.model.parameters() if p.ndim >= 4)
        first = next(kernels, None)
        return None if first is None else int(first.shape[1])

    def is_volume(self):
        if hasattr(self.model, "channels"):
            return False
        return next((p.ndim for p in self.model.parameters() if p.ndim >= 4), 4) == 5

    def infer(self, batch, inferer):
        """As `run`, or patch by patch."""
        import torch

        if inferer is None:
            return self.run(batch)
        with torch.no_grad():
            return inferer(torch.from_numpy(batch), lambda patch: tensor_in(self.model(patch))).numpy()

    def run(self, batch):
        import torch

        with torch.no_grad():
            return tensor_in(self.model(torch.from_numpy(batch))).numpy()

    def in_front(self, crop, transposed, is_reversed):
        """The model with what a card can't say before it: a centre crop, rows and columns exchanged, blue first."""
        self.model = front(self.model, crop, transposed, is_reversed)

    def write(self, batch, path):
        """Today's exporter; the one before where that fails, or what it writes computes something else."""
        failures = []
        for name, exporter in (("dynamo", self._dynamo), ("legacy", self._legacy)):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    exporter(batch, path)
                difference = difference_of(path, batch, self.run(batch))
                if difference is None or difference <= TOLERANCE:
                    return name
                failures.append(f"{name}: outputs differ by {difference:.2g}")
            except Exception as error:  # noqa: BLE001 (whatever an exporter can't do, the other may)
                failures.append(f"{name}: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
        raise RuntimeError(f"torch.onnx.export failed both ways: {'; '.join(failures)}")

    def _dynamo(self, batch, path):
        import torch

        # A batch of two: one would be taken for a constant.
        example = torch.from_numpy(np.concatenate([batch, batch])[:2])
        shapes = ({0: torch.export.Dim("batch", min=1, max=4096)},)
        program = torch.onnx.export(self._single(), (example,), dynamo=True, dynamic_shapes=shapes, input_names=[INPUT], output_names=[OUTPUT], verbose=False)  # fmt: skip
        for node in program.model.graph.all_nodes():
            # Stack traces, which name folders of this machine.
            node.metadata_props.clear()
        program.save(str(path), external_data=self._is_large())

    def _legacy(self, batch, path):
        import torch

        axes = {INPUT: {0: "batch"}, OUTPUT: {0: "batch"}}
        torch.onnx.export(self._single(), (torch.from_numpy(batch[:1]),), str(path), dynamo=False, dynamic_axes=axes, input_names=[INPUT], output_names=[OUTPUT], opset_version=17)  # fmt: skip

    def _is_large(self):
        return sum(p.numel() * p.element_size() for p in self.model.parameters()) > 1.8e9

    def _single(self):
        """The model with its one output, whatever it returns."""
        import torch

        class Single(torch.nn.Module):
            def __init__(self, model):
                super().__init__()
                self.model = model

            def forward(self, image):
                return tensor_in(self.model(image))

        return Single(self.model).eval()


def front(model, crop, transposed, is_reversed):
    import torch

    class Front(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, image):
            across = -3 if image.ndim == 5 else -2
            if transposed:
                image = image.transpose(-1, across)
            if is_reversed:
                image = image.flip(1)
            if crop is not None:
                top, left = (round((image.shape[axis] - extent) / 2) for axis, extent in zip((-2, -1), crop))
                image = image[..., top : top + crop[0], left : left + crop[1]]
            made = tensor_in(self.model(image))
            return made.transpose(-1, across) if transposed and made.ndim == image.ndim else made

    return Front().eval()


def tensor_in(output):
    """The scores in what a model returns: a tensor, "out", "logits", or the first of several."""
    if hasattr(output, "detach"):
        return output
    if hasattr(output, "logits"):
        return output.logits
    if isinstance(output, dict):
        return tensor_in(output.get("out", output.get("logits", next(iter(output.values())))))
    return tensor_in(output[0])


def difference_of(path, batch, expected):
    """The largest difference of the ONNX file's output, one image at a time, as a part of the range; None without onnxruntime."""
    try:
        import onnxruntime
    except ImportError:
        return None
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    runs = [session.run([OUTPUT], {INPUT: one[None]})[0] for one in batch] + [session.run([OUTPUT], {INPUT: batch})[0]]
    wanted = [*np.split(expected, len(batch)), expected]
    return relative_difference(np.concatenate([np.ravel(each) for each in runs]), np.concatenate([np.ravel(each) for each in wanted]))


def relative_difference(made, wanted):
    """The largest difference as a part of the range of `wanted`, 0 included, as Radversary has it; inf where it can't be measured."""
    if not (np.isfinite(made).all() and np.isfinite(wanted).all()):
        return float("inf")
    difference = float(np.abs(made.astype(np.float64) - wanted).max())
    extent = float(max(wanted.max(), 0) - min(wanted.min(), 0))
    return 0.0 if difference == 0 else difference / extent if extent > 0 else float("inf")


# ------------------------------------------------------------------------------------------------- output


def output_of(asks, outputs, task, classes, activation, model):
    """The card's task and output; asks for what numbers can't say. `outputs` [N, ...] are those of the examples."""
    shape = outputs.shape[1:]
    count = int(shape[0]) if shape else 1
    classes = list(classes) if classes is not None else names_in(model, count)
    task = task or ("segmentation" if len(shape) >= 3 else "classification")
    if task == "regression":
        return task, {"name": OUTPUT}
    if activation is None and count == 1:
        activation = "binary-sigmoid"
    if activation is None:
        asks.append((("output.activation",), f"numbers don't show what the model's {count} outputs are", 'pass activation="softmax" (one class of several) or "multi-label-sigmoid" (each yes or no)'))  # fmt: skip
    expected = 2 if count == 1 else count
    if classes is None or len(classes) != expected:
        got = "none" if classes is None else len(classes)
        asks.append((("output.classes",), f"the model distinguishes {expected} classes, and {got} are named", "pass classes=[…], in the order of the outputs; of one output what 0 and 1 stand for"))  # fmt: skip
    # Whether these are logits or probabilities Radversary reads off the graph.
    return task, {"name": OUTPUT, "activation": activation, "classes": [str(each) for each in classes or []]}


def names_in(model, count):
    """Class names that the model carries: of Hugging Face, timm or torchxrayvision."""
    labels = getattr(getattr(model, "config", None), "id2label", None)
    if isinstance(labels, dict) and len(labels) == count:
        return [labels[index] for index in sorted(labels)]
    labels = (getattr(model, "pretrained_cfg", None) or {}).get("label_names") or getattr(model, "pathologies", None)
    return list(labels) if labels is not None and len(labels) == count else None


# ------------------------------------------------------------------------------------------------- export


def export(model, transform, example_images, folder, *, name=None, classes=None, activation=None, task=None, key="image", load=None, card=None, inferer=None):  # fmt: skip
    """Writes NAME.onnx, NAME.card.json and reference/ into `folder`; returns the card's path.

    model           torch.nn.Module, or Keras 3 on its backend torch; evaluated in float32 on the CPU
    transform       what your evaluation makes of an image: see the head of this file
    example_images  paths of a few image files, of every size and kind that you have
    name            what records call the model; by default the folder's name
    classes         names in the order of the outputs
    activation      "softmax" or "multi-label-sigmoid", of several outputs; whether they are logits is read off the graph
    task            "classification", "segmentation", "regression", "ordinal"; by default as the output looks
    key             of a MONAI transform of dictionaries: the image's key
    load            from a path to what `transform` takes; by default a PIL image (albumentations, Keras: an array);
                    of Keras functools.partial(keras.utils.load_img, target_size=…) is read too
    inferer         MONAI's SlidingWindowInferer, of networks of volumes that are run on patches
    card            parts of a card that win over what was read, e.g. {"modality": "CT", "output": {"threshold": 0.3}}

    Raises CardError that lists everything that could not be read, and what to pass instead, and Departure
    where the ONNX file computes something else.
    """
    given, files = card or {}, [Path(file) for file in example_images]
    if not files:
        raise CardError([((), "there are no example images", "pass the paths of a few image files")])
    network, family = Torch(model), family_of(transform, model)
    channels = given.get("input", {}).get("channels") or network.channels()
    if family == "monai":
        transform = of_key(transform, key)
    is_volume = network.is_volume()
    if is_volume and (family != "monai" or load is not None):
        raise CardError([((), "volumes are exported with MONAI's transforms alone", "pass a MONAI Compose that begins with LoadImage")])
    loaded = [(load or loader_of(family, channels))(str(file)) for file in files]
    reading = volume_reading() if is_volume else first_reading(loaded[0], family, [size_of(str(file) if is_keras_load(load) else each, file) for each, file in zip(loaded, files)])
    if is_keras_load(load):
        read_keras_load(reading, load)
    elif load is not None:
        reading.ask(("intensity",), "load= is your own, so which stored values became 0 and 255 can't be read", 'pass card={"intensity": …}')
    reading.is_colour = not is_volume and (any(is_colour(file) for file in files) if load is None or is_keras_load(load) else channels == 3)
    read(reading, transform)
    inputs = [apply(transform, family, key, each) for each in loaded]
    if len({each.shape for each in inputs}) > 1 and inferer is None:
        raise CardError([((), f"the transform gives inputs of several sizes: {sorted({each.shape for each in inputs})}", "end it with a resize or crop to one size")])  # fmt: skip
    outputs = [network.infer(each[None], inferer) for each in inputs]
    if not all(np.isfinite(each).all() for each in outputs):
        raise CardError([((), "the model's outputs are not all finite numbers", "pass example images that the model answers, and its trained weights")])
    written = compose(reading, inputs, outputs[0], model, {"name": name or Path(folder).resolve().name, "task": task, "classes": classes, "activation": activation, "inferer": inferer}, given)  # fmt: skip
    return write(written, reading, network, inputs, outputs, files, Path(folder), Sources(family, key, loaded))


class Sources:
    """What the transforms are run on once more, where the graph takes a part of them over."""

    def __init__(self, family, key, loaded):
        self.family, self.key, self.loaded = family, key, loaded


def volume_reading():
    reading = Reading([], "tensor", False, (0.0, 1.0))
    reading.is_volume = True
    reading.intensity = {"kind": "percentile", "lower": 0, "upper": 100, "of": "series"}
    return reading


def compose(reading, inputs, outputs, model, said, given):
    """The whole card. Raises CardError for all that neither the transform nor `given` says."""
    channels, *frame = inputs[0].shape
    if len(frame) != (3 if reading.is_volume else 2):
        raise CardError([((), f"the transform gives {list(inputs[0].shape)} for an image, which the model's first layer doesn't take", "end it with what the model takes: [channels, rows, columns], or of a volume one axis more")])  # fmt: skip
    if reading.transposed:
        frame = frame[::-1]
    reading.crop, volume = None, {}
    if reading.is_volume:
        if not reading.is_ranged and not reading.normalisation:
            reading.ask(("intensity", "input.valueRange"), "values are taken as they are stored", 'pass card={"intensity": …, "input": {"valueRange": …}} with the same ends twice')
        fit, volume["volume"] = volume_of(reading, said["inferer"])
        size = volume["volume"]["patch"][1:]
    else:
        fit, size, reading.crop = fit_of(reading, list(frame))
    task, output = output_of(reading.asks, outputs, said["task"], said["classes"], said["activation"], model)
    card = {
        "schema": SCHEMA,
        "file": f"{said['name']}.onnx",
        "name": said["name"],
        "task": task,
        "input": {"name": INPUT, "layout": "NCHW", "size": [int(each) for each in size], "channels": int(channels), "valueRange": list(reading.ends), **volume},
        "intensity": reading.intensity,
        **({} if reading.clip else {"clip": False}),
        "fit": fit,
        "interpolation": reading.interpolation,
        **({"rounding": reading.rounding} if reading.rounding else {}),
        **({"normalisation": reading.normalisation} if reading.normalisation else {}),
        "mean": reading.mean,
        "std": reading.std,
        "output": output,
    }
    whole = merged(card, given)
    asks = [ask for ask in reading.asks if not (ask[0] and all(has(given, field) for field in ask[0]))]
    if asks:
        raise CardError(asks)
    return whole


def merged(below, above):
    both = {**below, **above}
    return {key: merged(below[key], value) if isinstance(below.get(key), dict) and isinstance(value, dict) and value.get("kind") == below[key].get("kind", value.get("kind")) else value for key, value in both.items()}  # fmt: skip


def has(given, field):
    for part in field.split("."):
        if not isinstance(given, dict) or part not in given:
            return False
        given = given[part]
    return True


def write(card, reading, network, inputs, outputs, files, folder, sources):
    folder.mkdir(parents=True, exist_ok=True)
    across = -3 if reading.is_volume else -2
    if reading.crop is not None or reading.transposed or reading.reversed:
        network.in_front(reading.crop, reading.transposed, reading.reversed)
        inputs = inputs_of_graph(reading, inputs, sources)
    if reading.reversed:
        inputs = [np.ascontiguousarray(each[::-1]) for each in inputs]
    if reading.transposed:
        inputs = [np.ascontiguousarray(np.swapaxes(each, -1, across)) for each in inputs]
        outputs = [np.swapaxes(each, -1, across) if each.ndim == inputs[0].ndim + 1 else each for each in outputs]
    path = folder / card["file"]
    batch = np.stack([patch_in(each, card) for each in inputs])
    exporter = network.write(batch, path)
    card["references"] = [reference(folder, index, file, inputs[index], outputs[index][0], reading.is_volume) for index, file in enumerate(files)]
    card_path = folder / f"{path.stem}.card.json"
    card_path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    difference = difference_of(path, batch, network.run(batch) if is_of_patches(card) else np.concatenate(outputs))
    print(f"{path}: written by torch.onnx's {exporter} exporter")
    print(f"{card_path}: read off the transform; {len(files)} reference pairs in {folder / 'reference'}")
    for note in reading.notes:
        print(f"note: {note}")
    print(in_words(difference))
    if difference is not None and not difference <= TOLERANCE:
        raise Departure(f"{path} is not the model that was given: {in_words(difference)}")
    print(f"Next: radversary model add {path}")
    return card_path


def in_words(difference):
    if difference is None:
        return "not checked: onnxruntime is not installed (pip install onnxruntime)"
    verdict = "as trained" if difference <= TOLERANCE else "NOT as trained"
    return f"check: the ONNX file's outputs are within {difference:.1e} of the framework's: {verdict}"


def is_of_patches(card):
    volume = card["input"].get("volume")
    return volume is not None and volume.get("run") != "resized"


def patch_in(given, card):
    """What the graph takes of an input: of a volume that is run on patches, the first one."""
    if not is_of_patches(card):
        return given
    patch = card["input"]["volume"]["patch"]
    missing = [(0, 0), *((0, max(0, extent - have)) for extent, have in zip(patch, given.shape[1:]))]
    return np.pad(given, missing)[(slice(None), *(slice(0, extent) for extent in patch))]


def inputs_of_graph(reading, inputs, sources):
    """What the graph is given where it crops by itself: the inputs before that."""
    if reading.crop is None:
        return inputs
    steps = [step for step in reading.flat if step is not reading.last_crop]
    return [through(steps, sources, each) for each in sources.loaded]


def through(steps, sources, loaded):
    """The input [C, ...] that these transforms alone make, one after the other."""
    for step in steps:
        if sources.family == "albumentations":
            loaded = step(image=loaded)["image"]
        elif sources.family == "keras":
            raise CardError([(("fit",), "Keras' layers crop after a resize", "resize to the model's own size")])
        elif hasattr(step, "keys") and not isinstance(loaded, dict):
            loaded = step({sources.key: loaded})
        else:
            loaded = step(loaded)
    loaded = loaded[sources.key] if isinstance(loaded, dict) else loaded
    return channels_first(loaded) if sources.family == "albumentations" else floats(loaded)


def channels_first(made):
    """What albumentations gives: arrays have their channels last, tensors first."""
    last = isinstance(made, np.ndarray) and made.ndim == 3
    return floats(np.moveaxis(made, -1, 0) if last else made)


def reference(folder, index, file, given, output, is_volume):
    """One pair: the image file beside the card, what the graph was given and what it gave."""
    (folder / "reference").mkdir(exist_ok=True)
    stem = f"reference/{index}"
    np.save(folder / f"{stem}-input.npy", given)
    np.save(folder / f"{stem}-output.npy", output.astype(np.float32))
    image = f"{stem}.npy" if is_volume else beside(folder, stem, file)
    if is_volume:
        np.save(folder / image, stack_of(str(file)))
    return {"image": image, "input": f"{stem}-input.npy", "output": f"{stem}-output.npy"}


def beside(folder, stem, file):
    """The image as a file that references may name: NumPy, DICOM, grey and RGB PNG as they are, all else as PNG."""
    suffix = file.suffix.lower()
    if suffix in (".npy", ".dcm"):
        shutil.copyfile(file, folder / f"{stem}{suffix}")
        return f"{stem}{suffix}"
    with image_file(file) as image:
        if suffix == ".png" and image.mode in ("L", "RGB", "I;16", "I"):
            shutil.copyfile(file, folder / f"{stem}.png")
            return f"{stem}.png"
        image.convert("L" if image.mode in ("1", "L") else "RGB").save(folder / f"{stem}.png")
    return f"{stem}.png"


# ------------------------------------------------------------------------------------------------ nnU-Net


def export_nnunet(trained, example_images, folder, *, fold=0, checkpoint="checkpoint_final.pth", name=None):
    """Writes an nnU-Net (v2) with the files that say how it was trained, and reference pairs by nnU-Net itself.

    trained         the folder of a trained configuration: plans.json, dataset.json, fold_0/checkpoint_final.pth
    example_images  paths of a few images; of several channels those of the first one, that ends in _0000
    fold            a number or "all": one network is exported, not the mean of several folds
    name            what records call the model; by default the folder's name

    Radversary reads plans.json and dataset.json, which are copied beside the model. Returns the card's path.
    Raises CardError and Departure as `export` does.
    """
    predictor = nnunet_predictor(trained, fold, checkpoint)
    configuration, plans = predictor.configuration_manager, predictor.plans_manager
    if configuration.previous_stage_name is not None:
        raise CardError([((), "a cascade takes what another network predicted", "export 3d_fullres or 3d_lowres")])
    channels = len(predictor.dataset_json.get("channel_names") or predictor.dataset_json["modality"])
    cases = [channel_files(Path(file), channels) for file in example_images]
    if not cases:
        raise CardError([((), "there are no example images", "pass the paths of a few image files")])
    orientation = common_orientation(cases, plans.transpose_forward)
    network, folder = Torch(predictor.network), Path(folder)
    (folder / "reference").mkdir(parents=True, exist_ok=True)
    pairs = [nnunet_reference(predictor, files, folder, index) for index, files in enumerate(cases)]
    path = folder / f"{name or folder.resolve().name}.onnx"
    patch = np.random.default_rng(0).standard_normal((1, channels, *configuration.patch_size)).astype(np.float32)
    exporter = network.write(patch, path)
    for file in ("plans.json", "dataset.json", "dataset_fingerprint.json"):
        if (Path(trained) / file).exists():
            shutil.copyfile(Path(trained) / file, folder / file)
    card = {"schema": SCHEMA, "file": path.name, "name": path.stem, "input": {"name": INPUT, "volume": {"orientation": orientation}}, "references": pairs}
    card_path = folder / f"{path.stem}.card.json"
    card_path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{path}: fold {fold}, written by torch.onnx's {exporter} exporter")
    print(f"{card_path}: {len(pairs)} reference pairs by nnU-Net itself; plans.json and dataset.json say the rest")
    if predictor.allowed_mirroring_axes:
        print("note: nnU-Net's own prediction takes the mean over mirrored images; neither the references nor Radversary do (--disable_tta)")
    difference = difference_of(path, patch, network.run(patch))
    print(in_words(difference))
    if difference is not None and not difference <= TOLERANCE:
        raise Departure(f"{path} is not the model that was given: {in_words(difference)}")
    print(f"Next: radversary model add {path}")
    return card_path


def nnunet_predictor(trained, fold, checkpoint):
    for name in ("nnUNet_raw", "nnUNet_preprocessed", "nnUNet_results"):
        os.environ.setdefault(name, str(trained))  # nnU-Net complains where they are not set, and needs none of them here
    import torch
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor

    weights = Path(trained) / f"fold_{fold}" / checkpoint
    if not weights.exists():
        raise CardError([((), f"{weights} is not there", "pass the folder that holds plans.json and fold_0, and fold= or checkpoint= where they are others")])
    predictor = nnUNetPredictor(device=torch.device("cpu"), use_mirroring=False, perform_everything_on_device=False, allow_tqdm=False)
    predictor.initialize_from_trained_model_folder(str(trained), (fold,), checkpoint)
    predictor.network.eval()
    return predictor


def channel_files(first, channels):
    """The files of an example's channels, by nnU-Net's names: CASE_0000.nii.gz, CASE_0001.nii.gz, …"""
    if channels == 1:
        return [first]
    files = [first.with_name(first.name.replace("_0000.", f"_{index:04d}.")) for index in range(channels)]
    missing = [file for file in files if not file.exists()]
    if missing or "_0000." not in first.name:
        raise CardError([((), f"{first.name} has no files of its {channels} channels beside it", "name them CASE_0000.nii.gz, CASE_0001.nii.gz, … and pass the first")])
    return files


def common_orientation(cases, transposed):
    """Towards what the network's axes rise in the patient: those of the files' arrays, which nnU-Net does not turn."""
    found = {"".join(orientation_of(files[0])[axis] for axis in transposed) for files in cases}
    if len(found) > 1:
        raise CardError([((), f"the example images lie in several ways ({', '.join(sorted(found))}), and nnU-Net turns none of them", "pass images that lie as those of the training")])
    return found.pop()


def orientation_of(file):
    """The letters of slices, rows and columns."""
    import nibabel
    import SimpleITK

    image = SimpleITK.ReadImage(str(file))
    if image.GetDimension() != 3:
        raise CardError([((), f"{file} is no volume of three axes", "pass one volume a file; of an nnU-Net of pictures export the network by export(), with the transform of your pictures")])
    to_ras = np.diag([-1.0, -1.0, 1.0]) @ np.reshape(image.GetDirection(), (3, 3))
    affine = np.eye(4)
    affine[:3, :3] = to_ras
    return nibabel.aff2axcodes(affine)[::-1]


def nnunet_reference(predictor, files, folder, index):
    """One pair: the image files, what nnU-Net's preprocessing makes of them, and its logits on their own voxels."""
    plans, configuration = predictor.plans_manager, predictor.configuration_manager
    image, properties = plans.image_reader_writer_class().read_images([str(file) for file in files])
    data, _, properties = configuration.preprocessor_class(verbose=False).run_case_npy(image, None, properties, plans, configuration, predictor.dataset_json)
    if tuple(properties["shape_after_cropping_and_before_resampling"]) != tuple(properties["shape_before_cropping"]):
        raise CardError([((), f"{files[0].name} is 0 all around: nnU-Net cuts that off first, Radversary does not", "cut images to what is not 0, here and in your study")])
    logits = patched(predictor, np.asarray(data, dtype=np.float32))
    own = [properties["spacing"][axis] for axis in plans.transpose_forward]
    # A 2-D configuration leaves the distance of slices as it is.
    seen = [*own[: len(own) - len(configuration.spacing)], *configuration.spacing]
    logits = configuration.resampling_fn_probabilities(logits, properties["shape_before_cropping"], seen, own)
    logits = np.transpose(np.asarray(logits, dtype=np.float32), [0, *(axis + 1 for axis in plans.transpose_backward)])
    stem = f"reference/{index}"
    np.save(folder / f"{stem}-input.npy", np.asarray(data, dtype=np.float32))
    np.save(folder / f"{stem}-output.npy", np.ascontiguousarray(logits))
    images = [nifti_beside(folder, stem if len(files) == 1 else f"{stem}_{channel:04d}", file) for channel, file in enumerate(files)]
    return {"image": images[0] if len(images) == 1 else images, "input": f"{stem}-input.npy", "output": f"{stem}-output.npy"}


def patched(predictor, data):
    """nnU-Net's patches and Gaussian, summed in single precision where nnU-Net has half."""
    import torch
    from acvl_utils.cropping_and_padding.padding import pad_nd_image
    from nnunetv2.inference.sliding_window_prediction import compute_gaussian

    patch = tuple(predictor.configuration_manager.patch_size)
    padded, within = pad_nd_image(torch.from_numpy(data), patch, "constant", {"value": 0}, True, None)
    weights = compute_gaussian(patch, sigma_scale=1 / 8, value_scaling_factor=10, device=torch.device("cpu")).float()
    sums, totals = torch.zeros(predictor.label_manager.num_segmentation_heads, *padded.shape[1:]), torch.zeros(padded.shape[1:])
    with torch.no_grad():
        for at in predictor._internal_get_sliding_window_slicers(padded.shape[1:]):
            sums[at] += tensor_in(predictor.network(padded[at][None]))[0] * weights
            totals[at[1:]] += weights
    return (sums / totals)[(slice(None), *within[1:])].numpy()


def nifti_beside(folder, stem, file):
    """An image as NIfTI: copied, or converted by SimpleITK."""
    ending = next((each for each in (".nii.gz", ".nii") if file.name.endswith(each)), None)
    if ending is not None:
        shutil.copyfile(file, folder / f"{stem}{ending}")
        return f"{stem}{ending}"
    import SimpleITK

    SimpleITK.WriteImage(SimpleITK.ReadImage(str(file)), str(folder / f"{stem}.nii.gz"))
    return f"{stem}.nii.gz"


def check(folder):
    """Runs the ONNX files in `folder` on their references again; returns whether all are as trained."""
    verdicts = []
    for card_path in sorted(Path(folder).glob("*.card.json")):
        card = json.loads(card_path.read_text(encoding="utf-8"))
        if is_of_patches(card) or (card_path.parent / "plans.json").exists():
            print(f"{card_path}: runs on patches, so `radversary model check` alone can check it")
            verdicts.append(False)
            continue
        arrays = [[np.load(card_path.parent / pair[part]) for pair in card["references"]] for part in ("input", "output")]
        difference = difference_of(card_path.parent / card["file"], *map(np.stack, arrays))
        print(f"{card_path.parent / card['file']}: {in_words(difference)}")
        verdicts.append(difference is not None and difference <= TOLERANCE)
    return bool(verdicts) and all(verdicts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("setup", nargs="?", help="a Python file that defines model and transform")
    parser.add_argument("images", nargs="*", help="example images")
    parser.add_argument("--out", help="folder for the ONNX file, the card and the references")
    parser.add_argument("--check", metavar="FOLDER", help="check what was exported before")
    parser.add_argument("--nnunet", metavar="MODEL", help="the folder of a trained configuration of nnU-Net v2")
    parser.add_argument("--fold", default="0", help="of nnU-Net: which network; 0 by default")
    asked = parser.parse_args()
    if asked.check:
        return 0 if check(asked.check) else 1
    if asked.nnunet:
        if not (asked.setup and asked.out):
            parser.error("expected images and --out beside --nnunet")
        return exit_code(lambda: export_nnunet(asked.nnunet, [asked.setup, *asked.images], asked.out, fold=asked.fold))
    if not (asked.setup and asked.images and asked.out):
        parser.error("expected SETUP.py, images and --out, or --check FOLDER")
    names = export.__kwdefaults__
    defined = runpy.run_path(asked.setup)
    lacking = [each for each in ("model", "transform") if each not in defined]
    if lacking:
        print(f"{asked.setup}: expected it to define {' and '.join(lacking)}", file=sys.stderr)
        return 2
    return exit_code(lambda: export(defined["model"], defined["transform"], asked.images, asked.out, **{name: defined[name] for name in names if name in defined}))


def exit_code(exporting):
    """0; 1 where the ONNX file computes something else, 2 where the card needs to know more."""
    try:
        exporting()
    except Departure as error:
        print(error, file=sys.stderr)
        return 1
    except CardError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
