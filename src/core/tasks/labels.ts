import { RadversaryError } from '../errors.ts'
import type { FrameLabel } from './answers.ts'
import { classIndex } from './class-names.ts'

/** Where a label stands. */
export interface LabelLine {
  readonly file: string
  /** Counts from 1, the columns' names included. */
  readonly line: number
}

/** A line of a labels file, by the names of its columns. */
export interface LabelRow extends LabelLine {
  readonly values: Readonly<Partial<Record<string, string>>>
}

/** What a labels file says of one image. */
export interface ImageLabel {
  /** As the file gives it: part of what names a run. */
  readonly given: unknown
  /** The highest frame that a line names, from 1; absent where lines are of all frames. */
  readonly lastFrame?: number | undefined
  /** @param index of the frame, from 0 */
  of(index: number): FrameLabel
}

/** How a task reads labels from a CSV with the columns `file` or `SOPInstanceUID`, and its own. */
export interface LabelTableRules {
  /** Its columns; the first one must be there. */
  readonly columns: readonly [needed: string, ...others: string[]]
  readonly tip: string
  /** What is said of an image that the file leaves out; such images have no label where it is absent. */
  readonly absent?: ImageLabel
}

/** A class by name or index. @throws RadversaryError labels-invalid that names the line. */
export function classOfLine(text: string, classes: readonly string[], place: LabelLine): number {
  try {
    return classIndex(text, classes)
  } catch (error) {
    if (!(error instanceof RadversaryError)) throw error
    throw invalidLine(error.message, place, error.tip)
  }
}

/** A fault of one line of a labels file. */
export function invalidLine(message: string, { file, line }: LabelLine, tip?: string): RadversaryError {
  return new RadversaryError('labels-invalid', `labels: line ${line}: ${message}`, { file, tip })
}

/** Columns of a file that has one label an image. */
export const labelColumns = {
  columns: ['label'],
  tip: 'The first line of the file names its columns, e.g. file,label.',
} as const satisfies LabelTableRules

/** The label of an image whose lines all say the same, on every frame. */
export function oneLabel<T extends number | readonly number[]>(
  rows: readonly LabelRow[],
  read: (text: string, row: LabelRow) => T,
  labelOf: (label: T) => FrameLabel,
): ImageLabel {
  const [first, ...others] = rows.map((row) => ({ row, label: read(row.values['label'] ?? '', row) }))
  if (first === undefined) throw new RadversaryError('labels-invalid', 'labels: expected a line, got none')
  const other = others.find(({ label }) => String(label) !== String(first.label))
  if (other !== undefined) throw invalidLine('expected one line for an image, got another label', other.row)
  const label = labelOf(first.label)
  return { given: [first.label].flat(), of: () => label }
}

/** Refuses labels of frames that an image has not. @throws RadversaryError labels-invalid. */
export function checkFrames({ lastFrame = 1 }: Pick<ImageLabel, 'lastFrame'>, frames: number): void {
  if (lastFrame <= frames) return
  throw new RadversaryError(
    'labels-invalid',
    `labels: expected frames from 1 to ${frames}, got ${lastFrame}`,
    {
      tip: 'Frames count from 1; leave the column empty for boxes of every frame.',
    },
  )
}
