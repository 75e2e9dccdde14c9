"""The healthy part of the phantom: chest wall, bones, mediastinum, heart, great vessels, airways and lungs of a made-up person.

Every number is drawn or chosen here; no image of a person went into it.
"""

import numpy as np

from shapes import Waves, ellipse, ellipsoid, paint, smooth_minimum, soft
from tubes import Tubes, grow_tree

AIR_HU = -1000
ANGLES = 2048
TOP_MM, BOTTOM_MM = 62.0, -72.0


class Thorax:
    """Random anatomy. z = 0 lies just below the tracheal bifurcation."""

    def __init__(self, rng):
        self._draw_wall(rng)
        self._draw_middle(rng)
        self.texture = Waves.random(rng, 9, 30)
        self.undulation = Waves.random(rng, 40, 90)
        self.lung_hu = rng.uniform(-885, -835)
        self.dependent_hu = rng.uniform(20, 90)
        self.dependent_band_hu = rng.uniform(0, 230)
        self.blood_hu = rng.uniform(110, 190)
        self.fissures = [(side, rng.uniform(0.5, 0.9), rng.uniform(-12, 12)) for side in (-1, 1)]
        self._draw_tubes(rng)

    def _draw_wall(self, rng):
        angle = np.linspace(-np.pi, np.pi, ANGLES, endpoint=False)
        self.half_width, self.half_depth = rng.uniform(142, 166), rng.uniform(98, 114)
        power = rng.uniform(2.2, 2.6)
        radius = ((np.abs(np.cos(angle)) / self.half_width) ** power + (np.abs(np.sin(angle)) / self.half_depth) ** power) ** (-1 / power)
        for order in (2, 3, 4, 5):
            radius *= 1 + rng.normal() * 0.010 * np.cos(order * angle + rng.uniform(0, 2 * np.pi))
        radius *= 1 - 0.05 * np.exp(-(((angle - np.pi / 2) / 0.12) ** 2))
        slope = np.gradient(radius, angle) / radius
        fat = rng.uniform(5, 16) * (1 + 0.35 * np.cos(2 * angle) + 0.15 * rng.normal() * np.cos(3 * angle + rng.uniform(0, 6)))
        beside_spine = np.exp(-(((np.abs(angle - np.pi / 2)) / 0.42) ** 2))
        chest = np.exp(-(((np.abs(angle + np.pi / 2) - 0.62) / 0.3) ** 2))
        shoulder_blade = np.exp(-(((np.abs(np.abs(angle - np.pi / 2) - 0.95)) / 0.33) ** 2))
        muscle = rng.uniform(5, 9) + rng.uniform(12, 18) * beside_spine + rng.uniform(5, 11) * chest + rng.uniform(9, 15) * shoulder_blade
        to_table = lambda values: values.astype(np.float32)
        self.wall_radius, self.wall_tilt = to_table(radius), to_table(1 / np.sqrt(1 + slope**2))
        self.fat_mm, self.muscle_mm = to_table(fat), to_table(muscle)
        self.taper = rng.uniform(-0.03, 0.03)
        self.rib_spacing_mm, self.rib_phase_mm, self.rib_drop_mm = rng.uniform(21, 26), rng.uniform(0, 26), rng.uniform(105, 145)

    def _draw_middle(self, rng):
        jitter = lambda scale: rng.normal() * scale
        self.spine_y = self.half_depth - rng.uniform(62, 68)
        self.vertebra_mm = rng.uniform(15, 19)
        self.disc_phase_mm = rng.uniform(0, 24)
        self.middle_centre = (2 + jitter(2), self.spine_y - rng.uniform(46, 54))
        self.middle_radii = (rng.uniform(27, 33), rng.uniform(48, 56))
        self.heart_centre = np.array([24 + jitter(4), self.spine_y - 66 + jitter(4), -78 + jitter(8)])
        self.heart_radii = np.array([rng.uniform(50, 60), rng.uniform(38, 46), rng.uniform(50, 60)])
        self.liver_centre = np.array([-68 + jitter(5), self.spine_y - 50 + jitter(6), rng.uniform(-145, -112)])
        self.liver_radii = np.array([rng.uniform(80, 95), rng.uniform(70, 85), 70])

    def _draw_tubes(self, rng):
        shift = np.array([0, self.spine_y - 46, rng.normal() * 4])
        bend = lambda points: np.asarray(points, float) + shift + rng.normal(size=(len(points), 3)) * 1.5
        aorta, trunk = rng.uniform(11, 14.5), rng.uniform(11, 14)
        self.blood = Tubes.joined([
            Tubes.path(bend([(6, -26, -45), (-12, -30, -10), (-14, -28, 22), (-3, -16, 40), (12, 12, 44), (22, 38, 32), (24, 42, -10), (20, 44, -110)]), np.linspace(aorta + 2, aorta - 1, 8)),
            Tubes.path(bend([(20, -40, -40), (18, -34, -8), (14, -22, 4), (-12, -10, 0), (-42, 0, -6)]), [trunk, trunk, trunk - 1, trunk - 4, trunk - 6]),
            Tubes.path(bend([(18, -30, -4), (30, -8, 8), (44, 6, 2)]), [trunk - 1, trunk - 4, trunk - 5.5]),
            Tubes.path(bend([(-24, -24, 90), (-26, -24, 20), (-24, -20, -40)]), rng.uniform(7.5, 10)),
            Tubes.path(bend([(-6, 44, 60), (-7, 42, -110)]), 3.5),
            Tubes.path(bend([(-12, -24, 40), (-18, -26, 90)]), 6),
            Tubes.path(bend([(-1, -12, 44), (-2, -14, 90)]), 4),
            Tubes.path(bend([(11, 8, 46), (16, 4, 90)]), 5),
        ])  # fmt: skip
        fork = bend([(0, 10, 16)])[0]
        self.airways = Tubes.joined([
            Tubes.path([fork + (2, -6, 90), fork], rng.uniform(7.5, 9)),
            Tubes.path([fork, *bend([(22, 12, 2), (44, 16, -14)])], [6.5, 5.5, 4]),
            Tubes.path([fork, *bend([(-20, 12, 4), (-42, 14, -10)])], [7, 6, 4.2]),
        ])  # fmt: skip
        self.gullet = Tubes.path(bend([(4, 27, 90), (6, 29, 0), (14, 26, -110)]), 6)
        roots = [bend([(side * 42, 4, -2)])[0] for side in (-1, 1)]
        trees = [grow_tree(rng, root + rng.normal(size=3) * 5, self._lung_points(rng, np.sign(root[0]), 230), 5.0) for root in roots for _ in range(2)]
        self.lung_vessels = Tubes.joined(trees)
        self.lung_airways = Tubes.joined([grow_tree(rng, root, self._lung_points(rng, np.sign(root[0]), 9), 2.2).thicker(0.5) for root in roots])
        self.scars = self._draw_scars(rng)

    def _draw_scars(self, rng):
        """Short bands and dots without meaning, which a reader has to tell from lesions."""
        centres = np.concatenate([self._lung_points(rng, side, 4) for side in (-1, 1)])
        directions = rng.normal(size=centres.shape)
        directions *= rng.uniform(3, 14, size=(len(centres), 1)) / np.linalg.norm(directions, axis=1, keepdims=True)
        radii = rng.uniform(0.5, 1.3, size=len(centres))
        return Tubes(centres, centres + directions, radii, radii * 0.6)

    def _lung_points(self, rng, side, count):
        """Points in the lung of one side (-1 right, 1 left), uniform in its volume."""
        found = np.zeros((0, 3))
        while len(found) < count:
            points = rng.uniform((5, -self.half_depth, BOTTOM_MM - 20), (self.half_width, self.half_depth, TOP_MM + 15), size=(6 * count, 3)) * (side, 1, 1)
            found = np.concatenate([found, points[self.lung_inside(*points.T) > 2]])
        return found[:count]

    def _wall(self, x, y, z):
        """Depth below the skin in mm, and the index into the tables of the wall by angle."""
        index = ((np.arctan2(y, x) + np.pi) * (ANGLES / (2 * np.pi))).astype(np.int32) % ANGLES
        depth = (self.wall_radius[index] * (1 + self.taper * z / 100) - np.hypot(x, y)) * self.wall_tilt[index]
        return depth, index

    def _cavity_inside(self, depth, index, z):
        apex = 16 * np.clip((z - 25) / 45, 0, 1) ** 2
        return depth - self.fat_mm[index] - self.muscle_mm[index] - 9 - apex

    def _middle_inside(self, x, y, z):
        centre_x, centre_y = self.middle_centre
        between = np.minimum(4 - np.abs(x - centre_x), centre_y - y)
        return np.maximum(ellipse(x, y, self.middle_centre, self.middle_radii), between) + 2 * self.undulation.at(x, y, z)

    def _heart_inside(self, x, y, z):
        return ellipsoid(x + 0.35 * (y - self.heart_centre[1]), y, z, self.heart_centre, self.heart_radii)

    def _vertebra_inside(self, x, y):
        return ellipse(x, y, (0, self.spine_y), (self.vertebra_mm, self.vertebra_mm * 0.85))

    def _liver_inside(self, x, y, z):
        return ellipsoid(x, y, z, self.liver_centre, self.liver_radii)

    def lung_inside(self, x, y, z):
        """Distance from the pleura in mm, positive in the lungs (great vessels are drawn over them)."""
        depth, index = self._wall(x, y, z)
        return smooth_minimum(
            self._cavity_inside(depth, index, z),
            -self._middle_inside(x, y, z),
            -self._heart_inside(x, y, z),
            -self._vertebra_inside(x, y) - 2,
            -ellipse(x, y, (0, self.spine_y + self.vertebra_mm + 16), (46, 23)),
            -self._liver_inside(x, y, z),
        )

    def render(self, grid, z):
        """HU of the slice at z without lesions, noise or blur, and the lungs' inside map."""
        x, y = grid.x, grid.y
        image = np.full(x.shape, AIR_HU, np.float32)
        depth, index = self._wall(x, y, z)
        texture = self.texture.at(x, y, z)
        self._paint_table(image, x, y)
        self._paint_wall(image, depth, index, texture)
        self._paint_middle(image, depth, index, (x, y, z), texture)
        lung = self.lung_inside(x, y, z)
        self._paint_lungs(image, lung, (x, y, z), texture)
        self._paint_tubes(image, z, lung, self._heart_inside(x, y, z))
        self._paint_bones(image, depth, index, (x, y, z), texture)
        return image, lung

    def _paint_table(self, image, x, y):
        sag = self.half_depth + 7 - 18 * (x / 180) ** 2
        across = soft(175 - np.abs(x))
        paint(image, -880, soft(11 - np.abs(y - sag - 13)) * across)
        paint(image, 60, soft(1.0 - np.abs(np.abs(y - sag - 13) - 11)) * across)

    def _paint_wall(self, image, depth, index, texture):
        fat, muscle = self.fat_mm[index], self.muscle_mm[index]
        paint(image, 20, soft(depth))
        paint(image, -105 + 7 * texture, soft(depth - 2))
        paint(image, 55 + 5 * texture, soft(depth - fat))
        seam = np.abs(depth - fat - 0.55 * muscle + 1.2 * texture)
        paint(image, -75, 0.75 * soft(0.9 - seam) * (muscle > 9))
        paint(image, -60, 0.6 * soft(depth - fat - muscle) * (texture > 0))

    def _paint_middle(self, image, depth, index, point, texture):
        cavity = self._cavity_inside(depth, index, point[2])
        paint(image, 45, soft(cavity + 4))
        paint(image, -95 + 10 * texture, soft(np.minimum(self._middle_inside(*point), cavity)))
        heart = np.minimum(self._heart_inside(*point), cavity)
        paint(image, -90, soft(heart + 3) * soft(cavity))
        paint(image, 95 + 4 * texture, soft(heart))
        for offset, radii in (((14, 4, 8), (21, 17, 30)), ((-16, -10, 6), (17, 14, 32)), ((-24, 10, 16), (13, 13, 26)), ((2, 22, 22), (22, 11, 20))):
            chamber = ellipsoid(*point, self.heart_centre + offset, radii)
            paint(image, self.blood_hu + 3 * texture, soft(np.minimum(chamber, heart - 5), 3))
        paint(image, 112 + 4 * texture, soft(np.minimum(self._liver_inside(*point), cavity + 1)))

    def _paint_lungs(self, image, lung, point, texture):
        x, y, z = point
        back = np.clip(y / self.half_depth, -1, 1)
        tissue = self.lung_hu + self.dependent_hu * back + 14 * texture
        tissue = tissue + self.dependent_band_hu * np.exp(-np.maximum(lung, 0) / 5) * np.clip(2.2 * back - 0.6, 0, 1)
        for side, slope, offset in self.fissures:
            distance = np.abs((z - offset) - slope * (self.spine_y - 40 - y) * -1 + 5 * self.undulation.at(x, y, z)) / np.hypot(1, slope)
            tissue = tissue + 70 * np.exp(-((distance / 2.0) ** 2)) * (x * side > 0)
        paint(image, tissue, soft(lung))

    def _paint_tubes(self, image, z, lung, heart):
        paint(image, self.blood_hu - 35, self.lung_vessels.occupancy(z) * soft(lung + 6))
        paint(image, 20, self.scars.occupancy(z) * soft(lung))
        paint(image, 10, self.lung_airways.thicker(0.7).occupancy(z) * soft(lung + 4))
        paint(image, -960, self.lung_airways.occupancy(z) * soft(lung + 4))
        paint(image, 45, self.gullet.occupancy(z))
        paint(image, -80, 0.8 * self.blood.thicker(1.5).occupancy(z) * soft(-lung) * soft(-heart))
        paint(image, self.blood_hu, self.blood.occupancy(z))
        paint(image, 30, self.airways.thicker(1.6).occupancy(z))
        paint(image, -995, self.airways.occupancy(z))

    def _paint_bones(self, image, depth, index, point, texture):
        self._paint_spine(image, point, texture)
        self._paint_ribs(image, depth, index, point)
        x, y, z = point
        front = self.fat_mm[index] + 0.4 * self.muscle_mm[index]
        breastbone = np.minimum(17 - np.abs(x), 5.5 - np.abs(depth - front - 6.5)) * (y < 0)
        paint_bone(image, np.where(y < 0, breastbone, -9), 180)
        blade_angle = np.abs(np.abs(np.arctan2(y, x) - np.pi / 2) - 0.98)
        blade = 2.6 - np.abs(depth - self.fat_mm[index] - 0.55 * self.muscle_mm[index] - 14 * (blade_angle - 0.1))
        reach = np.clip((z + 45) / 60, 0, 1) * 26 - blade_angle * 95
        paint_bone(image, np.minimum(blade, reach), 350)

    def _paint_spine(self, image, point, texture):
        x, y, z = point
        canal_y = self.spine_y + self.vertebra_mm + 5
        disc = soft(3.2 - np.abs((z + self.disc_phase_mm) % 24 - 12))
        body = self._vertebra_inside(x, y)
        paint_bone(image, body, 190 + 35 * texture, shell_hu=560)
        paint(image, 85, soft(body - 1) * disc)
        arch_here = 1 - 0.7 * disc
        for inside in (
            3.6 - np.abs(np.hypot(x, y - canal_y) - 12),
            ellipse(np.abs(x), y, (26, canal_y + 2), (11, 4)),
            ellipse(x, y, (0, canal_y + 20), (3.2, 10)),
        ):
            paint_bone(image, inside, 330, opacity=arch_here)
        paint(image, 25, soft(8.5 - np.hypot(x, y - canal_y)))

    def _paint_ribs(self, image, depth, index, point):
        x, y, z = point
        back_to_front = (np.arctan2(np.abs(x), y) / np.pi).astype(np.float32)
        height = z + self.rib_phase_mm + self.rib_drop_mm * np.clip(back_to_front, 0.1, 1)
        above = (height % self.rib_spacing_mm) - self.rib_spacing_mm / 2
        inward = depth - self.fat_mm[index] - self.muscle_mm[index] - 4.5
        rib = ellipse(above, inward, (0, 0), (5.8, 3.9))
        rib = np.where(back_to_front > 0.87, -9, rib)
        cartilage = soft((back_to_front - 0.74) * 200, 6)
        paint_bone(image, rib, 260 - 150 * cartilage, shell_hu=700 - 580 * cartilage)


def paint_bone(image, inside, marrow_hu, shell_hu=650, opacity=1.0):
    """Dense shell, marrow within."""
    paint(image, shell_hu, soft(inside) * opacity)
    paint(image, marrow_hu, soft(inside - 2.2, 2) * opacity)
