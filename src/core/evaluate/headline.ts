import { wilsonInterval, type Proportion } from './statistics.ts'

/** A row of one slice. */
export interface OfVolume {
  /** Name of the stack whose one answer the row repeats; absent where a slice has an answer of its own. */
  readonly volume?: string | undefined
}

/** Rows by answer: each slice's that has its own, and those of a volume together. */
export function byAnswer<Row extends OfVolume>(rows: readonly Row[]): Row[][] {
  const answers: Row[][] = []
  const volumes = new Map<string, Row[]>()
  for (const row of rows) {
    const known = row.volume === undefined ? undefined : volumes.get(row.volume)
    if (known !== undefined) known.push(row)
    else answers.push([row])
    const last = answers.at(-1)
    if (known === undefined && row.volume !== undefined && last) volumes.set(row.volume, last)
  }
  return answers
}

/** Each answer once: of a volume's slices the first. */
export function oncePerVolume<Row extends OfVolume>(rows: readonly Row[]): Row[] {
  return byAnswer(rows).flatMap(([first]) => first ?? [])
}

/** An attacked slice, as far as success goes. */
export interface JudgedSlice extends OfVolume {
  /** The attack's criterion is met after it. */
  readonly success: boolean
  /** The criterion was met before it: the slice was wrong already or, of a target, as wanted already. */
  readonly metBefore: boolean
}

/** What an attack has come to: the one definition, whoever shows it. */
export interface Headline {
  /** Slices, or volumes that have one answer. */
  readonly slices: number
  /** Slices on which there was nothing left to attack; they don't count as fooled. */
  readonly metBefore: number
  /** Slices that the attack has fooled, among all others, with Wilson's interval of 95 %. */
  readonly fooled: Proportion
}

/** Counts what was fooled among what was right before; an answer of a whole volume counts once. */
export function headlineOf(all: readonly JudgedSlice[]): Headline {
  const slices = oncePerVolume(all)
  const attacked = slices.filter(({ metBefore }) => !metBefore)
  const fooled = attacked.filter(({ success }) => success).length
  return {
    slices: slices.length,
    metBefore: slices.length - attacked.length,
    fooled: wilsonInterval(fooled, attacked.length),
  }
}
