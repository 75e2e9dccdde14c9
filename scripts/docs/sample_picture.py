"""The picture in README: one slice of the sample, before and after `npm run demo`.

usage: /usr/bin/python3 scripts/docs/sample_picture.py 12.dcm OUT.png
"""

import json
import sys
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image, ImageDraw, ImageFont

CENTRE, WIDTH = -600, 1500
# Perturbations of a few dozen HU are shown in colour up to this.
LARGEST_HU = 50
GAP, CAPTION = 8, 34
REPOSITORY = Path(__file__).resolve().parents[2]
DEMO = REPOSITORY / 'demo'
FONT = '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'


def hounsfield(path):
    instance = pydicom.dcmread(path)
    return instance.pixel_array * float(instance.RescaleSlope) + float(instance.RescaleIntercept)


def perturbation(path):
    instance = pydicom.dcmread(path)
    return np.frombuffer(instance.FloatPixelData, '<f4').reshape(instance.Rows, instance.Columns)


def grey(hu):
    level = np.clip((hu - (CENTRE - WIDTH / 2)) / WIDTH, 0, 1)
    return np.repeat((255 * level).astype(np.uint8)[..., None], 3, axis=2)


def signed_colour(hu):
    """Blue below zero, red above, black at zero."""
    strength = np.clip(hu / LARGEST_HU, -1, 1)
    red, blue = np.maximum(strength, 0), np.maximum(-strength, 0)
    return (255 * np.stack([red, 0.35 * (red + blue), blue], axis=2)).astype(np.uint8)


def panel(picture, place, pixels, caption, label=None):
    font = ImageFont.truetype(FONT, 20) if Path(FONT).exists() else ImageFont.load_default()
    draw = ImageDraw.Draw(picture)
    size = pixels.shape[1]
    left = place * (size + GAP)
    picture.paste(Image.fromarray(pixels), (left, CAPTION))
    draw.text((left + 2, 6), caption, font=font, fill=(225, 228, 232))
    if label:
        draw.text((left + 8, CAPTION + 6), label, font=font, fill=(255, 176, 0))


def main(source, out):
    images = json.loads((DEMO / 'record.json').read_text())['images']
    exported = next(image['exported'] for image in images if image['file'] == source)
    original = hounsfield(REPOSITORY / 'resources/sample/study' / source)
    rows, columns = original.shape
    picture = Image.new('RGB', (4 * columns + 3 * GAP, rows + CAPTION), (16, 20, 24))
    panel(picture, 0, grey(original), 'Original')
    panel(picture, 1, grey(hounsfield(DEMO / exported['series']['path'])), 'Adversarial', 'ADVERSARIAL')
    panel(picture, 2, signed_colour(perturbation(DEMO / exported['perturbation']['path'])), f'Perturbation, -{LARGEST_HU} to {LARGEST_HU} HU')
    panel(picture, 3, grey(hounsfield(DEMO / exported['smoothed']['path'])), 'Smoothed input', 'ADVERSARIAL')
    picture.resize((picture.width // 2, picture.height // 2), Image.LANCZOS).save(out, optimize=True)


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2])
