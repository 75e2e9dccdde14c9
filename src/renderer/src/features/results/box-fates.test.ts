import { expect, test } from 'vitest'
import { boxFates } from './box-fates.ts'

const at = (x0: number) => ({ class: 0, x0, y0: 0, x1: x0 + 10, y1: 10 })
const found = (x0: number, score: number, finds: number | null) => ({ ...at(x0), score, finds })

test('labelled boxes are kept, lost, gained or missed, and false positives are told apart from them', () => {
  const boxes = {
    label: [at(0), at(20), at(40), at(60)],
    before: [found(1, 0.9, 0), found(21, 0.8, 1), found(200, 0.7, null)],
    after: [found(1, 0.5, 0), found(41, 0.4, 2), found(100, 0.3, null)],
    highest: { before: 0.9, after: 0.5 },
  }
  expect(boxFates(boxes).map(({ box, fate, before, after }) => [box.x0, fate, before, after])).toEqual([
    [0, 'kept', 0.9, 0.5],
    [20, 'lost', 0.8, null],
    [40, 'gained', null, 0.4],
    [60, 'missed', null, null],
    [200, 'removed', 0.7, null],
    [100, 'added', null, 0.3],
  ])
})
