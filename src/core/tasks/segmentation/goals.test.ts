import { describe, expect, test } from 'vitest'
import type { Mask } from '../../image/mask.ts'
import { maskReached, overlapBelow } from './goals.ts'

const mask = (values: ArrayLike<number>): Mask => ({
  rows: 1,
  columns: 4,
  overlapping: false,
  values: Uint8Array.from(values),
})
const judge = { read: mask, classes: 2, things: [1] }
const says = (...values: number[]) => Float32Array.from(values)

describe('overlap below a bound', () => {
  const label = mask([1, 1, 0, 0])
  const criterion = overlapBelow(
    { ...judge, labels: [label, mask([0, 0, 0, 0])] },
    { measure: 'dice', value: 0.6 },
  )

  test('is met by the mean over the things, and not at the bound itself', () => {
    expect(criterion.name).toBe('mean dice below 0.6')
    expect(criterion.isMet(says(1, 1, 0, 0), 0)).toBe(false)
    expect(criterion.isMet(says(1, 0, 1, 0), 0)).toBe(true) // Dice 0.5
    expect(
      overlapBelow({ ...judge, labels: [label] }, { measure: 'dice', value: 0.5 }).isMet(says(1, 0, 1, 0), 0),
    ).toBe(false)
    expect(
      overlapBelow({ ...judge, labels: [label] }, { measure: 'iou', value: 0.5 }).isMet(says(1, 0, 1, 0), 0),
    ).toBe(true)
  })

  test('where the label shows nothing, anything that is found is enough', () => {
    expect(criterion.isMet(says(0, 0, 0, 0), 1)).toBe(false)
    expect(criterion.isMet(says(0, 0, 0, 1), 1)).toBe(true)
  })
})

describe('a wanted mask', () => {
  const labels = [mask([1, 1, 1, 1]), mask([1, 0, 0, 0])]
  const reached = (wanted: Mask[]) =>
    maskReached({ ...judge, labels, wanted }, { measure: 'dice', value: 0.75 })

  test('is reached by the overlap with it', () => {
    const criterion = reached([mask([0, 0, 1, 1]), mask([1, 1, 1, 0])])
    expect(criterion.isMet(says(0, 0, 1, 1), 0)).toBe(true)
    expect(criterion.isMet(says(1, 0, 1, 1), 0)).toBe(true) // Dice 0.8
    expect(criterion.isMet(says(1, 1, 1, 1), 0)).toBe(false) // Dice 2/3
    expect(criterion.isMet(says(0, 0, 0, 0), 1)).toBe(false)
  })

  test('of nothing is reached where little of what the label shows is left', () => {
    const criterion = reached([mask([0, 0, 0, 0]), mask([0, 0, 0, 0])])
    expect(criterion.isMet(says(0, 0, 0, 1), 0)).toBe(true) // a quarter is left
    expect(criterion.isMet(says(0, 0, 1, 1), 0)).toBe(false)
    expect(criterion.isMet(says(0, 0, 0, 0), 1)).toBe(true)
  })
})
