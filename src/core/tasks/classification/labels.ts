import type { ClassLabel } from '../answers.ts'
import { classOfLine, invalidLine, type LabelLine } from '../labels.ts'
import type { ClassificationOutput } from './output.ts'

/** Class indices as a label. */
export function classLabel(classes: readonly number[]): ClassLabel {
  return { kind: 'classes', classes }
}

/**
 * A class by index or name; where classes may overlap several, separated by `;`, or `none`.
 * @throws RadversaryError labels-invalid that names the line.
 */
export function classesOfText(
  text: string,
  place: LabelLine,
  { classes, activation }: ClassificationOutput,
): number[] {
  const isMultiLabel = activation === 'multi-label-sigmoid'
  if (isMultiLabel && text === 'none' && !classes.includes(text)) return []
  const label = text.split(';').map((part) => classOfLine(part.trim(), classes, place))
  if (!isMultiLabel && label.length > 1) throw invalidLine(`expected one class, got ${label.length}`, place)
  return label
}
