import { expect, test } from 'vitest'
import { maskingWarnings, type MaskingEvidence, type MaskingSlice } from './gradient-masking.ts'

const moved = { mean: 0, variance: 1e-4 }
const slice: MaskingSlice = { success: false, metBefore: false, confidenceBefore: 0.9, perturbation: moved }

/** Ten slices, the first `successes` of them broken. */
function cell(method: string, successes: number, changes: Partial<MaskingEvidence> = {}): MaskingEvidence {
  const slices = Array.from({ length: 10 }, (_, n) => ({ ...slice, success: n < successes }))
  return {
    method,
    access: 'white-box',
    norm: 'Linf',
    budget: { value: 8, unit: 'grey-levels' },
    slices,
    ...changes,
  }
}

const checks = (...evidence: MaskingEvidence[]) => maskingWarnings(evidence).map(({ check }) => check)
const noise = (successes: number) => cell('noise', successes, { access: 'none' })
const square = (successes: number) => cell('square', successes, { access: 'black-box' })

test('a sound evaluation warns of nothing', () => {
  const larger = cell('pgd', 9, { budget: { value: 16, unit: 'grey-levels' } })
  expect(checks(cell('pgd', 6), larger, noise(1), square(5))).toEqual([])
})

test('a slice that an attack leaves as it was had no gradient', () => {
  const still = { ...slice, perturbation: { mean: 0, variance: 0 } }
  const [warning] = maskingWarnings([cell('pgd', 0, { slices: [still, still, slice] })])
  expect(warning).toMatchObject({ check: 'zero-gradients' })
  expect(warning?.message).toMatch(/^pgd at 8 grey-levels did not change 2 of 3 slices/)
})

test('certainty beyond float32 is told', () => {
  const sure = { ...slice, confidenceBefore: 1 }
  expect(checks(cell('pgd', 0, { slices: [sure, slice, slice] }))).toEqual(['saturation'])
  expect(checks(cell('noise', 0, { access: 'none', slices: [sure] }))).toEqual([])
})

test('noise that does as well as the attack is told, unless nothing succeeds at all', () => {
  expect(checks(cell('pgd', 3), noise(3))).toEqual(['noise-as-good'])
  expect(checks(cell('pgd', 0), noise(0))).toEqual([])
  expect(checks(cell('pgd', 3, { norm: 'L2' }), noise(3))).toEqual([])
})

test('a larger budget that does worse is told', () => {
  const larger = cell('pgd', 5, { budget: { value: 16, unit: 'grey-levels' } })
  expect(checks(cell('pgd', 6), larger)).toEqual(['larger-budget-worse'])
  expect(checks(cell('pgd', 6), { ...larger, method: 'fgsm' })).toEqual([])
})

test('a black box is compared with the best white box of its budget', () => {
  expect(checks(cell('fgsm', 2), cell('pgd', 6), square(4))).toEqual([])
  const [warning] = maskingWarnings([cell('fgsm', 2), cell('pgd', 6), square(7)])
  expect(warning?.message).toMatch(/^square at .* on 7 slices; .* pgd at 8 grey-levels, on 6\.$/)
})

test('slices that were wrong before do not count', () => {
  const wrong = { ...slice, metBefore: true, success: true }
  expect(
    checks(cell('pgd', 3), cell('noise', 0, { access: 'none', slices: [wrong, wrong, wrong, wrong] })),
  ).toEqual([])
})
