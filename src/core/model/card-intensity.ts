import { z } from 'zod'

/** Which intensities become 0 and 1. HU here means the modality LUT's output, whatever its unit. */
export const intensityOfCard = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('hu-window'), center: z.number(), width: z.number().positive() }),
  z
    .strictObject({
      kind: z.literal('stored-range'),
      lower: z.number().optional(),
      upper: z.number().optional(),
    })
    .refine(
      ({ lower, upper }) => lower === undefined || upper === undefined || lower < upper,
      'lower must be below upper',
    ),
  z
    .strictObject({ kind: z.literal('modality-range'), lower: z.number(), upper: z.number() })
    .refine(({ lower, upper }) => lower < upper, 'lower must be below upper'),
  z
    .strictObject({
      kind: z.literal('percentile'),
      lower: z.number().min(0).max(100),
      upper: z.number().min(0).max(100),
      of: z.enum(['image', 'series']),
      fromZero: z.boolean().optional(),
    })
    .refine(({ lower, upper }) => lower < upper, 'lower must be below upper'),
  z.strictObject({ kind: z.literal('voi-window'), index: z.int().min(0).default(0) }),
])

export type IntensityOfCard = Readonly<z.output<typeof intensityOfCard>>

/** Whether 0 is the same number of `input.valueRange` in every image. */
export function keepsZero(intensity: IntensityOfCard): boolean {
  if (intensity.kind === 'percentile') return intensity.fromZero === true
  const isEnd = intensity.kind === 'stored-range' && [intensity.lower, intensity.upper].includes(0)
  return isEnd || fixedRange(intensity) !== undefined
}

/** The ends of a card's range, where they are the same for every image. */
export function fixedRange(intensity: IntensityOfCard): readonly [lower: number, upper: number] | undefined {
  switch (intensity.kind) {
    case 'hu-window':
      return [intensity.center - intensity.width / 2, intensity.center + intensity.width / 2]
    case 'modality-range':
      return [intensity.lower, intensity.upper]
    case 'stored-range': {
      const { lower, upper } = intensity
      return lower === undefined || upper === undefined ? undefined : [lower, upper]
    }
    case 'percentile':
    case 'voi-window':
      return undefined
  }
}
