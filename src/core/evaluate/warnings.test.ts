import { expect, test } from 'vitest'
import { warningsOf, type AttackEvidence, type EvidenceSlice } from './warnings.ts'

const slice: EvidenceSlice = { success: false, metBefore: false, confidenceBefore: 0.9, changed: 100 }

/** Ten slices, the first `successes` of them broken. */
function cell(method: string, successes: number, changes: Partial<AttackEvidence> = {}): AttackEvidence {
  const slices = Array.from({ length: 10 }, (_, n) => ({ ...slice, success: n < successes }))
  return {
    method,
    task: 'classification',
    target: null,
    access: 'white-box',
    norm: 'Linf',
    budget: { value: 8, unit: 'grey-levels' },
    slices,
    ...changes,
  }
}

const checks = (...evidence: AttackEvidence[]) => warningsOf(evidence).map(({ check }) => check)
const noise = (successes: number) => cell('noise', successes, { access: 'none' })
const square = (successes: number) => cell('square', successes, { access: 'black-box' })

test('a sound evaluation warns of nothing', () => {
  const larger = cell('pgd', 9, { budget: { value: 16, unit: 'grey-levels' } })
  expect(checks(cell('pgd', 6), larger, noise(1), square(5))).toEqual([])
})

const zeros = { gradients: { asked: 20, zero: 20 } }

test('gradients of zeros are told, and what they have left', () => {
  const [warning] = warningsOf([cell('pgd', 0, { slices: [{ ...slice, ...zeros, changed: 0 }, slice] })])
  expect(warning).toMatchObject({ check: 'zero-gradients' })
  expect(warning?.message).toMatch(/^pgd at 8 grey-levels saw .* on 1 of 2 slices: they were not changed/)
  expect(warning?.tip).toMatch('apgd-dlr')
  const [started] = warningsOf([cell('pgd', 0, { slices: [{ ...slice, ...zeros }] })])
  expect(started?.message).toMatch('random start alone')
  expect(checks(cell('pgd', 0, { slices: [{ ...slice, ...zeros, success: true }] }))).toEqual([])
  expect(checks(cell('pgd', 0, { slices: [{ ...slice, gradients: { asked: 20, zero: 19 } }] }))).toEqual([])
})

test('a slice that an attack leaves as it was is told, of noise it is not', () => {
  const still = { ...slice, changed: 0 }
  const [warning] = warningsOf([cell('square', 0, { access: 'black-box', slices: [still, still, slice] })])
  expect(warning).toMatchObject({ check: 'unmoved' })
  expect(warning?.message).toMatch(/^square at 8 grey-levels did not change 2 of 3 slices/)
  expect(checks(cell('noise', 0, { access: 'none', slices: [still] }))).toEqual([])
})

test('a failure well inside its budget is told', () => {
  const inside = { ...slice, budgetUsed: 0.2 }
  expect(checks(cell('pgd', 0, { slices: [inside, { ...slice, budgetUsed: 0.9 }] }))).toEqual([
    'inside-budget',
  ])
  expect(checks(cell('pgd', 0, { slices: [{ ...inside, success: true }, slice] }))).toEqual([])
})

test('most wrong before says first that card or labels are suspect', () => {
  const wrong = { ...slice, metBefore: true, success: true }
  const [first, ...rest] = warningsOf([
    cell('pgd', 0, { slices: [wrong, wrong, wrong, { ...slice, changed: 0 }] }),
    cell('fgsm', 0, { slices: [wrong, wrong, wrong, slice] }),
  ])
  expect(first?.message).toMatch(/^3 of 4 slices were wrong before .* card or the labels are suspect/)
  expect(rest.map(({ check }) => check)).toEqual(['unmoved'])
  expect(checks(cell('pgd', 0, { slices: [wrong, slice] }))).toEqual([])
  const [wanted] = warningsOf([cell('pgd', 0, { target: 'lesion', slices: [wrong] })])
  expect(wanted?.message).toMatch('as wanted (lesion)')
})

test('certainty beyond float32 is told where the attack failed', () => {
  const sure = { ...slice, confidenceBefore: 1 }
  expect(checks(cell('pgd', 0, { slices: [sure, slice, slice] }))).toEqual(['saturation'])
  expect(checks(cell('pgd', 0, { slices: [{ ...sure, success: true }, slice, slice] }))).toEqual([])
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
  const [warning] = warningsOf([cell('fgsm', 2), cell('pgd', 6), square(7)])
  expect(warning?.message).toMatch(/^square at .* on 7 slices; .* pgd at 8 grey-levels, on 6\.$/)
})

test('slices that were wrong before do not count as noise’s', () => {
  const wrong = { ...slice, metBefore: true, success: true }
  expect(
    checks(cell('pgd', 3), cell('noise', 0, { access: 'none', slices: [wrong, wrong, wrong, wrong] })),
  ).toEqual([])
})

test('a volume counts once, and was changed where any of its slices was', () => {
  const part = { ...slice, volume: 'a', budgetUsed: 0.9, gradients: { asked: 20, zero: 0 } }
  const still = { ...part, changed: 0, budgetUsed: 0, gradients: { asked: 20, zero: 20 } }
  const whole = cell('pgd', 0, { slices: [still, part, still] })
  expect(checks(whole)).toEqual([])
  const blind = cell('pgd', 0, { slices: [still, still, { ...part, volume: 'b' }] })
  expect(warningsOf([blind])[0]?.message).toMatch('on 1 of 2 volumes: they were not changed')
  const successful = [part, { ...part, volume: 'b', success: true }, { ...part, volume: 'b', success: true }]
  const other = { ...noise(0), slices: successful }
  expect(warningsOf([{ ...whole, slices: successful }, other])[0]?.message).toMatch(
    /changes 1 of 2 volumes; .* no more than 1\./,
  )
})
