import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { createTfjsModel } from '../../src/adapters/tfjs/tfjs-model.ts'
import type { TfjsFiles } from '../../src/adapters/tfjs/load-model.ts'
import { parseModelJson } from '../../src/core/tfjs/manifest.ts'
import { weightBytes } from '../../src/core/tfjs/weights.ts'
import { tensor } from '../../src/core/tensor/tensor.ts'
import { uniformTensor } from '../support/numbers.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'

async function read(file: string): Promise<TfjsFiles> {
  const manifest = parseModelJson(await readFile(file, 'utf8'), file)
  const shards: Record<string, Uint8Array> = {}
  for (const path of manifest.groups.flatMap(({ paths }) => paths))
    shards[path] = await readFile(join(dirname(file), path))
  return { file, manifest, weights: weightBytes(manifest, shards, file) }
}

describeWithSharedData('brain segmentation of volumes (brainchop)', () => {
  test.each(['brainchop-model5', 'brainchop-model11'])(
    '%s predicts and has a gradient at 32³',
    async (name) => {
      const files = await read(sharedData(`tfjs/${name}/model.json`))
      const model = await createTfjsModel({ files, backend: 'wasm', inputShape: [32, 32, 32, 1] })
      const x = uniformTensor([1, 32, 32, 32, 1], 3, [0, 1])
      const logits = await model.predict(x)
      expect(logits.shape).toEqual([1, model.output.shape[1], 32, 32, 32])
      const target = tensor(logits.shape)
      target.data.fill(1, 0, 32 ** 3)
      const { loss, gradient } = await model.lossAndGradient(x, {
        kind: 'cross-entropy',
        terms: [{ target, weight: 1 }],
      })
      expect(loss[0]).toBeGreaterThan(0)
      const steps = gradient.data.map((slope) => 1e-4 * Math.sign(slope))
      const ahead = { shape: x.shape, data: x.data.map((value, i) => value + (steps[i] ?? 0)) }
      const further = await model.lossAndGradient(ahead, {
        kind: 'cross-entropy',
        terms: [{ target, weight: 1 }],
      })
      const expected = gradient.data.reduce((sum, slope) => sum + 1e-4 * Math.abs(slope), 0)
      expect(((further.loss[0] ?? NaN) - (loss[0] ?? NaN)) / expected).toBeCloseTo(1, 1)
      await model.dispose()
    },
  )
})
