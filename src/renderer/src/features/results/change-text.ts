/** "0.912 → 0.034"; a dash for what is not defined. */
export function changeText(before: number | null, after: number | null, digits: number): string {
  return [before, after].map((value) => (value === null ? '—' : value.toFixed(digits))).join(' → ')
}

/** "91 % → 3 %" of two fractions. */
export function percentChange(before: number, after: number): string {
  return [before, after].map((fraction) => `${Math.round(100 * fraction)} %`).join(' → ')
}
