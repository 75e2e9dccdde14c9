"""A small one-stage detector that finds the lesions of a slice: its training, and what it is worth."""

import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from network import Block, Prepared, unit
from phantom import CLASSES
from slices import INPUT_SIZE, Slices
from training import BATCH, LARGEST_SHIFT

OBJECTS = CLASSES[1:]
STRIDE = 4
LEARNING_RATE = 6e-3
# From pixels of 512x512 to those of the input.
SCALE = INPUT_SIZE[0] / 512
FOCUS = 2.0
SCORE, SAME = 0.35, 0.5


class Detector(nn.Module):
    """[N, 1, 160, 160] to [N, 6, 1600]: of the middle of every 4x4 pixels, row by row, a box as centre x and y, width and height in pixels
    of the input, and a logit for each of OBJECTS."""

    def __init__(self):
        super().__init__()
        self.fine = nn.Sequential(unit(1, 12, 2), nn.ReLU(), Block(12, 24, 2))
        self.coarse = nn.Sequential(Block(24, 32, 2), Block(32, 28, 1))
        self.joined = nn.Sequential(unit(24 + 28, 32), nn.ReLU(), unit(32, 32), nn.ReLU())
        self.scores = nn.Conv2d(32, len(OBJECTS), 1)
        self.boxes = nn.Conv2d(32, 4, 1)
        nn.init.constant_(self.scores.bias, -4.0)
        rows, columns = (extent // STRIDE for extent in INPUT_SIZE)
        y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing='ij')
        self.register_buffer('middles', (torch.stack([x, y]).flatten(1).float() + 0.5) * STRIDE)

    def forward(self, x):
        fine = self.fine(x)
        coarse = F.interpolate(self.coarse(fine), scale_factor=2.0, mode='nearest')
        features = self.joined(torch.cat([fine, coarse], dim=1))
        place, size = self.boxes(features).flatten(2).split(2, dim=1)
        boxes = torch.cat([self.middles + STRIDE * place, 2 * STRIDE * size.exp()], dim=1)
        return torch.cat([boxes, self.scores(features).flatten(2)], dim=1)


def boxes_per_slice(slices: Slices):
    """For each slice float32 [M, 5]: index into OBJECTS, and left, top, right, bottom in pixels of the input."""
    scaled = torch.cat([slices.boxes[:, 1:2], slices.boxes[:, 2:] * SCALE], dim=1)
    return [scaled[slices.boxes[:, 0] == n] for n in range(len(slices.labels))]


