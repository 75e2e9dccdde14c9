import { expect, test } from 'vitest'
import { wilsonInterval } from '../../core/evaluate/statistics.ts'
import { rateByPatient } from './cohort-record.ts'

const study = (patient: string | null, successes: number, count: number) => ({
  patient,
  fooled: wilsonInterval(successes, count),
})

test('patients are drawn whole: slices of one say no more than the patient does', () => {
  const interval = rateByPatient([study('a', 100, 100), study('b', 0, 100), study('c', 100, 100)])
  expect(interval).toEqual({ lower: 0, upper: 1 })
})

test('studies of one patient are drawn together', () => {
  const [apart, together] = [['a', 'b', 'c', 'd'] as const, ['a', 'a', 'c', 'd'] as const].map((patients) =>
    rateByPatient(patients.map((patient, i) => study(patient, i, 10))),
  )
  expect(together).not.toEqual(apart)
})

test('there is none where a patient is not named, and of a single one', () => {
  expect(rateByPatient([study('a', 1, 2), study(null, 1, 2)])).toBeNull()
  expect(rateByPatient([study('a', 1, 2), study('a', 2, 2), study('b', 0, 0)])).toBeNull()
})

test('where all patients are alike it is Wilson’s of as many slices', () => {
  const { lower, upper } = wilsonInterval(2, 2)
  expect(rateByPatient([study('a', 9, 9), study('b', 5, 5)])).toEqual({ lower, upper })
})
