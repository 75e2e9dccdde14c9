import { expect, test } from 'vitest'
import { checkRule, distinctValues, ruleTolerance } from '../../../../test/support/check-rule.ts'
import { ruleCases } from '../../../../test/support/rule-cases/index.ts'
import { nameOf } from '../../../../test/support/rule-cases/values.ts'
import { supportedOps } from '../rules.ts'
import type { VjpRule } from '../rule.ts'

test.each(ruleCases.map((each) => [nameOf(each), each] as const))(
  '%s: the rule agrees with differences',
  async (_, ruleCase) => {
    expect(await checkRule(ruleCase)).toBeLessThan(ruleTolerance)
  },
)

test('every rule has a case', () => {
  const tested = new Set(ruleCases.map(({ op }) => op))
  expect(supportedOps.filter((op) => !tested.has(op))).toEqual([])
})

test('the checker rejects a rule that is wrong by 0.05 %', async () => {
  const wrong: VjpRule = ({ g, y }, emit) => [
    () => emit.mul(emit.mul(g, emit.sub(1, emit.mul(y, y))), 1.0005),
  ]
  const error = await checkRule({ op: 'Tanh', inputs: [distinctValues([3, 4])] }, { rules: () => wrong })
  expect(error).toBeGreaterThan(3 * ruleTolerance)
  expect(error).toBeCloseTo(5e-4, 4)
})

test('the checker rejects a rule that forgets one element of twelve', async () => {
  const mask = new Float32Array(12).fill(1)
  mask[5] = 0
  const wrong: VjpRule = ({ g }, emit) => [() => emit.mul(g, emit.floats([3, 4], mask))]
  expect(
    await checkRule({ op: 'Identity', inputs: [distinctValues([3, 4])] }, { rules: () => wrong }),
  ).toBeGreaterThan(100 * ruleTolerance)
})
