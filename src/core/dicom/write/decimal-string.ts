/** Characters of a Decimal String at most (PS3.5 table 6.2-1). */
const longest = 16

/** The number of at most 16 characters that is nearest to `value`, as text (VR DS). */
export function decimalString(value: number): string {
  const candidates = [String(value)]
  for (let digits = longest; digits > 0; digits--)
    candidates.push(trimmed(value.toPrecision(digits)), value.toExponential(digits - 1).replace('e+', 'e'))
  const fitting = candidates.filter((text) => text.length <= longest)
  const error = (text: string) => Math.abs(Number(text) - value)
  return fitting.reduce((best, text) => (error(text) < error(best) ? text : best))
}

/** Without zeros at the end of a fraction. */
function trimmed(text: string): string {
  return text.includes('e') || !text.includes('.') ? text : text.replace(/\.?0+$/, '')
}
