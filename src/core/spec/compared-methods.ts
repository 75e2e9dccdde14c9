import { RadversaryError } from '../errors.ts'
import type { ComparedMethod } from './comparison-spec.ts'
import { namedMethod } from './method-presets.ts'

/**
 * Methods by their names, METHOD or METHOD:PRESET, with the settings that `METHOD.SETTING=VALUE` texts give
 * some of them at every budget; one that `METHOD.SETTING=VALUE,VALUE` texts sweep is there once for each value, or for each
 * combination of values, as e.g. `smia(alpha=0.2)`. A file of its own, so that a page can read it without the
 * schema's library: what that tries out breaks a page's policy on scripts. @throws RadversaryError usage for a
 * text of another shape, or of a method that is not among them.
 */
export function comparedMethods(
  names: readonly string[],
  settings: readonly string[],
  sweeps: readonly string[] = [],
): ComparedMethod[] {
  const given = settings.map((text) => settingOf(text, names, settingShape))
  const swept = sweeps.map((text) => sweepOf(text, names))
  for (const { method, setting } of swept) {
    const others = [...given, ...swept].filter((one) => one.method === method && one.setting === setting)
    if (others.length > 1)
      throw new RadversaryError('usage', `Settings: expected ${method}.${setting} once, got it twice`)
  }
  return names.flatMap((name) => {
    const own = given.filter(({ method }) => method === name)
    const { method, settings } = namedMethod(name)
    const chosen = { ...settings, ...Object.fromEntries(own.map(({ setting, value }) => [setting, value])) }
    return variantsOf(
      { name: method, ...(name !== method && { as: name }), settings: chosen },
      swept.filter(({ method }) => method === name),
    )
  })
}

/** What a method is called where methods are set side by side. */
export function comparedName({ method, as }: { readonly method: string; readonly as?: string | undefined }) {
  return as ?? method
}

interface Sweep {
  readonly setting: string
  readonly values: readonly string[]
}

/** The last sweep changes fastest. */
function variantsOf(method: ComparedMethod, sweeps: readonly Sweep[]): ComparedMethod[] {
  if (sweeps.length === 0) return [method]
  const combinations = sweeps.reduce<readonly (readonly (readonly [string, string])[])[]>(
    (before, { setting, values }) =>
      before.flatMap((chosen) => values.map((value) => [...chosen, [setting, value] as const])),
    [[]],
  )
  return combinations.map((chosen) => ({
    name: method.name,
    as: `${method.as ?? method.name}(${chosen.map(([setting, value]) => `${setting}=${value}`).join(', ')})`,
    settings: { ...method.settings, ...Object.fromEntries(chosen) },
  }))
}

const settingShape = { text: 'METHOD.SETTING=VALUE', example: 'smia.alpha=0.5 pgd.restarts=5' }
const sweepShape = { text: 'METHOD.SETTING=VALUE,VALUE', example: 'smia.alpha=0,0.2,1' }

function settingOf(text: string, methods: readonly string[], shape: typeof settingShape) {
  const [, method, setting, value] = /^([\w:-]+)\.(\w+)=(.*)$/.exec(text) ?? []
  if (method !== undefined && setting !== undefined && value !== undefined && methods.includes(method))
    return { method, setting, value }
  throw new RadversaryError('usage', `Settings: expected ${shape.text} of a compared method, got ${text}`, {
    tip: `For example: ${shape.example}`,
  })
}

function sweepOf(text: string, methods: readonly string[]) {
  const { method, setting, value } = settingOf(text, methods, sweepShape)
  const values = value.split(',')
  if (values.length > 1 && values.every((one) => one !== '') && new Set(values).size === values.length)
    return { method, setting, value, values }
  throw new RadversaryError('usage', `Sweep: expected two or more different values, got ${text}`, {
    tip: `For example: ${sweepShape.example}`,
  })
}

/** METHOD or METHOD:PRESET, as it was asked for. */
function askedName({ name, as }: ComparedMethod): string {
  return as?.replace(/\(.*$/, '') ?? name
}

/** The texts that make methods of one name again: what all of them share, and what is swept. */
export function settingTexts(methods: readonly ComparedMethod[]): {
  /** METHOD or METHOD:PRESET, each once. */
  readonly names: readonly string[]
  readonly settings: readonly string[]
  readonly sweeps: readonly string[]
} {
  const names = [...new Set(methods.map(askedName))]
  const texts = names.flatMap((name) => {
    const variants = methods.filter((method) => askedName(method) === name)
    const { settings: preset } = namedMethod(name)
    const settings = [...new Set(variants.flatMap(({ settings }) => Object.keys(settings)))]
    return settings.flatMap((setting) => {
      const values = [...new Set(variants.map(({ settings }) => String(settings[setting])))]
      if (values.length === 1 && values[0] === preset[setting]) return []
      return { isSwept: values.length > 1, text: `${name}.${setting}=${values.join(',')}` }
    })
  })
  const textsThat = (areSwept: boolean) =>
    texts.filter(({ isSwept }) => isSwept === areSwept).map(({ text }) => text)
  return { names, settings: textsThat(false), sweeps: textsThat(true) }
}
