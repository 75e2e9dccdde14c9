import type { SettingHelp } from './setting-text.ts'

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
