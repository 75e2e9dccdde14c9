import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { relativeError } from '../../../../test/support/gradient-case.ts'
import { createOrtRuntime } from '../../../adapters/ort/runtime.ts'
import { encodeModel } from '../../onnx/codec.ts'
import { GraphBuilder } from '../../onnx/graph-builder.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import { createOnnxModel } from '../onnx-model.ts'

interface Listed {
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

/** As scripts/goldens/deform_conv.py writes it. */
interface Golden {
  readonly name: string
  readonly stride: readonly number[]
  readonly padding: readonly number[]
  readonly dilation: readonly number[]
  readonly group: number
  readonly offsetGroup: number
  readonly weight: Listed
  readonly bias: Listed
  readonly target: Listed
  readonly y: Listed
  readonly inputs: Readonly<Record<string, Listed>>
  readonly gradients: Readonly<Record<string, Listed>>
}

const file = new URL('../../../../test/fixtures/deform-conv.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly Golden[] }
const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })
const tensorOf = ({ shape, values }: Listed): Tensor => tensor(shape, Float32Array.from(values))

/** The convolution as a model of one of its inputs, the others being constants. */
function modelOf(golden: Golden, variable: string): Uint8Array {
  const { stride, padding, dilation, group, offsetGroup, inputs } = golden
  const graph = new GraphBuilder({ opset: 19 })
  const constant = ({ shape, values }: Listed): string => graph.floats(shape, values)
  const input = (name: string): string => {
    const value = inputs[name]
    if (value === undefined) return ''
    return name === variable ? graph.input(name, value.shape) : constant(value)
  }
  const [weight, bias] = [constant(golden.weight), constant(golden.bias)]
  const attributes = { strides: stride, pads: [...padding, ...padding], dilations: dilation, group, offset_group: offsetGroup } // prettier-ignore
  const y = graph.node('DeformConv', [input('x'), weight, input('offset'), bias, input('mask')], attributes)
  graph.output(y)
  return encodeModel(graph.build())
}

const variables = cases.flatMap((each) =>
  Object.keys(each.inputs).map((name) => [each.name, name, each] as const),
)

test.each(variables)(
  "DeformConv (%s): value and gradient by %s are torchvision's",
  async (_, name, golden) => {
    const { target, y, inputs, gradients } = golden
    const [x, expected] = [inputs[name], gradients[name]]
    if (x === undefined || expected === undefined) throw new Error(`no ${name}`)
    const model = await createOnnxModel({ bytes: modelOf(golden, name), runtime })
    const terms = [{ target: tensorOf(target), weight: 1 }]
    const { logits, gradient } = await model.lossAndGradient(tensorOf(x), { kind: 'dot', terms })
    const prediction = await model.predict(tensorOf(x))
    await model.dispose()
    expect(relativeError(prediction, tensorOf(y))).toBeLessThan(1e-5)
    expect(relativeError(logits, tensorOf(y))).toBeLessThan(1e-5)
    expect(relativeError(gradient, tensorOf(expected))).toBeLessThan(1e-5)
  },
)
