"""Looks at phantoms: python3 scripts/sample/montage.py OUT.png [NUMBER...] draws slices of each phantom in the lung window and the soft-tissue window."""

import sys

import numpy as np
from PIL import Image

from phantom import RESCALE_INTERCEPT, Phantom


def windowed(stored, centre, width):
    return np.clip((stored + RESCALE_INTERCEPT - (centre - width / 2)) / width * 255, 0, 255).astype(np.uint8)


def main(out, numbers):
    rows = []
    for number in numbers:
        slices = [Phantom(number).slice(z)[::2, ::2].astype(float) for z in (48, 24, 0, -24, -48)]
        rows.append(np.hstack([windowed(s, -600, 1500) for s in slices]))
        rows.append(np.hstack([windowed(s, 40, 400) for s in slices]))
    Image.fromarray(np.vstack(rows)).save(out)


if __name__ == '__main__':
    main(sys.argv[1], [int(n) for n in sys.argv[2:]] or [0, 1])
