import { aucOf, operatingPointOf, thresholdFor, type OperatingPoint } from './auc.ts'
import { calibrationOf, type Calibration } from './calibration.ts'
import { deLongOf, deLongTest } from './delong.ts'
import { headlineOf, type Headline, type JudgedSlice } from './headline.ts'
import { mcNemarOf, pairedDifference, type McNemar, type PairedDifference } from './paired.ts'
import { bootstrapOf, meanOf, wilsonInterval, type Interval, type Proportion } from './statistics.ts'

/** What a model says of one image, before or after an attack. */
export interface Said {
  readonly isRight: boolean
  readonly text: string
  readonly confidence: number | null
  /** Class indices; none of a model of another kind than classes. */
  readonly classes: readonly number[]
  readonly probabilities: readonly number[]
}

/** An answer of one cell: an image, or a volume that has one answer. */
export interface EvaluatedRow extends JudgedSlice {
  /** Names the image or volume: the same in every cell of a study. */
  readonly key: string
  /** Number of its patient, from 1. */
  readonly patient: number
  readonly label: string
  /** Class indices; none of a model of another kind than classes. */
  readonly labelled: readonly number[]
  readonly before: Said
  readonly after: Said
}

export type Moment = 'before' | 'after'

function patientsOf(rows: readonly EvaluatedRow[]): number[] {
  return rows.map(({ patient }) => patient)
}

/** Drawn again by patient; a single one can't say how patients differ. */
function areSeveral(patients: readonly number[]): boolean {
  return new Set(patients).size > 1
}

/** What was fooled of what was right before, also with an interval by patient. */
export interface FooledByPatient extends Headline {
  /**
   * The 95 % interval, by bootstrap over patients; null where a single patient can't say how patients differ.
   * Where all resamples are alike, Wilson's of the same rate in as many images as there are patients.
   */
  readonly byPatient: Interval | null
}

export function fooledOf(rows: readonly EvaluatedRow[]): FooledByPatient {
  const attacked = rows.filter(({ metBefore }) => !metBefore)
  return { ...headlineOf(rows), byPatient: byPatientOf(attacked, ({ success }) => success) }
}

/** The interval of a rate whose rows are drawn by patient. */
function byPatientOf(rows: readonly EvaluatedRow[], has: (row: EvaluatedRow) => boolean): Interval | null {
  const clusters = patientsOf(rows)
  if (!areSeveral(clusters)) return null
  const values = rows.map((row) => Number(has(row)))
  const rateOf = (drawn: ArrayLike<number>) => meanOf(Array.from(drawn, (i) => values[i] ?? null))
  return bootstrapOf(rows.length, rateOf, { clusters }) ?? ofAsMany(new Set(clusters).size, meanOf(values))
}

function ofAsMany(patients: number, rate: number | null): Interval | null {
  if (rate === null) return null
  const { lower, upper } = wilsonInterval(rate * patients, patients)
  return { lower, upper }
}

/** Per-example worst case: an image is fooled where any of the cells fools it. */
export function worstCaseOf(cells: readonly (readonly EvaluatedRow[])[]): FooledByPatient {
  return fooledOf(worstRowsOf(cells))
}

/** Each image once, fooled where any of the cells fools it. */
export function worstRowsOf(cells: readonly (readonly EvaluatedRow[])[]): EvaluatedRow[] {
  const fooled = new Set(cells.flatMap((rows) => rows.filter(({ success }) => success).map(({ key }) => key)))
  return eachOnce(cells).map((row) => ({ ...row, success: fooled.has(row.key) }))
}

/** What the model says rightly, also with an interval by patient. */
export interface RightByPatient extends Proportion {
  /** As of what was fooled. */
  readonly byPatient: Interval | null
}

export function rightOf(rows: readonly EvaluatedRow[], moment: Moment): RightByPatient {
  const right = rows.filter((row) => row[moment].isRight)
  const byPatient = byPatientOf(rows, (row) => row[moment].isRight)
  return { ...wilsonInterval(right.length, rows.length), byPatient }
}

/** Each image of a study once, also one that some of the cells failed to attack. */
export function eachOnce(cells: readonly (readonly EvaluatedRow[])[]): EvaluatedRow[] {
  return [...new Map(cells.flat().map((row) => [row.key, row])).values()]
}

/** Two methods on the same images: first against second. */
export interface MethodPair extends McNemar {
  /**
   * Difference of the rates at which they fool what was right before; without an interval where there is one
   * patient, or where all resamples are alike.
   */
  readonly difference: PairedDifference
  readonly images: number
}

