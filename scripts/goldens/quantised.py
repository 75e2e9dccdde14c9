"""
A tiny PyTorch classifier quantised by ONNX Runtime in three ways (QDQ, QOperator, dynamic), its outputs, and
the gradient of cross-entropy straight through the rounding, by a reading of the graphs in PyTorch: the
fixtures of test/integration/quantised.test.ts.

    python scripts/goldens/quantised.py        (torch, onnx, onnxruntime, numpy)
"""

import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from onnx import helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

folder = Path(__file__).parents[2] / "test" / "fixtures" / "quantised"
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(2)
work = Path(tempfile.mkdtemp())

network = torch.nn.Sequential(
    torch.nn.Conv2d(1, 4, 3, padding=1),
    torch.nn.ReLU(),
    torch.nn.MaxPool2d(2),
    torch.nn.Conv2d(4, 6, 3, stride=2, padding=1),
    torch.nn.LeakyReLU(0.1),
    torch.nn.AdaptiveAvgPool2d(1),
    torch.nn.Flatten(),
    torch.nn.Linear(6, 8),
    torch.nn.ReLU(),
    torch.nn.Linear(8, 3),
).eval()
x = torch.rand(4, 1, 12, 12)
labels = torch.tensor([0, 2, 1, 1])
torch.onnx.export(
    network, (x,), work / "float.onnx", input_names=["image"], output_names=["logits"],
    dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}}, dynamo=False,
)
quant_pre_process(str(work / "float.onnx"), str(work / "ready.onnx"))


class Images(CalibrationDataReader):
    def __init__(self):
        self.images = iter([{"image": torch.rand(8, 1, 12, 12).numpy()} for _ in range(4)])

    def get_next(self):
        return next(self.images, None)


ready = str(work / "ready.onnx")
for name, form in [("qdq", QuantFormat.QDQ), ("qoperator", QuantFormat.QOperator)]:
    quantize_static(ready, str(folder / f"{name}.onnx"), Images(), quant_format=form, per_channel=True,
                    activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)
quantize_dynamic(ready, str(folder / "dynamic.onnx"), weight_type=QuantType.QUInt8)
onnx.save(onnx.load(ready), folder / "float.onnx")

ranges = {2: (0, 255), 3: (-128, 127)}


def straight(u, low, high):
    """Rounds and cuts off; gradients pass where the rounded number lies within, as PyTorch's fake quantisation has it."""
    rounded = torch.round(u)
    inside = (rounded >= low) & (rounded <= high)
    q = torch.clamp(rounded, low, high)
    return torch.where(inside, u + (q - u).detach(), q.detach())


def along(v, axis, rank):
    return v.reshape([-1 if i == axis % rank else 1 for i in range(rank)]) if v.ndim == 1 and v.numel() > 1 else v.reshape(-1)[:1].reshape([]) if v.numel() == 1 else v


