import { parse } from 'csv-parse/sync'
import { RadversaryError } from '../core/errors.ts'
import type { LabelledBox } from '../core/model/boxes.ts'
import type { Mask } from '../core/model/mask.ts'
import { classIndex } from './classes.ts'

/** What a labels file says of one image: class indices, one for a single-label task. */
export type Label = readonly number[]

/** What a frame shows; a prediction is one. */
export interface FrameLabel {
  readonly classes: Label
  /** Where, on the image's own grid, of a segmentation. */
  readonly mask?: Mask
  /** In the image's own pixels, of a detection. */
  readonly boxes?: readonly LabelledBox[]
  /** What a targeted attack wants instead, where a file says so. */
  readonly wanted?: Mask
}

/** A line of a labels file as what each frame of its image shows. */
export function frameLabel(classes: Label | undefined): FrameLabel | undefined {
  return classes && { classes }
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
}

/**
 * A CSV with the columns `file` or `SOPInstanceUID`, and `label`: a class index or name; for multi-label tasks several, separated by `;`,
 * or `none`. Throws `labels-invalid`, naming the file and the line.
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
  const rows = parseCsv(csv, file)
  const columns = Object.keys(rows[0] ?? {})
  if (columns.includes('label') && (columns.includes('file') || columns.includes('SOPInstanceUID'))) return rows
  throw new RadversaryError(
    'labels-invalid',
    `labels: expected the columns "file" or "SOPInstanceUID", and "label", got ${columns.join(', ') || 'nothing'}`,
    {
      file,
      tip: 'The first line of the file names its columns, e.g. file,label.',
    },
  )
}

/** Rows by the names of their columns. Throws `labels-invalid` for what is no CSV. */
export function parseCsv(csv: string, file: string): Record<string, string>[] {
  try {
    return parse(csv, { columns: true, bom: true, trim: true, skip_empty_lines: true })
  } catch (cause) {
    throw new RadversaryError('labels-invalid', `labels: expected comma-separated values, got: ${(cause as Error).message}`, {
      file,
      cause,
    })
  }
}

interface Place extends Reading {
  readonly line: number
}

function setOnce(labels: Map<string, Label>, image: string, label: Label, place: Place): void {
  const known = labels.get(image)
  if (known !== undefined && known.join() !== label.join())
    throw invalid('expected one line for an image, got another label', place)
  labels.set(image, label)
}

function parseLabel(text: string, place: Place): Label {
  if (place.isMultiLabel && text === 'none' && !place.classes.includes(text)) return []
  const label = text.split(';').map((part) => namedClass(part.trim(), place))
  if (!place.isMultiLabel && label.length > 1) throw invalid(`expected one class, got ${label.length}`, place)
  return label
}

function namedClass(text: string, place: Place): number {
  try {
    return classIndex(text, place.classes)
  } catch (error) {
    if (!(error instanceof RadversaryError)) throw error
    throw invalid(error.message, place, error.tip)
  }
}

function invalid(message: string, { file, line }: Place, tip?: string): RadversaryError {
  return new RadversaryError('labels-invalid', `labels: line ${line}: ${message}`, { file, tip })
}
