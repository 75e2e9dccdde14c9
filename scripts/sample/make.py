"""Makes resources/sample anew. Run from the project's root, with python3-torch, NumPy, SciPy and pydicom:

    python3 scripts/sample/make.py study    the series and its labels, to the byte
    python3 scripts/sample/make.py model    trains the classifier; writes it, its card and what was measured (training.json)
    python3 scripts/sample/make.py masks    what a segmentation of the series should find, as PNG, to the byte
    python3 scripts/sample/make.py segmenter    trains the segmentation model, as the classifier
    python3 scripts/sample/make.py boxes    what a detector should find in the series, as CSV, to the byte
    python3 scripts/sample/make.py detector    trains the detector, as the classifier
"""

import argparse
import hashlib
import io
import json
import time
from pathlib import Path

import numpy
import torch

from detector import OBJECTS, SCORE, judge_detector, train_detector
from phantom import CLASSES
from segmenter import SEGMENT_CLASSES, judge_segmenter, train_segmenter
from slices import INPUT_SIZE, PHANTOMS, WINDOW_CENTRE_HU, WINDOW_WIDTH_HU, load_slices, prepare
from study import STUDY_PHANTOM, read_study, study_slices, write_boxes, write_masks, write_study
from training import judge, logits_of, train

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY / 'resources/sample'
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
    test = report['test']
    training = (
        f'Residual network trained on {report["slices"]["training"]} slices of {len(PHANTOMS["training"])} synthetic thorax phantoms; '
        f'accuracy {test["accuracy"]:.3f} on {test["slices"]} slices of {len(PHANTOMS["test"])} others.'
    )
    output = {'name': 'logits', 'activation': 'softmax', 'gives': 'logits', 'classes': CLASSES}
    write_json(folder / f'{NAME}.card.json', card(NAME, 'classification', model, onnx, output, training))
    write_json(folder / 'training.json', report)
    print(json.dumps(report['test'], indent=2), f'{time.time() - started:.0f} s', sep='\n')


def make_segmenter(cache, epochs):
    started = time.time()
    model = train_segmenter(load_slices('training', cache), load_slices('validation', cache), epochs)
    test = judge_segmenter(model, load_slices('test', cache))
    report = {**made_by(), 'classes': SEGMENT_CLASSES, 'test': test, 'study': judge_segmenter(model, study_slices())}
    name, onnx = f'{NAME}-lungs', exported(model.network)
    (SAMPLE / 'model' / f'{name}.onnx').write_bytes(onnx)
    dice = ', '.join(f'{value:.3f} of {thing}' for thing, value in test['dice'].items())
    training = f'U-Net trained on slices of {len(PHANTOMS["training"])} synthetic thorax phantoms; Dice {dice} over {test["slices"]} slices of {len(PHANTOMS["test"])} others.'
    output = {'name': 'logits', 'activation': 'softmax', 'gives': 'logits', 'classes': SEGMENT_CLASSES, 'background': SEGMENT_CLASSES[0]}
    write_json(SAMPLE / 'model' / f'{name}.card.json', card(name, 'segmentation', model, onnx, output, training))
    write_json(SAMPLE / 'model' / 'lungs.training.json', report)
    print(json.dumps(report, indent=2), f'{time.time() - started:.0f} s', sep='\n')


def make_detector(cache, epochs):
    started = time.time()
    model = train_detector(load_slices('training', cache), load_slices('validation', cache), epochs)
    test = judge_detector(model, load_slices('test', cache))
    report = {**made_by(), 'classes': OBJECTS, 'test': test, 'study': judge_detector(model, study_slices())}
    name, onnx = f'{NAME}-detection', exported(model.network, 'detections')
    (SAMPLE / 'model' / f'{name}.onnx').write_bytes(onnx)
    training = (
        f'One-stage detector trained on slices of {len(PHANTOMS["training"])} synthetic thorax phantoms; mAP at IoU 0.5 {test["meanAveragePrecision"]:.3f}, '
        f'recall {test["recall"]:.3f} at {test["falsePositivesPerSlice"]:.2f} false positives per slice over {test["slices"]} slices of {len(PHANTOMS["test"])} others.'
    )
    output = {
        **{'name': 'detections', 'layout': 'anchors-last', 'activation': 'sigmoid', 'gives': 'logits', 'classes': OBJECTS},
        **{'boxes': {'format': 'cxcywh', 'unit': 'pixels'}, 'threshold': SCORE, 'nmsIou': 0.45, 'maxDetections': 100},
    }
    write_json(SAMPLE / 'model' / f'{name}.card.json', card(name, 'detection', model, onnx, output, training))
    write_json(SAMPLE / 'model' / 'detection.training.json', report)
    print(json.dumps(report, indent=2), f'{time.time() - started:.0f} s', sep='\n')


