import { expect, test } from 'vitest'
import type { AttackRecord } from '../../../../engine/export/record.ts'
import { fooledTogether, settingRows } from './compare-runs.ts'

interface Facts {
  readonly title?: string
  readonly settings?: AttackRecord['attack']['settings']
  /** Success of each frame, image by image. */
  readonly images?: readonly (readonly boolean[])[]
  readonly first?: number
  /** Images that were wrong before. */
  readonly wrong?: readonly number[]
}

function record({
  title = 'SMIA',
  settings = { steps: 10 },
  images = [],
  first = 0,
  wrong = [],
}: Facts): AttackRecord {
  return {
    attack: { title, settings, target: null, region: null, earlyStop: false, seed: 0 },
    model: { file: 'm.onnx', sha256: 'abcdef0123456789' },
    device: { name: 'cpu', threads: 2, batch: 8 },
    labels: 'file',
    images: images.map((frames, i) => ({
      sopInstanceUid: `1.${first + i}`,
      frames: frames.map((success) => ({ success, metBefore: wrong.includes(i) })),
    })),
  } as unknown as AttackRecord
}

test('what differs is told, also where only one run has the setting', () => {
  const rows = settingRows(
    record({ settings: { steps: 10, alpha: 1 } }),
    record({ title: 'PGD', settings: { steps: 20 } }),
  )
  const differing = rows.filter(({ differs }) => differs).map(({ name, values }) => [name, ...values])
  expect(differing).toEqual([
    ['Method', 'SMIA', 'PGD'],
    ['Steps', '10', '20'],
    ['Alpha', '1', '–'],
  ])
  expect(rows.find(({ name }) => name === 'Model')?.values).toEqual([
    'm.onnx (abcdef01…)',
    'm.onnx (abcdef01…)',
  ])
})

test('slices that both runs attacked are counted frame by frame', () => {
  const a = record({ images: [[true, true], [false], [false], [true]] })
  const b = record({ images: [[false], [false], [true], [true]], first: 1 })
  expect(fooledTogether(a, b)).toEqual({ both: 1, onlyFirst: 0, onlySecond: 0, neither: 2 })
  expect(fooledTogether(a, a)).toEqual({ both: 3, onlyFirst: 0, onlySecond: 0, neither: 2 })
  expect(
    fooledTogether(a, { ...a, images: record({ images: [[true, true], [false]], wrong: [0] }).images }),
  ).toEqual({ both: 0, onlyFirst: 0, onlySecond: 0, neither: 1 })
  expect(fooledTogether(a, record({ images: [[true]], first: 9 }))).toEqual({
    both: 0,
    onlyFirst: 0,
    onlySecond: 0,
    neither: 0,
  })
})
