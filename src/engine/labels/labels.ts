import type { LabelledBox } from '../../core/image/boxes.ts'
import type { ModelCard } from '../../core/model/card.ts'
import type { Mask } from '../../core/image/mask.ts'
import { classOfLine, invalidLine, labelRows } from './label-rows.ts'

/**
 * What a labels file says of one image: class indices, one for a single-label task; of a regression the value
 * itself.
 */
export type Label = readonly number[]

/** What a frame shows; a prediction is one. */
export interface FrameLabel {
  readonly classes: Label
  /** Labelled value in the card's unit; regressions only. */
  readonly value?: number | undefined
  /** Where, on the image's own grid, of a segmentation. */
  readonly mask?: Mask
  /** In the image's own pixels, of a detection. */
  readonly boxes?: readonly LabelledBox[]
  /** What a targeted attack wants instead, where a file says so. */
  readonly wanted?: Mask
}

/** A line of a labels file as what each frame of its image shows. */
export function frameLabel(
  label: Label | undefined,
  { task }: Pick<ModelCard, 'task'>,
): FrameLabel | undefined {
  if (label === undefined) return undefined
  return task === 'regression' ? { classes: [], value: label[0] ?? NaN } : { classes: label }
}

/** How an image is looked up in a labels file. */
export interface LabelledImage {
  readonly fileName: string
  readonly sopInstanceUid: string
}

export interface LabelTable<T = Label> {
  readonly count: number
  find(image: LabelledImage): T | undefined
}

interface Reading {
  readonly file: string
  readonly classes: readonly string[]
  /** Whether an image may have several labels, or none. */
  readonly isMultiLabel: boolean
  /** Whether labels are numbers. */
  readonly isNumber?: boolean
}

/**
 * A CSV with the columns `file` or `SOPInstanceUID`, and `label`: a class index or name; for multi-label
 * tasks several, separated by `;`, or `none`; for regressions a number. Throws `labels-invalid`, naming the
 * file and the line.
 */
export function parseLabels(csv: string, reading: Reading): LabelTable {
  const rows = readRows(csv, reading)
  const byFile = new Map<string, Label>()
  const byUid = new Map<string, Label>()
  rows.forEach((row, index) => {
    const place = { ...reading, line: index + 2 }
    const label = parseLabel(row['label'] ?? '', place)
    if (row['file']) setOnce(byFile, row['file'], label, place)
    if (row['SOPInstanceUID']) setOnce(byUid, row['SOPInstanceUID'], label, place)
  })
  return {
    count: rows.length,
    find: ({ fileName, sopInstanceUid }) => byUid.get(sopInstanceUid) ?? byFile.get(fileName),
  }
}

function readRows(csv: string, { file }: Reading): Record<string, string>[] {
  const tip = 'The first line of the file names its columns, e.g. file,label.'
  return labelRows(csv, { file, what: 'labels', columns: ['label'], tip })
}

interface Place extends Reading {
  readonly line: number
}

function setOnce(labels: Map<string, Label>, image: string, label: Label, place: Place): void {
  const known = labels.get(image)
  if (known !== undefined && known.join() !== label.join())
    throw invalidLine('expected one line for an image, got another label', place)
  labels.set(image, label)
}

function parseLabel(text: string, place: Place): Label {
  if (place.isNumber === true) return [parseValue(text, place)]
  if (place.isMultiLabel && text === 'none' && !place.classes.includes(text)) return []
  const label = text.split(';').map((part) => classOfLine(part.trim(), place.classes, place))
  if (!place.isMultiLabel && label.length > 1)
    throw invalidLine(`expected one class, got ${label.length}`, place)
  return label
}

function parseValue(text: string, place: Place): number {
  const value = Number(text)
  if (text !== '' && Number.isFinite(value)) return value
  throw invalidLine(`expected a number, got "${text}"`, place)
}
