"""Writes test/fixtures/attacks/segmenter.onnx and segmenter.json: a small segmentation network, images that it gets right, the norms that
adversarial-library's ALMA prox finds, and the pixels that the Segmentation Ensemble Attack leaves right.

    python3 scripts/goldens/segmentation.py

ALMA prox is the library's (Rony et al., arXiv 2206.07179) with the paper's penalty P2 differentiated by PyTorch: the library's own derivative has
mu * y for mu. SEA is written from its paper (Croce et al., arXiv 2306.12941). Needs torch, adv-lib and NumPy.
"""

import base64
import json
import math
import os
import sys
import types

# Plots, which the library asks for and nothing here draws.
sys.modules.setdefault("visdom", types.ModuleType("visdom"))

import torch
import torch.nn.functional as F
from adv_lib.attacks.segmentation import alma_prox
from torch import nn

CLASSES, SIZE, LEVELS, COUNT = 4, 24, 255, 6
EPSILON, STEPS, SHARE = 6 / 255, 60, 0.6
FOLDER = os.path.join(os.path.dirname(__file__), "../../test/fixtures/attacks")


def network():
    return nn.Sequential(nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.Conv2d(8, 12, 3, padding=1), nn.ReLU(), nn.Conv2d(12, CLASSES, 1))


def pictures(count, seed):
    """Two discs and a bar of three greys on a dark ground, with noise; on grey levels of 255."""
    random = torch.Generator().manual_seed(seed)
    row, column = torch.meshgrid(torch.arange(SIZE), torch.arange(SIZE), indexing="ij")
    labels = torch.zeros((count, SIZE, SIZE), dtype=torch.long)
    for image in labels:
        places = torch.rand(6, generator=random) * (SIZE - 8) + 4
        image[(row - places[0]).abs() < 3] = 1
        for kind, (top, left) in enumerate(((places[1], places[2]), (places[3], places[4])), 2):
            image[(row - top) ** 2 + (column - left) ** 2 < 16 + 8 * places[5] / SIZE] = kind
    greys = torch.tensor([0.40, 0.46, 0.52, 0.58])
    x = greys[labels][:, None] + 0.03 * torch.randn((count, 1, SIZE, SIZE), generator=random)
    return (x.clamp(0, 1) * LEVELS).round() / LEVELS, labels


def trained():
    torch.manual_seed(11)
    model = network()
    optimiser = torch.optim.Adam(model.parameters(), 0.01)
    for step in range(300):
        x, y = pictures(16, 1000 + step)
        optimiser.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimiser.step()
    return model.eval()


def penalty(y, rho, mu):
    """P2 of Rony et al., section 3.2."""
    above = mu * y + mu * rho * y ** 2 + rho ** 2 * y ** 3 / 6
    return torch.where(y >= 0, above, mu * y / (1 - rho.clamp(min=1) * y.clamp(max=0)))


def pixel_losses(z, y):
    """The three losses of SEA, each with the one that its progress is measured by: [N] each."""
    cross = F.cross_entropy(z, y, reduction="none")
    held = (z.argmax(1) == y).float()
    share = torch.stack([(y == k).float().mean((1, 2)) for k in range(CLASSES)], 1)
    own = torch.stack([share[n][y[n]] for n in range(len(y))])
    p, q = z.softmax(1), F.one_hot(y, CLASSES).permute(0, 3, 1, 2).float()
    middle = (p + q) / 2
    divergence = ((p * (p / middle).log()).sum(1) - (q * middle).sum(1).log()) / 2
    mean = lambda loss: loss.mean((1, 2))
    return [(mean(held * (1 - own) * cross), mean(cross)), (mean(held * cross), mean(cross)), (mean(divergence), mean(divergence))]


def checkpoints(steps):
    fractions = [0.0, 0.22]
    while fractions[-1] < 1:
        fractions.append(fractions[-1] + max(fractions[-1] - fractions[-2] - 0.03, 0.06))
    return {math.ceil(each * steps - 1e-9) for each in fractions}


def auto_pgd(model, x, y, start, which, epsilon, steps):
    """Algorithm 1 of Croce and Hein 2020 for one image; gives the point with fewest right pixels."""
    project = lambda point: point.clamp(x - epsilon, x + epsilon).clamp(0, 1)
    point, before, size = project(start), None, 2 * epsilon
    best = {"value": -math.inf}
    strongest = (math.inf, point)
    raised, last, previous, marks = 0, (0, size, -math.inf), math.inf, checkpoints(steps)
    for t in range(steps):
        point = point.detach().requires_grad_()
        z = model(point)
        loss, progress = pixel_losses(z, y)[which]
        gradient = torch.autograd.grad(loss.sum(), point)[0]
        value, right = float(progress), float((z.argmax(1) == y).float().mean())
        if right <= strongest[0]:
            strongest = (right, point.detach())
        raised += value > previous
        if value > best["value"]:
            best = {"value": value, "x": point.detach(), "gradient": gradient}
        previous = value
        if t in marks:
            if t > 0 and (raised < 0.75 * (t - last[0]) or (size == last[1] and best["value"] == last[2])):
                size, point, gradient, previous = size / 2, best["x"], best["gradient"], best["value"]
            last, raised = (t, size, best["value"]), 0
        point = point.detach()
        ahead = project(point + size * gradient.sign())
        moved = ahead if before is None else project(point + 0.75 * (ahead - point) + 0.25 * (point - before))
        before, point = point, moved
    right = float((model(point).argmax(1) == y).float().mean())
    return min(strongest, (right, point), key=lambda each: each[0])


def sea(model, x, y):
    """Part of the pixels that are right after the worst of the three, and after each."""
    found = []
    for which in range(3):
        start, stages = x, [(2, math.floor(0.3 * STEPS)), (1.5, math.floor(0.3 * STEPS)), (1, STEPS - 2 * math.floor(0.3 * STEPS))]
        for radius, steps in stages:
            right, start = auto_pgd(model, x, y, start, which, radius * EPSILON, steps)
        found.append(right)
    return found


def main():
    model = trained()
    torch.onnx.export(model, (torch.zeros(2, 1, SIZE, SIZE),), os.path.join(FOLDER, "segmenter.onnx"), opset_version=13, dynamo=False,
                      input_names=["image"], output_names=["logits"], dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}})
    x, _ = pictures(COUNT, 7)
    y = model(x).argmax(1)
    found = torch.cat([alma_prox(model, x[n:n + 1], y[n:n + 1], penalty=penalty, num_steps=200, adv_threshold=SHARE) for n in range(COUNT)])
    wrong = (model(found).argmax(1) != y).float().mean((1, 2))
    left = [sea(model, x[n:n + 1], y[n:n + 1]) for n in range(COUNT)]
    with open(os.path.join(FOLDER, "segmenter.json"), "w") as file:
        json.dump({
            "madeBy": f"scripts/goldens/segmentation.py, PyTorch {torch.__version__.split('+')[0]}", "shape": list(x.shape),
            "levels": base64.b64encode((x * LEVELS).round().byte().numpy().tobytes()).decode(),
            "almaProx": {"share": SHARE, "norms": (found - x).abs().flatten(1).max(1).values.tolist(), "wrong": wrong.tolist()},
            "sea": {"epsilon": EPSILON, "steps": STEPS, "right": left},
        }, file, indent=1)
        file.write("\n")
    print(wrong, left)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
