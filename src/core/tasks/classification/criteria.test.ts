import { describe, expect, test } from 'vitest'
import { tensor } from '../../tensor/tensor.ts'
import { anyLabelFlipped, labelsReached, misclassified, targetReached } from './criteria.ts'
import { argMax } from '../../attacks/decision-boundary.ts'

const floats = (...values: number[]) => Float32Array.from(values)

test('the first of several largest values is the prediction', () => {
  expect(argMax([1, 3, 3])).toBe(1)
})

test('misclassified and target reached, each sample by its own class', () => {
  expect(misclassified([0, 1]).isMet(floats(1, 2), 0)).toBe(true)
  expect(misclassified([0, 1]).isMet(floats(1, 2), 1)).toBe(false)
  expect(targetReached([0, 1]).isMet(floats(1, 2), 0)).toBe(false)
  expect(targetReached([0, 1]).isMet(floats(1, 2), 1)).toBe(true)
})

describe('multi-label', () => {
  const truth = tensor([2, 3], floats(1, 0, 1, 0, 0, 0))

  test('any label flipped is enough', () => {
    const criterion = anyLabelFlipped(truth)
    expect(criterion.isMet(floats(2, -1, 0.1), 0)).toBe(false)
    expect(criterion.isMet(floats(2, 1, 0.1), 0)).toBe(true)
    expect(criterion.isMet(floats(-2, -1, -0.1), 1)).toBe(false)
  })

  test('given labels must all be as wanted, the others may be anything', () => {
    const criterion = labelsReached(truth, [0, 2])
    expect(criterion.isMet(floats(2, 9, 0.1), 0)).toBe(true)
    expect(criterion.isMet(floats(2, 9, -0.1), 0)).toBe(false)
    expect(labelsReached(truth).isMet(floats(2, 9, 0.1), 0)).toBe(false)
    expect(() => labelsReached(truth, [])).toThrow('at least one label')
  })
})

test('one logit flips at its threshold', () => {
  const sick = anyLabelFlipped(tensor([1, 1], floats(1)), 0.8)
  // sigmoid(1.386) is just below 0.8, sigmoid(1.387) just above.
  expect(sick.isMet(floats(1.386), 0)).toBe(true)
  expect(sick.isMet(floats(1.387), 0)).toBe(false)
  expect(() => anyLabelFlipped(tensor([1, 1]), 1)).toThrow('between 0 and 1')
})