def run(model, image):
    """The graph in PyTorch, in float64, integers as numbers."""
    graph = model.graph
    values, types = {"image": image}, {}
    for tensor in graph.initializer:
        values[tensor.name] = torch.from_numpy(numpy_helper.to_array(tensor).astype(np.float64).copy())
        types[tensor.name] = tensor.data_type

    def quantise(v, scale, zero, zero_name, axis=1):
        low, high = ranges[types.get(zero_name, 2)]
        return straight(v / along(scale, axis, v.ndim) + along(zero, axis, v.ndim), low, high)

    def dequantise(q, scale, zero, axis=1):
        return (q - along(zero, axis, q.ndim)) * along(scale, axis, q.ndim)

    for node in graph.node:
        a = {each.name: helper.get_attribute_value(each) for each in node.attribute}
        i = [values.get(name) for name in node.input]
        kind = node.op_type

        def conv(v, w, b=None):
            pads = a.get("pads", [0, 0, 0, 0])
            v = F.pad(v, (pads[1], pads[3], pads[0], pads[2]))
            return F.conv2d(v, w, b, stride=a.get("strides", [1, 1]))

        if kind == "QuantizeLinear":
            out = [quantise(i[0], i[1], i[2], node.input[2], a.get("axis", 1))]
        elif kind == "DequantizeLinear":
            out = [dequantise(i[0], i[1], i[2], a.get("axis", 1))]
        elif kind == "DynamicQuantizeLinear":
            low, high = min(i[0].min().item(), 0), max(i[0].max().item(), 0)
            scale = torch.tensor(np.float64(np.float32((high - low) / 255)))
            zero = torch.clamp(torch.round(torch.tensor(-low) / scale), 0, 255)
            out = [straight(i[0] / scale + zero, 0, 255), scale, zero]
        elif kind == "ConvInteger":
            out = [conv(i[0] - i[2], i[1] - along(i[3], 0, 4))]
        elif kind == "MatMulInteger":
            out = [(i[0] - i[2]) @ (i[1] - i[3])]
        elif kind == "Cast":
            out = [i[0]]
        elif kind == "QLinearConv":
            sums = conv(i[0] - i[2], i[3] - along(i[5], 0, 4), i[8])
            out = [quantise(sums * i[1] * along(i[4], 1, 4), i[6], i[7], node.input[7])]
        elif kind == "QGemm":
            b = i[3] - along(i[5], 0 if a.get("transB") else 1, 2)
            sums = (i[0] - i[2]) @ (b.T if a.get("transB") else b) + i[6]
            y = sums * i[1] * along(i[4], 1, 2)
            out = [quantise(y, i[7], i[8], node.input[8]) if len(i) > 7 else y]
        elif kind == "QLinearMatMul":
            y = dequantise(i[0], i[1], i[2]) @ dequantise(i[3], i[4], i[5], -1)
            out = [quantise(y, i[6], i[7], node.input[7])]
        elif kind == "QLinearAdd":
            y = dequantise(*i[:3]) + dequantise(*i[3:6])
            out = [quantise(y, i[6], i[7], node.input[7])]
        elif kind == "QLinearLeakyRelu":
            out = [quantise(F.leaky_relu(dequantise(*i[:3]), a["alpha"]), i[3], i[4], node.input[4])]
        elif kind == "QLinearGlobalAveragePool":
            out = [quantise(dequantise(*i[:3]).mean((2, 3), keepdim=True), i[3], i[4], node.input[4])]
        elif kind == "Conv":
            out = [conv(i[0], i[1], i[2] if len(i) > 2 else None)]
        elif kind == "Gemm":
            out = [i[0] @ (i[1].T if a.get("transB") else i[1]) + i[2]]
        elif kind == "MaxPool":
            out = [F.max_pool2d(i[0], a["kernel_shape"], a["strides"])]
        elif kind == "GlobalAveragePool":
            out = [i[0].mean((2, 3), keepdim=True)]
        elif kind in ("Relu", "Flatten", "Mul", "Add", "LeakyRelu", "MatMul", "Identity"):
            out = [{
                "Relu": lambda: torch.relu(i[0]), "Flatten": lambda: i[0].flatten(1), "Mul": lambda: i[0] * i[1],
                "Add": lambda: i[0] + i[1], "LeakyRelu": lambda: F.leaky_relu(i[0], a["alpha"]),
                "MatMul": lambda: i[0] @ i[1], "Identity": lambda: i[0],
            }[kind]()]
        elif kind == "Reshape":
            out = [i[0].reshape([int(n) if n else i[0].shape[k] for k, n in enumerate(i[1].tolist())])]
        else:
            raise NotImplementedError(kind)
        for name, value in zip(node.output, out):
            values[name] = value
    return values["logits"]


np.save(folder / "x.npy", x.numpy())
np.save(folder / "labels.npy", labels.numpy())
for name in ["qdq", "qoperator", "dynamic", "float"]:
    model = onnx.load(folder / f"{name}.onnx")
    session = onnxruntime.InferenceSession(model.SerializeToString())
    logits = session.run(None, {"image": x.numpy()})[0]
    image = x.double().requires_grad_()
    ours = run(model, image)
    print(name, sorted({node.op_type for node in model.graph.node}), abs(ours.detach().numpy() - logits).max())
    F.cross_entropy(ours, labels, reduction="sum").backward()
    np.save(folder / f"{name}-logits.npy", logits)
    np.save(folder / f"{name}-gradient.npy", image.grad.numpy().astype(np.float32))
