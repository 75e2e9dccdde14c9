"""Tubes: vessels and airways as tapering capsules in space, grown as trees and drawn into slices."""

from dataclasses import dataclass

import numpy as np

from shapes import AXIS, PIXELS, SLICE_MM, pixel_of, soft

LEAF_RADIUS_MM = 0.62
MURRAY_EXPONENT = 2.8


@dataclass(frozen=True)
class Tubes:
    """N capsules from `start` to `end` [N, 3] with radii [N] at both ends, in mm."""

    start: np.ndarray
    end: np.ndarray
    start_radius: np.ndarray
    end_radius: np.ndarray

    @staticmethod
    def path(points, radii):
        """One tube along points [N, 3]; one radius for all, or one per point."""
        points = np.asarray(points, float)
        radii = np.broadcast_to(np.asarray(radii, float), len(points))
        return Tubes(points[:-1], points[1:], radii[:-1], radii[1:])

    @staticmethod
    def joined(parts):
        return Tubes(*(np.concatenate([getattr(p, name) for p in parts]) for name in ('start', 'end', 'start_radius', 'end_radius')))

    def thicker(self, by_mm):
        return Tubes(self.start, self.end, self.start_radius + by_mm, self.end_radius + by_mm)

    def occupancy(self, z):
        """How much of each pixel of the slice at z the tubes fill, [rows, columns] from 0 to 1."""
        result = np.zeros((PIXELS, PIXELS), np.float32)
        radius = np.maximum(self.start_radius, self.end_radius)
        reach = radius + SLICE_MM / 2 + 1
        low = np.minimum(self.start[:, 2], self.end[:, 2]) - reach
        high = np.maximum(self.start[:, 2], self.end[:, 2]) + reach
        for index in np.flatnonzero((low < z) & (z < high)):
            self._draw(index, z, result)
        return result

    def _draw(self, index, z, result):
        a, b = self.start[index], self.end[index]
        r0, r1 = self.start_radius[index], self.end_radius[index]
        margin = max(r0, r1) + 2
        first, last = pixel_of(np.minimum(a, b)[:2] - margin), pixel_of(np.maximum(a, b)[:2] + margin) + 1
        columns, rows = slice(first[0], last[0]), slice(first[1], last[1])
        x = AXIS[columns][None, None, :] - a[0]
        y = AXIS[rows][None, :, None] - a[1]
        dz = (z + SLICE_MM * np.array([-1 / 3, 0, 1 / 3]) - a[2])[:, None, None]
        d = b - a
        along = np.minimum(np.maximum((x * d[0] + y * d[1] + dz * d[2]) / max(d @ d, 1e-6), 0), 1)
        squared = (x - along * d[0]) ** 2 + (y - along * d[1]) ** 2 + (dz - along * d[2]) ** 2
        filled = soft(r0 + along * (r1 - r0) - np.sqrt(squared)).mean(axis=0)
        patch = result[rows, columns]
        np.maximum(patch, filled, out=patch)


def grow_tree(rng, root, targets, largest_radius_mm):
    """A tree from `root` that reaches every target [N, 3]; radii follow Murray's law from the leaves up."""
    nodes, parents, lengths = [np.asarray(root, float)], [-1], [0.0]
    for target in targets[np.argsort(np.linalg.norm(targets - root, axis=1))]:
        positions = np.array(nodes)
        cost = np.linalg.norm(positions - target, axis=1) + 0.45 * np.array(lengths)
        nearest = int(np.argmin(cost))
        distance = np.linalg.norm(target - positions[nearest])
        middle = (positions[nearest] + target) / 2 + rng.normal(size=3) * 0.09 * distance
        nodes += [middle, target]
        parents += [nearest, len(nodes) - 2]
        lengths += [lengths[nearest] + distance / 2, lengths[nearest] + distance]
    return _with_radii(np.array(nodes), np.array(parents), largest_radius_mm)


def _with_radii(nodes, parents, largest_radius_mm):
    flow = np.zeros(len(nodes))
    flow[np.setdiff1d(np.arange(1, len(nodes)), parents)] = LEAF_RADIUS_MM**MURRAY_EXPONENT
    for child in range(len(nodes) - 1, 0, -1):
        flow[parents[child]] += flow[child]
    radii = np.minimum(flow ** (1 / MURRAY_EXPONENT), largest_radius_mm)
    child = np.arange(1, len(nodes))
    return Tubes(nodes[parents[child]], nodes[child], radii[child], radii[child])
