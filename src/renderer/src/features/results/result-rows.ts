import { decimal, percent } from '../../../../core/number-texts.ts'
import type { FrameReport, ImageResult } from '../../../../engine/export/image-result.ts'
import type { StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import { type AnswerNames, answerText } from '../../state/card-answers.ts'
import { slicesOf } from '../../viewer/slices.ts'

/** One attacked slice, as the table shows it. */
export interface ResultRow {
  /** Index of the series in the study, and of the slice in the series. */
  readonly series: number
  readonly slice: number
  /** Name of the volume whose one answer this is; such count once. */
  readonly volume?: string | undefined
  readonly label: string
  readonly before: string
  /** Null of a regression. */
  readonly confidenceBefore: number | null
  /** Value before the attack, in the card's unit; regressions only. Rows are sorted by it. */
  readonly valueBefore?: number | undefined
  readonly after: string
  readonly confidenceAfter: number | null
  readonly valueAfter?: number | undefined
  readonly success: boolean
  readonly metBefore: boolean
  /** Counts of boxes; detections only. */
  readonly boxes?: BoxCounts
  /** Greatest change, in stored levels. */
  readonly linf: number
  /** In the window; null where it is not defined. */
  readonly psnr: number | null
  readonly ssim: number | null
}

/**
 * How many labelled boxes a slice has and how many are found, the highest score at any anchor, and the false
 * positives; before and after.
 */
export interface BoxCounts {
  readonly labelled: number
  readonly found: Change
  readonly highest: Change
  readonly wrong: Change
}

interface Change {
  readonly before: number
  readonly after: number
}

/** A run's results in the study's order; what a later version of the study no longer holds is left out. */
export function resultRows(
  images: ReadonlyMap<number, ImageResult>,
  study: StudyInfo,
  names: AnswerNames,
): ResultRow[] {
  const byUid = new Map([...images.values()].map((result) => [result.sopInstanceUid, result]))
  return study.series.flatMap(({ index, images: own }) => {
    const uids = new Map(own.map((image) => [image.index, image.sopInstanceUid]))
    return slicesOf(own).flatMap(({ image, frame }, slice) => {
      const report = byUid.get(uids.get(image) ?? '')?.frames[frame]
      return report === undefined ? [] : [rowOf(report, { series: index, slice }, names)]
    })
  })
}

function rowOf(
  report: FrameReport,
  place: Pick<ResultRow, 'series' | 'slice'>,
  names: AnswerNames,
): ResultRow {
  const { volume, label, labelValue, before, reread, success, metBefore, boxes, window, stored } = report
  return {
    ...place,
    volume,
    label: answerText({ classes: label, value: labelValue }, names),
    before: answerText(before, names),
    confidenceBefore: before.confidence,
    after: answerText(reread, names),
    confidenceAfter: reread.confidence,
    ...(boxes && { boxes: countsOf(boxes) }),
    valueBefore: before.value,
    valueAfter: reread.value,
    success,
    metBefore,
    linf: stored.linf,
    psnr: window.psnr,
    ssim: window.ssim,
  }
}

function countsOf({ label, before, after, highest }: NonNullable<FrameReport['boxes']>): BoxCounts {
  const found = (boxes: typeof before) => boxes.filter(({ finds }) => finds !== null).length
  const [foundBefore, foundAfter] = [found(before), found(after)]
  return {
    labelled: label.length,
    found: { before: foundBefore, after: foundAfter },
    highest,
    wrong: { before: before.length - foundBefore, after: after.length - foundAfter },
  }
}

export type SortKey =
  | 'slice'
  | 'label'
  | 'before'
  | 'after'
  | keyof Omit<BoxCounts, 'labelled'>
  | 'success'
  | 'linf'
  | 'psnr'
  | 'ssim'

export interface SortOrder {
  readonly key: SortKey
  readonly descending: boolean
}

/**
 * Rows in another order; predictions by class and then confidence, what is not defined last, equal ones as
 * they were.
 */
export function sortedRows(rows: readonly ResultRow[], { key, descending }: SortOrder): ResultRow[] {
  const sign = descending ? -1 : 1
  return [...rows].sort((a, b) => {
    const [x, y] = [sortValue(a, key), sortValue(b, key)]
    for (const [i, left] of x.entries()) {
      const right = y[i]
      if (left === right) continue
      if (left === null || right === null || right === undefined) return left === null ? 1 : -1
      return sign * (left < right ? -1 : 1)
    }
    return 0
  })
}

function sortValue(row: ResultRow, key: SortKey): readonly (string | number | null)[] {
  switch (key) {
    case 'slice':
      return [row.series, row.slice]
    case 'label':
      return [row.label]
    case 'before':
      return [row.valueBefore ?? row.before, row.confidenceBefore]
    case 'after':
      return [row.valueAfter ?? row.after, row.confidenceAfter]
    case 'found':
    case 'highest':
    case 'wrong':
      return [row.boxes?.[key].after ?? null, row.boxes?.[key].before ?? null]
    case 'success':
      return [Number(row.success), Number(row.metBefore)]
    case 'linf':
    case 'psnr':
    case 'ssim':
      return [row[key]]
  }
}

/** "0.912 → 0.034"; a dash for what is not defined. */
export function changeText(before: number | null, after: number | null, digits: number): string {
  return [before, after].map((value) => decimal(value, digits)).join(' → ')
}

/** "91 % → 3 %" of two fractions. */
export function percentChange(before: number, after: number): string {
  return [before, after].map((fraction) => percent(fraction, 0)).join(' → ')
}

type FrameBoxes = NonNullable<FrameReport['boxes']>

/** What became of a labelled box, or of a box where none is labelled. */
type Fate = 'kept' | 'lost' | 'missed' | 'gained' | 'removed' | 'added'

/** One thing of an image. */
interface BoxFate {
  readonly box: FrameBoxes['label'][number]
  readonly fate: Fate
  /** Scores of the boxes that find it; null where none does. */
  readonly before: number | null
  readonly after: number | null
}

/**
 * Labelled boxes in their order, then the false positives of the original, then those of the adversarial
 * image.
 */
export function boxFates({ label, before, after }: FrameBoxes): BoxFate[] {
  const scoreIn = (found: FrameBoxes['before'], index: number) =>
    found.find(({ finds }) => finds === index)?.score ?? null
  const labelled = label.map((box, index) => {
    const scores = { before: scoreIn(before, index), after: scoreIn(after, index) }
    return { box, ...scores, fate: fateOf(scores) }
  })
  const wrong = (found: FrameBoxes['before']) => found.filter(({ finds }) => finds === null)
  return [
    ...labelled,
    ...wrong(before).map((box): BoxFate => ({ box, fate: 'removed', before: box.score, after: null })),
    ...wrong(after).map((box): BoxFate => ({ box, fate: 'added', before: null, after: box.score })),
  ]
}

function fateOf({ before, after }: Pick<BoxFate, 'before' | 'after'>): Fate {
  if (before === null) return after === null ? 'missed' : 'gained'
  return after === null ? 'lost' : 'kept'
}