/** Compares two cells on the images that both attacked and that were right before. */
export function pairOf(first: readonly EvaluatedRow[], second: readonly EvaluatedRow[]): MethodPair {
  const others = new Map(second.map((row) => [row.key, row]))
  const both = first.flatMap((row) => {
    const other = others.get(row.key)
    return other === undefined || row.metBefore || other.metBefore ? [] : [{ row, other }]
  })
  const [a, b] = [both.map(({ row }) => row.success), both.map(({ other }) => other.success)]
  const clusters = patientsOf(both.map(({ row }) => row))
  const difference = pairedDifference(a.map(Number), b.map(Number), { clusters })
  return {
    ...mcNemarOf(a, b),
    images: both.length,
    difference: areSeveral(clusters) ? difference : { ...difference, interval: null },
  }
}

/** How good a model's answers are at one moment. */
export interface Performance {
  readonly accuracy: Proportion
  readonly accuracyByPatient: Interval | null
  /** Null of models whose answers have no confidence. */
  readonly calibration: Calibration | null
  readonly labels: readonly LabelPerformance[]
  /** Counts by label, then by prediction; null of labels that may overlap, and of other tasks. */
  readonly confusion: readonly (readonly number[])[] | null
}

/** One label against all others. */
export interface LabelPerformance {
  readonly label: string
  readonly auc: number | null
  readonly deLong: Interval | null
  readonly aucByPatient: Interval | null
  /** DeLong's test against the clean images, two-sided; null of these themselves, and of too few. */
  readonly pAgainstClean: number | null
  /** By the card's own decision. */
  readonly card: OperatingPoint
  /** At the threshold that finds nine tenths of the label on the clean images; null where none has it. */
  readonly fixed: (OperatingPoint & { readonly threshold: number }) | null
}

/** The clean sensitivity at which thresholds are fixed. */
export const fixedSensitivity = 0.9

export function performanceOf(
  rows: readonly EvaluatedRow[],
  moment: Moment,
  classes: readonly string[],
): Performance {
  const right = rows.map((row) => row[moment].isRight)
  const confidences = rows.map((row) => row[moment].confidence)
  return {
    accuracy: wilsonInterval(right.filter(Boolean).length, right.length),
    accuracyByPatient: byPatientOf(rows, (row) => row[moment].isRight),
    calibration: confidences.every((confidence) => confidence !== null)
      ? calibrationOf(confidences, right, 10)
      : null,
    labels: classes.map((label, k) => ({ label, ...labelPerformance(rows, moment, k) })),
    confusion: confusionOf(rows, moment, classes.length),
  }
}

/** The score of a record that has none for a label: no threshold and no interval is made of it. */
const notRecorded = NaN

function labelPerformance(
  rows: readonly EvaluatedRow[],
  moment: Moment,
  k: number,
): Omit<LabelPerformance, 'label'> {
  const truths = rows.map(({ labelled }) => labelled.includes(k))
  const scores = (at: Moment) => rows.map((row) => row[at].probabilities[k] ?? notRecorded)
  const [clean, own] = [scores('before'), scores(moment)]
  const clusters = patientsOf(rows)
  const auc = aucOf(own, truths, { clusters })
  const threshold = thresholdFor(clean, truths, fixedSensitivity)
  const reached = (bar: number) => own.map((score) => score >= bar)
  return {
    auc: auc.value,
    deLong: deLongOf(own, truths)?.interval ?? null,
    aucByPatient: areSeveral(clusters) ? auc.interval : null,
    pAgainstClean: moment === 'before' ? null : (deLongTest(clean, own, truths)?.p ?? null),
    card: operatingPointOf(
      rows.map((row) => row[moment].classes.includes(k)),
      truths,
    ),
    fixed: threshold === null ? null : { threshold, ...operatingPointOf(reached(threshold), truths) },
  }
}

function confusionOf(
  rows: readonly EvaluatedRow[],
  moment: Moment,
  classes: number,
): Performance['confusion'] {
  const single = (indices: readonly number[]) => indices.length === 1
  if (classes === 0 || !rows.every((row) => single(row.labelled) && single(row[moment].classes))) return null
  return Array.from({ length: classes }, (_, label) =>
    Array.from(
      { length: classes },
      (_, said) => rows.filter((row) => row.labelled[0] === label && row[moment].classes[0] === said).length,
    ),
  )
}
