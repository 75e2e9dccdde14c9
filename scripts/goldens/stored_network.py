"""The weights of test/fixtures/attacks/model.onnx, read back.

Training gives another network on another number of threads or processor, and references of one network say nothing of another. The few
fields of ONNX's protobuf messages that hold weights are read here: python3-onnx is not wanted for that.
"""

import numpy as np
import torch

VARINT, BYTES, FIXED = 0, 2, {1: 8, 5: 4}
GRAPH_OF_MODEL, INITIALIZERS_OF_GRAPH = 7, 5
DIMS, NAME, RAW_DATA = 1, 8, 9


def varint(data, at):
    value, shift = 0, 0
    while True:
        byte = data[at]
        value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return value, at


def fields(data):
    """(number, value) of a message: bytes, or a whole number."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, at = varint(data, at)
        else:
            size, at = varint(data, at) if kind == BYTES else (FIXED[kind], at)
            value, at = data[at:at + size], at + size
        yield number, value


def numbers_of(dims):
    """Dims come one by one or packed."""
    for value in dims:
        if isinstance(value, int):
            yield value
        else:
            at = 0
            while at < len(value):
                one, at = varint(value, at)
                yield one


def weights(path):
    """name -> float32 tensor of every initializer."""
    with open(path, "rb") as file:
        model = file.read()
    graph = next(value for number, value in fields(model) if number == GRAPH_OF_MODEL)
    found = {}
    for initializer in (value for number, value in fields(graph) if number == INITIALIZERS_OF_GRAPH):
        parts = list(fields(initializer))
        shape = list(numbers_of(value for number, value in parts if number == DIMS))
        name = next(value for number, value in parts if number == NAME).decode()
        raw = next(value for number, value in parts if number == RAW_DATA)
        found[name] = torch.from_numpy(np.frombuffer(raw, "<f4").reshape(shape).copy())
    return found
