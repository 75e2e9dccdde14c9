import { RadversaryError } from '../errors.ts'

/** Settings of a method that others have used, by a name of their own. */
interface MethodPreset {
  readonly settings: Readonly<Record<string, string>>
  readonly explanation: string
}

/**
 * SMIA as it is found in published re-uses of its authors' code, by method and preset: named METHOD:PRESET
 * wherever a method is named. Without the schema's library, as `comparedMethods` is.
 */
const methodPresets: Readonly<Record<string, Readonly<Record<string, MethodPreset>>>> = {
  smia: {
    'reused-50': {
      settings: { alpha: '0.2', steps: '50' },
      explanation: 'the weight of the stabilization at 0.2 of the deviation’s, 50 iterations',
    },
    'reused-100': {
      settings: { alpha: '0.2', steps: '100' },
      explanation: 'the same with 100 iterations',
    },
  },
  'smia-reference': {
    'reused-40': {
      settings: { alpha: '0', steps: '40' },
      explanation: 'the authors’ code with the weight left at its default of 0, 40 iterations',
    },
  },
}

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
  readonly settings: MethodPreset['settings']
} {
  const [method = '', preset] = text.split(':', 2)
  if (preset === undefined) return { method: text, settings: {} }
  const found = Object.hasOwn(methodPresets, method) ? methodPresets[method]?.[preset] : undefined
  if (found !== undefined) return { method, settings: found.settings }
  throw new RadversaryError('usage', `Method: expected a preset that there is, got ${text}`, {
    tip: `There are: ${presetNames.join(', ')}.`,
  })
}
