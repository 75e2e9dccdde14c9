import { describe, expect, test } from 'vitest'
import { tensor } from '../../tensor/tensor.ts'
import type { Mask } from '../../image/mask.ts'
import {
  backgroundOf,
  decidedMask,
  denseLoss,
  denseSize,
  maskPredictionsOf,
  maskTargetsOf,
  thingsOf,
} from './masks.ts'
import type { SegmentationOutput } from './output.ts'

const softmax: SegmentationOutput = {
  name: 'z',
  activation: 'softmax',
  gives: 'logits',
  classes: ['none', 'cyst', 'mass'],
}
const binary: SegmentationOutput = { name: 'z', activation: 'binary-sigmoid', gives: 'logits', classes: ['none', 'mass'], threshold: 0.8 } // prettier-ignore
const multi: SegmentationOutput = { name: 'z', activation: 'multi-label-sigmoid', gives: 'logits', classes: ['lung', 'mass'], threshold: 0.5 } // prettier-ignore
const mask = (overlapping: boolean, ...values: number[]): Mask => ({ rows: 1, columns: 2, overlapping, values: Uint8Array.from(values) }) // prettier-ignore

describe('a head of pixels', () => {
  test('knows its background and what is looked for', () => {
    expect([softmax, binary, multi].map(backgroundOf)).toEqual([0, 0, undefined])
    expect(thingsOf({ ...softmax, background: 'mass' })).toEqual([0, 1])
    expect([binary, multi].map(thingsOf)).toEqual([[1], [0, 1]])
  })

  test('has its own form of the cross-entropy and of Dice', () => {
    expect(denseLoss(softmax, { dice: 1 })).toMatchObject({
      kind: { dice: 1 },
      activation: 'softmax',
      channels: 3,
    })
    expect(denseLoss(binary, { 'cross-entropy': 1, dice: 2 })).toMatchObject({
      kind: { 'binary-cross-entropy': 1, 'binary-dice': 2 },
      activation: 'sigmoid',
      channels: 1,
    })
  })

  test('refuses logits that are not of its shape', () => {
    expect(denseSize(softmax, [2, 3, 8, 9])).toEqual([8, 9])
    expect(() => denseSize(softmax, [2, 3])).toThrow('expected logits [N, 3, rows, columns], got [2, 3]')
    expect(() => denseSize(binary, [2, 3, 8, 9])).toThrow('expected logits [N, 1, rows, columns]')
  })
})

describe('what is decided of each pixel', () => {
  test('the largest logit, the lowest index in a tie', () => {
    expect(decidedMask(softmax, Float32Array.of(0, 1, 2, 1, 1, 0), [1, 2])).toEqual(mask(false, 1, 0))
  })

  test('what reaches the threshold', () => {
    // sigmoid(1.386) is just below 0.8, sigmoid(1.387) just above.
    expect(decidedMask(binary, Float32Array.of(1.386, 1.387), [1, 2])).toEqual(mask(false, 0, 1))
    expect(decidedMask(multi, Float32Array.of(1, -1, 0, 2), [1, 2])).toEqual(mask(true, 1, 0, 1, 1))
  })
})

describe('maskPredictionsOf', () => {
  test('tells the things that are there, mean probabilities, and how certain the pixels are', () => {
    const logits = tensor(
      [2, 3, 1, 2],
      Float32Array.of(Math.log(8), 0, 0, Math.log(3), 0, 0, 5, 5, 0, 0, 0, 0),
    )
    const [some, none] = maskPredictionsOf(softmax, logits)
    expect(some).toMatchObject({ classes: [1], mask: mask(false, 0, 1) })
    expect(some!.confidence).toBeCloseTo((0.8 + 0.6) / 2, 6)
    expect(some!.probabilities[1]).toBeCloseTo((0.1 + 0.6) / 2, 6)
    expect(none!.classes).toEqual([0])
  })

  test('of one channel, of both its classes', () => {
    const [prediction] = maskPredictionsOf(
      binary,
      tensor([1, 1, 1, 2], Float32Array.of(Math.log(9), -Math.log(9))),
    )
    expect(prediction).toMatchObject({ classes: [1], mask: mask(false, 1, 0) })
    expect(prediction!.probabilities[0]).toBeCloseTo(0.5, 6)
    expect(prediction!.confidence).toBeCloseTo(0.9, 6)
  })

  test('of classes that overlap, over all yes and no decisions', () => {
    const [prediction] = maskPredictionsOf(
      multi,
      tensor([1, 2, 1, 2], Float32Array.of(-9, -9, Math.log(3), -9)),
    )
    expect(prediction!.classes).toEqual([1])
    expect(prediction!.confidence).toBeCloseTo((3 + 0.75) / 4, 3)
  })
})

test('targets are one-hot at each pixel, 0 or 1, or multi-hot', () => {
  const targets = (head: SegmentationOutput, one: Mask) => [...maskTargetsOf(head, [one], [1, 2]).data]
  expect(targets(softmax, mask(false, 2, 0))).toEqual([0, 1, 0, 0, 1, 0])
  expect(targets(binary, mask(false, 1, 0))).toEqual([1, 0])
  expect(targets(multi, mask(true, 1, 0, 1, 1))).toEqual([1, 0, 1, 1])
  expect(() => targets(softmax, mask(false, 3, 0))).toThrow('expected class indices below 3, got 3')
})
