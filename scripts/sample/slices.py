"""The slices that the sample's models learn from and are judged by: which phantoms, which of their slices, and how they are prepared."""

from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from phantom import CLASSES, RESCALE_INTERCEPT, Phantom
from thorax import BOTTOM_MM, TOP_MM

# No phantom is in two sets.
PHANTOMS = {'training': range(1000, 1200), 'validation': range(5000, 5024), 'test': range(9000, 9060)}
SLICES_PER_CLASS = 4
# Preparation, as the model card states it.
INPUT_SIZE = (160, 160)
WINDOW_CENTRE_HU, WINDOW_WIDTH_HU = -600, 1500


@dataclass(frozen=True)
class Slices:
    """Relative intensities float32 [N, 1, 160, 160], class indices int64 [N], where each kind of lesion is and where lung: from 0 to 1,
    float32 [N, 2, 160, 160] and [N, 1, 160, 160]; and boxes around lesions float32 [M, 6]: index of the slice, of the kind of lesion, and
    left, top, right, bottom in pixels of 512x512."""

    images: torch.Tensor
    labels: torch.Tensor
    lesions: torch.Tensor
    lungs: torch.Tensor
    boxes: torch.Tensor


def prepare(stored):
    """Stored values uint16 [N, H, W] to relative intensities float32 [N, 1, 160, 160]: lung window, clipped to [0, 1], stretched."""
    hu = torch.from_numpy(stored.astype(np.float32)) + RESCALE_INTERCEPT
    relative = (hu - (WINDOW_CENTRE_HU - WINDOW_WIDTH_HU / 2)) / WINDOW_WIDTH_HU
    return F.interpolate(relative.clamp(0, 1)[:, None], INPUT_SIZE, mode='bilinear', align_corners=False, antialias=True)


def chosen_heights(phantom, number):
    """Up to SLICES_PER_CLASS heights for each class, at random, and the class indices."""
    rng = np.random.default_rng((20262, number))
    heights = rng.permutation(np.arange(BOTTOM_MM + 8, TOP_MM - 6, 4) + rng.uniform(-2, 2))
    names = [phantom.name(z) for z in heights]
    return [(z, label) for label, name in enumerate(CLASSES) for z in heights[[n == name for n in names]][:SLICES_PER_CLASS]]


def slices_of(number):
    """Slices of one phantom at random heights: images, labels and lesions as arrays."""
    torch.set_num_threads(1)
    phantom = Phantom(number)
    heights, labels = zip(*chosen_heights(phantom, number))
    return slices_at(phantom, heights, labels)


def slices_at(phantom, heights, labels):
    boxes = [np.insert(phantom.lesion_boxes(z), 0, n, axis=1) for n, z in enumerate(heights)]
    return {
        'images': prepare(np.stack([phantom.slice(z) for z in heights])).numpy(),
        'labels': np.array(labels),
        'lesions': resampled(np.stack([phantom.lesion_maps(z) for z in heights])),
        'lungs': resampled(np.stack([phantom.lung_map(z)[None] for z in heights])),
        'boxes': np.concatenate(boxes),
    }


def resampled(maps):
    """[N, C, 512, 512] to the input's size, as images are."""
    return F.interpolate(torch.from_numpy(maps), INPUT_SIZE, mode='bilinear', align_corners=False, antialias=True).numpy()


def _cached(task):
    """`slices_of` one phantom, kept in a file of the folder `cache`."""
    cache, number = task
    file = Path(cache) / f'{number}.npz'
    if not file.exists():
        np.savez_compressed(file, **slices_of(number))
    with np.load(file) as held:
        return dict(held)


def load_slices(name, cache, workers=2):
    """The slices of the set with this name; those that the folder `cache` doesn't hold yet are rendered."""
    Path(cache).mkdir(parents=True, exist_ok=True)
    with Pool(workers) as pool:
        parts = pool.map(_cached, [(cache, number) for number in PHANTOMS[name]], chunksize=1)
    starts = np.cumsum([0] + [len(part['labels']) for part in parts])
    for part, start in zip(parts, starts):
        part['boxes'][:, 0] += start
    return Slices(**{field: torch.from_numpy(np.concatenate([part[field] for part in parts])) for field in parts[0]})
