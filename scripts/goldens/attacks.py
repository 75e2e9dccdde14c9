"""Writes test/fixtures/attacks: a small classifier, images, and what reference implementations of the attacks do to them.

    python3 scripts/goldens/attacks.py [model] [signs] [apgd] [smallest] [black-box]

With 'model' the classifier is trained anew and all the rest has to follow; without it the stored one is read back.

The attacks are written from their papers (named at each), with PyTorch's own gradients. Random numbers of methods whose steps are compared
one by one come from the same generator as ours; all others are PyTorch's, and only rates are compared. Needs python3-torch and NumPy.
"""

import base64
import json
import math
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from stored_network import weights

CLASSES, SIZE, LEVELS = 5, 16, 255
FOLDER = os.path.join(os.path.dirname(__file__), "../../test/fixtures/attacks")


# The classifier and its images.

def network():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(16 * (SIZE // 4) ** 2, CLASSES),
    )


def pictures(count, random):
    """Stripes whose direction is the class, of random phase and contrast, with noise; on grey levels of 255."""
    labels = torch.randint(CLASSES, (count,), generator=random)
    row, column = torch.meshgrid(torch.arange(SIZE), torch.arange(SIZE), indexing="ij")
    angle = labels * (math.pi / CLASSES)
    along = row[None] * torch.sin(angle)[:, None, None] + column[None] * torch.cos(angle)[:, None, None]
    phase = 2 * math.pi * torch.rand((count, 1, 1), generator=random)
    contrast = 0.1 + 0.15 * torch.rand((count, 1, 1), generator=random)
    x = 0.5 + contrast * torch.sin(along * 1.2 + phase) + 0.08 * torch.randn((count, SIZE, SIZE), generator=random)
    return (x.clamp(0, 1) * LEVELS).round()[:, None] / LEVELS, labels


def trained():
    torch.set_num_threads(2)
    torch.manual_seed(5)
    random = torch.Generator().manual_seed(5)
    model = network()
    optimiser = torch.optim.Adam(model.parameters(), 0.005)
    for _ in range(400):
        x, y = pictures(128, random)
        optimiser.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimiser.step()
    return model.eval()


def stored():
    torch.set_num_threads(1)
    model = network()
    model.load_state_dict(weights(os.path.join(FOLDER, "model.onnx")))
    return model.eval()


def chosen_images(model, count):
    """Images that the model gets right."""
    x, y = pictures(4 * count, torch.Generator().manual_seed(6))
    right = (model(x).argmax(1) == y).nonzero()[:count, 0]
    return x[right], y[right]


# What the references have in common.

def gradient(function, x):
    x = x.detach().requires_grad_()
    return torch.autograd.grad(function(x).sum(), x)[0]


def flat_norm(x, p):
    return x.flatten(1).norm(p, 1)[:, None, None, None]


def cross_entropy(model, y):
    return lambda x: F.cross_entropy(model(x), y, reduction="none")


def margin_of(z, y):
    """max over other classes of z, minus z_y."""
    own = z.gather(1, y[:, None])[:, 0]
    return z.masked_fill(F.one_hot(y, z.shape[1]).bool(), -math.inf).max(1).values - own


class Xoroshiro:
    """xoroshiro128+ on 32-bit halves, seeded as pure-rand does it: our generator."""

    MASK = 0xFFFFFFFF

    def __init__(self, seed):
        self.s01, self.s00, self.s11, self.s10 = self.MASK, ~seed & self.MASK, seed & self.MASK, 0

    def next(self):
        out = (self.s00 + self.s10) & self.MASK
        a0, a1, s00, s01 = self.s10 ^ self.s00, self.s11 ^ self.s01, self.s00, self.s01
        self.s00 = (s00 << 24 ^ s01 >> 8 ^ a0 ^ a0 << 16) & self.MASK
        self.s01 = (s01 << 24 ^ s00 >> 8 ^ a1 ^ (a1 << 16 | a0 >> 16)) & self.MASK
        self.s10 = (a1 << 5 ^ a0 >> 27) & self.MASK
        self.s11 = (a0 << 5 ^ a1 >> 27) & self.MASK
        return out

    def symmetric(self):
        out = self.next()
        return (out - 2**32 if out >= 2**31 else out) / 2**31

    def open(self):
        return (self.next() + 0.5) / 2**32


# Sign methods: one loop, variants by how the gradient is taken.

def gaussian(taps, sigma):
    offsets = torch.arange(taps) - (taps - 1) / 2
    kernel = torch.exp(-(offsets**2) / (2 * sigma**2))
    kernel = kernel / kernel.sum()
    return torch.outer(kernel, kernel)[None, None]


def sign_method(model, x0, y, eps, steps, step, decay=None, taken=None, after=None, start=None):
    """x ← clip(x + step·sign(g)), g ← decay·g + taken / mean|taken| where there is a decay: as the authors' code of MI-FGSM divides."""
    loss = cross_entropy(model, y)
    taken = taken or (lambda x, g: gradient(loss, x))
    x, g = (x0 if start is None else start).clone(), torch.zeros_like(x0)
    for _ in range(steps):
        d = taken(x, g)
        if after:
            d = after(d)
        g = d if decay is None else decay * g + d / d.abs().mean((1, 2, 3), keepdim=True)
        x = torch.minimum(torch.maximum(x + step * g.sign(), x0 - eps), x0 + eps).clamp(0, 1)
    return x


def ni(model, y, step, decay, scales):
    """Lin et al., ICLR 2020, equations 6 to 8 and algorithm 1."""
    loss = cross_entropy(model, y)

    def taken(x, g):
        ahead = x + step * decay * g
        return sum(gradient(lambda x: loss(x / 2**i), ahead) for i in range(scales)) / scales

    return taken


def vmi(model, y, step, decay, eps, neighbours, reach, ahead):
    """Wang and He, CVPR 2021, algorithm 1."""
    loss, sources = cross_entropy(model, y), [Xoroshiro(seed) for seed in range(len(y))]
    state = {"v": 0}

    def taken(x, g):
        own = gradient(loss, x + step * decay * g if ahead else x)
        around = torch.zeros_like(x)
        for _ in range(neighbours):
            r = torch.tensor([[source.symmetric() for _ in range(x[0].numel())] for source in sources]).view_as(x)
            around += gradient(loss, x + reach * eps * r)
        tuned = own + state["v"]
        state["v"] = around / neighbours - own
        return tuned

    return taken


def di(model, y, probability, smallest):
    """Xie et al., CVPR 2019, on the image's own grid: shrunk and padded back."""
    loss, sources = cross_entropy(model, y), [Xoroshiro(seed) for seed in range(len(y))]

    def diverse(x):
        rows = []
        for one, source in zip(x.split(1), sources):
            chance, scale, top, left = (source.open() for _ in range(4))
            size = max(1, math.floor((smallest + (1 - smallest) * scale) * SIZE))
            at = [math.floor(place * (SIZE - size + 1)) for place in (top, left)]
            small = F.interpolate(one, (size, size), mode="bilinear", align_corners=False)
            padded = F.pad(small, (at[1], SIZE - size - at[1], at[0], SIZE - size - at[0]))
            rows.append(padded if chance < probability else one)
        return torch.cat(rows)

    return lambda x, g: gradient(lambda x: loss(diverse(x)), x)


def random_start(x0, eps):
    """Uniform in the budget."""
    sources = [Xoroshiro(seed) for seed in range(len(x0))]
    r = torch.tensor([[source.symmetric() for _ in range(x0[0].numel())] for source in sources]).view_as(x0)
    return (x0 + eps * r).clamp(0, 1)


def pgd_l2(model, x0, y, eps, steps, step):
    """Madry et al., ICLR 2018, in the Euclidean norm, from the image."""
    x = x0.clone()
    for _ in range(steps):
        g = gradient(cross_entropy(model, y), x)
        x = project(x + step * g / flat_norm(g, 2), x0, eps, 2)
    return x


def dct_matrix(n):
    """The orthonormal DCT-II: row k is cos(π·(2i + 1)·k / 2n), scaled to length 1."""
    k, i = torch.meshgrid(torch.arange(n), torch.arange(n), indexing="ij")
    rows = torch.cos(math.pi * (2 * i + 1) * k / (2 * n)).double()
    return (rows / rows.norm(2, 1, keepdim=True)).float()


def dct_pgd(model, x0, y, eps, steps, step, block, lowest):
    """Sharma et al., IJCAI 2019: sign steps on the cosine coefficients of blocks, of which the lowest of each axis may change."""
    whole = torch.block_diag(*[dct_matrix(block)] * (SIZE // block))
    low = (torch.arange(SIZE) % block < lowest).float()
    change = torch.zeros_like(x0)
    x = x0
    for _ in range(steps):
        g = whole @ gradient(cross_entropy(model, y), x) @ whole.T
        change = (change + step * torch.outer(low, low) * g.sign()).clamp(-eps, eps)
        x = (x0 + whole.T @ change @ whole).clamp(0, 1)
    return x


def sign_methods(model, x, y):
    eps = 8 / 255
    smooth = lambda sigma: lambda d: F.conv2d(d, gaussian(7, sigma), padding="same")
    run = lambda steps, **options: sign_method(model, x, y, eps, steps, eps / steps, **options)
    step = eps / 5
    return {
        "fgsm": ({}, run(1)),
        "i-fgsm": ({"steps": 5, "stepSize": step}, run(5)),
        "pgd": ({"steps": 5, "stepSize": step, "randomStart": True}, run(5, start=random_start(x, eps))),
        "pgd-l2": ({"steps": 5, "epsilon": 0.5, "stepSize": 0.15, "randomStart": False}, pgd_l2(model, x, y, 0.5, 5, 0.15)),
        "dct-pgd": ({"steps": 5, "stepSize": step, "band": 0.5}, dct_pgd(model, x, y, eps, 5, step, 8, 4)),
        "mi-fgsm": ({"steps": 5}, run(5, decay=1)),
        "ti-fgsm": ({"steps": 5, "kernelSize": 7}, run(5, decay=1, after=smooth(1))),
        "ti-fgsm, the paper's kernel": ({"steps": 5, "kernelSize": 7, "kernel": "paper"}, run(5, decay=1, after=smooth(3 / math.sqrt(3)))),
        "ti-dim": ({"steps": 5, "kernelSize": 7, "smallest": 0.7}, run(5, decay=1, taken=di(model, y, 0.5, 0.7), after=smooth(1))),
        "ni-fgsm": ({"steps": 5}, run(5, decay=1, taken=ni(model, y, step, 1, 1))),
        "si-ni-fgsm": ({"steps": 5}, run(5, decay=1, taken=ni(model, y, step, 1, 5))),
        "di-fgsm": ({"steps": 5, "smallest": 0.7}, run(5, decay=1, taken=di(model, y, 0.5, 0.7))),
        "vmi-fgsm": ({"steps": 5, "neighbours": 4}, run(5, decay=1, taken=vmi(model, y, step, 1, eps, 4, 1.5, False))),
        "vni-fgsm": ({"steps": 5, "neighbours": 4}, run(5, decay=1, taken=vmi(model, y, step, 1, eps, 4, 1.5, True))),
    }


# Auto-PGD: Croce and Hein, ICML 2020 (arXiv 2003.01690), algorithm 1.

def universal(model, x, y, eps, step, epochs, size, bound, p):
    """Algorithm 1 of Shafahi et al. 2020 with the loss of its equation 4; mini-batches in the images' own order."""
    v = torch.zeros_like(x[:1])
    for _ in range(epochs):
        for images, labels in zip(x.split(size), y.split(size)):
            g = gradient(lambda v: cross_entropy(model, labels)((images + v).clamp(0, 1)).clamp(max=bound).mean(), v)
            if p == math.inf:
                v = (v + step * g.sign()).clamp(-eps, eps)
            else:
                v = v + step * g / flat_norm(g, p)
                v = v * (eps / flat_norm(v, p)).clamp(max=1)
    return v


def universal_methods(model, x, y):
    settings = {"epochs": 3, "miniBatch": 4, "lossBound": 2}
    return {name: {"settings": {"epsilon": eps, "stepSize": step, **settings}, "v": packed(universal(model, x, y, eps, step, 3, 4, 2, p))}
            for name, eps, step, p in (("universal", 24 / 255, 3 / 255, math.inf), ("universal-l2", 1.0, 0.3, 2))}


def dlr(model, y):
    def value(x):
        z = model(x)
        order = z.sort(1, descending=True).values
        return margin_of(z, y) / (order[:, 0] - order[:, 2])
    return value


def targeted_dlr(model, y, target):
    def value(x):
        z = model(x)
        order = z.sort(1, descending=True).values
        difference = (z.gather(1, target[:, None]) - z.gather(1, y[:, None]))[:, 0]
        return difference / (order[:, 0] - (order[:, 2] + order[:, 3]) / 2)
    return value


def checkpoints(steps):
    p = [0, 0.22]
    while p[-1] <= 1:
        p.append(p[-1] + max(p[-1] - p[-2] - 0.03, 0.06))
    return {math.ceil(each * steps - 1e-9) for each in p if each <= 1}


def project(x, x0, eps, p):
    if p == math.inf:
        return torch.minimum(torch.maximum(x, x0 - eps), x0 + eps).clamp(0, 1)
    x = x.clamp(0, 1)
    return x0 + (x - x0) * (eps / flat_norm(x - x0, 2).clamp(min=1e-12)).clamp(max=1)


def apgd(model, x0, function, eps, steps, p):
    """One sample at a time, so that the schedule reads as the paper's. Returns each sample's x_max."""
    results = []
    for n in range(len(x0)):
        own = lambda x: function(x, slice(n, n + 1))
        marks, rho, alpha = checkpoints(steps), 0.75, 0.75
        image = x0[n:n + 1]
        x, previous, size, value_before = image, None, 2 * eps, math.inf
        best, best_x, best_g = -math.inf, None, None
        last, rises = (0, size, -math.inf), 0
        for t in range(steps + 1):
            value = float(own(x).detach())
            g = gradient(own, x)
            rises += value > value_before
            if value > best:
                best, best_x, best_g = value, x, g
            value_before = value
            if t == steps:
                break
            if t > 0 and t in marks:
                if rises < rho * (t - last[0]) or (last[1] == size and last[2] == best):
                    size, x, g, value_before = size / 2, best_x, best_g, best
                last, rises = (t, size, best), 0
            elif t == 0:
                last = (0, size, best)
            direction = g.sign() if p == math.inf else g / flat_norm(g, 2).clamp(min=1e-20)
            z = project(x + size * direction, image, eps, p)
            following = z if previous is None else project(x + alpha * (z - x) + (1 - alpha) * (x - previous), image, eps, p)
            previous, x = x, following
        results.append(best_x)
    return torch.cat(results)


def apgd_methods(model, x, y):
    z = model(x).detach()
    second = z.masked_fill(F.one_hot(y, CLASSES).bool(), -math.inf).argmax(1)
    functions = {
        "apgd-ce": lambda x, rows: cross_entropy(model, y[rows])(x),
        "apgd-dlr": lambda x, rows: dlr(model, y[rows])(x),
        "apgd-t": lambda x, rows: targeted_dlr(model, y[rows], second[rows])(x),
    }
    results = {}
    for name, function in functions.items():
        for suffix, eps, p in (("", 8 / 255, math.inf), ("-l2", 0.5, 2)):
            for steps in (8, 40):
                adversarial = apgd(model, x, function, eps, steps, p)
                value = function(adversarial, slice(None)).detach()
                results[f"{name}{suffix} {steps}"] = {
                    "method": name + suffix, "settings": {"epsilon": eps, "steps": steps, "randomStart": False,
                                                          **({"targetClasses": 1} if name == "apgd-t" else {})},
                    "objective": numbers(value), "margin": numbers(margin_of(model(adversarial), y).detach()),
                    **({"x": packed(adversarial)} if steps == 8 else {}),
                }
    return results


# Smallest changes.

def deepfool(model, x0, y, steps=50, overshoot=0.02):
    """Moosavi-Dezfooli et al., CVPR 2016, algorithm 2."""
    norms = []
    for n in range(len(x0)):
        image, label = x0[n:n + 1], int(y[n])
        x, total = image, torch.zeros_like(image)
        for _ in range(steps):
            z = model(x)[0]
            if int(z.argmax()) != label:
                break
            rows = []
            for k in range(CLASSES):
                if k == label:
                    continue
                w = gradient(lambda x: model(x)[:, k] - model(x)[:, label], x)
                f = float(z[label] - z[k])
                rows.append((f / float(w.norm()), f / float(w.norm()) ** 2 * w))
            total = total + min(rows, key=lambda row: row[0])[1]
            x = (image + (1 + overshoot) * total).clamp(0, 1)
        norms.append(float((x - image).norm()) if int(model(x).argmax()) != label else math.inf)
    return norms


def carlini_wagner(model, x0, y, steps=200, searches=6, constant=0.01, rate=0.01):
    """Carlini and Wagner, S&P 2017, section VI-A, Adam on w, binary search for c."""
    count = len(y)
    low, high, c = torch.zeros(count), torch.full((count,), math.inf), torch.full((count,), constant)
    best = torch.full((count,), math.inf)
    for _ in range(searches):
        w = torch.atanh((2 * x0 - 1) * (1 - 1e-6)).requires_grad_()
        optimiser = torch.optim.Adam([w], rate)
        succeeded = torch.zeros(count, dtype=torch.bool)
        for _ in range(steps):
            x = (torch.tanh(w) + 1) / 2
            square = ((x - x0) ** 2).flatten(1).sum(1)
            margin = margin_of(model(x), y)
            loss = square + c * (-margin).clamp(min=0)
            hit = margin.detach() > 0
            best = torch.where(hit, torch.minimum(best, square.detach().sqrt()), best)
            succeeded |= hit
            optimiser.zero_grad()
            loss.sum().backward()
            optimiser.step()
        high = torch.where(succeeded, torch.minimum(high, c), high)
        low = torch.where(succeeded, low, torch.maximum(low, c))
        c = torch.where(high.isfinite(), (low + high) / 2, 10 * c)
    return best.tolist()


def plane_step(x, w, gap, p):
    """The smallest δ with w·δ = gap and x + δ in [0, 1] (arXiv 1907.02044), by sorting where pixels reach the box."""
    direction = torch.sign(w) * math.copysign(1, gap)
    weight = w.abs()
    room = torch.where(direction > 0, 1 - x, x).clamp(min=0) * (weight > 0)
    pace = torch.ones_like(weight) if p == math.inf else weight
    ends = torch.where(weight > 0, room / pace.clamp(min=1e-30), torch.zeros_like(room))
    reach = lambda t: float((weight * torch.minimum(room, t * pace)).sum())
    bounds = ends.sort().values
    if reach(bounds[-1]) <= abs(gap):
        return direction * room
    low, high = 0, len(bounds) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if reach(bounds[middle]) >= abs(gap) else (middle + 1, high)
    start = float(bounds[low - 1]) if low > 0 else 0.0
    slope = float((weight * pace * (ends > start)).sum())
    return direction * torch.minimum(room, (start + (abs(gap) - reach(start)) / slope) * pace)


def fab(model, x0, y, steps, p, bias=0.1, eta=1.05, beta=0.9, tie=1e-5):
    """FAB-T: Croce and Hein, ICML 2020 (arXiv 1907.02044), algorithm 1, towards each other class, and the final search.

    From beyond the plane (f > 0) the overshoots of step and back cancel: (1 − α)·(1 − η)·f + α·(1 − η)·f₀ = 0 for α = ‖step‖ / (‖step‖ + ‖back‖),
    f₀ < 0 the plane's value at the image. x is then on the boundary but for rounding, which would decide whether the walk goes on or stands
    still for good: results of one and the same walk differed by 18 %. A tie of the logits takes the backward step, too.
    """
    norms = []
    for n in range(len(x0)):
        image, label, smallest = x0[n].double().flatten(), int(y[n]), math.inf
        logits = lambda flat: net(flat.view(1, 1, SIZE, SIZE))[0]
        net = lambda batch: model(batch.float()).double()
        size = lambda d: float(d.abs().max() if p == math.inf else d.norm())
        for target in range(CLASSES):
            if target == label:
                continue
            decision = lambda flat: logits(flat)[target] - logits(flat)[label]
            x, out, least = image.clone(), None, math.inf
            for _ in range(steps):
                at = x.clone().requires_grad_()
                value = decision(at)
                w = torch.autograd.grad(value, at)[0]
                f = float(value)
                step = plane_step(x, w, -f, p)
                back = plane_step(image, w, -f - float(w @ (image - x)), p)
                near, far = size(step), size(back)
                alpha = min(near / (near + far), bias) if near + far > 0 else 0
                x = ((1 - alpha) * (x + eta * step) + alpha * (image + eta * back)).clamp(0, 1)
                hit = int(logits(x).argmax()) != label
                if hit and size(x - image) < least:
                    out, least = x.clone(), size(x - image)
                if hit or abs(float(decision(x))) <= tie * float(logits(x).abs().max()):
                    x = (1 - beta) * image + beta * x
            if out is not None:
                start = image.clone()
                for again in range(4):
                    low, high = float(decision(start)), float(decision(out))
                    # Rounding may leave the three on the near side of the boundary: the fourth goes a hundredth of the rest beyond.
                    share = 0.01 if again == 3 else low / (low - high) if low < 0 < high else 1
                    middle = start + share * (out - start)
                    if int(logits(middle).argmax()) != label:
                        out, least = middle, min(least, size(middle - image))
                    else:
                        start = middle
                smallest = min(smallest, least)
        norms.append(smallest)
    return norms


# Black boxes: rates alone.

def square(model, x0, y, eps, steps, fraction, p):
    """Andriushchenko et al., ECCV 2020 (arXiv 1912.00049), algorithms 1 to 3. Says who has been broken."""
    random = np.random.default_rng(7)
    halvings = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000]
    broken = []
    for n in range(len(x0)):
        image = x0[n, 0].numpy()
        value = lambda x: float(margin_of(model(torch.tensor(x, dtype=torch.float32)[None, None]), y[n:n + 1]))
        legal = lambda d: clipped(image, d, eps, p)
        x = legal(square_start(random, eps, p))
        best = value(x)
        for t in range(steps):
            part = fraction / 2 ** sum(t / steps * 10000 > each for each in halvings)
            side = min(max(round(math.sqrt(part) * SIZE), 1 if p == math.inf else 3), SIZE)
            candidate = legal(square_change(x - image, random, side, eps, p))
            score = value(candidate)
            if score > best:
                x, best = candidate, score
        broken.append(best > 0)
    return broken


def clipped(image, change, eps, p):
    if p == math.inf:
        return np.clip(image + np.clip(change, -eps, eps), 0, 1)
    change = np.clip(image + change, 0, 1) - image
    return image + change * min(1, eps / max(np.linalg.norm(change), 1e-12))


def square_start(random, eps, p):
    if p == math.inf:
        return np.broadcast_to(eps * random.choice([-1, 1], (1, SIZE)), (SIZE, SIZE)).copy()
    change, side = np.zeros((SIZE, SIZE)), SIZE // 5
    for top in range(0, SIZE - side + 1, side):
        for left in range(0, SIZE - side + 1, side):
            change[top:top + side, left:left + side] = bumps(side, random)
    return change * eps / np.linalg.norm(change)


def square_change(change, random, side, eps, p):
    change = change.copy()
    (top, left), (top2, left2) = random.integers(0, SIZE - side + 1, (2, 2))
    if p == math.inf:
        change[top:top + side, left:left + side] = eps * random.choice([-1, 1])
        return change
    unused = max(0, eps**2 - (change**2).sum())
    window, emptied = np.zeros((SIZE, SIZE), bool), np.zeros((SIZE, SIZE), bool)
    window[top:top + side, left:left + side] = True
    emptied[top2:top2 + side, left2:left2 + side] = True
    available = math.sqrt((change[window | emptied] ** 2).sum() + unused)
    old = np.linalg.norm(change[window])
    fresh = random.choice([-1, 1]) * bumps(side, random).ravel() + (change[window] / old if old > 0 else 0)
    change[emptied] = 0
    change[window] = fresh * available / max(np.linalg.norm(fresh), 1e-12)
    return change


def bumps(side, random):
    def bump(height, width):
        n = height // 2
        values = np.zeros((height, width))
        for r in range(height):
            for s in range(width):
                layers = n - max(abs(r - n), abs(s - width // 2))
                values[r, s] = sum(1 / (n + 1 - k) ** 2 for k in range(layers + 1))
        return values
    half = side // 2
    both = np.concatenate([bump(half, side), -bump(side - half, side)])
    both = both * random.choice([-1, 1]) / np.linalg.norm(both)
    return both if random.random() < 0.5 else both.T


def hop_skip_jump(model, x0, y, steps, first, p):
    """Chen, Jordan and Wainwright, S&P 2020 (arXiv 1904.02144), algorithm 2. The norms."""
    random = torch.Generator().manual_seed(8)
    d = SIZE * SIZE
    norms = []
    for n in range(len(x0)):
        image = x0[n].flatten()
        size = lambda v: float(v.abs().max() if p == math.inf else v.norm())
        wins = lambda batch: model(batch.view(-1, 1, SIZE, SIZE)).argmax(1) != y[n]

        def to_boundary(far):
            low, high, start, best = 0.0, 1.0, size(far - image), far
            for _ in range(20):
                middle = (low + high) / 2
                if p == math.inf:
                    x = torch.minimum(torch.maximum(far, image - middle * start), image + middle * start)
                else:
                    x = image + middle * (far - image)
                low, high, best = (low, middle, x) if bool(wins(x)) else (middle, high, best)
            return best

        far = next((x for x in (torch.rand(d, generator=random) for _ in range(100)) if bool(wins(x))), None)
        if far is None:
            norms.append(math.inf)
            continue
        reach, x, smallest = 0.1, to_boundary(far), math.inf
        for t in range(1, steps + 1):
            smallest = min(smallest, size(x - image))
            u = torch.randn((round(first * math.sqrt(t)), d), generator=random)
            u = u / u.norm(2, 1, keepdim=True)
            at = (x + reach * u).clamp(0, 1)
            u = (at - x) / reach
            phi = wins(at).float() * 2 - 1
            mean = phi.mean()
            v = ((phi - mean)[:, None] * u).sum(0) if abs(float(mean)) < 1 else float(mean) * u.sum(0)
            v = v.sign() if p == math.inf else v / v.norm()
            length = size(x - image) / math.sqrt(t)
            while length > 1e-9 and not bool(wins((x + length * v).clamp(0, 1))):
                length /= 2
            moved = (x + length * v).clamp(0, 1)
            moved = moved if bool(wins(moved)) else x
            reach = max(size(moved - image) / d, 1e-7)
            x = to_boundary(moved)
        norms.append(min(smallest, size(x - image)))
    return norms


# Writing.

def numbers(values):
    return [None if math.isinf(v) else float(f"{float(v):.6g}") for v in values]


def packed(x):
    return base64.b64encode(x.detach().numpy().astype("<f4").tobytes()).decode()


def write(name, value):
    with open(os.path.join(FOLDER, name), "w") as file:
        json.dump(value, file, indent=1)
        file.write("\n")


def main():
    os.makedirs(FOLDER, exist_ok=True)
    wanted = sys.argv[1:] or ["model", "signs", "universal", "apgd", "smallest", "black-box"]
    model = trained() if "model" in wanted else stored()
    x, y = chosen_images(model, 64)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    made_by = f"scripts/goldens/attacks.py, PyTorch {torch.__version__}"
    if "model" in wanted:
        torch.onnx.export(model, x[:2], os.path.join(FOLDER, "model.onnx"), opset_version=13, input_names=["image"], output_names=["logits"],
                          dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}})
        levels = (x * LEVELS).round().byte().numpy().tobytes()
        write("images.json", {"madeBy": made_by, "shape": list(x.shape), "levels": base64.b64encode(levels).decode(), "labels": y.tolist(),
                              "logits": [numbers(row) for row in model(x)]})
    if "signs" in wanted:
        few = slice(0, 4)
        write("signs.json", {"madeBy": made_by, "cases": {
            name: {"settings": {"epsilon": 8 / 255, **settings}, "x": packed(adversarial)}
            for name, (settings, adversarial) in sign_methods(model, x[few], y[few]).items()}})
    if "universal" in wanted:
        write("universal.json", {"madeBy": made_by, "cases": universal_methods(model, x[:16], y[:16])})
    if "apgd" in wanted:
        write("apgd.json", {"madeBy": made_by, "cases": apgd_methods(model, x[:8], y[:8])})
    if "smallest" in wanted:
        few = slice(0, 32)
        write("smallest.json", {"madeBy": made_by, "cases": {
            "deepfool": {"settings": {}, "norms": numbers(deepfool(model, x[few], y[few]))},
            "cw": {"settings": {"steps": 200, "searches": 6}, "norms": numbers(carlini_wagner(model, x[few], y[few]))},
            "fab-t": {"settings": {"steps": 60}, "norms": numbers(fab(model, x[few], y[few], 60, math.inf))},
            "fab-t-l2": {"settings": {"steps": 60}, "norms": numbers(fab(model, x[few], y[few], 60, 2))}}})
    if "black-box" in wanted:
        write("black-box.json", {"madeBy": made_by, "cases": {
            **{name: {"settings": {"epsilon": eps, "steps": 200}, "broken": square(model, x, y, eps, 200, 0.8, p)}
               for name, eps, p in (("square", 10 / 255, math.inf), ("square-l2", 0.7, 2))},
            **{name: {"settings": {"steps": 5, "firstEvaluations": 50}, "norms": numbers(hop_skip_jump(model, x, y, 5, 50, p))}
               for name, p in (("hopskipjump", 2), ("hopskipjump-linf", math.inf))}}})
    print("accuracy of the classifier on new pictures:", float((model(pictures(2000, torch.Generator().manual_seed(9))[0]).argmax(1)
                                                               == pictures(2000, torch.Generator().manual_seed(9))[1]).float().mean()))


if __name__ == "__main__":
    main()
