import type { VjpRule } from '../rule.ts'
import type { Value } from '../value.ts'

/**
 * dx = g strictly between the limits, seen in the output; a limit's cotangent is the sum of g where it holds.
 */
export const Clip: VjpRule = (node, emit) => {
  const { x, y, g } = node
  const [low, high] = [node.optionalInput(1), node.optionalInput(2)]
  const inside = (): Value => {
    const tests = [
      ...(low === undefined ? [] : [emit.test('Greater', y, low)]),
      ...(high === undefined ? [] : [emit.test('Less', y, high)]),
    ]
    const [first, second] = tests
    if (first === undefined) return g
    return emit.where(second === undefined ? first : emit.test('And', first, second), g, 0)
  }
  const atLimit = (comparison: 'Less' | 'Greater', limit: Value | undefined): Value =>
    limit === undefined
      ? emit.scalar(0)
      : emit.sumTo(emit.where(emit.test(comparison, x, limit), g, 0), limit.shape)
  return [inside, () => atLimit('Less', low), () => atLimit('Greater', high)]
}