def train_detector(training: Slices, validation: Slices, epochs, seed=2026):
    """The network after the epoch with the best validation mAP."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = Prepared(Detector(), training.images)
    optimiser = torch.optim.AdamW(model.parameters(), weight_decay=0.01)
    steps = -(-len(training.labels) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=epochs * steps)
    boxes = boxes_per_slice(training)
    best, best_state = -1.0, None
    for epoch in range(epochs):
        started, total = time.time(), 0.0
        model.train()
        for batch in torch.randperm(len(training.labels), generator=generator).split(BATCH):
            images, there = moved(training.images[batch], [boxes[n] for n in batch.tolist()], generator)
            loss = _loss(model(images), there, model.network.middles)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss) / steps
        worth = judge_detector(model, validation)
        print(f'epoch {epoch + 1} of {epochs}: loss {total:.4f}, validation {worth}, {time.time() - started:.0f} s', flush=True)
        if worth['meanAveragePrecision'] >= best:
            best, best_state = worth['meanAveragePrecision'], {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return model.eval()


def moved(images, boxes, generator):
    """Mirrored and shifted, with the boxes, and changed a little in brightness, contrast and noise."""
    uniform = lambda low, high: low + (high - low) * torch.rand(len(images), 1, 1, 1, generator=generator)
    padded = F.pad(images, [LARGEST_SHIFT] * 4, mode='replicate')
    rows, columns = images.shape[2:]
    shown, there = [], []
    for image, of_image in zip(padded, boxes):
        top, left, mirror = (int(torch.randint(most, (1,), generator=generator)) for most in (2 * LARGEST_SHIFT + 1, 2 * LARGEST_SHIFT + 1, 2))
        image = image[:, top : top + rows, left : left + columns]
        of_image = of_image + torch.tensor([0, LARGEST_SHIFT - left, LARGEST_SHIFT - top, LARGEST_SHIFT - left, LARGEST_SHIFT - top])
        if mirror:
            image = image.flip(2)
            of_image = torch.stack([of_image[:, 0], columns - of_image[:, 3], of_image[:, 2], columns - of_image[:, 1], of_image[:, 4]], dim=1)
        shown.append(image)
        there.append(of_image)
    images = torch.stack(shown)
    noise = torch.randn(images.shape, generator=generator) * uniform(0, 0.015)
    return (images * uniform(0.95, 1.05) + uniform(-0.03, 0.03) + noise).clamp(0, 1), there


def _loss(told, boxes, middles):
    """Focal loss of the scores (Lin et al. 2017) and 1 - IoU of the boxes, of the anchors nearest to the middles of boxes."""
    wanted = torch.zeros_like(told[:, 4:])
    slices, anchors, corners = [], [], []
    for n, of_slice in enumerate(boxes):
        for kind, *box in of_slice.tolist():
            left, top, right, bottom = box
            x, y = (left + right) / 2, (top + bottom) / 2
            near = (torch.abs(middles[0] - x).maximum(torch.abs(middles[1] - y)) <= 0.75 * STRIDE).nonzero()[:, 0]
            wanted[n, int(kind), near] = 1
            for anchor in near.tolist():
                slices.append(n)
                anchors.append(anchor)
                corners.append(box)
    count = max(1, len(anchors))
    p = told[:, 4:].sigmoid()
    wrong = torch.where(wanted > 0, 1 - p, p)
    scores = (wrong**FOCUS * F.binary_cross_entropy_with_logits(told[:, 4:], wanted, reduction='none')).sum() / count
    if not anchors:
        return scores
    overlap = iou(corners_of(told[slices, :4, anchors]), torch.tensor(corners))
    return scores + (1 - overlap).mean()


def corners_of(boxes):
    """[M, 4] from centre and sides to left, top, right and bottom."""
    return torch.cat([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], dim=1)


def iou(a, b):
    """Of boxes [..., 4]."""
    sides = (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).clamp(min=0)
    area = lambda box: (box[..., 2] - box[..., 0]) * (box[..., 3] - box[..., 1])
    shared = sides.prod(dim=-1)
    return shared / (area(a) + area(b) - shared)


@torch.no_grad()
def detections(model, images):
    """Of each image float32 [M, 6]: score, index into OBJECTS, corners in pixels of the input; after suppression, the highest score first."""
    model.eval()
    return [_suppressed(row) for batch in images.split(64) for row in model(batch)]


def _suppressed(told):
    corners = corners_of(told[:4].T)
    kept = []
    for kind in range(len(OBJECTS)):
        scores = told[4 + kind].sigmoid()
        of_kind = []
        for anchor in scores.argsort(descending=True).tolist():
            if scores[anchor] < SCORE:
                break
            if all(float(iou(corners[anchor], corners[other])) <= 0.45 for other in of_kind):
                of_kind.append(anchor)
        kept += [(float(scores[anchor]), kind, *corners[anchor].tolist()) for anchor in of_kind]
    return sorted(kept, reverse=True)


def judge_detector(model, slices: Slices):
    """Mean over OBJECTS of the average precision (all points, IoU 0.5), recall, and false positives per slice."""
    found, true = detections(model, slices.images), boxes_per_slice(slices)
    precisions, hits, boxes, wrong = [], 0, 0, 0
    for kind in range(len(OBJECTS)):
        ranked = sorted(((score, n, box) for n, row in enumerate(found) for score, k, *box in row if k == kind), reverse=True, key=lambda each: each[0])
        there = [[box for k, *box in row.tolist() if k == kind] for row in true]
        count = sum(map(len, there))
        right = [_takes(box, there[n]) for _, n, box in ranked]
        precisions.append(_average_precision(np.array(right, bool), count))
        hits, boxes, wrong = hits + sum(right), boxes + count, wrong + len(right) - sum(right)
    return {
        'slices': len(found),
        'meanAveragePrecision': round(float(np.mean(precisions)), 4),
        'averagePrecision': {name: round(float(value), 4) for name, value in zip(OBJECTS, precisions)},
        'recall': round(hits / boxes, 4),
        'falsePositivesPerSlice': round(wrong / len(found), 4),
    }


def _takes(box, there):
    """Whether a box is one of those that are there; that one is taken off the list."""
    overlaps = [float(iou(torch.tensor(box), torch.tensor(other))) for other in there]
    if not overlaps or max(overlaps) < SAME:
        return False
    del there[int(np.argmax(overlaps))]
    return True


def _average_precision(right, count):
    hits = right.cumsum()
    precision = hits / np.arange(1, len(right) + 1)
    best_from_here = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best_from_here[right].sum() / count)
