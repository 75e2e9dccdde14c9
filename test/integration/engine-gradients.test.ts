import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeModel } from '../../src/core/onnx/codec.ts'
import { GraphBuilder } from '../../src/core/onnx/graph-builder.ts'
import { lastOf, startEngine, type TestEngine } from '../support/engine-client.ts'
import { largestDifference } from '../support/numbers.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = temporaryFolder('engine-gradients')
const model = join(folder, 'aged.onnx')
const table = join(folder, 'ages.csv')
const slices = 4

/** Of a volume and an age: the volume's mean times the age, and its negative. */
function agedNetwork(): Uint8Array {
  const graph = new GraphBuilder()
  const [volume, age] = [
    graph.input('volume', ['batch', 1, slices, 12, 12]),
    graph.input('age', ['batch', 1]),
  ]
  const mean = graph.node('Flatten', [graph.node('GlobalAveragePool', [volume])])
  const both = graph.node('MatMul', [graph.node('Mul', [mean, age]), graph.floats([1, 2], [1, -1])])
  graph.output(both, ['batch', 2])
  return encodeModel(graph.build())
}

function writeAges(ages: readonly number[]): void {
  const rows = ages.map((age, n) => `00${n + 1}.dcm,${age}`)
  writeFileSync(table, ['file,age', ...rows, ''].join('\n'))
}

let engine: TestEngine
let study: string

beforeAll(async () => {
  writeFileSync(model, agedNetwork())
  writeAges([1, 50, 60, 70])
  writeFileSync(
    join(folder, 'card.json'),
    JSON.stringify({
      input: { name: 'volume', size: [12, 12], volume: { patch: [slices, 12, 12], run: 'resized' } },
      inputs: { age: { kind: 'table', file: 'ages.csv', column: 'age' } },
      intensity: { kind: 'modality-range', lower: -1024, upper: 1024 },
      fit: { kind: 'stretch' },
      interpolation: 'bilinear',
      mean: [0],
      std: [1],
      output: { activation: 'softmax', gives: 'logits', classes: ['a', 'b'] },
    }),
  )
  writeSeries(join(folder, 'study'), slices)
  engine = await startEngine()
  await engine.client.settings.set.mutate({ device: 'cpu' })
  const opened = await engine.client.studies.open.mutate({ paths: [join(folder, 'study')] })
  study = (await lastOf(opened, 'study')).study.id
}, 60_000)
afterAll(() => engine.end())

const gradientAt = async (image: number) => {
  const response = await engine.get(`/frames/${study}/${image}/0/gradient?model=${encodeURIComponent(model)}`)
  expect(response.status).toBe(200)
  return new Float32Array(await response.arrayBuffer())
}

test('a volume’s gradient is by what lies beside its first slice, whichever slice is asked for', async () => {
  const second = await gradientAt(1)
  expect(second.some((slope) => slope !== 0)).toBe(true)
  // Of a mean all slices have the same gradient.
  const first = await gradientAt(0)
  const most = Math.max(...first.map(Math.abs))
  expect(largestDifference(second, first)).toBeLessThan(1e-5 * most)
  writeAges([1, 1, 1, 1])
  expect(largestDifference(await gradientAt(1), first)).toBeLessThan(1e-5 * most)
})

test('another table is another version of the model, and another gradient', async () => {
  writeAges([1, 1, 1, 1])
  const before = await gradientAt(2)
  const { version } = await engine.client.models.show.query({ model })
  writeAges([2, 20, 20, 20])
  const after = await gradientAt(2)
  expect((await engine.client.models.show.query({ model })).version).not.toBe(version)
  const most = Math.max(...after.map(Math.abs))
  expect(largestDifference(before, after)).toBeGreaterThan(0.1 * most)
})
