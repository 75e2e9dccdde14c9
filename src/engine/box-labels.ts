import { z } from 'zod'
import { classesOf, type LabelledBox } from '../core/model/boxes.ts'
import type { DetectionOutput } from '../core/model/card.ts'
import { objectsOf } from '../core/model/detection.ts'
import { classOfLine, invalidLine, labelRows, type LabelLine } from './label-rows.ts'
import type { FrameLabel, LabelTable } from './labels.ts'

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
  const tip = 'The first line of the file names its columns, e.g. file,class,x0,y0,x1,y1.'
  const rows = labelRows(csv, { file, what: 'labels', columns: ['class', 'x0', 'y0', 'x1', 'y1'], tip })
  const [byFile, byUid] = [new Map<string, LabelledBox[]>(), new Map<string, LabelledBox[]>()]
  rows.forEach((values, index) => {
    const box = values['class'] === '' ? [] : [parseBox(values, { file, line: index + 2, head })]
    if (values['file']) add(byFile, values['file'], box)
    if (values['SOPInstanceUID']) add(byUid, values['SOPInstanceUID'], box)
  })
  return { count: rows.length, find: ({ fileName, sopInstanceUid }) => byUid.get(sopInstanceUid) ?? byFile.get(fileName) }
}

function add(boxes: Map<string, LabelledBox[]>, image: string, more: readonly LabelledBox[]): void {
  boxes.set(image, [...(boxes.get(image) ?? []), ...more])
}

/** Boxes as what each frame of their image shows. */
export function boxesLabel(boxes: readonly LabelledBox[]): FrameLabel {
  return { classes: classesOf(boxes), boxes }
}

interface Place extends LabelLine {
  readonly head: DetectionOutput
}

function parseBox(values: Record<string, string>, { head, ...place }: Place): LabelledBox {
  const parsed = row.safeParse(values)
  if (!parsed.success)
    throw invalidLine(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '), place)
  const box = { ...parsed.data, class: classOfLine(parsed.data.class, head.classes, place) }
  if (box.x1 > box.x0 && box.y1 > box.y0 && objectsOf(head).includes(box.class)) return box
  throw invalidLine('expected x0 < x1, y0 < y1 and no background', place)
}
