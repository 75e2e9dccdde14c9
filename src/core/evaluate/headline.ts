import { wilsonInterval, type Proportion } from './statistics.ts'

/** An attacked slice, as far as success goes. */
export interface JudgedSlice {
  /** The attack's criterion is met after it. */
  readonly success: boolean
  /** The criterion was met before it: the slice was wrong already or, of a target, as wanted already. */
  readonly metBefore: boolean
}

/** What an attack has come to: the one definition, whoever shows it. */
export interface Headline {
  readonly slices: number
  /** Slices on which there was nothing left to attack; they don't count as fooled. */
  readonly metBefore: number
  /** Slices that the attack has fooled, among all others, with Wilson's interval of 95 %. */
  readonly fooled: Proportion
}

/** Counts what was fooled among what was right before. */
export function headlineOf(slices: readonly JudgedSlice[]): Headline {
  const attacked = slices.filter(({ metBefore }) => !metBefore)
  const fooled = attacked.filter(({ success }) => success).length
  return {
    slices: slices.length,
    metBefore: slices.length - attacked.length,
    fooled: wilsonInterval(fooled, attacked.length),
  }
}
