import { RadversaryError, reasonOf } from '../../../core/errors.ts'
import { csvRows } from '../../labels/csv-rows.ts'
import type { SourceFile } from '../find-sources.ts'
import { sourceFinder, type ImportLabel, type LabelBox, type LabelSource } from './label-source.ts'

type Row = Readonly<Record<string, string>>

/** Names of columns of labels, the surest first. */
const labelNames = [
  'label',
  'labels',
  'class',
  'class_name',
  'target',
  'finding labels',
  'diagnosis',
  'dx',
  'category',
  'grade',
  'level',
  'value',
  'y',
]
const boxNames = ['x0', 'y0', 'x1', 'y1']

/**
 * Labels of a CSV: the column that names most of the images, and one of labels, or several of 0 and 1 (a
 * class each), or a class with x0, y0, x1, y1. Undefined where no column names images.
 * @throws RadversaryError labels-invalid for what is no CSV, or names images and has no such columns.
 */
export function labelsOfCsv(
  { file, text }: { readonly file: string; readonly text: string },
  images: readonly Pick<SourceFile, 'name'>[],
): LabelSource | undefined {
  const rows = rowsOf(text, file)
  const columns = Object.keys(rows[0] ?? {})
  const find = sourceFinder(images)
  const named = (column: string) => rows.filter((row) => find(row[column] ?? '') !== undefined).length
  const counts = columns
    .filter((column) => ![...labelNames, ...boxNames].includes(column.toLowerCase()))
    .map((column) => [column, named(column)] as const)
    .sort((a, b) => b[1] - a[1])
  const [best] = counts
  if (best === undefined || best[1] === 0) return undefined
  const [fileColumn] = best
  const others = columns.filter((column) => column !== fileColumn)
  const read = readerOf(others, rows, file)
  const found = new Map<string, ImportLabel>()
  for (const row of rows) {
    const source = find(row[fileColumn] ?? '')
    if (source !== undefined) found.set(source, joined(found.get(source), read.of(row), { source, file }))
  }
  const unknown = rows.length - best[1]
  return {
    kind: read.kind,
    from: `${file} (${read.what})`,
    notices: unknown === 0 ? [] : [`${unknown} of ${rows.length} rows of ${file} name none of the images.`],
    of: ({ source }) => found.get(source),
  }
}

function rowsOf(text: string, file: string): Row[] {
  const tip = 'Save it as CSV (UTF-8) with a line of column names, a comma between values.'
  return csvRows(text, (cause) => {
    const message = `labels: expected comma-separated values, got: ${reasonOf(cause)}`
    return new RadversaryError('labels-invalid', message, { file, cause, tip })
  })
}

interface RowReader {
  readonly kind: ImportLabel['kind']
  readonly what: string
  of(row: Row): ImportLabel
}

function readerOf(columns: readonly string[], rows: readonly Row[], file: string): RowReader {
  const lower = new Map(columns.map((column) => [column.toLowerCase(), column]))
  const [label] = labelNames.flatMap((name) => lower.get(name) ?? [])
  if (label !== undefined && boxNames.every((name) => lower.has(name)))
    return { kind: 'boxes', what: 'boxes', of: (row) => boxesOf(row, label, file) }
  const single = label ?? (columns.length === 1 ? columns[0] : undefined)
  if (single !== undefined)
    return {
      kind: 'classes',
      what: `column "${single}"`,
      of: (row) => ({ kind: 'classes', label: severalOf(row[single] ?? '') }),
    }
  const binary = columns.filter((column) => rows.every((row) => /^[01](\.0*)?$/.test(row[column] ?? '')))
  if (binary.length >= 2)
    return {
      kind: 'classes',
      what: `${binary.length} columns of 0 and 1`,
      of: (row) => ({ kind: 'classes', label: setOf(row, binary) }),
    }
  throw new RadversaryError(
    'labels-invalid',
    `labels: expected a column "label" beside the images' names, got ${columns.join(', ') || 'none'}`,
    {
      file,
      tip: 'Call the column of the classes "label", or give a class a column of 0 and 1 each.',
    },
  )
}

/** "Effusion|Mass" as Radversary's own labels part classes. */
function severalOf(text: string): string {
  return text.replaceAll('|', ';')
}

function setOf(row: Row, columns: readonly string[]): string {
  const set = columns.filter((column) => Number(row[column]) === 1)
  return set.length === 0 ? 'none' : set.join(';')
}

/**
 * A box of a row; none where the row has no class. @throws RadversaryError labels-invalid for edges that are
 * none.
 */
function boxesOf(row: Row, label: string, file: string): ImportLabel {
  const name = row[label] ?? ''
  if (name === '') return { kind: 'boxes', boxes: [] }
  const texts = boxNames.map((edge) => row[edge] ?? '')
  const [x0 = NaN, y0 = NaN, x1 = NaN, y1 = NaN] = texts.map((text) => (text === '' ? NaN : Number(text)))
  const box: LabelBox = { class: name, x0, y0, x1, y1 }
  if (x0 < x1 && y0 < y1 && [x0, y0, x1, y1].every(Number.isFinite)) return { kind: 'boxes', boxes: [box] }
  throw new RadversaryError(
    'labels-invalid',
    `labels: expected x0 < x1 and y0 < y1 in pixels, got ${texts.join(', ')} of "${name}"`,
    { file, tip: 'Where an image has no box, leave its class and edges empty.' },
  )
}

/** All boxes of an image, or its one label. @throws RadversaryError labels-invalid for several labels */
function joined(
  before: ImportLabel | undefined,
  next: ImportLabel,
  { source, file }: { readonly source: string; readonly file: string },
): ImportLabel {
  if (before?.kind === 'boxes' && next.kind === 'boxes')
    return { kind: 'boxes', boxes: [...before.boxes, ...next.boxes] }
  if (before?.kind !== 'classes' || next.kind !== 'classes' || before.label === next.label) return next
  throw new RadversaryError(
    'labels-invalid',
    `labels: expected one label for ${source}, got "${before.label}" and "${next.label}"`,
    { file, tip: 'Give each image one row; part the classes of an image that has several by "|".' },
  )
}
