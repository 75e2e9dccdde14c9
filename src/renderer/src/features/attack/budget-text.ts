/** A size of change in every unit, as the engine counts it. */
export interface SizeInUnits {
  readonly relative: number
  readonly greyLevels: number
  readonly storedLevels: number
  readonly hu?: number | undefined
}

/** "3.14 % · 8 grey levels of 255 · 11.8 stored levels · 11.8 HU": every unit at once. */
export function budgetText({ relative, greyLevels, storedLevels, hu }: SizeInUnits): string {
  const parts = [
    `${threeDigits(100 * relative)} % of the range`,
    `${threeDigits(greyLevels)} grey levels of 255`,
    `${threeDigits(storedLevels)} stored levels`,
  ]
  if (hu !== undefined) parts.push(`${threeDigits(hu)} HU`)
  return parts.join(' · ')
}

/** A budget below half a stored level changes nothing once it is rounded. */
export function isBelowOneLevel({ storedLevels }: SizeInUnits): boolean {
  return storedLevels < 1
}

/** Three significant digits, without an exponent where none is needed. */
export function threeDigits(value: number): string {
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6)) return value.toExponential(2)
  return String(Number(value.toPrecision(3)))
}
