"""A compact residual network for one-channel slices of 160x160."""

import torch
from torch import nn


def unit(inputs, outputs, stride=1):
    """Convolution and batch normalisation."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs))


class Block(nn.Module):
    """A basic residual block that halves the image and may widen it."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.body = nn.Sequential(unit(inputs, outputs, 2), nn.ReLU(), unit(outputs, outputs))
        self.shortcut = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


class Network(nn.Module):
    """[N, 1, 160, 160] to logits [N, classes]. Pools by mean and maximum: a lesion is small, and one is enough."""

    def __init__(self, classes, widths=(12, 24, 48, 72)):
        super().__init__()
        first, *_, last = widths
        self.stem = nn.Sequential(unit(1, first, 2), nn.ReLU())
        self.blocks = nn.Sequential(*(Block(a, b) for a, b in zip(widths, widths[1:])))
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(2 * last, classes)

    def forward(self, x):
        features = self.blocks(self.stem(x))
        return self.head(self.drop(torch.cat([features.mean(dim=(2, 3)), features.amax(dim=(2, 3))], dim=1)))