def made_by():
    return {
        'madeBy': f'scripts/sample/make.py, PyTorch {torch.__version__}, NumPy {numpy.__version__}',
        'phantoms': {name: [numbers[0], numbers[-1]] for name, numbers in PHANTOMS.items()},
    }


def measure(model, cache):
    """What training.json holds: the sets, the measurement on the test set, and the logits of the study's slices for comparison."""
    sets = {name: load_slices(name, cache) for name in PHANTOMS}
    files, stored, labels = read_study(SAMPLE / 'study')
    study = prepare(stored)
    return {
        **made_by(),
        'classes': CLASSES,
        'slices': {name: len(each.labels) for name, each in sets.items()},
        **{name: judge(model, sets[name].images, sets[name].labels) for name in ('validation', 'test')},
        'study': {
            'phantom': STUDY_PHANTOM,
            **judge(model, study, torch.tensor(labels)),
            'logits': {file: [round(value, 5) for value in row] for file, row in zip(files, logits_of(model, study).tolist())},
        },
    }


def exported(network, output='logits'):
    """The network as ONNX, with a free batch size; takes prepared slices less the mean, over the standard deviation."""
    buffer = io.BytesIO()
    torch.onnx.export(
        network,
        torch.zeros(1, 1, *INPUT_SIZE),
        buffer,
        opset_version=OPSET,
        input_names=['image'],
        output_names=[output],
        dynamic_axes={'image': {0: 'N'}, output: {0: 'N'}},
    )
    return buffer.getvalue()


def card(name, task, model, onnx, output, training):
    return {
        'schema': 'radversary/model-card/1',
        'file': f'{name}.onnx',
        'name': name,
        'task': task,
        'input': {'name': 'image', 'layout': 'NCHW', 'size': INPUT_SIZE, 'channels': 1},
        'intensity': {'kind': 'hu-window', 'center': WINDOW_CENTRE_HU, 'width': WINDOW_WIDTH_HU},
        'fit': {'kind': 'stretch'},
        'interpolation': 'bilinear-antialiased',
        'mean': [model.mean],
        'std': [model.std],
        'output': output,
        'provenance': {
            'source': 'made for Radversary by scripts/sample/make.py; see docs/sample.md',
            'licence': 'Apache-2.0',
            'training': f'{training} A toy task for demonstration: no image of a person, no diagnostic value.',
            'sha256': hashlib.sha256(onnx).hexdigest(),
        },
    }


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + '\n', encoding='ascii')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('part', choices=['study', 'model', 'masks', 'segmenter', 'boxes', 'detector'])
    parser.add_argument('--cache', default=REPOSITORY / 'out/sample', help='folder that keeps rendered slices (default: %(default)s)')
    parser.add_argument('--epochs', type=int, help='default: 14, of the segmentation model 4, of the detector 6')
    options = parser.parse_args()
    if options.part == 'study':
        write_study(SAMPLE / 'study')
    elif options.part == 'masks':
        write_masks(SAMPLE / 'masks')
    elif options.part == 'segmenter':
        make_segmenter(options.cache, options.epochs or 4)
    elif options.part == 'boxes':
        write_boxes(SAMPLE / 'boxes.csv')
    elif options.part == 'detector':
        make_detector(options.cache, options.epochs or 6)
    else:
        make_model(options.cache, options.epochs or 14)


if __name__ == '__main__':
    main()
