"""Writes test/fixtures/attacks/spsa.json: what SPSA does to the classifier and the images of attacks.py.

    python3 scripts/goldens/spsa.py

Uesato et al., ICML 2018 (arXiv 1802.05666), algorithm 1, in double precision: first with the directions that our generator draws, so that
the steps can be compared one by one, then with PyTorch's, for rates alone. Needs python3-torch and NumPy.
"""

import copy

import torch

from attacks import Xoroshiro, chosen_images, cross_entropy, margin_of, packed, stored, write


def our_directions(count, shape):
    """Signs of our generator, each image from its own stream."""
    sources = [Xoroshiro(seed) for seed in range(count)]
    size = shape.numel()
    return lambda: torch.tensor([signs(source, size) for source in sources]).view(count, *shape)


def signs(source, count):
    """Each of a draw's 32 bits is one, the highest first."""
    words = [source.next() for _ in range((count + 31) // 32)]
    return [-1.0 if words[i // 32] << (i % 32) & 2**31 else 1.0 for i in range(count)]


def estimate(value, x, directions, pairs, probe):
    """ĝ = (1/n)·Σ_i (f(x + δ·v_i) − f(x − δ·v_i)) / (2·δ) · v_i"""
    total = torch.zeros_like(x)
    for _ in range(pairs):
        v = directions().to(x)
        slope = (value(x + probe * v) - value(x - probe * v)) / (2 * probe)
        total += slope[:, None, None, None] * v
    return total / pairs


def spsa(model, x0, y, directions, eps, steps, pairs, probe, rate):
    """The strongest of the points x_0 … x_T: one that succeeds before one that does not, then the greater cross-entropy. And f there."""
    value = lambda x: margin_of(model(x), y)
    x = x0.clone()
    adam = torch.optim.Adam([x], rate)
    best, best_worth = x0.clone(), None
    for t in range(steps + 1):
        worth = cross_entropy(model, y)(x) + 1e6 * (value(x) > 0)
        better = worth > best_worth if t > 0 else torch.ones(len(x), dtype=torch.bool)
        best_worth = torch.where(better, worth, best_worth) if t > 0 else worth
        best[better] = x[better]
        if t < steps:
            x.grad = -estimate(value, x, directions, pairs, probe)
            adam.step()
            x.copy_(torch.minimum(torch.maximum(x, x0 - eps), x0 + eps).clamp(0, 1))
    return best, value(best)


def main():
    network = stored()
    images, labels = chosen_images(network, 64)
    model, x, y = copy.deepcopy(network).double(), images.double(), labels
    with torch.no_grad():
        few = {"epsilon": 24 / 255, "steps": 5, "pairs": 8, "probe": 0.01, "learningRate": 0.01}
        steps, _ = spsa(model, x[:4], y[:4], our_directions(4, x[0].shape), *few.values())
        torch.manual_seed(10)
        many = {"epsilon": 10 / 255, "steps": 20, "pairs": 32, "probe": 0.01, "learningRate": 0.01}
        chance = lambda: torch.randint(2, x.shape) * 2 - 1
        _, margins = spsa(model, x, y, chance, *many.values())
    broken = (margins > 0).tolist()
    print("broken:", sum(broken), "of", len(broken))
    write("spsa.json", {"madeBy": f"scripts/goldens/spsa.py, PyTorch {torch.__version__}", "cases": {
        "steps": {"settings": few, "x": packed(steps.float())}, "rate": {"settings": many, "broken": broken}}})


if __name__ == "__main__":
    main()
