import { z } from 'zod'
import { classesOf, type LabelledBox } from '../../image/boxes.ts'
import { classOfLine, invalidLine, type ImageLabel, type LabelRow } from '../labels.ts'
import type { LabelRules } from '../rules.ts'
import { objectsOf } from './detector.ts'
import type { DetectionOutput } from './output.ts'

const corner = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/, 'expected a number')
  .transform(Number)

const frameNumber = z
  .string()
  .regex(/^([1-9]\d*)?$/, 'expected a whole number above 0')
  .transform((text) => (text === '' ? undefined : Number(text)))
  .optional()

const row = z.object({
  frame: frameNumber,
  class: z.string(),
  x0: corner,
  y0: corner,
  x1: corner,
  y1: corner,
})

/** A line of the file: a box of one frame or, without a number, of every frame of its image. */
interface FramedBox extends LabelledBox {
  /** Counts from 1. */
  readonly frame?: number
}

/**
 * A CSV with a line for each box, in the image's own pixels from its upper left corner: `class` (index or
 * name), `x0`, `y0`, `x1`, `y1`, and of multi-frame images `frame`, from 1. An image without boxes has no
 * line, or one without a class.
 */
export const boxTable: LabelRules<'detection'> = {
  kind: 'table',
  file: 'boxes.csv',
  columns: ['class', 'x0', 'y0', 'x1', 'y1'],
  tip: 'The first line of the file names its columns, e.g. file,class,x0,y0,x1,y1.',
  absent: boxesLabel([]),
  read: (rows, { output }) =>
    boxesLabel(rows.flatMap((each) => (each.values['class'] === '' ? [] : [parseBox(each, output)]))),
}

function boxesLabel(all: readonly FramedBox[]): ImageLabel {
  const frames = all.flatMap(({ frame }) => frame ?? [])
  return {
    given: all,
    lastFrame: frames.length === 0 ? undefined : Math.max(...frames),
    of: (index) => {
      const boxes = all.filter(({ frame = index + 1 }) => frame === index + 1)
      return { kind: 'boxes', classes: classesOf(boxes), boxes }
    },
  }
}

/** @throws RadversaryError labels-invalid that names the line. */
function parseBox(line: LabelRow, head: DetectionOutput): FramedBox {
  const parsed = row.safeParse(line.values)
  if (!parsed.success) throw invalidLine(inWords(parsed.error), line)
  const { frame, ...corners } = parsed.data
  const box = {
    ...corners,
    ...(frame !== undefined && { frame }),
    class: classOfLine(corners.class, head.classes, line),
  }
  if (box.x1 > box.x0 && box.y1 > box.y0 && objectsOf(head).includes(box.class)) return box
  throw invalidLine('expected x0 < x1, y0 < y1 and no background', line)
}

function inWords({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
}
