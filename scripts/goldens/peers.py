"""What torchattacks and Foolbox do to a small classifier, for comparison with ours. Needs torch, torchattacks, foolbox,
adv-lib, pyautoattack,
torchattack and NumPy.

    python3 scripts/goldens/peers.py fixture        trains the classifier anew and writes test/fixtures/attacks/peers.onnx and peers.json
    python3 scripts/goldens/peers.py attack FOLDER  attacks it, for `npm run test:peers`: x.npy, y.npy, and an .npy for each attack
    python3 scripts/goldens/peers.py judge FOLDER   how far FOLDER/ours-*.npy are beyond the boundary, in float32 and float64: judged.json
"""

import base64
import glob
import json
import math
import os
import sys
import types

import numpy as np
import torch
import torch.nn.functional as F
import torchattacks
from torch import nn

from stored_network import weights

CLASSES, SIZE, LEVELS = 6, 16, 255
FOLDER = os.path.join(os.path.dirname(__file__), "../../test/fixtures/attacks")
EPSILON, STEPS = 8 / 255, 10
STEP = EPSILON / STEPS


def network():
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2),
        nn.Conv2d(6, 12, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(12 * (SIZE // 4) ** 2, CLASSES),
    )


def pictures(count, seed):
    """Coloured stripes whose direction is the class, of random phase, colour and contrast, with noise; on grey levels of 255."""
    random = torch.Generator().manual_seed(seed)
    labels = torch.randint(CLASSES, (count,), generator=random)
    row, column = torch.meshgrid(torch.arange(SIZE), torch.arange(SIZE), indexing="ij")
    angle = labels * (math.pi / CLASSES)
    along = row[None] * torch.sin(angle)[:, None, None] + column[None] * torch.cos(angle)[:, None, None]
    phase = 2 * math.pi * torch.rand((count, 1, 1), generator=random)
    stripes = torch.sin(along * 1.2 + phase)[:, None]
    contrast = 0.03 + 0.15 * torch.rand((count, 3, 1, 1), generator=random)
    base = 0.3 + 0.4 * torch.rand((count, 3, 1, 1), generator=random)
    x = base + contrast * stripes + 0.06 * torch.randn((count, 3, SIZE, SIZE), generator=random)
    return (x.clamp(0, 1) * LEVELS).round() / LEVELS, labels


def trained():
    torch.manual_seed(11)
    model = network()
    optimiser = torch.optim.Adam(model.parameters(), 0.004)
    for step in range(600):
        x, y = pictures(128, 1000 + step)
        optimiser.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimiser.step()
    return model.eval()


def stored():
    model = network()
    model.load_state_dict(weights(os.path.join(FOLDER, "peers.onnx")))
    return model.eval()


def chosen(model, count):
    """Images that the model gets right."""
    x, y = pictures(4 * count, 7)
    right = (model(x).argmax(1) == y).nonzero()[:count, 0]
    return x[right], y[right]


def steps(epsilon=EPSILON):
    return {"eps": epsilon, "alpha": epsilon / STEPS, "steps": STEPS}


def same_steps(model):
    """Attacks without chance, or with the part of chance taken out."""
    plain = {"decay": 1.0, "diversity_prob": 0.0}
    return {
        "fgsm": torchattacks.FGSM(model, eps=EPSILON),
        "i-fgsm": torchattacks.BIM(model, **steps()),
        "pgd": torchattacks.PGD(model, **steps(), random_start=False),
        "mi-fgsm": torchattacks.MIFGSM(model, **steps(), decay=1.0),
        "ni-fgsm": torchattacks.NIFGSM(model, **steps(), decay=1.0),
        "si-ni-fgsm": torchattacks.SINIFGSM(model, **steps(), decay=1.0, m=5),
        "di-fgsm": torchattacks.DIFGSM(model, **steps(), **plain),
        "ti-fgsm": torchattacks.TIFGSM(model, **steps(), **plain),
    }


def by_chance(model):
    diverse = {"decay": 1.0, "diversity_prob": 0.5}
    return {
        "pgd, random start": torchattacks.PGD(model, **steps()),
        "di-fgsm, diverse": torchattacks.DIFGSM(model, **steps(), **diverse),
        "ti-dim": torchattacks.TIFGSM(model, **steps(), **diverse),
        "vmi-fgsm": torchattacks.VMIFGSM(model, **steps(), decay=1.0, N=20),
        "vni-fgsm": torchattacks.VNIFGSM(model, **steps(), decay=1.0, N=20),
        "apgd-ce": torchattacks.APGD(model, eps=EPSILON, steps=20, loss="ce"),
        "apgd-ce-l2": torchattacks.APGD(model, norm="L2", eps=0.5, steps=20, loss="ce"),
        "apgd-dlr": torchattacks.APGD(model, eps=EPSILON, steps=20, loss="dlr"),
        "square": torchattacks.Square(model, eps=16 / 255, n_queries=200),
        "square-l2": torchattacks.Square(model, norm="L2", eps=1.0, n_queries=200),
    }


def smallest(model):
    fab = {"steps": 60, "multi_targeted": True, "n_classes": CLASSES}
    return {
        "fab-t": torchattacks.FAB(model, norm="Linf", eps=1.0, **fab),
        "fab-t-l2": torchattacks.FAB(model, norm="L2", eps=9.0, **fab),
        "deepfool": torchattacks.DeepFool(model, steps=50, overshoot=0.02),
        "cw": torchattacks.CW(model, c=1, kappa=0, steps=200, lr=0.01),
    }


def other_smallest(model, x, y):
    """Searches for the smallest change of Foolbox and adversarial-library, each with the settings of ours."""
    sys.modules.setdefault("visdom", types.ModuleType("visdom"))  # adversarial-library's log, which nothing here asks for
    import foolbox
    from adv_lib.attacks import sigma_zero
    from adv_lib.attacks.fast_minimum_norm import fmn

    attacked = foolbox.PyTorchModel(model, bounds=(0, 1))
    ead = foolbox.attacks.EADAttack(binary_search_steps=6, steps=200, initial_stepsize=0.01, initial_const=0.01, regularization=0.001, decision_rule="L1")
    return {
        "ddn": foolbox.attacks.DDNAttack(steps=100, init_epsilon=1.0, gamma=0.05)(attacked, x, y, epsilons=None)[1],
        "ead": ead(attacked, x, y, epsilons=None)[1],
        "fmn": fmn(model, x, y, norm=math.inf, steps=100),
        "fmn-l2": fmn(model, x, y, norm=2, steps=100),
        "fmn-l1": fmn(model, x, y, norm=1, steps=100),
        "sigma-zero": sigma_zero(model, x, y, num_steps=200),
    }


def sparse_apgd(model, x, y):
    from pyautoattack.autopgd_base import APGDAttack

    attack = APGDAttack(model, n_iter=20, norm="L1", eps=8.0, loss="ce", seed=3, device="cpu")
    return {"apgd-ce-l1": attack.perturb(x, y)}


def by_copies(model):
    """torchattack’s transfer attacks, with the settings of ours; its SSA takes images of 224x224 alone."""
    from torchattack import Admix, BSR

    common = {"normalize": lambda x: x, "device": torch.device("cpu"), "eps": EPSILON, "steps": STEPS}
    return {
        "admix": Admix(model, **common, num_classes=CLASSES),
        "bsr": BSR(model, **common, num_block=2),
    }


def attack(folder):
    model = stored()
    x, y = chosen(model, 128)
    np.save(os.path.join(folder, "x.npy"), x.numpy())
    np.save(os.path.join(folder, "y.npy"), y.numpy())
    for name, each in {**same_steps(model), **by_chance(model), **by_copies(model), **smallest(model)}.items():
        torch.manual_seed(3)
        np.save(os.path.join(folder, f"{name}.npy"), each(x, y).detach().numpy().astype("<f4"))
    for name, found in {**other_smallest(model, x, y), **sparse_apgd(model, x, y)}.items():
        np.save(os.path.join(folder, f"{name}.npy"), found.detach().numpy().astype("<f4"))


def judge(folder):
    """Per image the best other class's logit minus the label's, as a part of the logits' spread."""
    model, y = stored(), torch.tensor(np.load(os.path.join(folder, "y.npy")))
    judged = {}
    for path in glob.glob(os.path.join(folder, "ours-*.npy")):
        x = torch.tensor(np.load(path))
        judged[os.path.basename(path)[5:-4]] = {
            kind: margin_shares(model.to(dtype)(x.to(dtype)), y).tolist() for kind, dtype in (("float32", torch.float32), ("float64", torch.float64))}
    with open(os.path.join(folder, "judged.json"), "w") as file:
        json.dump(judged, file)


def margin_shares(z, y):
    own = z.gather(1, y[:, None])[:, 0]
    margin = z.masked_fill(F.one_hot(y, z.shape[1]).bool(), -math.inf).max(1).values - own
    return (margin / (z.max(1).values - z.min(1).values)).detach()


def packed(x):
    return base64.b64encode(x.detach().numpy().astype("<f4").tobytes()).decode()


def fixture():
    model = trained()
    torch.onnx.export(model, (torch.zeros(2, 3, SIZE, SIZE),), os.path.join(FOLDER, "peers.onnx"), opset_version=13, dynamo=False,
                      input_names=["image"], output_names=["logits"], dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}})
    model = stored()
    x, y = chosen(model, 2)
    levels = base64.b64encode((x * LEVELS).round().byte().numpy().tobytes()).decode()
    made_by = f"scripts/goldens/peers.py, torchattacks {torchattacks.__version__}, PyTorch {torch.__version__.split('+')[0]}"
    cases = {name: packed(each(x, y)) for name, each in same_steps(model).items()}
    with open(os.path.join(FOLDER, "peers.json"), "w") as file:
        json.dump({"madeBy": made_by, "shape": list(x.shape), "levels": levels, "labels": y.tolist(), "cases": cases}, file, indent=1)
        file.write("\n")
    new, labels = pictures(2000, 9)
    print("accuracy on new pictures:", float((model(new).argmax(1) == labels).float().mean()))


if __name__ == "__main__":
    torch.set_num_threads(1)
    command, *rest = sys.argv[1:] or ["?"]
    {"fixture": fixture, "attack": attack, "judge": judge}[command](*rest)
