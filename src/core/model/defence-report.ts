import { z } from 'zod'
import type { Defence } from './defence.ts'
import { defenceKinds, defenceText, gradientWays, isDrawn, isRandom } from './defence-steps.ts'
import { usualDraws } from '../spec/presets.ts'

/** How a method took a model's defence into account. */
export const defenceSeen = {
  adaptive: 'its gradients see the defence',
  queries: 'it asks the defended model, without gradients',
  oblivious: 'its gradients are those of the network without the defence',
  none: 'it is not aimed',
} as const

/** What a record says of a model's defence and of how it was attacked. */
export const defenceReport = z.strictObject({
  seen: z.enum(Object.keys(defenceSeen) as [keyof typeof defenceSeen]),
  /** Draws whose gradients were averaged; only of random defences that gradients see. */
  draws: z.int().optional(),
  steps: z.array(
    z.strictObject({
      step: z.string(),
      gradient: z.enum(Object.keys(gradientWays) as [keyof typeof gradientWays]),
      votes: z.int().optional(),
      seed: z.int().optional(),
    }),
  ),
})

export type DefenceReport = z.output<typeof defenceReport>

interface DefenceAttack {
  readonly access: 'white-box' | 'black-box' | 'none'
  readonly eot?: number | undefined
  readonly oblivious?: boolean | undefined
}

/** @returns undefined for a model without a defence */
export function defenceReportOf(
  { defence }: { readonly defence?: Defence | undefined },
  { access, eot = usualDraws, oblivious = false }: DefenceAttack,
): DefenceReport | undefined {
  if (defence === undefined) return undefined
  const seen =
    access === 'white-box' ? (oblivious ? 'oblivious' : 'adaptive') : access === 'none' ? 'none' : 'queries'
  const steps = defence.map((one) => ({
    step: defenceText(one),
    gradient: defenceKinds[one.kind].way,
    ...(isDrawn(one) && { votes: one.votes, seed: one.seed }),
  }))
  return { seen, ...(seen === 'adaptive' && isRandom({ defence }) && { draws: eot }), steps }
}

/**
 * "JPEG (quality 75), whose gradient is the identity (BPDA). Of the attack, its gradients see the defence."
 */
export function defenceSentence({ seen, draws, steps }: DefenceReport): string {
  const ways = steps.map(({ step, gradient }) =>
    seen === 'adaptive' ? `${step}, whose gradient is ${gradientWays[gradient]}` : step,
  )
  const eot = draws === undefined ? '' : `; ${draws} draws for each gradient`
  return `${ways.join('; ')}. Of the attack, ${defenceSeen[seen]}${eot}.`
}
