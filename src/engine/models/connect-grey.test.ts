import { afterEach, expect, test } from 'vitest'
import { writeClassifier, type TinyHead } from '../../../test/support/tiny-classifiers.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { createOrtRuntime } from '../../adapters/ort/runtime.ts'
import { tensor } from '../../core/tensor/tensor.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import { connectOnThread } from './model-on-thread.ts'
import { connectModel, openModel } from './open-model.ts'

const folder = temporaryFolder('connect-grey')
const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })
let model: DifferentiableModel | undefined

afterEach(async () => {
  await model?.dispose()
  model = undefined
})

const opened = (head: Partial<TinyHead>) => {
  const { model: path, card } = writeClassifier(folder, head)
  return openModel({ model: path, card, home: folder })
}

test.each([
  [{ channels: 3 }, true],
  [{ channels: 3, layout: 'NHWC' }, false],
  [{ channels: 1 }, false],
] as const)('of a card of %o one channel is taken instead of all: %s', async (head, isTaken) => {
  model = await connectModel(await opened(head), runtime)
  expect(model.takesGrey).toBe(isTaken)
})

test('on a thread too, and three equal channels are no other image', async () => {
  model = await connectOnThread({ ...(await opened({ channels: 3 })), device: 'cpu', threads: 1 })
  expect(model.takesGrey).toBe(true)
  const pixels = Float32Array.from({ length: 144 }, (_, i) => Math.sin(i))
  const [grey, colour] = [
    tensor([1, 1, 12, 12], pixels),
    tensor([1, 3, 12, 12], Float32Array.from([...pixels, ...pixels, ...pixels])),
  ]
  const [ours, whole] = [await model.predict(grey), await model.predict(colour)]
  ours.data.forEach((logit, k) => {
    expect(logit).toBeCloseTo(whole.data[k]!, 4)
  })
})
