import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOrtRuntime } from '../../src/adapters/ort/runtime.ts'
import type { DifferentiableModel, LossSpec } from '../../src/core/model/ports.ts'
import { patchWeights } from '../../src/core/model/volume-grid.ts'
import { patchStarts, volumeOfInput, type VolumeOfInput } from '../../src/core/model/volume.ts'
import { sampleOf, tensor, type Tensor } from '../../src/core/tensor/tensor.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { encodeModel } from '../../src/core/onnx/codec.ts'
import { GraphBuilder } from '../../src/core/onnx/graph-builder.ts'
import { connectVolume } from '../../src/engine/models/connect-volume.ts'
import { openModel } from '../../src/engine/models/open-model.ts'
import { predictStudy } from '../../src/engine/predict/predict-study.ts'
import { verifyExport } from '../../src/engine/verify/verify-export.ts'
import { attackRequest, imageResults, largestChange } from '../support/attack-requests.ts'
import { innerProduct, largestDifference, uniformTensor } from '../support/numbers.ts'
import { pixelsAtEnd, writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { volumeNetwork, volumeWeights, writeVolumeSegmenter } from '../support/tiny-volumes.ts'

const base = temporaryFolder('volumes')
const patch = [4, 8, 6] as const

/** The network on one patch, in plain numbers: [D, H, W] to [K, D, H, W]. */
function network(x: Float32Array): number[][] {
  const [depth, rows, columns] = patch
  const { first, second, bias } = volumeWeights()
  const at = (z: number, y: number, c: number) =>
    z < 0 || y < 0 || c < 0 || z >= depth || y >= rows || c >= columns ? 0 : x[(z * rows + y) * columns + c]!
  const hidden = [0, 1, 2].map((channel) => {
    const out: number[] = []
    for (let z = 0; z < depth; z++)
      for (let y = 0; y < rows; y++)
        for (let c = 0; c < columns; c++) {
          let sum = 0
          for (let i = 0; i < 27; i++)
            sum +=
              first.data[channel * 27 + i]! *
              at(z + Math.floor(i / 9) - 1, y + (Math.floor(i / 3) % 3) - 1, c + (i % 3) - 1)
          out.push(Math.tanh(sum))
        }
    return out
  })
  return bias.map((b, k) =>
    hidden[0]!.map((_, i) => hidden.reduce((sum, h, j) => sum + second.data[3 * k + j]! * h[i]!, b)),
  )
}

/** Σ w f / Σ w over all patches, voxel by voxel. */
function blended(x: Tensor, { overlap, blend }: Pick<VolumeOfInput, 'overlap' | 'blend'>): Tensor {
  const [slices = 0, , rows = 0, columns = 0] = x.shape
  const sums = tensor([slices, 3, rows, columns])
  const totals = tensor([slices, 3, rows, columns])
  const weights = patchWeights({ patch: [...patch], blend, tiling: 'monai' })
  const tiling = { overlap, tiling: 'monai' } as const
  for (const z0 of patchStarts(slices, patch[0], tiling))
    for (const y0 of patchStarts(rows, patch[1], tiling))
      for (const x0 of patchStarts(columns, patch[2], tiling)) {
        const places = Array.from({ length: patch[0] * patch[1] * patch[2] }, (_, i) => {
          const [z, y, c] = [
            Math.floor(i / (patch[1] * patch[2])),
            Math.floor(i / patch[2]) % patch[1],
            i % patch[2],
          ]
          return {
            z: z0 + z,
            y: y0 + y,
            c: x0 + c,
            weight: weights[i]!,
          }
        })
        const seen = Float32Array.from(
          places,
          ({ z, y, c }) => x.data[(Math.min(z, slices - 1) * rows + y) * columns + c]!,
        )
        network(seen).forEach((logits, k) => {
          places.forEach(({ z, y, c, weight }, i) => {
            if (z >= slices) return
            const to = ((z * 3 + k) * rows + y) * columns + c
            sums.data[to]! += weight * logits[i]!
            totals.data[to]! += weight
          })
        })
      }
  return tensor(sums.shape, sums.data.map((sum, i) => sum / totals.data[i]!)) // prettier-ignore
}

const connect = (volume: Pick<VolumeOfInput, 'overlap' | 'blend'>) =>
  connectVolume(
    {
      bytes: volumeNetwork(patch),
      runtime: createOrtRuntime({ device: 'cpu', threads: 1 }),
      activation: 'none',
    },
    { volume: volumeOfInput.parse({ ...volume, patch }), interpolation: 'bilinear', isDense: true },
  )

test('where the graph leaves its extents free, the card says how many logits there are', async () => {
  const free = new GraphBuilder()
  const image = free.input('volume', ['batch', 1, 'D', 'H', 'W'])
  const out = free.node('Conv', [image, free.floats([2, 1, 1, 1, 1], [1, -1])])
  free.output(free.node('Flatten', [free.node('GlobalAveragePool', [out])]), ['batch', 'K'])
  const bytes = encodeModel(free.build())
  const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })
  const volume = volumeOfInput.parse({ patch: [2, 3, 4], run: 'resized' })
  const model = await connectVolume(
    { bytes, runtime, activation: 'none' },
    { volume, interpolation: 'bilinear', isDense: false, logits: 2 },
  )
  const { data, shape } = await model.predict(tensor([2, 1, 3, 4], new Float32Array(24).fill(0.5)))
  expect([shape, [...data]]).toEqual([
    [2, 2],
    [0.5, -0.5, 0.5, -0.5],
  ])
  await model.dispose()
})

