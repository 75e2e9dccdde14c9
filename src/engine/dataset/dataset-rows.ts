import { csv } from '../../core/evaluate/csv.ts'
import type { RecordedFrame } from '../export/record.ts'

/** One image of a data set, a frame of a multi-frame one. */
export interface DatasetRow {
  readonly split: string
  /** The file that holds it. */
  readonly image: string
  /** Its place in a .npy file, from 0; null where the file is its own. */
  readonly index: number | null
  readonly kind: 'clean' | 'adversarial'
  /** Class indices, parted by semicolons; of a regression the value. */
  readonly label: string
  readonly labelName: string
  /** A number that says which images are of one patient, and no more of who that is. */
  readonly patient: number
  /** Equal for a clean image and what was made of it. */
  readonly pair: number
  /** The run's number; null of clean images, as are method and fooled (of images that were right before). */
  readonly run: number | null
  readonly method: string | null
  readonly fooled: boolean | null
  /** PNG of the labelled mask, 0 the background; null but of segmentations. */
  readonly mask: string | null
}

const columns = [
  ['split', ({ split }) => split],
  ['image', ({ image }) => image],
  ['index', ({ index }) => index],
  ['kind', ({ kind }) => kind],
  ['label', ({ label }) => label],
  ['label_name', ({ labelName }) => labelName],
  ['patient', ({ patient }) => patient],
  ['pair', ({ pair }) => pair],
  ['run', ({ run }) => run],
  ['method', ({ method }) => method],
  ['fooled', ({ fooled }) => (fooled === null ? null : Number(fooled))],
  ['mask', ({ mask }) => mask],
] as const satisfies readonly (readonly [string, (row: DatasetRow) => string | number | null])[]

/** labels.csv: a row for each image, in their order. */
export function labelsCsv(rows: readonly DatasetRow[]): string {
  return csv([columns.map(([name]) => name), ...rows.map((row) => columns.map(([, value]) => value(row)))])
}

/** A frame's label as a row has it. */
export function labelOf(
  { label, labelValue }: Pick<RecordedFrame, 'label' | 'labelValue'>,
  names: readonly string[],
): Pick<DatasetRow, 'label' | 'labelName'> {
  if (labelValue !== undefined) return { label: String(labelValue), labelName: names[0] ?? '' }
  return { label: label.join(';'), labelName: label.map((index) => names[index] ?? String(index)).join(';') }
}

/** Boxes of a detection as a table of their own: a row for each box of each image. */
export function boxesCsv(
  boxed: readonly {
    readonly row: DatasetRow
    readonly boxes: NonNullable<RecordedFrame['boxes']>['label']
  }[],
  names: readonly string[],
): string {
  const rows = boxed.flatMap(({ row, boxes }) =>
    boxes.map(({ class: index, x0, y0, x1, y1 }) => [
      ...[row.split, row.image, row.index, index, names[index] ?? String(index)],
      ...[x0, y0, x1, y1],
    ]),
  )
  return csv([['split', 'image', 'index', 'class', 'class_name', 'x0', 'y0', 'x1', 'y1'], ...rows])
}
