import type { FrameReport, ImageResult } from '../../../../engine/attack/image-result.ts'
import type { StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import { slicesOf } from '../../viewer/slices.ts'

/** One attacked slice, as the table shows it. */
export interface ResultRow {
  /** Index of the series in the study, and of the slice in the series. */
  readonly series: number
  readonly slice: number
  readonly label: string
  readonly before: string
  readonly confidenceBefore: number
  readonly after: string
  readonly confidenceAfter: number
  readonly success: boolean
  readonly metBefore: boolean
  /** Greatest change, in stored levels. */
  readonly linf: number
  /** In the window; null where it is not defined. */
  readonly psnr: number | null
  readonly ssim: number | null
}

/** A run's results in the study's order; what a later version of the study no longer holds is left out. */
export function resultRows(images: ReadonlyMap<number, ImageResult>, study: StudyInfo, classes: readonly string[]): ResultRow[] {
  const byUid = new Map([...images.values()].map((result) => [result.sopInstanceUid, result]))
  return study.series.flatMap(({ index, images: own }) => {
    const uids = new Map(own.map((image) => [image.index, image.sopInstanceUid]))
    return slicesOf(own).flatMap(({ image, frame }, slice) => {
      const report = byUid.get(uids.get(image) ?? '')?.frames[frame]
      return report === undefined ? [] : [rowOf(report, { series: index, slice }, classes)]
    })
  })
}

function rowOf(report: FrameReport, place: Pick<ResultRow, 'series' | 'slice'>, classes: readonly string[]): ResultRow {
  const { label, before, reread, success, metBefore, window, stored } = report
  return {
    ...place,
    label: classText(label, classes),
    before: classText(before.classes, classes),
    confidenceBefore: before.confidence,
    after: classText(reread.classes, classes),
    confidenceAfter: reread.confidence,
    ...{ success, metBefore, linf: stored.linf, psnr: window.psnr, ssim: window.ssim },
  }
}

/** Classes by name; several of a multi-label head are joined. */
export function classText(indices: readonly number[], classes: readonly string[]): string {
  return indices.length === 0 ? 'none' : indices.map((index) => classes[index] ?? String(index)).join('; ')
}

export type SortKey = 'slice' | 'label' | 'before' | 'after' | 'success' | 'linf' | 'psnr' | 'ssim'

export interface SortOrder {
  readonly key: SortKey
  readonly descending: boolean
}

/** Rows in another order; predictions by class and then confidence, what is not defined last, equal ones as they were. */
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
      return [row.before, row.confidenceBefore]
    case 'after':
      return [row.after, row.confidenceAfter]
    case 'success':
      return [Number(row.success), Number(row.metBefore)]
    case 'linf':
    case 'psnr':
    case 'ssim':
      return [row[key]]
  }
}

/** What can be said of a run before it is done. */
export function fooledSoFar(rows: readonly ResultRow[]): { readonly successes: number; readonly count: number } {
  return { successes: rows.filter(({ success }) => success).length, count: rows.length }
}
