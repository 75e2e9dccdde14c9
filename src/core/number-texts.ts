/** What stands for a number that there is none of. */
export const noNumber = '–'

/** "12.3 %" of a fraction. @param digits after the point */
export function percent(fraction: number | null, digits = 1): string {
  return fraction === null ? noNumber : `${(100 * fraction).toFixed(digits)} %`
}

/** @param unit with the space before it */
export function decimal(value: number | null, digits: number, unit = ''): string {
  return value === null ? noNumber : `${value.toFixed(digits)}${unit}`
}

/** "1.23e-4" */
export function exponential(value: number | null): string {
  return value === null ? noNumber : value.toExponential(2)
}

/** "0012": names of files that are sorted as text. */
export function fourDigits(count: number): string {
  return String(count).padStart(4, '0')
}
