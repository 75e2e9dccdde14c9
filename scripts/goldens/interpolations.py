"""Writes test/fixtures/interpolations.json: a small image resampled by Pillow, OpenCV and TensorFlow.

Needs Pillow below 13 (which takes rows before columns where they shrink more), opencv-python-headless, tensorflow-cpu and NumPy (pip): python3 scripts/goldens/interpolations.py
"""

import json
import os

import cv2
import numpy as np
import PIL
import tensorflow as tf
from PIL import Image

ROWS, COLUMNS = 12, 14
# Both shrink by whole factors; both shrink; one stays; both grow; one shrinks and one grows, either way; one pixel.
SIZES = [(4, 7), (5, 9), (12, 5), (17, 21), (7, 27), (25, 3), (1, 1)]
# Extents where the edges of pixels and the centres of others fall together.
EXTENTS = [(512, 224), (300, 224), (14, 31), (9, 51)]


def rounded(array):
    return [round(float(value), 7) for value in np.asarray(array, dtype=np.float64).ravel()]


def pillow(image, size, filter):
    return np.asarray(Image.fromarray(image, mode="F").resize((size[1], size[0]), filter))


def opencv(image, size, flag):
    return cv2.resize(image, (size[1], size[0]), interpolation=flag)


def tensorflow(image, size, **flags):
    return tf.raw_ops.ResizeBilinear(images=image[None, :, :, None], size=size, **flags).numpy()


def resampled(image, size):
    return {
        "size": list(size),
        "pillow-nearest": rounded(pillow(image, size, Image.NEAREST)),
        "pillow-bicubic": rounded(pillow(image, size, Image.BICUBIC)),
        "pillow-lanczos": rounded(pillow(image, size, Image.LANCZOS)),
        "opencv-nearest": rounded(opencv(image, size, cv2.INTER_NEAREST)),
        "opencv-linear": rounded(opencv(image, size, cv2.INTER_LINEAR)),
        "opencv-cubic": rounded(opencv(image, size, cv2.INTER_CUBIC)),
        "opencv-area": rounded(opencv(image, size, cv2.INTER_AREA)),
        "tensorflow-asymmetric": rounded(tensorflow(image, size)),
        "tensorflow-half-pixel-centers": rounded(tensorflow(image, size, half_pixel_centers=True)),
        "tensorflow-align-corners": rounded(tensorflow(image, size, align_corners=True)),
    }


def resampled_bytes(image, size):
    filters = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}
    flags = {"linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC, "area": cv2.INTER_AREA, "nearest": cv2.INTER_NEAREST}
    by_pillow = {f"pillow-{name}": Image.fromarray(image).resize((size[1], size[0]), filter) for name, filter in filters.items()}
    by_opencv = {f"opencv-{name}": opencv(image, size, flag) for name, flag in flags.items()}
    return {"size": list(size), **{name: np.asarray(made).ravel().tolist() for name, made in {**by_pillow, **by_opencv}.items()}}


def nearest_indices(inputs, outputs):
    line = np.arange(inputs, dtype=np.float32)[None]
    return {
        "inputs": inputs,
        "outputs": outputs,
        "pillow-nearest": pillow(line, (1, outputs), Image.NEAREST).ravel().astype(int).tolist(),
        "opencv-nearest": opencv(line, (1, outputs), cv2.INTER_NEAREST).ravel().astype(int).tolist(),
    }


def main():
    image = np.random.default_rng(2024).random((ROWS, COLUMNS)).round(7).astype(np.float32)
    # Black and white beside each other, so that bicubic and Lanczos overshoot.
    bytes_of_image = np.clip(np.rint((image - 0.5) * 400 + 127), 0, 255).astype(np.uint8)
    golden = {
        "madeBy": f"scripts/goldens/interpolations.py, Pillow {PIL.__version__}, OpenCV {cv2.__version__}, TensorFlow {tf.__version__}",
        "shape": [ROWS, COLUMNS],
        "image": rounded(image),
        "resampled": [resampled(image, size) for size in SIZES],
        "bytes": bytes_of_image.ravel().tolist(),
        "resampledBytes": [resampled_bytes(bytes_of_image, size) for size in SIZES],
        "nearestIndices": [nearest_indices(*extents) for extents in EXTENTS],
    }
    with open(os.path.join(os.path.dirname(__file__), "../../test/fixtures/interpolations.json"), "w", encoding="ascii") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
