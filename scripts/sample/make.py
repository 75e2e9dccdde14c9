"""Makes resources/sample anew. Run from the project's root, with python3-torch, NumPy, SciPy and pydicom:

    python3 scripts/sample/make.py study    the series and its labels, to the byte
    python3 scripts/sample/make.py model    trains the classifier; writes it, its card and what was measured (training.json)
"""

import argparse
import hashlib
import io
import json
import time
from pathlib import Path

import numpy
import torch

from phantom import CLASSES
from slices import INPUT_SIZE, PHANTOMS, WINDOW_CENTRE_HU, WINDOW_WIDTH_HU, load_slices, prepare
from study import STUDY_PHANTOM, read_study, write_study
from training import judge, logits_of, train

SAMPLE = Path('resources/sample')
NAME = 'phantom-thorax'
OPSET = 13


def make_model(cache, epochs):
    started = time.time()
    model = train(load_slices('training', cache), load_slices('validation', cache), epochs)
    report = measure(model, cache)
    folder = SAMPLE / 'model'
    folder.mkdir(parents=True, exist_ok=True)
    onnx = exported(model.network)
    (folder / f'{NAME}.onnx').write_bytes(onnx)
    write_json(folder / f'{NAME}.card.json', card(model, onnx, report))
    write_json(folder / 'training.json', report)
    print(json.dumps(report['test'], indent=2), f'{time.time() - started:.0f} s', sep='\n')


def measure(model, cache):
    """What training.json holds: the sets, the measurement on the test set, and the logits of the study's slices for comparison."""
    sets = {name: load_slices(name, cache) for name in PHANTOMS}
    files, stored, labels = read_study(SAMPLE / 'study')
    study = prepare(stored)
    return {
        'madeBy': f'scripts/sample/make.py, PyTorch {torch.__version__}, NumPy {numpy.__version__}',
        'classes': CLASSES,
        'phantoms': {name: [numbers[0], numbers[-1]] for name, numbers in PHANTOMS.items()},
        'slices': {name: len(each.labels) for name, each in sets.items()},
        **{name: judge(model, sets[name].images, sets[name].labels) for name in ('validation', 'test')},
        'study': {
            'phantom': STUDY_PHANTOM,
            **judge(model, study, torch.tensor(labels)),
            'logits': {file: [round(value, 5) for value in row] for file, row in zip(files, logits_of(model, study).tolist())},
        },
    }


def exported(network):
    """The network as ONNX, with a free batch size; takes prepared slices less the mean, over the standard deviation."""
    buffer = io.BytesIO()
    torch.onnx.export(
        network,
        torch.zeros(1, 1, *INPUT_SIZE),
        buffer,
        opset_version=OPSET,
        input_names=['image'],
        output_names=['logits'],
        dynamic_axes={'image': {0: 'N'}, 'logits': {0: 'N'}},
    )
    return buffer.getvalue()


def card(model, onnx, report):
    test = report['test']
    return {
        'schema': 'radversary/model-card/1',
        'file': f'{NAME}.onnx',
        'name': NAME,
        'task': 'classification',
        'input': {'name': 'image', 'layout': 'NCHW', 'size': INPUT_SIZE, 'channels': 1},
        'intensity': {'kind': 'hu-window', 'center': WINDOW_CENTRE_HU, 'width': WINDOW_WIDTH_HU},
        'fit': {'kind': 'stretch'},
        'interpolation': 'bilinear-antialiased',
        'mean': [model.mean],
        'std': [model.std],
        'output': {'name': 'logits', 'activation': 'softmax', 'gives': 'logits', 'classes': CLASSES},
        'provenance': {
            'source': 'made for Radversary by scripts/sample/make.py; see docs/sample.md',
            'licence': 'Apache-2.0',
            'training': f'Residual network trained on {report["slices"]["training"]} slices of {len(PHANTOMS["training"])} synthetic thorax phantoms; '
            f'accuracy {test["accuracy"]:.3f} on {test["slices"]} slices of {len(PHANTOMS["test"])} others. '
            'A toy task for demonstration: no image of a person, no diagnostic value.',
            'sha256': hashlib.sha256(onnx).hexdigest(),
        },
    }


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + '\n', encoding='ascii')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('part', choices=['study', 'model'])
    parser.add_argument('--cache', default='out/sample', help='folder that keeps rendered slices (default: %(default)s)')
    parser.add_argument('--epochs', type=int, default=14)
    options = parser.parse_args()
    if options.part == 'study':
        write_study(SAMPLE / 'study')
    else:
        make_model(options.cache, options.epochs)


if __name__ == '__main__':
    main()
