import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createOrtRuntime } from '../../src/adapters/ort/runtime.ts'
import { createOnnxModel } from '../../src/core/autodiff/onnx-model.ts'
import { readNpy, tensorFromNpy } from '../../src/core/tensor/npy.ts'
import type { Tensor } from '../../src/core/tensor/tensor.ts'
import { describeWithSharedData, sharedCase } from '../support/shared-data.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })

/** Models of today's exporters; each folder holds an image, a target and PyTorch's gradient of their product. */
const cases = [
  'attention_opset23',
  'fft_dft',
  'grid_sample_bicubic_reflection',
  'roi_align',
  'empty_string_attribute',
]

function array(name: string, part: string): Tensor {
  return tensorFromNpy(readNpy(readFileSync(sharedCase(`models/${name}/${part}.npy`))))
}

describeWithSharedData("exporters' operators", () => {
  test.each(cases)('%s: the gradient is that of PyTorch', async (name) => {
    const bytes = readFileSync(sharedCase(`models/${name}/model.onnx`))
    const model = await createOnnxModel({ bytes, runtime })
    const terms = [{ target: array(name, 't'), weight: 1 }]
    const { gradient } = await model.lossAndGradient(array(name, 'x'), { kind: 'dot', terms })
    await model.dispose()
    const expected = array(name, 'g').data
    const length = Math.hypot(...expected)
    expect(length).toBeGreaterThan(0)
    expect(
      Math.hypot(...gradient.data.map((each, index) => each - (expected[index] ?? NaN))) / length,
    ).toBeLessThan(1e-5)
  })
})
