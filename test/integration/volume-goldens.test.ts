import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { createOrtRuntime } from '../../src/adapters/ort/runtime.ts'
import type { DifferentiableModel } from '../../src/core/model/ports.ts'
import { throughPreprocessing, type PreprocessingCard } from '../../src/core/model/preprocessing/chain.ts'
import { volumeOfInput } from '../../src/core/model/volume.ts'
import { encodeModel } from '../../src/core/onnx/codec.ts'
import { GraphBuilder } from '../../src/core/onnx/graph-builder.ts'
import { sampleOf, tensor } from '../../src/core/tensor/tensor.ts'
import { connectVolume } from '../../src/engine/models/connect-volume.ts'
import { largestDifference } from '../support/numbers.ts'
import { goldenClassifier, spaceOf, stackOf, volumeGolden } from '../support/volume-golden.ts'

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })

/** tanh(x · ramp): what it says depends on the place within a patch. */
function rampNetwork(): Uint8Array {
  const { patch, ramp } = volumeGolden.network
  const graph = new GraphBuilder()
  const image = graph.input('image', ['batch', 1, ...patch])
  const product = graph.node('Mul', [image, graph.floats([1, 2, ...patch], [...ramp])])
  graph.output(graph.node('Tanh', [product]), ['batch', 2, ...patch])
  return encodeModel(graph.build())
}

describe.each(volumeGolden.blended)('patches of $size sharing $overlap', (golden) => {
  test.each([
    ['monai', 'constant'],
    ['monai', 'gaussian'],
    ['nnunet', 'constant'],
    ['nnunet', 'gaussian'],
  ] as const)('are laid and averaged as %s has it, %s', async (tiling, blend) => {
    const { patch } = volumeGolden.network
    const volume = volumeOfInput.parse({ patch, overlap: golden.overlap, blend, tiling, edge: 'zeros' })
    const model = await connectVolume(
      { bytes: rampNetwork(), runtime, activation: 'none' },
      { volume, interpolation: 'bilinear', isDense: true },
    )
    const { shape, data } = await model.predict(stackOf(golden.size, golden.volume))
    const [slices, rows, columns] = golden.size
    expect(shape).toEqual([slices, 2, rows, columns])
    const voxels = slices * rows * columns
    const plane = rows * columns
    const expected = golden[`${tiling}-${blend}`]
    const inOrder = data.map((_, i) => {
      const [slice, channel] = [Math.floor(i / (2 * plane)), Math.floor(i / plane) % 2]
      return expected[channel * voxels + slice * plane + (i % plane)]!
    })
    expect(largestDifference(data, inOrder)).toBeLessThan(1e-5)
    await model.dispose()
  })
})

describe('MONAI’s 3-D DenseNet after Orientation, Spacing and Resize', () => {
  const golden = volumeGolden.classified
  const volume = volumeOfInput.parse({
    patch: golden.patch,
    run: 'resized',
    orientation: 'RAS',
    spacing: golden.toSpacing,
  })
  const card: PreprocessingCard = {
    input: { name: 'image', layout: 'NCHW', size: [20, 16], channels: 1, volume, valueRange: [0, 1] },
    intensity: { kind: 'modality-range', lower: -1000, upper: 1000 },
    fit: { kind: 'stretch' },
    interpolation: 'bilinear',
    mean: [0.45],
    std: [0.3],
  }
  const [slices, rows, columns] = golden.size
  const stack = tensor(
    [slices, 1, rows, columns],
    Float32Array.from(golden.stored, (value) => (value - 24) / 2000),
  )
  let connected: DifferentiableModel
  let model: DifferentiableModel
  beforeAll(async () => {
    const options = {
      bytes: readFileSync(goldenClassifier),
      runtime,
      activation: 'none',
      isOneRow: true,
    } as const
    connected = await connectVolume(options, { volume, interpolation: 'bilinear', isDense: false })
    model = throughPreprocessing(connected, card, [1, rows, columns], { space: spaceOf(golden) })
  })
  afterAll(() => connected.dispose())

  test('says of each slice what MONAI says of the volume', async () => {
    const logits = await model.predict(stack)
    expect(logits.shape).toEqual([slices, 3])
    for (let n = 0; n < slices; n++)
      expect(largestDifference(sampleOf(logits, n).data, golden.logits)).toBeLessThan(1e-4)
  })

  test('has PyTorch’s gradient by every slice, once for each of their losses', async () => {
    const best = golden.logits.indexOf(Math.max(...golden.logits))
    const target = tensor([slices, 3])
    for (let n = 0; n < slices; n++) target.data[3 * n + best] = 1
    const { gradient } = await model.lossAndGradient(stack, {
      kind: 'cross-entropy',
      terms: [{ target, weight: 1 }],
    })
    const most = Math.max(...golden.gradient.map(Math.abs))
    expect(
      largestDifference(
        gradient.data.map((value) => value / slices),
        golden.gradient,
      ),
    ).toBeLessThan(1e-3 * most)
  })
})
