import { expect, test } from 'vitest'
import { uniformTensor } from '../../../test/support/numbers.ts'
import {
  anyLabelFlipped,
  labelsReached,
  misclassified,
  targetReached,
} from '../tasks/classification/criteria.ts'
import { sampleOf, tensor } from '../tensor/tensor.ts'
import { type Criterion, decidingPlane } from './decision-boundary.ts'

const truth = tensor([1, 4], Float32Array.of(1, 0, 1, 0))
const criteria: readonly (readonly [string, Criterion])[] = [
  ['misclassified', misclassified([2])],
  ['target reached', targetReached([1])],
  ['any label flipped', anyLabelFlipped(truth, 0.7)],
  ['labels reached', labelsReached(truth, [1, 2], 0.3)],
]

test.each(criteria)('%s: the planes say what the criterion says', (_, criterion) => {
  const planes = criterion.boundary!(0, 4)
  const met = new Set<boolean>()
  const draws = uniformTensor([200, 4], 1, [-2, 2])
  for (let draw = 0; draw < 200; draw++) {
    const logits = sampleOf(draws, draw).data
    const { margin } = decidingPlane(planes, logits)
    expect(margin > 0).toBe(criterion.isMet(logits, 0))
    met.add(margin > 0)
  }
  expect(met.size).toBe(2)
})

test('the deciding plane is the best of any, the worst of all', () => {
  const logits = Float32Array.of(0, 3, 1, 2)
  expect(decidingPlane(misclassified([2]).boundary!(0, 4), logits)).toEqual({ index: 1, margin: 2 })
  expect(decidingPlane(targetReached([2]).boundary!(0, 4), logits)).toEqual({ index: 1, margin: -2 })
})
