"""Trains the classifier and judges it."""

import time

import numpy as np
import torch
import torch.nn.functional as F

from network import Network
from phantom import CLASSES
from slices import Slices

BATCH = 32
LEARNING_RATE = 5e-3
LABEL_SMOOTHING = 0.05
LARGEST_SHIFT = 8


def mean_and_std(images):
    """Of the training images, as the model card holds them."""
    return round(float(images.mean()), 4), round(float(images.std()), 4)


def augmented(images, generator):
    """Mirrored, shifted, and changed a little in brightness, contrast and noise, image by image."""
    count = len(images)
    uniform = lambda low, high: low + (high - low) * torch.rand(count, 1, 1, 1, generator=generator)
    shifted = _shifted(images, generator)
    mirrored = torch.where(uniform(0, 1) < 0.5, shifted.flip(3), shifted)
    noise = torch.randn(images.shape, generator=generator) * uniform(0, 0.015)
    return (mirrored * uniform(0.95, 1.05) + uniform(-0.03, 0.03) + noise).clamp(0, 1)


def _shifted(images, generator):
    rows, columns = images.shape[2:]
    padded = F.pad(images, [LARGEST_SHIFT] * 4, mode='replicate')
    starts = torch.randint(2 * LARGEST_SHIFT + 1, (len(images), 2), generator=generator).tolist()
    return torch.stack([image[:, top : top + rows, left : left + columns] for image, (top, left) in zip(padded, starts)])


def train(training, validation, epochs, seed=2026):
    """The network after the epoch with the best validation accuracy, in evaluation mode; takes images as `slices.prepare` gives them."""
    torch.set_num_threads(2)
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = Prepared(*mean_and_std(training.images))
    optimiser = torch.optim.AdamW(model.parameters(), weight_decay=0.02)
    steps = -(-len(training.labels) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=epochs * steps)
    best, best_state = -1.0, None
    for epoch in range(epochs):
        started = time.time()
        loss = _epoch(model, training, optimiser, schedule, generator)
        accuracy = judge(model, validation)['accuracy']
        print(f'epoch {epoch + 1} of {epochs}: loss {loss:.4f}, validation accuracy {accuracy:.4f}, {time.time() - started:.0f} s', flush=True)
        if accuracy > best:
            best, best_state = accuracy, {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return model.eval()


class Prepared(torch.nn.Module):
    """The network, and the mean and standard deviation of its input."""

    def __init__(self, mean, std):
        super().__init__()
        self.mean, self.std = mean, std
        self.network = Network(len(CLASSES))

    def forward(self, images):
        return self.network((images - self.mean) / self.std)


def _epoch(model, training: Slices, optimiser, schedule, generator):
    model.train()
    total = 0.0
    for batch in torch.randperm(len(training.labels), generator=generator).split(BATCH):
        logits = model(augmented(training.images[batch], generator))
        loss = F.cross_entropy(logits, training.labels[batch], label_smoothing=LABEL_SMOOTHING)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        total += float(loss) * len(batch)
    return total / len(training.labels)


@torch.no_grad()
def logits_of(model, images):
    model.eval()
    return torch.cat([model(batch) for batch in images.split(64)])


def judge(model, slices: Slices):
    """Accuracy, recall per class, and the confusion matrix: rows are true classes, columns predicted ones."""
    predicted = logits_of(model, slices.images).argmax(dim=1)
    confusion = np.zeros((len(CLASSES), len(CLASSES)), int)
    np.add.at(confusion, (slices.labels.numpy(), predicted.numpy()), 1)
    return {
        'slices': int(confusion.sum()),
        'accuracy': round(float(confusion.trace() / confusion.sum()), 4),
        'recall': {name: round(float(confusion[i, i] / confusion[i].sum()), 4) for i, name in enumerate(CLASSES)},
        'confusion': confusion.tolist(),
    }
