import { randomSource, sampleSeed, shuffled } from '../../core/random.ts'
import { RadversaryError } from '../../core/errors.ts'

/** A part of a data set: patients are in one alone. */
export interface Split {
  readonly name: string
  /** Its part of all images, above 0; the shares of all splits add up to 1. */
  readonly share: number
}

export const usualSplits: readonly string[] = ['train=0.8', 'validation=0.1', 'test=0.1']

/** Sums of shares that differ from 1 by less are rounding, as of three thirds. */
const rounding = 1e-3

/**
 * Splits from NAME=SHARE texts. @throws RadversaryError usage for another shape, a name twice, and shares that
 * do not add up to 1.
 */
export function splitsOf(texts: readonly string[]): Split[] {
  const splits = texts.map(splitOf)
  const sum = splits.reduce((total, { share }) => total + share, 0)
  const names = new Set(splits.map(({ name }) => name))
  if (names.size === splits.length && Math.abs(sum - 1) < rounding) return splits
  throw wrong(names.size < splits.length ? 'names that differ' : 'shares that add up to 1', texts.join(' '))
}

function splitOf(text: string): Split {
  const [, name, number] = /^([\w-]{1,40})=(0?\.\d+|1|1\.0+|0)$/.exec(text) ?? []
  const share = Number(number)
  if (name !== undefined && share > 0) return { name, share }
  throw wrong('NAME=SHARE with a share above 0 and at most 1', text)
}

function wrong(expected: string, got: string): RadversaryError {
  return new RadversaryError('usage', `Splits: expected ${expected}, got ${got}`, {
    tip: `For example: --split ${usualSplits.join(' ')}`,
  })
}

/**
 * The split of each patient, by number: patients in a random order, each to the split that lacks most of the
 * images that are its share.
 * @param patients of each image
 */
export function splitPatients(
  patients: readonly number[],
  splits: readonly Split[],
  seed: number,
): ReadonlyMap<number, string> {
  const counts = new Map<number, number>()
  for (const patient of patients) counts.set(patient, (counts.get(patient) ?? none) + 1)
  const lacks = new Map(splits.map(({ name, share }) => [name, share * patients.length]))
  const random = randomSource(sampleSeed(seed, 'splits of a data set'), 0)
  return new Map(
    shuffled([...counts], random).map(([patient, images]) => {
      const [name, lack] = [...lacks].reduce((most, each) => (each[1] > most[1] ? each : most))
      lacks.set(name, lack - images)
      return [patient, name]
    }),
  )
}

/** Images counted of a patient that was not met before. */
const none = 0
