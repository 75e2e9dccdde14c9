"""
Writes test/fixtures/onnx-operators.json: the names of all operators of the ai.onnx domain up to the newest opset
that the installed `onnx` package knows, deprecated ones left out.

  PYTHON scripts/goldens/operators.py > test/fixtures/onnx-operators.json
"""

import json

from onnx import defs

names = sorted({each.name for each in defs.get_all_schemas() if each.domain == "" and not each.deprecated})
print(json.dumps({"opset": defs.onnx_opset_version(), "names": names}, indent=2))
