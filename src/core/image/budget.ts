import { RadversaryError } from '../errors.ts'

/**
 * A size of change as a user gives it: a fraction of the intensity range, grey levels of 255 of it, HU, or
 * stored levels.
 */
export interface Budget {
  readonly value: number
  readonly unit: BudgetUnit
}

export type BudgetUnit = 'relative' | 'grey-levels' | 'hu' | 'stored-levels'

/** What a budget is measured with: one image's intensity range. */
export interface BudgetScale {
  /** Width of the range in HU (`widthInHu`); undefined where there are no HU. */
  readonly widthHu: number | undefined
  /** Width of one stored level in relative units (`FloatImage.levelWidth`). */
  readonly levelWidth: number
}

const units: Readonly<Record<string, BudgetUnit>> = {
  '': 'relative',
  '%': 'relative',
  hu: 'hu',
  grey: 'grey-levels',
  levels: 'stored-levels',
}

/** What a budget's text has to be. */
export const budgetExpected = 'expected a number or a fraction, and a unit'

/**
 * '8/255' and '0.03' are fractions of the intensity range, '3%' too; '8grey' is 8 grey levels of 255, '20HU'
 * Hounsfield units, '5levels' stored levels. Undefined for anything else, and for a budget that is negative
 * or not finite.
 */
export function readBudget(text: string): Budget | undefined {
  const found = /^\s*([\d.]+(?:e[-+]?\d+)?)(?:\s*\/\s*([\d.]+))?\s*(%|[a-z]*)\s*$/i.exec(text)
  const [, numerator = '', denominator = '1', suffix = ''] = found ?? []
  const unit = units[suffix.toLowerCase()]
  const value = Number(numerator) / Number(denominator)
  if (found === null || unit === undefined || !Number.isFinite(value)) return undefined
  return { value: suffix === '%' ? value / 100 : value, unit }
}

/** The same. @throws RadversaryError usage where it is none */
export function parseBudget(text: string): Budget {
  const budget = readBudget(text)
  if (budget !== undefined) return budget
  throw new RadversaryError('usage', `Budget: ${budgetExpected}, got ${JSON.stringify(text)}`, {
    tip: 'Examples: 8/255, 0.03, 3%, 8grey (of 255), 20HU, 5levels (stored).',
  })
}

/** A relative size as users write it: '8/255' rather than '0.03137254901960784'. */
export function relativeText(value: number): string {
  const levels = Math.round(255 * value)
  const isLevels = !Number.isInteger(value) && Math.abs(255 * value - levels) < 1e-9
  return isLevels ? `${levels}/255` : String(value)
}

/** Two ways to write a number so that its unit is plain. */
export interface BudgetReadings {
  /** In grey levels of 255, e.g. '8/255'. */
  readonly levels: string
  /** The reading as a part of the whole intensity range, e.g. '800%'. */
  readonly percent: string
}

/** What a number above 1 without a unit may be meant as; undefined of any other text. */
export function readingsOf(text: string): BudgetReadings | undefined {
  const bare = text.trim()
  const value = Number(bare)
  if (!/^[\d.]+$/.test(bare) || !(value > 1)) return undefined
  return { levels: `${bare}/255`, percent: `${Number((100 * value).toPrecision(12))}%` }
}

/** The budget in relative intensity. Throws `usage` for HU where the series has none. */
export function budgetToRelative({ value, unit }: Budget, { widthHu, levelWidth }: BudgetScale): number {
  switch (unit) {
    case 'relative':
      return value
    case 'grey-levels':
      return value / 255
    case 'stored-levels':
      return value * levelWidth
    case 'hu':
      if (widthHu !== undefined) return value / widthHu
      throw new RadversaryError('usage', `Budget: expected a series in HU for a budget of ${value} HU`, {
        tip: 'Give the budget as a fraction of the intensity range, e.g. 8/255.',
      })
  }
}

/** The same size in every unit. */
export interface BudgetInUnits {
  readonly relative: number
  readonly greyLevels: number
  readonly storedLevels: number
  readonly hu: number | undefined
}

/** A relative size in all units, to be shown side by side. */
export function relativeInUnits(relative: number, { widthHu, levelWidth }: BudgetScale): BudgetInUnits {
  return {
    relative,
    greyLevels: relative * 255,
    storedLevels: relative / levelWidth,
    hu: widthHu === undefined ? undefined : relative * widthHu,
  }
}

/**
 * A budget's text times a number, in its own unit, e.g. '8/255' · 0.25 = '0.00784…'. Throws `usage` as
 * `parseBudget`.
 */
export function scaledBudget(text: string, factor: number): string {
  const { value, unit } = parseBudget(text)
  return `${value * factor}${suffixes[unit]}`
}

const suffixes = {
  relative: '',
  'grey-levels': 'grey',
  hu: 'HU',
  'stored-levels': 'levels',
} satisfies Record<BudgetUnit, string>
