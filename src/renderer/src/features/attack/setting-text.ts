import {
  budgetExpected,
  type BudgetReadings,
  readBudget,
  readingsOf,
  relativeText,
} from '../../../../core/image/budget.ts'
import type { MethodHelp } from '../../api/types.ts'
import { texts as all } from '../../texts.ts'

export type SettingHelp = MethodHelp['settings'][number]

/** Settings that are sizes of change: given as text with a unit, shown in every unit. */
const sizes: ReadonlySet<string> = new Set(['epsilon', 'stepSize'])

export function isSize({ name }: Pick<SettingHelp, 'name'>): boolean {
  return sizes.has(name)
}

/** Settings that everybody looks at, or that have no preset; the others are folded away. */
const main: ReadonlySet<string> = new Set(['epsilon', 'steps', 'epochs', 'tensors'])

export function isMain({ name }: Pick<SettingHelp, 'name'>): boolean {
  return main.has(name)
}

/** A preset as a user would write it: 8/255 rather than 0.03137254901960784. */
export function presetText(preset: SettingHelp['preset']): string {
  if (preset === null) return ''
  return typeof preset === 'number' ? relativeText(preset) : String(preset)
}

/** "stepSize" as "Step size"; the budget by its own name. */
export function settingLabel(name: string): string {
  if (name === 'epsilon') return all.attack.budget
  const words = name.replace(/([A-Z]|\d+)/g, ' $1').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** What the engine is to be given: settings that differ from their presets, as what they are. */
export function givenSettings(
  help: readonly SettingHelp[],
  texts: Readonly<Record<string, string>>,
): Record<string, string | number | boolean> {
  const given: Record<string, string | number | boolean> = {}
  for (const setting of help) {
    const text = texts[setting.name]?.trim() ?? ''
    if (text === '' || text === presetText(setting.preset)) continue
    if (setting.kind === 'boolean') given[setting.name] = text === 'true'
    else if (setting.kind === 'choice' || setting.kind === 'text' || isSize(setting))
      given[setting.name] = text
    else given[setting.name] = Number(text)
  }
  return given
}

/** Why a setting's text can't be used; undefined when it can. */
export function settingProblem(setting: SettingHelp, text: string): string | undefined {
  const isText = setting.kind === 'choice' || setting.kind === 'text' || setting.kind === 'boolean'
  if (text.trim() === '') return undefined
  if (isSize(setting)) return sizeProblem(text, sizeReadings(setting, text))
  if (isText) return undefined
  const value = Number(text)
  if (!Number.isFinite(value)) return 'expected a number'
  if (setting.kind === 'integer' && !Number.isInteger(value)) return 'expected a whole number'
  if (setting.minimum !== null && value < setting.minimum) return `expected at least ${setting.minimum}`
  return undefined
}

/**
 * What a size without a unit may be meant as, where that has to be asked. Settings whose preset is above 1,
 * or that have none, are norms over all pixels or depend on others: there such a number is usual.
 */
export function sizeReadings(
  { preset }: Pick<SettingHelp, 'preset'>,
  text: string,
): BudgetReadings | undefined {
  return typeof preset === 'number' && preset <= 1 ? readingsOf(text) : undefined
}

/** Why a size can't be used as it is written. What it is in another image's units, the engine judges. */
export function sizeProblem(text: string, readings: BudgetReadings | undefined): string | undefined {
  if (readings !== undefined) return all.attack.whichUnit(text.trim(), readings.levels, readings.percent)
  const budget = readBudget(text)
  if (budget === undefined) return budgetExpected
  return budget.value > 0 ? undefined : all.attack.aboveZero
}

/** Why the settings of a method can't be used, each by its name. */
export function settingProblems(
  help: readonly SettingHelp[],
  texts: Readonly<Record<string, string>> = {},
): string[] {
  return help.flatMap((setting) => {
    const problem = settingProblem(setting, texts[setting.name] ?? '')
    return problem === undefined ? [] : [`${settingLabel(setting.name)}: ${problem}`]
  })
}

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

/**
 * A gradient is a forward and a backward pass, which takes about twice as long; SMIA predicts the smoothed
 * input besides.
 */
const predictionsPerStep = 4

/** Predictions of the original, of the rounded result, and of what was read back. */
const predictionsAround = 3

/** Settings that multiply the passes through the model. */
const factors = ['steps', 'epochs', 'restarts', 'searches', 'scales']

/** Gradient steps of a method, restarts and the like counted. */
export function passesOf(help: readonly SettingHelp[], given: Readonly<Record<string, string>>): number {
  const valueOf = (name: string): number => {
    const setting = help.find((each) => each.name === name)
    const value = Number(given[name]?.trim() === '' ? undefined : (given[name] ?? setting?.preset))
    return Number.isFinite(value) && value > 0
      ? value
      : typeof setting?.preset === 'number'
        ? setting.preset
        : 1
  }
  return factors.reduce((passes, name) => passes * valueOf(name), 1)
}

interface Work {
  readonly images: number
  readonly passes: number
  /** Milliseconds that one prediction took. */
  readonly perFrame: number
}

/** About how long an attack takes, from how long predictions took on the same device. */
export function attackMilliseconds({ images, passes, perFrame }: Work): number {
  return images * perFrame * (predictionsPerStep * passes + predictionsAround)
}
