import { csv } from './csv.ts'
import type { ImageDistance } from './image-distance.ts'

/** What one attack did to one slice: a row of the metrics' CSV. */
export interface SliceMetrics {
  /** Relative to the study's folder, with forward slashes. */
  readonly file: string
  /** The adversarial instance, relative to the export's folder. */
  readonly exported: string
  readonly sopInstanceUid: string
  /** Counts from 1. */
  readonly frame: number
  readonly method: string
  /** Class names; several of a multi-label head are joined by '; '. */
  readonly label: string
  readonly predictionBefore: string
  readonly confidenceBefore: number
  readonly predictionAfter: string
  readonly confidenceAfter: number
  /** The criterion is met by the rounded adversarial image. */
  readonly success: boolean
  /** The criterion was met by the source already. */
  readonly metBefore: boolean
  readonly iterations: number
  /** Relative intensity clipped to its window [0, 1]; data range 1. */
  readonly window: ImageDistance
  /** Stored values; data range 2^BitsStored − 1. */
  readonly stored: ImageDistance
}

const columns: readonly (readonly [name: string, value: (row: SliceMetrics) => string | number | boolean | null])[] = [
  ['file', (row) => row.file],
  ['exported', (row) => row.exported],
  ['SOPInstanceUID', (row) => row.sopInstanceUid],
  ['frame', (row) => row.frame],
  ['method', (row) => row.method],
  ['label', (row) => row.label],
  ['prediction_before', (row) => row.predictionBefore],
  ['confidence_before', (row) => row.confidenceBefore],
  ['prediction_after', (row) => row.predictionAfter],
  ['confidence_after', (row) => row.confidenceAfter],
  ['success', (row) => row.success],
  ['met_before', (row) => row.metBefore],
  ['iterations', (row) => row.iterations],
  ['window_linf', (row) => row.window.linf],
  ['window_l2', (row) => row.window.l2],
  ['window_psnr_db', (row) => row.window.psnr],
  ['window_ssim', (row) => row.window.ssim],
  ['stored_linf', (row) => row.stored.linf],
  ['stored_l2', (row) => row.stored.l2],
  ['stored_psnr_db', (row) => row.stored.psnr],
  ['stored_ssim', (row) => row.stored.ssim],
  ['changed_values', (row) => row.stored.changed],
  ['changed_fraction', (row) => row.stored.changedFraction],
]

/** The rows as CSV (RFC 4180) with a header. Empty cells: PSNR of equal images (infinite), SSIM of images below 11x11 (undefined). */
export function sliceMetricsCsv(rows: readonly SliceMetrics[]): string {
  return csv([columns.map(([name]) => name), ...rows.map((row) => columns.map(([, value]) => value(row)))])
}
