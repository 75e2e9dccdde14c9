/** The nearest whole number, halves to the even one, as NumPy and Python round. */
export function halfToEven(x: number): number {
  const floor = Math.floor(x)
  return x - floor === 0.5 ? floor + Math.abs(floor % 2) : Math.round(x)
}

/** A number from 0 to 65504 as binary16 holds it, rounded to the nearest, halves to the even one. */
export function halfPrecision(number: number): number {
  const step = 2 ** (Math.max(-14, Math.floor(Math.log2(number))) - 10)
  return number === 0 ? 0 : halfToEven(number / step) * step
}
