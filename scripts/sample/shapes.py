"""Soft shapes in millimetres. Coordinates are DICOM's: x to the patient's left, y to the back, z to the head.

"Inside" is the approximate distance to a shape's surface in mm, positive within it. Soft edges stand for partial volume.
"""

from dataclasses import dataclass

import numpy as np

PIXELS = 512
PIXEL_MM = 0.703125
SLICE_MM = 4.0


AXIS = ((np.arange(PIXELS) - (PIXELS - 1) / 2) * PIXEL_MM).astype(np.float32)


class Grid:
    """Pixel centres of an axial slice, or of a rectangle of it."""

    def __init__(self, rows=slice(None), columns=slice(None)):
        self.rows, self.columns = rows, columns
        self.x, self.y = np.meshgrid(AXIS[columns], AXIS[rows])

    @staticmethod
    def around(centre, reach_mm):
        """The part of the slice within `reach_mm` of a point along both axes."""
        first, last = (pixel_of(np.asarray(centre)[:2] + side) for side in (-reach_mm, reach_mm))
        return Grid(slice(first[1], last[1] + 1), slice(first[0], last[0] + 1))

    def of(self, image):
        """The view of an image of the whole slice."""
        return image[self.rows, self.columns]


def pixel_of(mm):
    """The pixels in which these coordinates lie, or the nearest ones."""
    return np.floor((mm - AXIS[0]) / PIXEL_MM).astype(int).clip(0, PIXELS - 1)


def soft(inside, width=1.5):
    """Occupancy from 0 to 1 of a shape whose edge is `width` mm wide."""
    return np.minimum(np.maximum(inside / width + 0.5, 0), 1)


def paint(image, value, occupancy):
    """Blends `value` (a number or an image) into `image` in place."""
    image += (value - image) * occupancy


def ellipsoid(x, y, z, centre, radii):
    """Inside of an ellipsoid, exact to first order at its surface."""
    offsets = [(p - c) / r for p, c, r in zip((x, y, z), centre, radii)]
    level = sum(d * d for d in offsets)
    slope = sum((d / r) ** 2 for d, r in zip(offsets, radii))
    return (1 - level) / (2 * np.sqrt(slope) + 1e-3)


def ellipse(x, y, centre, radii):
    """Inside of an elliptic cylinder along z."""
    return ellipsoid(x, y, 0.0, (*centre, 0.0), (*radii, 1e6))


def smooth_minimum(*values, blend_mm=4.0):
    """Intersection of shapes with rounded edges."""
    total = sum(np.exp(np.clip(-v / blend_mm, -60, 60)) for v in values)
    return -blend_mm * np.log(total)


@dataclass(frozen=True)
class Waves:
    """A smooth random field of about unit variance: a sum of plane waves."""

    vectors: np.ndarray
    phases: np.ndarray

    @staticmethod
    def random(rng, shortest_mm, longest_mm, count=7):
        directions = rng.normal(size=(count, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        lengths = rng.uniform(shortest_mm, longest_mm, size=(count, 1))
        return Waves((2 * np.pi * directions / lengths).astype(np.float32), rng.uniform(0, 2 * np.pi, count).astype(np.float32))

    def at(self, x, y, z):
        """At points, or on a grid (x and y of two dimensions, as np.meshgrid gives them) at one height."""
        if np.ndim(x) == 2:
            return self._on_grid(x[0], y[:, 0], z)
        total = sum(np.cos(k[0] * x + k[1] * y + (k[2] * z + phase)) for k, phase in zip(self.vectors, self.phases))
        return total * np.float32(np.sqrt(2 / len(self.phases)))

    def _on_grid(self, x, y, z):
        """cos(a + b) = cos a cos b - sin a sin b: one matrix product instead of a cosine per pixel and wave."""
        across = np.outer(self.vectors[:, 0], x)
        down = np.outer(self.vectors[:, 1], y) + (self.vectors[:, 2] * z + self.phases)[:, None]
        total = np.vstack([np.cos(down), -np.sin(down)]).T @ np.vstack([np.cos(across), np.sin(across)])
        return (total * np.sqrt(2 / len(self.phases))).astype(np.float32)
