import { z } from 'zod'

/**
 * Settings that several methods have. Each has a default and an explanation, which `settingsHelp` and the
 * documentation show.
 */

/** Settings that are sizes of change: users give them in any unit of a `Budget`. */
export const budgetSettings: ReadonlySet<string> = new Set(['epsilon', 'stepSize'])

export const epsilon = z
  .number()
  .positive()
  .default(8 / 255)
  .describe('Budget: the most that a pixel may change, as a fraction of the intensity range.')

export const epsilonL2 = z
  .number()
  .positive()
  .default(3)
  .describe(
    'Budget: the most that the Euclidean norm of the change of all pixels of an image may be, in intensity ranges.',
  )

export const epsilonL1 = z
  .number()
  .positive()
  .default(12)
  .describe('Budget: the most that the changes of all pixels of an image may add up to, in intensity ranges.')

export const stepSize = (preset: number, source = '') =>
  z
    .number()
    .positive()
    .default(preset)
    .describe(`Length of one step, as a fraction of the intensity range. ${source}`.trimEnd())

export const steps = (preset: number, source = '') =>
  z.int().min(1).default(preset).describe(`Number of iterations. ${source}`.trimEnd())

/** A step whose default depends on the budget, e.g. epsilon / steps. */
export const optionalStepSize = (preset: string) =>
  z.number().positive().optional().describe(`Length of one step. Default: ${preset}.`)

export const randomStart = (preset: boolean) =>
  z.boolean().default(preset).describe('Start at a random point of the budget instead of the image.')

export const restarts = z
  .int()
  .min(1)
  .default(1)
  .describe(
    'Independent random starts; per image the best is kept: one that succeeds, then the one with the greater loss.',
  )

export const decay = (preset: number, source: string) =>
  z.number().min(0).default(preset).describe(`Decay μ of the momentum. ${source}`)

export const kernelSize = (preset: number, source = '') =>
  z
    .int()
    .min(1)
    .refine((size) => size % 2 === 1, 'expected an odd number')
    .default(preset)
    .describe(`Taps of the Gaussian W along each axis: an odd number. ${source}`.trimEnd())

/** Setting of methods that look for the smallest perturbation. */
export const smallestEpsilon = (norm: string) =>
  z
    .number()
    .positive()
    .optional()
    .describe(
      `Bound on what is found, not a budget to be used up: a smallest change of a larger ${norm} norm counts as a failure. Default: none.`,
    )

/** (start − end)·(1 + cos(π·t / steps)) / 2 + end, for t = 0 … steps − 1. */
export function cosineAnnealed(
  start: number,
  end: number,
  { t, steps }: { t: number; steps: number },
): number {
  return end + ((start - end) * (1 + Math.cos((Math.PI * t) / steps))) / 2
}

/** Classes that a method goes for one after the other. */
export const targetClasses = z
  .int()
  .min(1)
  .default(9)
  .describe('Classes towards which it is run one after the other, the most likely first. As in the paper.')
