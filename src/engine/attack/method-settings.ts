import { methodGroups, methodNamed } from '../../core/attacks/attack-methods.ts'
import type { AttackMethod, Preparation } from '../../core/attacks/attack.ts'
import type { MethodEntry, SettingHelp } from '../../core/attacks/method-entry.ts'
import { budgetSettings } from '../../core/attacks/settings.ts'
import { RadversaryError } from '../../core/errors.ts'
import { type BudgetScale, budgetToRelative, parseBudget } from '../../core/image/budget.ts'
import type { GivenSettings, TakenSettings } from '../../core/spec/attack-spec.ts'

/** A method with settings whose sizes still wait for an image's intensity range. */
export interface ConfiguredMethod {
  readonly name: string
  readonly entry: MethodEntry
  /** All settings, those left out at their presets; sizes as they were given. */
  readonly settings: TakenSettings
  /** Which images are learned from together, of methods that have to learn first. */
  readonly learns: Pick<Preparation, 'over' | 'perPixel'> | undefined
  /** Names of the inner tensors of the model that the method looks at. */
  readonly inner: readonly string[] | undefined
  /**
   * The method for images of this scale; the same object for the same sizes. @throws RadversaryError usage.
   */
  forScale(scale: BudgetScale): AttackMethod
}

/**
 * @throws RadversaryError usage for a method or setting that there is not, or a value that makes no sense.
 */
export function configureMethod(name: string, given: GivenSettings): ConfiguredMethod {
  const entry = methodNamed(name)
  checkNames(entry, given)
  const parsed = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, parse(settingHelpOf(entry, key), value)]),
  )
  const configured = new Map<string, AttackMethod>()
  const forScale = (scale: BudgetScale): AttackMethod => {
    const settings = Object.fromEntries(
      Object.entries(parsed).map(([key, value]) => [key, inScale(key, value, scale)]),
    )
    const key = JSON.stringify(settings)
    const method = configured.get(key) ?? entry.configure(settings)
    configured.set(key, method)
    return method
  }
  // Whatever the images are, wrong settings are refused before any work is done.
  const { prepare: learns, inner } = forScale({ widthHu: 1, levelWidth: 1 })
  const presets = Object.fromEntries(entry.settings.map((setting) => [setting.name, setting.preset]))
  return {
    name,
    entry,
    settings: { ...presets, ...parsed },
    learns,
    inner,
    forScale,
  }
}

function settingHelpOf(entry: MethodEntry, name: string): SettingHelp | undefined {
  return entry.settings.find((setting) => setting.name === name)
}

function checkNames(entry: MethodEntry, given: GivenSettings): void {
  const unknown = Object.keys(given).filter((name) => settingHelpOf(entry, name) === undefined)
  if (unknown.length > 0)
    throw new RadversaryError(
      'usage',
      `${entry.title}: expected its own settings, got ${unknown.join(', ')}`,
      {
        tip: `Its settings are ${entry.settings.map(({ name }) => name).join(', ')}.`,
      },
    )
}

type SettingValue = GivenSettings[string]

/**
 * Text as what the setting is; whether the value makes sense is for the method to say. Sizes of change stay
 * text.
 */
function parse(help: SettingHelp | undefined, value: SettingValue): SettingValue {
  if (typeof value !== 'string' || help === undefined || budgetSettings.has(help.name)) return value
  if (help.kind === 'choice' || help.kind === 'text') return value
  if (help.kind === 'boolean') return value === 'true' ? true : value === 'false' ? false : value
  return value.trim() === '' ? NaN : Number(value)
}

/** A size of change in the units of an image. */
function inScale(name: string, value: SettingValue, scale: BudgetScale): SettingValue {
  return typeof value === 'string' && budgetSettings.has(name)
    ? budgetToRelative(parseBudget(value), scale)
    : value
}

/** A setting's value for people: sizes of change are easier to read in grey levels of 255. */
export function settingText(value: string | number | boolean | null): string {
  if (typeof value !== 'number' || Number.isInteger(value))
    return value === null ? 'by default' : String(value)
  const grey = value * 255
  return Math.abs(grey - Math.round(grey)) < 1e-6 ? `${Math.round(grey)}/255` : String(value)
}

/** What a form, a help page or the documentation says of a method. */
export interface MethodHelp extends Omit<MethodEntry, 'configure'> {
  /** Kind of method, such as "Black box". */
  readonly group: string
  /** Whether comparisons take it, which connect no inner tensors. */
  readonly compares: boolean
}

export function methodsHelp(): MethodHelp[] {
  return Object.entries<readonly MethodEntry[]>(methodGroups).flatMap(([group, methods]) =>
    methods.map((entry) => ({ ...methodHelp(entry), group })),
  )
}

function methodHelp(entry: MethodEntry): Omit<MethodHelp, 'group'> {
  const { configure: _, ...help } = entry
  return { ...help, compares: entry.configure({}).inner === undefined }
}

/** "Number of iterations. Preset: 10." */
export function settingHelpText({ explanation, preset }: MethodHelp['settings'][number]): string {
  return preset === null ? explanation : `${explanation} Preset: ${settingText(preset)}.`
}