describe.each([
  ['constant', 0.5, 7],
  ['gaussian', 0.25, 6],
  ['constant', 0, 9],
  ['gaussian', 0.5, 3],
] as const)('a volume by patches, %s, sharing %f, of %i slices', (blend, overlap, slices) => {
  let model: DifferentiableModel
  beforeAll(async () => {
    model = await connect({ blend, overlap })
  })
  afterAll(() => model.dispose())
  const x = uniformTensor([slices, 1, 12, 12], 3)

  test('has the mean of its patches as logits', async () => {
    const logits = await model.predict(x)
    expect(logits.shape).toEqual([slices, 3, 12, 12])
    expect(largestDifference(logits.data, blended(x, { blend, overlap }).data)).toBeLessThan(1e-5)
  })

  test.each(['cross-entropy', 'dice', 'dot'] as const)(
    'has the gradient of %s by every slice',
    async (kind) => {
      const raw = uniformTensor([slices, 3, 12, 12], 4, [0, 1])
      const spec: LossSpec = { kind, terms: [{ target: raw, weight: 0.7 }] }
      const { loss, logits, gradient } = await model.lossAndGradient(x, spec)
      expect(largestDifference(logits.data, (await model.predict(x)).data)).toBe(0)
      const direction = uniformTensor(x.shape, 5)
      const total = async (step: number) => {
        const moved = tensor(x.shape, x.data.map((v, i) => v + step * direction.data[i]!)) // prettier-ignore
        return (await model.lossAndGradient(moved, spec)).loss.reduce((sum, one) => sum + one, 0)
      }
      expect(loss).toHaveLength(slices)
      const difference = ((await total(5e-3)) - (await total(-5e-3))) / 1e-2
      expect(Math.abs(innerProduct(gradient, direction) - difference)).toBeLessThan(
        0.01 * Math.abs(difference) + 1e-4,
      )
    },
  )
})

describe('a study and a 3-D segmentation', () => {
  const folder = join(base, 'study')
  const study = join(folder, 'images')
  const images = writeSeries(study, 7)
  const paths = writeVolumeSegmenter(join(folder, 'model'), { overlap: 0.5 }, [...patch])

  test('the patch is read off the graph', async () => {
    const { card, proposed } = await openModel({ ...paths, home: folder })
    expect(card).toMatchObject({
      task: 'segmentation',
      input: { layout: 'NCHW', channels: 1, volume: { patch, overlap: 0.5, blend: 'constant' } },
    })
    expect(proposed).toContain('input.volume.patch')
  })

  test('some slices are predicted within the whole volume', async () => {
    const request = { study: [study], home: folder, ...paths, device: 'cpu', threads: 1 }
    const all = (await predictStudy(request)).predictions
    const some = (await predictStudy({ ...request, images: [images[2]!.sopInstanceUid] })).predictions
    expect(all).toHaveLength(7)
    expect(some).toEqual([all[2]])
  })

  test.each([
    ['smia', { epsilon: '24/255', stepSize: '6/255', steps: 6 }],
    ['segpgd', { epsilon: '24/255', stepSize: '6/255', steps: 4 }],
  ])('are attacked by %s, exported and verified', async (method, settings) => {
    const out = join(folder, method)
    const exports = ['series', 'masksBefore', 'masksAfter'] as const
    const { record, failures } = await attackStudy(
      attackRequest(paths, { study, out }, { method, settings, exports }),
    )
    expect(failures).toEqual([])
    const reports = imageResults(out)
    for (const [n, { frames }] of reports.entries()) {
      const change = largestChange(
        images[n]!.values,
        pixelsAtEnd(join(out, `adversarial/000${n + 1}.dcm`), images[n]!),
      )
      expect(change).toBeGreaterThan(0)
      expect(change).toBeLessThanOrEqual((24 / 255) * 2048)
      expect(frames[0]!.trace.at(-1)!.deviation).toBeGreaterThan(frames[0]!.trace[0]!.deviation)
    }
    expect(record.summary).toBeDefined()
    const report = await verifyExport({
      folder: out,
      model: paths.model,
      home: folder,
      device: 'cpu',
      threads: 1,
    })
    expect(report).toMatchObject({ predictions: true, discrepancies: [] })
  })

  test.each<[string, object, string]>([
    ['a patch larger than the frame', { patch: [4, 16, 6] }, 'expected rows and columns within input.size'],
    ['another patch than the graph’s', { patch: [4, 8, 8] }, "but the model's is"],
  ])('%s is refused', async (_name, volume, message) => {
    const wrong = writeVolumeSegmenter(join(folder, 'wrong'), volume, [...patch])
    await expect(openModel({ ...wrong, home: folder })).rejects.toThrow(message)
  })
})

test('a part of a volume has no gradient of its own', async () => {
  const { throughPreprocessing } = await import('../../src/core/model/preprocessing/chain.ts')
  const { card } = await openModel({
    ...writeVolumeSegmenter(join(base, 'part'), {}, [...patch]),
    home: base,
  })
  const model = await connect({ blend: 'constant', overlap: 0.5 })
  const x = uniformTensor([6, 1, 12, 12], 6, [0, 1])
  const contextSlices = {
    before: tensor([2, 1, 12, 12], x.data.slice(0, 288)),
    after: tensor([3, 1, 12, 12], x.data.slice(432)),
  }
  const part = throughPreprocessing(model, card, [1, 12, 12], { contextSlices })
  const whole = await throughPreprocessing(model, card, [1, 12, 12]).predict(x)
  expect((await part.predict(sampleOf(x, 2))).data).toEqual(sampleOf(whole, 2).data)
  await expect(part.lossAndGradient(sampleOf(x, 2), { kind: 'dot', terms: [] })).rejects.toThrow(
    'a part of a stack',
  )
  await model.dispose()
})
