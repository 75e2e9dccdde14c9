import { describe, expect, test } from 'vitest'
import { linearModel } from '../../../test/support/analytic-models.ts'
import { problemAgainst, run } from '../../../test/support/attack-problems.ts'
import { uniformTensor } from '../../../test/support/numbers.ts'
import { boxRows, type AnchorLoss } from '../tasks/detection/losses.ts'
import { tensor } from '../tensor/tensor.ts'
import { configureAttack } from './attack-methods.ts'
import type { AttackProblem } from './attack.ts'

const imageShape = [1, 2, 2]
const pixels = 4
const anchors = 3
const image = uniformTensor([1, ...imageShape], 9, [0.4, 0.6])
const never = { name: 'never', isMet: () => false }
const loss: AnchorLoss = { kind: 'anchor-cross-entropy', classes: 3, background: 0, threshold: 0.25 }
const rows = boxRows + loss.classes

/** Logits of every row and anchor are lines of the image's pixels. */
const lines = Array.from({ length: rows * anchors }, (_, i) => [...uniformTensor([pixels], i, [-4, 4]).data])
const at = (k: number, anchor: number) => (boxRows + k) * anchors + anchor

/** Anchors 0 and 1 count, the first of them as what is predicted, the other as something else. */
async function problem(
  changes: Partial<AttackProblem> = {},
): Promise<{ given: AttackProblem; predicted: number[] }> {
  const model = linearModel(imageShape, lines)
  const { data: z } = await model.predict(image)
  const predicted = Array.from({ length: anchors }, (_, a) => {
    const scores = [0, 1, 2].map((k) => z[at(k, a)]!)
    return scores.indexOf(Math.max(...scores))
  })
  const targets = tensor([1, rows * anchors])
  for (const anchor of [0, 1]) {
    targets.data[anchor] = 0.5
    targets.data[at((predicted[anchor]! + anchor) % 3, anchor)] = 1
  }
  return {
    given: await problemAgainst(model, image, { loss, targets, criterion: never, ...changes }),
    predicted,
  }
}

async function firstStep(given: AttackProblem): Promise<number[]> {
  const { result } = await run(configureAttack('dag', { steps: 1, stepSize: 0.01 }), given)
  return [...result.adversarial.data].map((value, i) => value - image.data[i]!)
}

/** γ·r / ‖r‖∞ of a sum of the lines' differences. */
function stepOf(pairs: readonly (readonly [to: number, from: number])[]): number[] {
  const r = Array.from({ length: pixels }, (_, i) =>
    pairs.reduce((sum, [to, from]) => sum + lines[to]![i]! - lines[from]![i]!, 0),
  )
  const largest = Math.max(...r.map(Math.abs))
  return r.map((value) => (0.01 * value) / largest)
}

const isNear = (a: readonly number[], b: readonly number[]) =>
  a.every((value, i) => Math.abs(value - b[i]!) < 1e-6)

describe('the first step of DAG is its equation', () => {
  test('away from the label: of the anchors that still hold, towards another class', async () => {
    const { given, predicted } = await problem()
    const step = await firstStep(given)
    const label = predicted[0]!
    const possible = [0, 1, 2]
      .filter((k) => k !== label)
      .map((other) => stepOf([[at(other, 0), at(label, 0)]]))
    expect(possible.filter((each) => isNear(each, step))).toHaveLength(1)
  })

  test('towards what is wanted: of the anchors that do not show it, from what they show', async () => {
    const { given, predicted } = await problem({ targeted: true })
    const wanted = (predicted[1]! + 1) % 3
    expect(isNear(await firstStep(given), stepOf([[at(wanted, 1), at(predicted[1]!, 1)]]))).toBe(true)
  })
})

test('an image none of whose anchors holds is left as it is', async () => {
  const { given } = await problem()
  const nothing = { ...given, targets: tensor(given.targets.shape) }
  const { result } = await run(configureAttack('dag', {}), nothing)
  expect([...result.adversarial.data]).toEqual([...image.data])
})

test('it refuses a classification in words', async () => {
  const { given } = await problem()
  await expect(firstStep({ ...given, loss: 'cross-entropy' })).rejects.toThrow(
    'DAG: expected a detection or a segmentation',
  )
})
