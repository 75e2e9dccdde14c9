import { z } from 'zod'
import { RadversaryError } from '../core/errors.ts'
import { classesOf, type LabelledBox } from '../core/model/boxes.ts'
import type { DetectionOutput } from '../core/model/card.ts'
import { objectsOf } from '../core/model/detection.ts'
import { classIndex } from './classes.ts'
import { parseCsv, type FrameLabel, type LabelTable } from './labels.ts'

const corner = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/, 'expected a number')
  .transform(Number)

const row = z.object({ class: z.string(), x0: corner, y0: corner, x1: corner, y1: corner })

/**
 * A CSV with the columns `file` or `SOPInstanceUID`, and `class` (index or name), `x0`, `y0`, `x1`, `y1`: a line for each box, in the
 * image's own pixels from its upper left corner. An image without boxes has no line, or one without a class. Throws `labels-invalid`,
 * naming the file and the line.
 */
export function parseBoxes(csv: string, file: string, head: DetectionOutput): LabelTable<readonly LabelledBox[]> {
  const rows = parseCsv(csv, file)
  const columns = Object.keys(rows[0] ?? {})
  if (!columns.includes('class') || !(columns.includes('file') || columns.includes('SOPInstanceUID')))
    throw new RadversaryError(
      'labels-invalid',
      `labels: expected the columns "file" or "SOPInstanceUID", and "class", "x0", "y0", "x1", "y1", got ${columns.join(', ') || 'nothing'}`,
      { file, tip: 'The first line of the file names its columns, e.g. file,class,x0,y0,x1,y1.' },
    )
  const boxes = new Map<string, LabelledBox[]>()
  rows.forEach((values, index) => {
    const image = values['SOPInstanceUID'] ?? values['file'] ?? ''
    const known = boxes.get(image) ?? []
    const box = values['class'] === '' ? [] : [parseBox(values, { file, line: index + 2, head })]
    boxes.set(image, [...known, ...box])
  })
  return { count: rows.length, find: ({ fileName, sopInstanceUid }) => boxes.get(sopInstanceUid) ?? boxes.get(fileName) }
}

/** Boxes as what each frame of their image shows. */
export function boxesLabel(boxes: readonly LabelledBox[]): FrameLabel {
  return { classes: classesOf(boxes), boxes }
}

interface Place {
  readonly file: string
  readonly line: number
  readonly head: DetectionOutput
}

function parseBox(values: Record<string, string>, { file, line, head }: Place): LabelledBox {
  const parsed = row.safeParse(values)
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new RadversaryError('labels-invalid', `labels: line ${line}: ${issues.join('; ')}`, { file })
  }
  const box = { ...parsed.data, class: classIndex(parsed.data.class, head.classes) }
  if (box.x1 > box.x0 && box.y1 > box.y0 && objectsOf(head).includes(box.class)) return box
  throw new RadversaryError('labels-invalid', `labels: line ${line}: expected x0 < x1, y0 < y1 and no background`, { file })
}
