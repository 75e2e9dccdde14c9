import { expect, test } from 'vitest'
import { checkRule } from '../../../../test/support/check-rule.ts'
import { refusals } from '../../../../test/support/rule-cases/refusals.ts'
import { nameOf } from '../../../../test/support/rule-cases/values.ts'

test.each(refusals.map((each) => [nameOf(each), each] as const))(
  '%s is an error that says what is expected',
  async (_, { error, ...ruleCase }) => {
    await expect(checkRule(ruleCase)).rejects.toMatchObject({
      code: 'model-unsupported',
      message: `${ruleCase.op} '${ruleCase.op}_0': ${error}`,
    })
  },
)
