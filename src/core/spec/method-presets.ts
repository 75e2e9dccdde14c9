import { RadversaryError } from '../errors.ts'

/**
 * Settings of SMIA as it is found in published re-uses of its authors' code, by method and preset: named
 * METHOD:PRESET wherever a method is named. docs/attacks.md says what each is. Without the schema's library, as
 * `comparedMethods` is.
 */
const methodPresets: Readonly<Record<string, Readonly<Record<string, PresetSettings>>>> = {
  smia: {
    'reused-50': { alpha: '0.2', steps: '50' },
    'reused-100': { alpha: '0.2', steps: '100' },
  },
  'smia-reference': { 'reused-40': { alpha: '0', steps: '40' } },
}

type PresetSettings = Readonly<Record<string, string>>

/** Every METHOD:PRESET that there is. */
export const presetNames: readonly string[] = Object.entries(methodPresets).flatMap(([method, presets]) =>
  Object.keys(presets).map((preset) => `${method}:${preset}`),
)

/**
 * The method that METHOD or METHOD:PRESET names, with the preset's settings. @throws RadversaryError usage for
 * a preset that there is not; whether there is the method, the schema says.
 */
export function namedMethod(text: string): {
  readonly method: string
  readonly settings: PresetSettings
} {
  const [method = '', preset] = text.split(':', 2)
  if (preset === undefined) return { method: text, settings: {} }
  const found = Object.hasOwn(methodPresets, method) ? methodPresets[method]?.[preset] : undefined
  if (found !== undefined) return { method, settings: found }
  throw new RadversaryError('usage', `Method: expected a preset that there is, got ${text}`, {
    tip: `There are: ${presetNames.join(', ')}.`,
  })
}
