"""A small U-Net that finds the lungs of a slice: its training, and what it is worth."""

import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from network import Prepared, unit
from slices import Slices
from training import augmented

SEGMENT_CLASSES = ('background', 'lung')
BATCH = 16
# Lungs are easily learned: this part of the training slices is enough.
EVERY = 3
CHANNELS = (8, 16, 24, 32)
LEARNING_RATE = 1e-2


def level(inputs, outputs):
    return nn.Sequential(unit(inputs, outputs), nn.ReLU(), unit(outputs, outputs), nn.ReLU())


class Segmenter(nn.Module):
    """[N, 1, 160, 160] to logits [N, 2, 160, 160]."""

    def __init__(self):
        super().__init__()
        self.down = nn.ModuleList(level(a, b) for a, b in zip((1, *CHANNELS), CHANNELS))
        self.up = nn.ModuleList(level(a + b, a) for a, b in zip(CHANNELS, CHANNELS[1:]))
        self.head = nn.Conv2d(CHANNELS[0], len(SEGMENT_CLASSES), 1)

    def forward(self, x):
        kept = []
        for index, part in enumerate(self.down):
            x = part(x if index == 0 else F.max_pool2d(x, 2))
            kept.append(x)
        for part, beside in zip(reversed(self.up), reversed(kept[:-1])):
            x = part(torch.cat([beside, F.interpolate(x, scale_factor=2.0, mode='nearest')], dim=1))
        return self.head(x)


def masks_of(lungs):
    """Class indices int64 [N, H, W] of maps [N, 1, H, W]: lung where it fills half a pixel or more, lesions and vessels in it included."""
    return (lungs[:, 0] >= 0.5).long()


def train_segmenter(training: Slices, validation: Slices, epochs, seed=2026):
    """The network after the epoch with the best validation Dice."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = Prepared(Segmenter(), training.images)
    optimiser = torch.optim.AdamW(model.parameters(), weight_decay=0.01)
    chosen = torch.arange(0, len(training.labels), EVERY)
    steps = -(-len(chosen) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=epochs * steps)
    best, best_state = -1.0, None
    for epoch in range(epochs):
        started, total = time.time(), 0.0
        model.train()
        for batch in chosen[torch.randperm(len(chosen), generator=generator)].split(BATCH):
            images, lungs = augmented(training.images[batch], training.lungs[batch], generator)
            loss = _loss(model(images), masks_of(lungs))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss) / steps
        dice = judge_segmenter(model, validation)['dice']
        print(f'epoch {epoch + 1} of {epochs}: loss {total:.4f}, validation {dice}, {time.time() - started:.0f} s', flush=True)
        mean = float(np.mean(list(dice.values())))
        if mean >= best:
            best, best_state = mean, {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return model.eval()


def _loss(logits, masks):
    """Cross-entropy, and soft Dice of the lungs over the batch."""
    probabilities = logits.softmax(dim=1)[:, 1:]
    wanted = F.one_hot(masks, len(SEGMENT_CLASSES)).movedim(3, 1)[:, 1:].float()
    both, all_of = (probabilities * wanted).sum(dim=(0, 2, 3)), (probabilities + wanted).sum(dim=(0, 2, 3))
    return F.cross_entropy(logits, masks) + 1 - ((2 * both + 1) / (all_of + 1)).mean()


@torch.no_grad()
def masks_told(model, images):
    model.eval()
    return torch.cat([model(batch).argmax(dim=1) for batch in images.split(32)])


def judge_segmenter(model, slices: Slices):
    """Dice of each thing over all pixels of all slices."""
    told, true = masks_told(model, slices.images), masks_of(slices.lungs)
    dice = {}
    for index, name in enumerate(SEGMENT_CLASSES[1:], start=1):
        both, all_of = ((told == index) & (true == index)).sum(), (told == index).sum() + (true == index).sum()
        dice[name] = round(float(2 * both / all_of), 4)
    return {'slices': len(told), 'dice': dice}
