import { RadversaryError } from '../errors.ts'

/** The index of a class given by name or index. @throws RadversaryError usage. */
export function classIndex(text: string, classes: readonly string[]): number {
  const named = classes.indexOf(text)
  const index = named >= 0 ? named : Number(text.trim() === '' ? NaN : text)
  if (Number.isInteger(index) && index >= 0 && index < classes.length) return index
  throw new RadversaryError(
    'usage',
    `Class: expected a class name or an index below ${classes.length}, got "${text}"`,
    {
      tip: `The model's classes are: ${listClasses(classes)}.`,
    },
  )
}

/** "0 normal, 1 benign". */
function listClasses(classes: readonly string[]): string {
  return classes.map((name, index) => `${index} ${name}`).join(', ')
}

/** Class indices in words, joined by '; '; 'none' where a multi-label head sets no label. */
export function classNames(indices: readonly number[], classes: readonly string[]): string {
  return indices.length === 0 ? 'none' : indices.map((index) => classes[index] ?? String(index)).join('; ')
}
