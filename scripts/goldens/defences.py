"""Writes test/fixtures/defences.json: what Pillow, SciPy and scikit-image make of a small image.

python defences.py OUT   (numpy, Pillow, scipy, scikit-image)
"""

import io
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter, median_filter
from skimage.restoration import denoise_tv_chambolle


def image() -> np.ndarray:
    """Levels 0 to 255 of [3, 13, 18]: the test makes the same."""
    c, row, column = np.meshgrid(range(3), range(13), range(18), indexing="ij")
    return (40 * c + 11 * row + 7 * column + 50 * ((row // 3 + column // 4 + c) % 2)) % 256


def jpeg(levels: np.ndarray, quality: int) -> np.ndarray:
    mode = levels if levels.ndim == 2 else levels.transpose(1, 2, 0)
    file = io.BytesIO()
    Image.fromarray(mode.astype(np.uint8)).save(file, "JPEG", quality=quality, subsampling=0)
    return np.asarray(Image.open(file))


def main() -> None:
    x = image()
    grey = x[0] / 255
    rounded = lambda values: np.round(values, 6).tolist()
    made = {
        "jpeg": {q: jpeg(x[0], q).tolist() for q in (20, 75)},
        "jpegColour": jpeg(x, 75).transpose(2, 0, 1).tolist(),
        "median": {n: rounded(median_filter(grey, n, mode="reflect")) for n in (2, 3)},
        "gaussian": rounded(gaussian_filter(grey, 1.0, mode="mirror", truncate=3)),
        "totalVariation": rounded(denoise_tv_chambolle(grey, weight=0.1, eps=0, max_num_iter=50)),
    }
    Path(sys.argv[1]).write_text(json.dumps(made) + "\n")


main()
