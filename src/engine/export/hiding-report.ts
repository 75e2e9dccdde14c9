import { z } from 'zod'
import type { HidingPlan } from '../../core/attacks/attack.ts'
import type { FittedHiding } from '../session/fit-hiding.ts'

/** What was fitted to clean images; docs/record.md explains every field. */
export const hidingReport = z.strictObject({
  tensors: z.array(z.strictObject({ name: z.string(), features: z.int().positive() })),
  classes: z.array(
    z.strictObject({
      class: z.string(),
      images: z.int().positive(),
      components: z.array(z.int().positive()),
    }),
  ),
})

export type HidingReport = z.output<typeof hidingReport>

export function reportOf(
  { tensors }: HidingPlan,
  fitted: FittedHiding,
  names: readonly string[],
): HidingReport {
  return {
    tensors: tensors.map((name, l) => ({ name, features: fitted.sizes[l] ?? 0 })),
    classes: [...fitted.classes]
      .sort(([a], [b]) => a - b)
      .map(([label, mixtures]) => ({
        class: names[label] ?? String(label),
        images: fitted.counts.get(label) ?? 0,
        components: mixtures.map((mixture) => mixture.length),
      })),
  }
}
