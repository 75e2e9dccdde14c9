"""Trains the classifier and judges it."""

import time

import numpy as np
import torch
import torch.nn.functional as F

from network import Network, Prepared
from phantom import CLASSES
from slices import Slices

BATCH = 32
LEARNING_RATE = 5e-3
LABEL_SMOOTHING = 0.05
LARGEST_SHIFT = 8
# Of finding where lesions are, beside telling what a slice shows.
PLACE_WEIGHT = 0.05


class Classifier(Prepared):
    """The residual network, whose features are trained by themselves, too."""

    def features(self, images):
        return self.network.features((images - self.mean) / self.std)


def train(training: Slices, validation: Slices, epochs, seed=2026):
    """The network after the epoch with the best validation accuracy; takes images as `slices.prepare` gives them.

    While it is trained, a 1x1 convolution on its features must also say where the lesions are. Without that it is slow to learn that a
    nodule is no vessel. It is thrown away afterwards.
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = Classifier(Network(len(CLASSES)), training.images)
    places = torch.nn.Conv2d(Network.FEATURES, training.lesions.shape[1], 1)
    optimiser = torch.optim.AdamW([*model.parameters(), *places.parameters()], weight_decay=0.02)
    steps = -(-len(training.labels) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=epochs * steps)
    best, best_state = -1.0, None
    for epoch in range(epochs):
        started, total = time.time(), 0.0
        model.train()
        for batch in torch.randperm(len(training.labels), generator=generator).split(BATCH):
            loss = _loss(model, places, training, batch, generator)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss) / steps
        accuracy = judge(model, validation.images, validation.labels)['accuracy']
        print(f'epoch {epoch + 1} of {epochs}: loss {total:.4f}, validation accuracy {accuracy:.4f}, {time.time() - started:.0f} s', flush=True)
        if accuracy >= best:
            best, best_state = accuracy, {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return model.eval()


def _loss(model, places, training: Slices, batch, generator):
    images, lesions = augmented(training.images[batch], training.lesions[batch], generator)
    features = model.features(images)
    told = F.cross_entropy(model.network.classify(features), training.labels[batch], label_smoothing=LABEL_SMOOTHING)
    wanted = F.adaptive_max_pool2d(lesions, features.shape[2:])
    placed = F.binary_cross_entropy_with_logits(places(features), wanted, reduction='sum') / len(batch)
    return told + PLACE_WEIGHT * placed


def augmented(images, lesions, generator):
    """Mirrored and shifted, and the images changed a little in brightness, contrast and noise, one by one."""
    uniform = lambda low, high: low + (high - low) * torch.rand(len(images), 1, 1, 1, generator=generator)
    both = _shifted(torch.cat([images, lesions], dim=1), generator)
    both = torch.where(uniform(0, 1) < 0.5, both.flip(3), both)
    images, lesions = both[:, :1], both[:, 1:]
    noise = torch.randn(images.shape, generator=generator) * uniform(0, 0.015)
    return (images * uniform(0.95, 1.05) + uniform(-0.03, 0.03) + noise).clamp(0, 1), lesions


def _shifted(images, generator):
    rows, columns = images.shape[2:]
    padded = F.pad(images, [LARGEST_SHIFT] * 4, mode='replicate')
    starts = torch.randint(2 * LARGEST_SHIFT + 1, (len(images), 2), generator=generator).tolist()
    return torch.stack([image[:, top : top + rows, left : left + columns] for image, (top, left) in zip(padded, starts)])


@torch.no_grad()
def logits_of(model, images):
    model.eval()
    return torch.cat([model(batch) for batch in images.split(64)])


def judge(model, images, labels):
    """Accuracy, recall per class, and the confusion matrix: rows are true classes, columns predicted ones."""
    predicted = logits_of(model, images).argmax(dim=1)
    confusion = np.zeros((len(CLASSES), len(CLASSES)), int)
    np.add.at(confusion, (labels.numpy(), predicted.numpy()), 1)
    return {
        'slices': int(confusion.sum()),
        'accuracy': round(float(confusion.trace() / confusion.sum()), 4),
        'recall': {name: round(float(confusion[i, i] / confusion[i].sum()), 4) for i, name in enumerate(CLASSES)},
        'confusion': confusion.tolist(),
    }
