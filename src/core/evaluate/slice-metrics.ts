import { csv } from './csv.ts'
import type { DetectionCounts } from './detection.ts'
import type { ImageDistance } from './image-distance.ts'
import { answerRows } from './volume-rows.ts'

/** One class of a segmentation against the label. */
export interface SegmentMetrics {
  /** Its name. */
  readonly class: string
  readonly dice: number | null
  readonly iou: number | null
  readonly hd95: number | null
}

/** Every class but the background. */
export interface SliceSegments {
  readonly distanceUnit: 'mm' | 'px'
  readonly before: readonly SegmentMetrics[]
  readonly after: readonly SegmentMetrics[]
}

/** Boxes of one slice, and how many labelled ones they find (IoU 0.5). */
export interface SliceDetections {
  readonly labelled: number
  readonly before: DetectionCounts & { readonly boxes: number }
  readonly after: DetectionCounts & { readonly boxes: number }
}

/** What one attack did to one slice: a row of the metrics' CSV, where it has an answer of its own. */
export interface SliceMetrics {
  /** Relative to the study's folder, with forward slashes. */
  readonly file: string
  /** The adversarial instance, relative to the export's folder. */
  readonly exported: string
  readonly sopInstanceUid: string
  /** Counts from 1. */
  readonly frame: number
  /** Name of the volume whose one answer this is. */
  readonly volume?: string | undefined
  readonly method: string
  /** Class names; several of a multi-label head are joined by '; '. */
  readonly label: string
  readonly predictionBefore: string
  /** Null of a regression. */
  readonly confidenceBefore: number | null
  readonly predictionAfter: string
  readonly confidenceAfter: number | null
  /** The criterion is met by the rounded adversarial image. */
  readonly success: boolean
  /** The criterion was met by the source already. */
  readonly metBefore: boolean
  readonly iterations: number
  /** Agreement of the classes; segmentations only. */
  readonly segments?: SliceSegments
  /** Fate of the boxes; detections only. */
  readonly detections?: SliceDetections
  /** Relative intensity clipped to its window [0, 1]; data range 1. */
  readonly window: ImageDistance
  /** Stored values; data range 2^BitsStored − 1. */
  readonly stored: ImageDistance
}

/** The same of an answer: of a whole volume with the distances of all its slices, and how many they are. */
interface AnswerMetrics extends SliceMetrics {
  readonly slices: number
}

type AnswerColumn = readonly [name: string, value: (row: AnswerMetrics) => string | number | boolean | null]
const volumeColumns: readonly AnswerColumn[] = [
  ['volume', (row) => row.volume ?? null],
  ['slices', (row) => row.slices],
]

type Column = readonly [name: string, value: (row: SliceMetrics) => string | number | boolean | null]

const columns: readonly Column[] = [
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

/**
 * The rows as CSV (RFC 4180) with a header. Empty cells: PSNR of equal images (infinite), what is undefined
 * (SSIM of images below 11x11). A volume that has one answer is one row.
 */
export function sliceMetricsCsv(slices: readonly SliceMetrics[]): string {
  const rows = answerRows(slices)
  const ofVolumes = rows.some(({ volume }) => volume !== undefined)
  const all: readonly AnswerColumn[] = [
    ...columns,
    ...segmentColumns(rows),
    ...detectionColumns(rows),
    ...(ofVolumes ? volumeColumns : []),
  ]
  return csv([all.map(([name]) => name), ...rows.map((row) => all.map(([, value]) => value(row)))])
}

function detectionColumns(rows: readonly SliceMetrics[]): Column[] {
  if (rows.every(({ detections }) => detections === undefined)) return []
  const counts = (when: 'before' | 'after'): Column[] => [
    [`boxes_${when}`, ({ detections }) => detections?.[when].boxes ?? null],
    [`boxes_found_${when}`, ({ detections }) => detections?.[when].found ?? null],
    [`false_positives_${when}`, ({ detections }) => detections?.[when].falsePositives ?? null],
  ]
  return [
    ['boxes_labelled', ({ detections }) => detections?.labelled ?? null],
    ...counts('before'),
    ...counts('after'),
  ]
}

/** e.g. `dice_before liver`: for each class that any row has. */
function segmentColumns(rows: readonly SliceMetrics[]): Column[] {
  const classes = [
    ...new Set(rows.flatMap(({ segments }) => segments?.before.map((segment) => segment.class) ?? [])),
  ]
  if (classes.length === 0) return []
  const column = (name: string, measure: 'dice' | 'iou' | 'hd95', when: 'before' | 'after'): Column => [
    `${measure}_${when} ${name}`,
    ({ segments }) => segments?.[when].find((segment) => segment.class === name)?.[measure] ?? null,
  ]
  const measured = classes.flatMap((name) =>
    (['dice', 'iou', 'hd95'] as const).flatMap((measure) => [
      column(name, measure, 'before'),
      column(name, measure, 'after'),
    ]),
  )
  return [...measured, ['hd95_unit', ({ segments }) => segments?.distanceUnit ?? null]]
}
