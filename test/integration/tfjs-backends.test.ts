import { describe, expect, test } from 'vitest'
import type { TfjsBackend } from '../../src/adapters/tfjs/backends.ts'
import { convertModel } from '../../src/adapters/tfjs/convert-model.ts'
import type { TfjsFiles } from '../../src/adapters/tfjs/load-model.ts'
import { isInstalled } from '../../src/adapters/tfjs/node-addon.ts'
import { createTfjsModel } from '../../src/adapters/tfjs/tfjs-model.ts'
import { createOrtRuntime } from '../../src/adapters/ort/runtime.ts'
import { createOnnxModel } from '../../src/core/autodiff/onnx-model.ts'
import { encodeModel } from '../../src/core/onnx/codec.ts'
import { uniformTensor } from '../support/numbers.ts'
import { fusedGraph, TfjsGraph } from '../support/tfjs-graphs.ts'
import { filesOf, layers, mobileNet, saved, sequential, unet, withWeights } from '../support/tfjs-models.ts'

/**
 * Backends that need a package which is not part of Radversary: tested where it is installed (docs/tfjs.md).
 */
const optional: readonly (readonly [TfjsBackend, string])[] = [
  ['tensorflow', '@tensorflow/tfjs-node'],
  ['webgpu', 'webgpu'],
]

const volumes = () => {
  const convolution = (more: object) =>
    layers.conv3d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'elu', ...more })
  const all = [
    convolution({ inputShape: [6, 7, 5, 2] }),
    convolution({ dilationRate: 2 }),
    layers.averagePooling3d({ poolSize: 2 }),
  ]
  return withWeights(sequential({ layers: all }))
}

const models: readonly (readonly [string, () => Promise<TfjsFiles>, readonly number[]])[] = [
  ['a MobileNetV2', async () => filesOf(await saved(mobileNet())), [16, 16, 3]],
  ['a U-Net', async () => filesOf(await saved(unet())), [16, 16, 1]],
  ['a fused graph', () => Promise.resolve(filesOf(fusedGraph())), [16, 16, 3]],
  ['a network of volumes', async () => filesOf(await saved(volumes())), [6, 7, 5, 2]],
]

for (const [backend, module] of optional)
  describe.skipIf(!isInstalled(module))(`the backend ${backend} (needs ${module})`, () => {
    test.each(models)('%s has the gradient of the converted model', async (_, filesFor, inputShape) => {
      const files = await filesFor()
      const theirs = await createTfjsModel({ files, backend })
      const ours = await createOnnxModel({
        bytes: encodeModel(await convertModel(files)),
        runtime: createOrtRuntime({ device: 'cpu' }),
      })
      const x = uniformTensor([2, ...inputShape], 3, [-1, 1])
      const target = uniformTensor((await ours.predict(x)).shape, 5, [-1, 1])
      const loss = { kind: 'dot', terms: [{ target, weight: 1 }] } as const
      const [a, b] = [await theirs.lossAndGradient(x, loss), await ours.lossAndGradient(x, loss)]
      expect(largestRelative(a.logits.data, b.logits.data)).toBeLessThan(1e-4)
      expect(largestRelative(a.gradient.data, b.gradient.data)).toBeLessThan(1e-4)
      await Promise.all([theirs.dispose(), ours.dispose()])
    })
  })

describe.skipIf(!isInstalled('webgpu'))('the backend webgpu (needs webgpu)', () => {
  test('refuses what its shaders can’t compute, rather than computing something else', async () => {
    const graph = new TfjsGraph()
    const volume = graph.input('volume', [-1, 2, 2, 2, 1])
    const padded = graph.node('Pad', [volume, graph.ints([0, 0, 1, 1, 1, 1, 1, 1, 0, 0], [5, 2])])
    const model = await createTfjsModel({ files: filesOf(graph.saved(volume, padded)), backend: 'webgpu' })
    await expect(model.predict(uniformTensor([1, 2, 2, 2, 1], 3))).rejects.toMatchObject({
      code: 'runtime-failed',
    })
  })
})

function largestRelative(a: Float32Array, b: Float32Array): number {
  const largest = Math.max(...b.map(Math.abs))
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN)))) / largest
}
