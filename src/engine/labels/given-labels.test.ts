import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import type { ScannedInstance } from '../../adapters/fs/scan.ts'
import type { ModelCard } from '../../core/model/card.ts'
import type { StudyFrame } from '../study/load-image.ts'
import type { Study, StudyImage } from '../study/open-study.ts'
import { readLabels } from './given-labels.ts'

const folder = temporaryFolder('given-labels')
const card = {
  task: 'classification',
  input: { volume: { patch: [4, 8, 8] } },
  output: { name: 'z', gives: 'logits', activation: 'softmax', classes: ['healthy', 'ill'] },
} as unknown as ModelCard

/** A stack of slices that counts how often one is asked for its name. */
function countingStack(count: number) {
  let asked = 0
  const header = { rows: 8, columns: 8, numberOfFrames: 1, frameStacks: [{ frames: [0] }] }
  const images = Array.from({ length: count }, (_, n): StudyImage => ({
    header: header as unknown as ScannedInstance,
    get name() {
      asked++
      return `${n}.dcm`
    },
    sopInstanceUid: String(n),
    series: 0,
    stack: 0,
  }))
  return { images, asked: () => asked }
}

test('the label of a stack is found once, not for each of its slices', async () => {
  const file = join(folder, 'labels.csv')
  writeFileSync(file, 'file,label\n7.dcm,ill\n')
  const { images, asked } = countingStack(300)
  const given = (await readLabels(file, card)).forStudy({ images } as unknown as Study, images)
  const labels = await Promise.all(images.map((image) => given.find({ image, index: 0 } as StudyFrame)))
  expect(labels).toEqual(images.map(() => ({ kind: 'classes', classes: [1] })))
  expect(asked()).toBeLessThan(10 * images.length)
})
