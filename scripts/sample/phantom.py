"""A phantom: a thorax with lesions, as a CT scanner would show it, and what each slice is called."""

from functools import lru_cache

import numpy as np
from scipy.ndimage import gaussian_filter

from lesions import random_ground_glass, random_nodule, visible_area_mm2
from shapes import PIXEL_MM, PIXELS, Grid, soft
from thorax import BOTTOM_MM, TOP_MM, Thorax

CLASSES = ('no lesion', 'solid nodule', 'ground-glass opacity')
RESCALE_INTERCEPT = -1024
LARGEST_STORED = 4095
# A slice is called after a lesion that it shows this much of: a disc of 6 mm, and one of 12 mm.
LEAST_NODULE_MM2 = 28.0
LEAST_GROUND_GLASS_MM2 = 113.0
LESIONS, LEAST_MM2 = ('nodule', 'ground-glass'), (LEAST_NODULE_MM2, LEAST_GROUND_GLASS_MM2)
# What a slice may show of a lesion and still be called free of it.
INVISIBLE_MM2 = 1.0

grid = Grid()


class Phantom:
    """The phantom with this number: the same number gives the same phantom."""

    def __init__(self, number):
        self.rng_key = (20260, number)
        rng = np.random.default_rng(self.rng_key)
        self.thorax = Thorax(rng)
        self.noise_hu = rng.uniform(14, 30)
        self.noise_cutoff = rng.uniform(0.35, 0.6)
        self.blur_pixels = rng.uniform(0.45, 0.85) / PIXEL_MM
        self.lesions = self._draw_lesions(rng)

    def _draw_lesions(self, rng):
        """Two or three of each kind; kinds don't share slices."""
        lesions = []
        for make in [random_nodule, random_ground_glass] * 3:
            for _ in range(30):
                lesion = make(rng, self._lung_point(rng))
                if all(self._apart(lesion, other) for other in lesions):
                    lesions.append(lesion)
                    break
        return lesions

    def _apart(self, a, b):
        gap = abs(a.centre[2] - b.centre[2])
        return gap > a.reach_mm + b.reach_mm if a.kind != b.kind else gap > 4

    def _lung_point(self, rng):
        side = rng.choice([-1, 1])
        while True:
            point = rng.uniform((15, -100, BOTTOM_MM + 12), (150, 100, TOP_MM - 8)) * (side, 1, 1)
            if self.thorax.lung_inside(*point) > 1.5:
                return point

    def slice(self, z):
        """Stored values uint16 [512, 512] of the slice at z."""
        image, lung = self.thorax.render(grid, z)
        texture = self.thorax.texture.at(grid.x, grid.y, z)
        for lesion in self._lesions_at(z):
            where = lesion.grid
            lesion.paint(where.of(image), lesion.occupancy(z, where.of(lung)), where.of(texture))
        return self._scan(image, z)

    def lesion_maps(self, z):
        """How much of each pixel of the slice at z is nodule, and how much is ground glass: float32 [2, 512, 512]."""
        maps = np.zeros((2, PIXELS, PIXELS), np.float32)
        for lesion in self._lesions_at(z):
            lung = self.thorax.lung_inside(lesion.grid.x, lesion.grid.y, z)
            there = lesion.grid.of(maps[0 if lesion.kind == 'nodule' else 1])
            np.maximum(there, lesion.occupancy(z, lung), out=there)
        return maps

    def lesion_boxes(self, z):
        """Lesions that the slice at z shows enough of to be called after: index into LESIONS, and left, top, right, bottom in pixels from
        the image's corner, around what is at least half lesion."""
        boxes = []
        for lesion in self._lesions_at(z):
            lung = self.thorax.lung_inside(lesion.grid.x, lesion.grid.y, z)
            occupancy = lesion.occupancy(z, lung)
            kind = LESIONS.index(lesion.kind)
            if visible_area_mm2(occupancy) < LEAST_MM2[kind]:
                continue
            there = np.zeros((PIXELS, PIXELS), bool)
            lesion.grid.of(there)[...] = occupancy >= 0.5
            rows, columns = np.nonzero(there.any(axis=1))[0], np.nonzero(there.any(axis=0))[0]
            if len(rows) > 0:
                boxes.append((kind, columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
        return np.array(boxes, np.float32).reshape(-1, 5)

    def lung_map(self, z):
        """How much of each pixel of the slice at z is lung, great vessels and airways left out: float32 [512, 512]."""
        lung = soft(self.thorax.lung_inside(grid.x, grid.y, z))
        others = [self.thorax.blood.occupancy(z), self.thorax.airways.thicker(1.6).occupancy(z)]
        return (lung * np.prod([1 - other for other in others], axis=0)).astype(np.float32)

    def name(self, z):
        """What the slice at z shows: one of CLASSES, or None where lesions are cut at their rim."""
        return _name(*self._areas(z))

    def name_with_rims(self, z):
        """As `name`, with slices at a lesion's rim called after that lesion: kinds don't share slices."""
        nodule, ground_glass = self._areas(z)
        return self.name(z) or CLASSES[1 if nodule > ground_glass else 2]

    def _areas(self, z):
        """The largest area in mm2 that the slice shows of a nodule, and of a ground-glass opacity."""
        areas = {'nodule': 0.0, 'ground-glass': 0.0}
        for lesion in self._lesions_at(z):
            lung = self.thorax.lung_inside(lesion.grid.x, lesion.grid.y, z)
            areas[lesion.kind] = max(areas[lesion.kind], visible_area_mm2(lesion.occupancy(z, lung)))
        return areas['nodule'], areas['ground-glass']

    def _lesions_at(self, z):
        return [lesion for lesion in self.lesions if abs(z - lesion.centre[2]) < lesion.reach_mm]

    def _scan(self, image, z):
        rng = np.random.default_rng((*self.rng_key, int(round(z * 1000)) + 10**6))
        image = gaussian_filter(image, self.blur_pixels)
        image += self.noise_hu * _noise_shape() * ct_noise(rng, self.noise_cutoff)
        return np.clip(np.rint(image - RESCALE_INTERCEPT), 0, LARGEST_STORED).astype(np.uint16)


def _name(nodule_mm2, ground_glass_mm2):
    if nodule_mm2 < INVISIBLE_MM2 and ground_glass_mm2 < INVISIBLE_MM2:
        return CLASSES[0]
    if nodule_mm2 >= LEAST_NODULE_MM2 and ground_glass_mm2 < INVISIBLE_MM2:
        return CLASSES[1]
    if ground_glass_mm2 >= LEAST_GROUND_GLASS_MM2 and nodule_mm2 < INVISIBLE_MM2:
        return CLASSES[2]
    return None


@lru_cache(maxsize=1)
def _noise_shape():
    """Noise is strongest where the rays cross most tissue."""
    return (0.45 + 0.75 * np.exp(-((grid.x / 130) ** 2) - (grid.y / 95) ** 2)).astype(np.float32)


@lru_cache(maxsize=1)
def _frequencies():
    """Of the Fourier transform's bins, as a fraction of Nyquist's."""
    axis = np.fft.fftfreq(PIXELS) * 2
    return np.hypot(axis[:, None], axis[None, : PIXELS // 2 + 1]).astype(np.float32)


def ct_noise(rng, cutoff):
    """Noise of unit variance with the spectrum that filtered back-projection leaves: a ramp, rolled off at `cutoff` of Nyquist's frequency."""
    frequency = _frequencies()
    response = np.sqrt(frequency) * np.exp(-((frequency / cutoff) ** 2))
    noise = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((PIXELS, PIXELS), dtype=np.float32)) * response, s=(PIXELS, PIXELS))
    return (noise / noise.std()).astype(np.float32)
