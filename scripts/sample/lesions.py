"""Solid nodules and ground-glass opacities."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from shapes import PIXEL_MM, SLICE_MM, Grid, Waves, paint, soft


@dataclass(frozen=True)
class Lesion:
    """A lobulated ellipsoid in the lung. `kind` is 'nodule' or 'ground-glass'."""

    kind: str
    centre: np.ndarray
    radius_mm: float
    stretch: np.ndarray
    lobulation: float
    waves: Waves
    hu: float

    @property
    def reach_mm(self):
        """Beyond this distance from the centre along z there is nothing of it."""
        return self.radius_mm * 1.7 + SLICE_MM

    @property
    def edge_mm(self):
        return 1.5 if self.kind == 'nodule' else 0.45 * self.radius_mm

    @cached_property
    def grid(self):
        """The part of a slice that it can reach."""
        return Grid.around(self.centre, self.reach_mm)

    def occupancy(self, z, lung):
        """How much of each pixel of its grid it fills, cut off at the pleura; `lung` is the lungs' inside map there."""
        grid = self.grid
        x, y = grid.x - self.centre[0], grid.y - self.centre[1]
        total = np.zeros_like(grid.x)
        for dz in z + SLICE_MM * np.array([-1 / 3, 0, 1 / 3]) - self.centre[2]:
            distance = np.sqrt((x * self.stretch[0]) ** 2 + (y * self.stretch[1]) ** 2 + (dz * self.stretch[2]) ** 2)
            surface = self.radius_mm * (1 + self.lobulation * self.waves.at(x, y, dz))
            total += soft(surface - distance, self.edge_mm)
        return total / 3 * soft(lung)

    def paint(self, image, occupancy, texture):
        """Ground glass leaves what is denser (vessels) as it is."""
        if self.kind == 'nodule':
            paint(image, self.hu + 5 * texture, occupancy)
        else:
            paint(image, np.maximum(image, self.hu + 45 * texture), occupancy)


def random_nodule(rng, centre):
    radius = rng.uniform(3.4, 10) if rng.random() < 0.6 else rng.uniform(3.4, 6)
    waves = Waves.random(rng, 1.3 * radius, 3 * radius, count=5)
    return Lesion('nodule', centre, radius, rng.uniform(0.85, 1.2, 3), rng.uniform(0.03, 0.13), waves, rng.uniform(-20, 80))


def random_ground_glass(rng, centre):
    radius = rng.uniform(8, 22)
    waves = Waves.random(rng, 0.5 * radius, 2.5 * radius, count=9)
    return Lesion('ground-glass', centre, radius, rng.uniform(0.75, 1.25, 3), rng.uniform(0.15, 0.3), waves, rng.uniform(-650, -400))


def visible_area_mm2(occupancy):
    return float(occupancy.sum()) * PIXEL_MM**2
