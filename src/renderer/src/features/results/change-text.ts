import { decimal, percent } from '../../../../core/number-texts.ts'
/** "0.912 → 0.034"; a dash for what is not defined. */
export function changeText(before: number | null, after: number | null, digits: number): string {
  return [before, after].map((value) => decimal(value, digits)).join(' → ')
}

/** "91 % → 3 %" of two fractions. */
export function percentChange(before: number, after: number): string {
  return [before, after].map((fraction) => percent(fraction, 0)).join(' → ')
}
