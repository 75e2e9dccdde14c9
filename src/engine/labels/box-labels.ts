import { z } from 'zod'
import { RadversaryError } from '../../core/errors.ts'
import { classesOf, type LabelledBox } from '../../core/image/boxes.ts'
import type { DetectionOutput } from '../../core/model/card.ts'
import { objectsOf } from '../../core/tasks/detection/detector.ts'
import { classOfLine, invalidLine, labelRows, type LabelLine } from './label-rows.ts'
import type { FrameLabel, LabelTable } from './labels.ts'

const corner = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/, 'expected a number')
  .transform(Number)

const frameNumber = z
  .string()
  .regex(/^([1-9]\d*)?$/, 'expected a whole number above 0')
  .transform((text) => (text === '' ? undefined : Number(text)))
  .optional()

/** A line of the file: a box of one frame or, without a number, of every frame of its image. */
export interface FramedBox extends LabelledBox {
  /** Counts from 1. */
  readonly frame?: number
}

const row = z.object({
  frame: frameNumber,
  class: z.string(),
  x0: corner,
  y0: corner,
  x1: corner,
  y1: corner,
})

/**
 * A CSV with the columns `file` or `SOPInstanceUID`, and `class` (index or name), `x0`, `y0`, `x1`, `y1`: a
 * line for each box, in the image's own pixels from its upper left corner; of multi-frame images `frame` too,
 * from 1. An image without boxes has no line, or one without a class. Throws `labels-invalid`, naming the
 * file and the line.
 */
export function parseBoxes(
  csv: string,
  file: string,
  head: DetectionOutput,
): LabelTable<readonly FramedBox[]> {
  const tip = 'The first line of the file names its columns, e.g. file,class,x0,y0,x1,y1.'
  const rows = labelRows(csv, { file, what: 'labels', columns: ['class', 'x0', 'y0', 'x1', 'y1'], tip })
  const [byFile, byUid] = [new Map<string, FramedBox[]>(), new Map<string, FramedBox[]>()]
  rows.forEach((values, index) => {
    const box = values['class'] === '' ? [] : [parseBox(values, { file, line: index + 2, head })]
    if (values['file']) add(byFile, values['file'], box)
    if (values['SOPInstanceUID']) add(byUid, values['SOPInstanceUID'], box)
  })
  return {
    count: rows.length,
    find: ({ fileName, sopInstanceUid }) => byUid.get(sopInstanceUid) ?? byFile.get(fileName),
  }
}

function add(boxes: Map<string, FramedBox[]>, image: string, more: readonly FramedBox[]): void {
  boxes.set(image, [...(boxes.get(image) ?? []), ...more])
}

/** What a frame shows, of the boxes of its image. @param index from 0 */
export function boxesLabel(
  all: readonly FramedBox[],
  index: number,
): FrameLabel & { readonly boxes: readonly LabelledBox[] } {
  const boxes = all.filter(({ frame = index + 1 }) => frame === index + 1)
  return { classes: classesOf(boxes), boxes }
}

/** Throws `labels-invalid` for boxes of frames that an image has not. */
export function checkFrames(boxes: readonly FramedBox[], frames: number): void {
  const beyond = boxes.find(({ frame = 1 }) => frame > frames)
  if (beyond === undefined) return
  throw new RadversaryError(
    'labels-invalid',
    `labels: expected frames from 1 to ${frames}, got ${beyond.frame ?? 1}`,
    {
      tip: 'Frames count from 1; leave the column empty for boxes of every frame.',
    },
  )
}

interface Place extends LabelLine {
  readonly head: DetectionOutput
}

function parseBox(values: Record<string, string>, { head, ...place }: Place): FramedBox {
  const parsed = row.safeParse(values)
  if (!parsed.success)
    throw invalidLine(
      parsed.error.issues.map(({ path, message }) => `${path.join('..')}: ${message}`).join('; '),
      place,
    )
  const { frame, ...corners } = parsed.data
  const box = {
    ...corners,
    ...(frame !== undefined && { frame }),
    class: classOfLine(corners.class, head.classes, place),
  }
  if (box.x1 > box.x0 && box.y1 > box.y0 && objectsOf(head).includes(box.class)) return box
  throw invalidLine('expected x0 < x1, y0 < y1 and no background', place)
}
