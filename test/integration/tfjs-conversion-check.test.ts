import { beforeAll, describe, expect, test } from 'vitest'
import { convertModel } from '../../src/adapters/tfjs/convert-model.ts'
import { tf } from '../../src/adapters/tfjs/tensorflow.ts'
import type { TfjsFiles } from '../../src/adapters/tfjs/load-model.ts'
import { decodeModel, encodeModel } from '../../src/core/onnx/codec.ts'
import type { OnnxModel, OnnxNode } from '../../src/core/onnx/graph.ts'
import { float32Tensor, type OnnxTensor } from '../../src/core/onnx/onnx-tensor.ts'
import { sizeOf } from '../../src/core/tensor/tensor.ts'
import { checkConversion } from '../../src/engine/models/check-conversion.ts'
import { readTfjsModel } from '../../src/engine/models/read-tfjs-model.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'
import { filesOf, layers, mobileNet, saved, sequential, withWeights } from '../support/tfjs-models.ts'

/** One probability, which is about 1e-6 of every image. */
function saturated() {
  const dense = layers.dense({ units: 1, activation: 'sigmoid' })
  const convolution = layers.conv2d({ inputShape: [12, 12, 1], filters: 2, kernelSize: 3 })
  const model = withWeights(sequential({ layers: [convolution, layers.globalAveragePooling2d({}), dense] }))
  const [kernel] = dense.getWeights()
  dense.setWeights([kernel!, tf.tensor([-13.8])])
  return model
}

/** The model with one float constant multiplied, the `place`-th of those of at least `size` elements. */
function withFault(model: OnnxModel, factor: number, { size = 1, place = 0 } = {}): OnnxModel {
  const isLarge = ([, { dataType, shape }]: readonly [string, OnnxTensor]) =>
    dataType === 'float32' && sizeOf(shape) >= size
  const [name, constant] = [...model.graph.initializers].filter(isLarge)[place]!
  const { buffer, byteOffset, byteLength } = constant.raw.slice()
  const values = new Float32Array(buffer, byteOffset, byteLength / 4).map((value) => value * factor)
  const initializers = new Map([
    ...model.graph.initializers,
    [name, float32Tensor(constant.shape, values)] as const,
  ])
  return { ...model, graph: { ...model.graph, initializers } }
}

/** The model with the nodes of one kind changed. */
function withNodes(model: OnnxModel, kind: string, change: (node: OnnxNode) => OnnxNode): OnnxModel {
  const nodes = model.graph.nodes.map((node) => (node.opType === kind ? change(node) : node))
  return { ...model, graph: { ...model.graph, nodes } }
}

describe('a converted model is compared with TensorFlow.js', () => {
  const made: Record<string, { files: TfjsFiles; model: OnnxModel }> = {}
  beforeAll(async () => {
    for (const [name, layersModel] of Object.entries({ mobileNet: mobileNet(), saturated: saturated() })) {
      const files = filesOf(await saved(layersModel))
      made[name] = { files, model: decodeModel(encodeModel(await convertModel(files))) }
    }
  })
  const check = (name: string, change = (model: OnnxModel) => model) =>
    checkConversion(made[name]!.files, encodeModel(change(made[name]!.model)))

  test('and taken where it is right', async () => {
    expect(await check('mobileNet')).toBeLessThan(1e-5)
    await expect(check('saturated')).resolves.toBeLessThan(1)
  })

  test.each([0.99, 1.01, -1])('and refused where a kernel is multiplied by %d', async (factor) => {
    await expect(check('mobileNet', (model) => withFault(model, factor, { size: 100 }))).rejects.toThrow(
      /expected the same outputs in ONNX/,
    )
  })

  test('and refused where an activation is another', async () => {
    const change = (model: OnnxModel) => withNodes(model, 'Softmax', (node) => ({ ...node, opType: 'Exp', attributes: {} })) // prettier-ignore
    await expect(check('mobileNet', change)).rejects.toThrow(/expected the same outputs in ONNX/)
  })

  test('and refused where it is wrong about probabilities that all but vanish', async () => {
    await expect(check('saturated', (model) => withFault(model, -2, { size: 18 }))).rejects.toThrow(
      /expected the same outputs in ONNX/,
    )
  })

  test('also on images of another range', async () => {
    const { files, model } = made['mobileNet']!
    const bytes = encodeModel(model)
    expect(await checkConversion(files, bytes, { inputRange: [-2.1, 2.6] })).toBeLessThan(1e-4)
  })
})

describeWithSharedData('public classifiers of chest X-rays run converted', () => {
  test.each(['model23', 'Final_Recall', 'Possible_Final_Recall_Update'])('%s', async (name) => {
    const { backend, notices } = await readTfjsModel(
      sharedData(`models/chest-xray-tfjs/${name}/model.json`),
      {},
    )
    expect(backend).toBeUndefined()
    expect(notices.join()).toContain('converted to ONNX, outputs within')
  })
})
