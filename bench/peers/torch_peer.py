"""PyTorch's side of the benchmark: reads one JSON request a line from stdin, answers with one JSON line on stdout.

Requests: {"do": "load", ...}, {"do": "gradient", ...}, {"do": "steps", ...}, {"do": "smia", ...}. The weights are Radversary's own
(a file of float32 values in the order of state_dict), so that both sides compute the same numbers.
"""

import copy
import json
import math
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


class DoubleConv(nn.Sequential):
    def __init__(self, inputs, outputs):
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class UNet(nn.Module):
    def __init__(self, widths=(32, 64, 128, 256), bottom=512):
        super().__init__()
        channels = (3, *widths)
        self.down = nn.ModuleList(DoubleConv(a, b) for a, b in zip(channels, widths))
        self.bottom = DoubleConv(widths[-1], bottom)
        self.up = nn.ModuleList()
        for above, width in zip((bottom, *reversed(widths)), reversed(widths)):
            self.up.append(nn.ModuleList([nn.ConvTranspose2d(above, width, 2, 2), DoubleConv(2 * width, width)]))
        self.head = nn.Conv2d(widths[0], 2, 1)

    def forward(self, x):
        skips = []
        for block in self.down:
            skips.append(block(x))
            x = F.max_pool2d(skips[-1], 2)
        x = self.bottom(x)
        for (up, block), skip in zip(self.up, reversed(skips)):
            x = block(torch.cat([skip, up(x)], 1))
        return self.head(x)


def small_cnn():
    layers, inputs = [], 3
    for outputs in (16, 32, 64):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 2))


def build(name):
    if name == "unet":
        return UNet()
    if name == "small_cnn":
        return small_cnn()
    import torchvision.models as models
    return getattr(models, name)(weights=None)


def load_weights(model, path):
    """Fills parameters and batch statistics in the order of state_dict; a wrong count means that the two networks differ."""
    values = torch.from_numpy(np.fromfile(path, dtype="<f4"))
    offset = 0
    for key, tensor in model.state_dict().items():
        if key.endswith("num_batches_tracked"):
            continue
        tensor.copy_(values[offset:offset + tensor.numel()].view(tensor.shape))
        offset += tensor.numel()
    if offset != values.numel():
        raise ValueError(f"expected {offset} parameters, got {values.numel()}")
    return offset


def losses(logits, target):
    """Cross-entropy per sample with soft targets, averaged over pixels for dense outputs."""
    each = -(target * F.log_softmax(logits, 1)).sum(1)
    return each.flatten(1).mean(1) if each.dim() > 1 else each


class Peer:
    def load(self, request):
        torch.set_num_threads(request["threads"])
        self.device = request.get("device", "cpu")
        self.model = build(request["model"]).eval().requires_grad_(False)
        parameters = load_weights(self.model, request["weights"])
        self.model = self.model.to(self.device)
        self.variant = request.get("variant", "eager")
        if self.variant != "eager":
            self.model = torch.compile(self.model.to(memory_format=torch.channels_last))
        return {"parameters": parameters, "torch": torch.__version__}

    def wait(self):
        """Until a graphics card has done what it was asked."""
        if self.device != "cpu":
            torch.cuda.synchronize()

    def cards(self, request):
        return {"cards": torch.cuda.device_count()}

    def batch(self, request):
        self.x = torch.from_numpy(np.fromfile(request["x"], dtype="<f4").reshape(request["shape"]))
        self.target = torch.from_numpy(np.fromfile(request["target"], dtype="<f4").reshape(request["targetShape"]))
        self.x, self.target = self.x.to(self.device), self.target.to(self.device)
        return {}

    def step(self):
        x = self.x.detach().requires_grad_(True)
        loss = losses(self.model(x), self.target).sum()
        return torch.autograd.grad(loss, x)[0]

    def gradient(self, request):
        self.step().cpu().numpy().astype("<f4").tofile(request["out"])
        return {}

    def reference(self, request):
        """The gradient in float64: float32 ones differ by the ReLUs and maxima that rounding flips."""
        single, x, target = self.model, self.x, self.target
        self.model, self.x, self.target = copy.deepcopy(single).double(), x.double(), target.double()
        self.step().cpu().numpy().astype("<f4").tofile(request["out"])
        self.model, self.x, self.target = single, x, target
        return {}

    def steps(self, request):
        times = []
        for _ in range(request["count"]):
            start = time.perf_counter()
            self.step()
            self.wait()
            times.append(1e3 * (time.perf_counter() - start))
        return {"times": times}

    def smia(self, request):
        images = torch.from_numpy(np.fromfile(request["images"], dtype="<f4").reshape(request["shape"]))
        images = images[:request.get("count", len(images))]
        start = time.perf_counter()
        flips = sum(self.flips(batch.to(self.device), request) for batch in images.split(request["batch"]))
        self.wait()
        return {"time": 1e3 * (time.perf_counter() - start), "flips": flips}

    def logits(self, images, request):
        size = request["size"]
        scaled = F.interpolate(images, (size, size), mode="bilinear", align_corners=False, antialias=True)
        x = ((scaled - request["mean"]) / request["std"]).expand(-1, 3, -1, -1)
        if self.variant == "eager":
            return self.model(x)
        with torch.autocast(self.device, torch.bfloat16, enabled=self.variant == "bfloat16"):
            return self.model(x.contiguous(memory_format=torch.channels_last)).float()

    def flips(self, images, request):
        with torch.no_grad():
            before = self.logits(images, request).argmax(1)
        changed = self.attack(images, before, request)
        changed = torch.round(changed * request["greyLevels"]) / request["greyLevels"]
        with torch.no_grad():
            return int((self.logits(changed, request).argmax(1) != before).sum())

    def attack(self, start, before, request):
        """SMIA in `paper` mode (Qi et al., ICLR 2021) with soft stabilization targets, on the images' own pixel grid."""
        epsilon, step, alpha = request["epsilon"], request["step"], request["alpha"]
        taps = torch.tensor([math.exp(-0.5 / request["sigma"] ** 2), 1, math.exp(-0.5 / request["sigma"] ** 2)])
        kernel = torch.outer(taps, taps).div(taps.sum() ** 2)[None, None].to(start.device)
        x, stable = start, None
        for iteration in range(request["steps"]):
            x = x.detach().requires_grad_(True)
            logits = self.logits(x, request)
            loss = losses(logits, F.one_hot(before, logits.shape[1]).float())
            if stable is not None:
                loss = loss - alpha * losses(logits, stable)
            sign = step * torch.autograd.grad(loss.sum(), x)[0].sign()
            with torch.no_grad():
                if iteration < request["steps"] - 1:
                    smoothed = x + F.conv2d(F.pad(sign, (1, 1, 1, 1), mode="reflect"), kernel)
                    stable = F.softmax(self.logits(smoothed, request), 1)
                x = torch.clamp(torch.min(torch.max(x + sign, start - epsilon), start + epsilon), 0, 1)
        return x.detach()


def main():
    peer = Peer()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(peer, request["do"])(request)
        except Exception as error:  # the other side decides what to make of it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
