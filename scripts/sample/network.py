"""A compact residual network for one-channel slices of 160x160, and what the sample's other networks share with it."""

import torch
from torch import nn


def unit(inputs, outputs, stride=1):
    """Convolution and batch normalisation."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs))


class Prepared(nn.Module):
    """A network, and the mean and standard deviation of its input: those of `images`."""

    def __init__(self, network, images):
        super().__init__()
        self.network = network
        self.mean, self.std = round(float(images.mean()), 4), round(float(images.std()), 4)

    def forward(self, images):
        return self.network((images - self.mean) / self.std)


class Block(nn.Module):
    """A basic residual block; `stride` 2 halves the image."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(unit(inputs, outputs, stride), nn.ReLU(), unit(outputs, outputs))
        self.shortcut = nn.Sequential(nn.AvgPool2d(stride), nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


class Network(nn.Module):
    """[N, 1, 160, 160] to logits [N, classes]. Pools by mean and maximum: a lesion is small, and one is enough."""

    FEATURES = 64

    def __init__(self, classes):
        super().__init__()
        self.stem = nn.Sequential(unit(1, 16, 2), nn.ReLU())
        self.blocks = nn.Sequential(Block(16, 32, 2), Block(32, 48, 2), Block(48, self.FEATURES, 1))
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(2 * self.FEATURES, classes)

    def features(self, x):
        """[N, 64, 20, 20]"""
        return self.blocks(self.stem(x))

    def classify(self, features):
        return self.head(self.drop(torch.cat([features.mean(dim=(2, 3)), features.amax(dim=(2, 3))], dim=1)))

    def forward(self, x):
        return self.classify(self.features(x))
