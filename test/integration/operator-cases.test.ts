import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createOrtRuntime } from '../../src/adapters/ort/runtime.ts'
import { createOnnxModel } from '../../src/core/autodiff/onnx-model.ts'
import { decodeModel, encodeModel } from '../../src/core/onnx/codec.ts'
import { boolTensor, floatValues } from '../../src/core/onnx/onnx-tensor.ts'
import { readNpy, tensorFromNpy } from '../../src/core/tensor/npy.ts'
import { tensor, type Tensor } from '../../src/core/tensor/tensor.ts'
import { relativeError } from '../support/gradient-case.ts'
import { describeWithSharedData, sharedCase } from '../support/shared-data.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })

/**
 * Models of today's exporters; each folder holds an image, a target and PyTorch's gradient of their product.
 */
const cases = [
  'attention_opset23',
  'fft_dft',
  'grid_sample_bicubic_reflection',
  'roi_align',
  'empty_string_attribute',
  'xrv_op_norm',
  'boolean_index_mean',
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

  test('if_on_values: the gradient is that of the branch that is taken', async () => {
    const { graph, ...rest } = decodeModel(readFileSync(sharedCase('models/if_on_values/model.onnx')))
    const x = array('if_on_values', 'x')
    const terms = [{ target: tensor([1, 4], Float32Array.of(1, -2, 0.5, 3)), weight: 1 }]
    const resultOf = async (bytes: Uint8Array) => {
      const model = await createOnnxModel({ bytes, runtime })
      const result = await model.lossAndGradient(x, { kind: 'dot', terms })
      await model.dispose()
      return result
    }
    const fixed = (condition: boolean): Uint8Array => {
      const initializers = new Map(graph.initializers).set('fixed', boolTensor([], [condition]))
      const nodes = graph.nodes.map((node) => (node.opType === 'If' ? { ...node, inputs: ['fixed'] } : node))
      return encodeModel({ ...rest, graph: { ...graph, nodes, initializers } })
    }
    const whole = await resultOf(encodeModel({ ...rest, graph }))
    const [above, below] = [await resultOf(fixed(true)), await resultOf(fixed(false))]
    const isAbove = x.data.reduce((sum, value) => sum + value, 0) / x.data.length > 0.5
    const [taken, other] = isAbove ? [above, below] : [below, above]
    expect(relativeError(whole.logits, taken.logits)).toBeLessThan(1e-6)
    expect(relativeError(whole.gradient, taken.gradient)).toBeLessThan(1e-6)
    expect(relativeError(whole.gradient, other.gradient)).toBeGreaterThan(0.1)
  })

  test('half precision inside the body of an If predicts', async () => {
    const bytes = readFileSync(sharedCase('fp16-if-body/ifbody.onnx'))
    const model = await createOnnxModel({ bytes, runtime })
    const { shape, data } = await model.predict({
      shape: [1, 1, 16, 16],
      data: new Float32Array(256).fill(0.5),
    })
    await model.dispose()
    expect(shape).toEqual([1, 3])
    const weights = decodeModel(bytes).graph.initializers.get('w')
    if (weights === undefined) throw new Error('no weights')
    // The branch taken multiplies by 1; the Softmax is taken off through the Cast behind it.
    const products = floatValues(weights)
    const logits = [0, 1, 2].map(
      (column) => 0.5 * products.filter((_, index) => index % 3 === column).reduce((a, b) => a + b, 0),
    )
    data.forEach((value, column) => {
      expect(value).toBeCloseTo(logits[column] ?? NaN, 4)
    })
  })
})
