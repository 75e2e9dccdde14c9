import type { ModalityTransform } from './image.ts'
import { lookUp } from './lookup-tables.ts'

/**
 * Stored values to modality units such as HU (PS3.3 C.11.1): slope · value + intercept, or the table's entry.
 */
export function applyModality(transform: ModalityTransform, storedValues: ArrayLike<number>): Float64Array {
  const convert = modalityFunction(transform)
  return Float64Array.from(storedValues, convert)
}

/** The same for one value. */
export function modalityFunction(transform: ModalityTransform): (storedValue: number) => number {
  if (transform.kind === 'linear') return (value) => transform.slope * value + transform.intercept
  return (value) => lookUp(transform.table, transform.firstStoredValue, value)
}
