import { expect, test } from 'vitest'
import { checkpointsOf, StepSchedule } from './apgd-schedule.ts'

test('the checkpoints of 100 steps are those of the paper’s formula', () => {
  // p: 0, 0.22, 0.41, 0.57, 0.70, 0.80, 0.87, 0.93, 0.99
  expect(checkpointsOf(100)).toEqual([0, 22, 41, 57, 70, 80, 87, 93, 99])
  expect(checkpointsOf(10)).toEqual([0, 3, 5, 6, 7, 8, 9, 10])
})

function observed(values: readonly number[], checkpoints: readonly number[] = [0, 4, 8]) {
  const schedule = new StepSchedule(1, checkpoints)
  const halved = values.flatMap((value, t) => (schedule.observe(value).halved ? [t] : []))
  return { halved, size: schedule.size, best: schedule.best }
}

test('steps that raise the objective keep their size', () => {
  expect(observed([0, 1, 2, 3, 4, 5, 6, 7, 8])).toEqual({ halved: [], size: 1, best: 8 })
})

test('fewer than three of four raises halve the step at the checkpoint', () => {
  expect(observed([0, 1, 0, 1, 0]).halved).toEqual([4])
  expect(observed([0, 1, 2, 3, 2]).halved).toEqual([])
})

test('a best value that stays while the step does halves it too', () => {
  // The second stretch rises in 3 of 4 steps but stays below the first one's best.
  expect(observed([0, 7, 8, 9, 1, 2, 3, 4, 3])).toEqual({ halved: [8], size: 0.5, best: 9 })
})
