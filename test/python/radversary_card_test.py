"""What resources/python/radversary_card.py reads, asks and refuses: `npm run test:python` runs it.

Needs torch, torchvision, monai, keras, nibabel, albumentations, onnx, onnxscript, onnxruntime, Pillow and NumPy (pip).
"""

import contextlib
import functools
import io
import json
import os
import sys
import tempfile
import unittest
import warnings
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import albumentations
import keras
import nibabel
import numpy as np
import torch
from monai import transforms as of_monai
from PIL import Image
from torch import nn
from torchvision.transforms import v2

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "../../resources/python"))
import radversary_card  # noqa: E402
from radversary_card import CardError, Departure, export  # noqa: E402

warnings.filterwarnings("ignore")
SAID = {"classes": ["a", "b", "c"], "activation": "softmax"}
TO_FLOATS = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]


def model(channels=3, end=()):
    torch.manual_seed(1)
    return nn.Sequential(nn.Conv2d(channels, 4, 3, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Linear(36, 3), *end)


def noise(rows, columns, channels=3, seed=0):
    values = np.random.default_rng(seed).integers(0, 256, (rows, columns, channels), dtype=np.uint8)
    return Image.fromarray(values.squeeze())


class Exported(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.output = self.enterContext(contextlib.redirect_stdout(io.StringIO()))

    def picture(self, image, name="a.png"):
        image.save(self.folder / name)
        return str(self.folder / name)

    def export(self, transform, network=None, image=None, **more):
        return json.loads(Path(export(network or model(), transform, [self.picture(image or noise(30, 40))], self.folder / "out", **{**SAID, **more})).read_text())

    def input_of(self, card):
        return np.load(self.folder / "out" / card["references"][0]["input"])

    def refused(self, transform, **more):
        with self.assertRaises(CardError) as caught:
            self.export(transform, **more)
        return str(caught.exception)

    def test_probabilities_are_read_off_the_graph_not_off_examples(self):
        class Small(nn.Module):
            def __init__(self):
                super().__init__()
                self.model = model()

            def forward(self, image):
                return 0.3 + 0 * self.model(image)

        card = self.export(v2.Compose([v2.Resize((32, 32)), *TO_FLOATS]), Small())
        self.assertNotIn("gives", card["output"])

    def test_an_activation_of_several_outputs_is_asked_for(self):
        resize = v2.Compose([v2.Resize((32, 32)), *TO_FLOATS])
        self.assertIn("activation", self.refused(resize, network=model(end=[nn.Softmax(1)]), activation=None))

    def test_outputs_that_are_no_numbers_are_refused(self):
        class Broken(nn.Module):
            def forward(self, image):
                return image.mean((2, 3)) * float("nan")

        self.assertIn("finite", self.refused(v2.Compose([v2.Resize((32, 32)), *TO_FLOATS]), network=Broken()))

    def test_steps_of_a_sequential_are_run_once_before_a_crop_in_the_graph(self):
        steps = nn.Sequential(*TO_FLOATS, v2.Resize((40, 40), antialias=True), v2.Normalize([0.5] * 3, [0.5] * 3), v2.CenterCrop(32))
        card, image = self.export(steps), noise(30, 40)
        wanted = nn.Sequential(*list(steps)[:-1])(image).numpy()
        np.testing.assert_allclose(self.input_of(card), wanted, atol=1e-6)
        self.assertEqual(card["input"]["size"], [40, 40])

    def test_a_crop_of_dictionaries_is_put_into_the_graph(self):
        steps = [of_monai.LoadImaged("image"), of_monai.EnsureChannelFirstd("image"), of_monai.ScaleIntensityd("image"), of_monai.Resized("image", (48, 40)), of_monai.CenterSpatialCropd("image", (32, 32))]  # fmt: skip
        card = self.export(of_monai.Compose(steps), model(1), noise(30, 40, 1))
        self.assertEqual(self.input_of(card).shape, (1, 40, 48))

    def test_three_grey_channels_of_colours_are_asked_for_and_of_grey_images_read(self):
        steps = v2.Compose([v2.Grayscale(3), v2.Resize((32, 32)), *TO_FLOATS])
        self.assertIn("three grey channels", self.refused(steps))
        self.assertEqual(self.export(steps, image=noise(30, 40, 1))["input"]["channels"], 3)

    def test_a_probability_below_1_is_asked_about(self):
        steps = albumentations.Compose([albumentations.Resize(32, 32), albumentations.ToGray(p=0.5), albumentations.Normalize()])
        self.assertIn("probability of 0.5", self.refused(steps))

    def test_padding_is_a_letterbox_or_asked_about(self):
        longest = albumentations.LongestMaxSize(32)
        card = self.export(albumentations.Compose([longest, albumentations.PadIfNeeded(32, 32, border_mode=0, fill=51), albumentations.Normalize()]))
        self.assertEqual(card["fit"], {"kind": "letterbox", "padValue": 0.2})
        for pad in (albumentations.PadIfNeeded(32, 32, border_mode=4), albumentations.PadIfNeeded(None, None, pad_height_divisor=32, pad_width_divisor=32), albumentations.PadIfNeeded(32, 32, border_mode=0, position="top_left")):  # fmt: skip
            self.assertIn("fit", self.refused(albumentations.Compose([longest, pad, albumentations.Normalize()])))
        self.assertIn("fit", self.refused(v2.Compose([v2.Resize((30, 30)), v2.Pad(1), *TO_FLOATS])))

    def test_a_palette_png_is_kept_as_rgb(self):
        card = self.export(v2.Compose([v2.Resize((32, 32)), *TO_FLOATS]), image=noise(30, 40).quantize(16))
        with Image.open(self.folder / "out" / card["references"][0]["image"]) as kept:
            self.assertEqual(kept.mode, "RGB")

    def volume(self, values):
        nibabel.save(nibabel.Nifti1Image(values, np.eye(4)), self.folder / "a.nii.gz")
        return str(self.folder / "a.nii.gz")

    def test_volumes_are_stacks_whose_axes_the_graph_exchanges(self):
        read = [of_monai.LoadImage(), of_monai.EnsureChannelFirst(), of_monai.NormalizeIntensity(nonzero=True)]
        network = nn.Sequential(nn.Conv3d(1, 3, 3), nn.AdaptiveAvgPool3d(1), nn.Flatten())
        values = np.random.default_rng(1).integers(0, 900, (9, 8, 7)).astype(np.int16)
        resized = of_monai.Compose([*read, of_monai.Resize((8, 7, 6), mode="trilinear")])
        card = json.loads(Path(export(network, resized, [self.volume(values)], self.folder / "out", **SAID)).read_text())
        self.assertEqual(card["input"]["volume"], {"patch": [6, 7, 8], "run": "resized"})
        self.assertEqual(card["intensity"], {"kind": "percentile", "lower": 0, "upper": 100, "of": "series", "fromZero": True})
        np.testing.assert_array_equal(np.load(self.folder / "out/reference/0.npy"), values.T)
        for steps in ([*read[:2], of_monai.Resize((8, 7, 6)), read[2]], [*read, of_monai.Orientation("RAS"), of_monai.Resize((8, 7, 6))], read[:2], read):
            with self.assertRaises(CardError):
                export(network, of_monai.Compose(steps), [self.volume(values)], self.folder / "out", **SAID)
        with self.assertRaisesRegex(CardError, "whole numbers"):
            export(network, resized, [self.volume(values / 7)], self.folder / "fractions", **SAID)

    def keras_model(self):
        layers = keras.layers
        return keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(4, 3, strides=2), layers.GlobalAveragePooling2D(), layers.Dense(3)])

    def test_keras_layers_are_read_and_a_network_that_takes_blue_first_exchanges_colours_itself(self):
        layers = keras.layers
        card = self.export(keras.Sequential([layers.Resizing(32, 32), layers.Rescaling(1 / 127.5, -1)]), self.keras_model())
        self.assertEqual(card["interpolation"], "bilinear")
        np.testing.assert_allclose(card["input"]["valueRange"], [-1, 1], atol=1e-6)
        card = self.export([layers.Resizing(32, 32), keras.applications.resnet50.preprocess_input], self.keras_model())
        np.testing.assert_allclose(card["mean"], [123.68, 116.779, 103.939], atol=1e-4)
        for resize in (layers.Resizing(32, 32, crop_to_aspect_ratio=True), layers.Resizing(16, 16), layers.CenterCrop(32, 32)):
            with self.assertRaises(CardError):
                self.export([layers.Resizing(16, 16), resize], self.keras_model())

    def test_load_img_resizes_by_pillow_on_bytes(self):
        load = functools.partial(keras.utils.load_img, target_size=(32, 32), interpolation="bicubic")
        card = self.export([keras.applications.mobilenet_v2.preprocess_input], self.keras_model(), load=load)
        self.assertEqual((card["interpolation"], card["fit"]), ("bicubic-antialiased", {"kind": "stretch"}))
        self.assertIn("uint8", card["rounding"])

    def test_another_model_than_was_given_is_an_error(self):
        self.assertEqual(radversary_card.relative_difference(np.array([1.0, np.nan]), np.array([1.0, 2.0])), float("inf"))
        self.assertAlmostEqual(radversary_card.relative_difference(np.array([0.011, 0]), np.array([0.01, 0])), 0.1)
        self.addCleanup(setattr, radversary_card, "difference_of", radversary_card.difference_of)
        answers = iter([1e-6, 0.5])
        radversary_card.difference_of = lambda *_: next(answers)
        with self.assertRaises(Departure):
            self.export(v2.Compose([v2.Resize((32, 32)), *TO_FLOATS]))

    def test_the_check_of_a_folder_fails_where_a_reference_departs(self):
        card = self.export(v2.Compose([v2.Resize((32, 32)), *TO_FLOATS]))
        self.assertTrue(radversary_card.check(self.folder / "out"))
        output = self.folder / "out" / card["references"][0]["output"]
        np.save(output, np.load(output) * 1.001)
        self.assertFalse(radversary_card.check(self.folder / "out"))
        self.assertFalse(radversary_card.check(self.folder))


if __name__ == "__main__":
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    unittest.main()
