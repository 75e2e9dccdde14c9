"""What the walk in docs/python.md starts from: a folder of PNG of two classes, and a model trained on them.

    python3 scripts/docs/walk.py FOLDER    writes FOLDER/images/{normal,nodule}/*.png, FOLDER/network.py and FOLDER/model.pt

Needs torch, torchvision, Pillow and NumPy (pip). The images are made up: soft tissue of no body, half of them with a small round spot.
"""

import os
import sys

import numpy as np
import torch
from PIL import Image
from torch.nn.functional import cross_entropy

NETWORK = '''import torch
from torchvision import models
from torchvision.transforms import v2


def network():
    return models.shufflenet_v2_x0_5(num_classes=2)


transform = v2.Compose([
    v2.Resize(80), v2.CenterCrop(72), v2.ToImage(), v2.ToDtype(torch.float32, scale=True),
    v2.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
])
'''


def image(random, is_nodule):
    """Grey levels [rows, columns] of a size of their own."""
    rows, columns = random.integers(120, 181, 2)
    coarse = Image.fromarray(random.integers(40, 170, (6, 6)).astype(np.uint8))
    grey = np.asarray(coarse.resize((columns, rows), Image.Resampling.BICUBIC), dtype=float)
    if is_nodule:
        y, x = np.mgrid[:rows, :columns]
        centre = [random.uniform(0.3, 0.7) * extent for extent in (rows, columns)]
        grey += 70 * np.exp(-((y - centre[0]) ** 2 + (x - centre[1]) ** 2) / (2 * random.uniform(5, 9) ** 2))
    return np.clip(grey + random.normal(0, 6, grey.shape), 0, 255).astype(np.uint8)


def main(folder):
    random = np.random.default_rng(1)
    torch.manual_seed(1)
    files = []
    for kind in ("normal", "nodule"):
        os.makedirs(os.path.join(folder, "images", kind), exist_ok=True)
        for index in range(100):
            files.append((os.path.join(folder, "images", kind, f"{kind}-{index:03}.png"), int(kind == "nodule")))
            Image.fromarray(image(random, kind == "nodule")).save(files[-1][0])
    with open(os.path.join(folder, "network.py"), "w", encoding="utf-8") as file:
        file.write(NETWORK)
    sys.path.insert(0, folder)
    from network import network, transform

    x = torch.stack([transform(Image.open(path).convert("RGB")) for path, _ in files])
    y = torch.tensor([label for _, label in files])
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    for _ in range(15):
        for part in torch.randperm(len(x)).split(25):
            optimizer.zero_grad()
            loss = cross_entropy(model(x[part]), y[part])
            loss.backward()
            optimizer.step()
    model.eval()
    print(f"{(model(x).argmax(1) == y).float().mean():.3f} of the training images are right")
    torch.save(model.state_dict(), os.path.join(folder, "model.pt"))


if __name__ == "__main__":
    main(sys.argv[1])
