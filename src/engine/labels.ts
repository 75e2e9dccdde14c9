import { parse } from 'csv-parse/sync'
import { RadversaryError } from '../core/errors.ts'
import { classIndex } from './classes.ts'

/** What a labels file says of one image: class indices, one for a single-label task. */
export type Label = readonly number[]

/** How an image is looked up in a labels file. */
export interface LabelledImage {
  readonly fileName: string
  readonly sopInstanceUid: string
}

export interface LabelTable {
  readonly count: number
  find(image: LabelledImage): Label | undefined
}

interface Reading {
  readonly file: string
  readonly classes: readonly string[]
}

/**
 * A CSV with the columns `file` or `SOPInstanceUID`, and `label`: a class index or name; several, separated by `;`, for multi-label tasks.
 * Throws `labels-invalid`, naming the file and the line.
 */
export function parseLabels(csv: string, reading: Reading): LabelTable {
  const rows = readRows(csv, reading)
  const byFile = new Map<string, Label>()
  const byUid = new Map<string, Label>()
  rows.forEach((row, index) => {
    const label = parseLabel(row['label'] ?? '', { ...reading, line: index + 2 })
    if (row['file']) byFile.set(row['file'], label)
    if (row['SOPInstanceUID']) byUid.set(row['SOPInstanceUID'], label)
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

function parseCsv(csv: string, file: string): Record<string, string>[] {
  try {
    return parse(csv, { columns: true, bom: true, trim: true, skip_empty_lines: true })
  } catch (cause) {
    throw new RadversaryError('labels-invalid', `labels: expected comma-separated values, got: ${(cause as Error).message}`, {
      file,
      cause,
    })
  }
}

function parseLabel(text: string, place: Reading & { readonly line: number }): Label {
  return text.split(';').map((part) => namedClass(part.trim(), place))
}

function namedClass(text: string, { classes, file, line }: Reading & { readonly line: number }): number {
  try {
    return classIndex(text, classes)
  } catch (error) {
    if (!(error instanceof RadversaryError)) throw error
    throw new RadversaryError('labels-invalid', `labels: line ${line}: ${error.message}`, { file, tip: error.tip })
  }
}
