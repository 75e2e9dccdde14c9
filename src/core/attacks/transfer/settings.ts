import { z } from 'zod'
import { kernelSize } from '../settings.ts'
import type { TransferParts } from './iteration.ts'

/**
 * Settings of the parts of a transfer attack, each with its paper's default.
 */

/** DI: how the input is varied. */
export const diversity = {
  probability: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('How often the image is shrunk and padded before its gradient is taken. As in the paper.'),
  smallest: z
    .number()
    .min(0.1)
    .max(1)
    .default(0.9)
    .describe('The least that it shrinks to, as a fraction of its size. The paper’s 299 pixels of 330.'),
}

/** SI */
export const scales = (preset: number, source: string) =>
  z.int().min(1).default(preset).describe(`Copies m: the image divided by 1, 2, 4, … ${source}`)

/** TI */
export const translation = {
  kernelSize: kernelSize(15, 'As in the paper.'),
  kernel: z
    .enum(['code', 'paper'])
    .default('code')
    .describe(
      'Standard deviation of W for a radius k: code is k / 3, as in the authors’ code; paper is k / √3, its equation.',
    ),
  sigma: z
    .number()
    .positive()
    .optional()
    .describe('Standard deviation of W, in pixels. Default: what kernel says.'),
}

/** Standard deviation of W, in pixels; one tap leaves the gradient as it is, whatever its σ. */
export function gaussianOf({
  kernelSize,
  kernel,
  sigma,
}: z.output<z.ZodObject<typeof translation>>): NonNullable<TransferParts['kernel']> {
  const radius = (kernelSize - 1) / 2
  const preset = radius === 0 ? 1 : radius / (kernel === 'code' ? 3 : Math.sqrt(3))
  return { size: kernelSize, sigma: sigma ?? preset }
}

/** VT */
export const variance = {
  neighbours: z
    .int()
    .min(1)
    .default(20)
    .describe('Points N around x_t whose gradients give the variance. As in the paper.'),
  reach: z
    .number()
    .positive()
    .default(1.5)
    .describe('β: neighbours lie within β times the budget. As in the paper.'),
}

/** Admix */
export const admixture = {
  mixed: z
    .int()
    .min(1)
    .default(3)
    .describe('Admix: copies, each with another image mixed in. As in the paper.'),
  portion: z.number().min(0).default(0.2).describe('Admix, η: how much of the other image. As in the paper.'),
}

/** SSA */
export const spectrum = {
  spectra: z.int().min(1).default(20).describe('SSA: copies with other frequencies. As in the paper.'),
  spread: z
    .number()
    .min(0)
    .default(0.5)
    .describe('SSA, ρ: cosine coefficients are multiplied by 1 − ρ to 1 + ρ. As in the paper.'),
}

/** SIA */
export const structure = {
  structures: z.int().min(1).default(20).describe('SIA: changed copies. As in the paper.'),
  cuts: z.int().min(1).default(3).describe('SIA: blocks along each axis. As in the paper.'),
}

/** BSR */
export const shuffling = {
  shuffles: z.int().min(1).default(20).describe('BSR: copies. As in the paper.'),
  blocks: z.int().min(1).default(2).describe('BSR: blocks along each axis. As in the paper.'),
  degrees: z
    .number()
    .min(0)
    .max(180)
    .default(24)
    .describe('BSR: the most that a block is turned. As in the paper.'),
}

/** PGN */
export const flatness = {
  samples: z
    .int()
    .min(1)
    .default(20)
    .describe('PGN, N: points around the image, two gradients each. As in the paper.'),
  radius: z
    .number()
    .positive()
    .default(3)
    .describe('PGN, ζ: they lie within ζ times the budget. As in the paper.'),
  balance: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('PGN, δ: weight of the gradient a step downhill. As in the paper.'),
}
