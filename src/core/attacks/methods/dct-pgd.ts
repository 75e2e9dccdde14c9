import { z } from 'zod'
import { addScaled, advance, clampTo, multiply, toScaledSign } from '../../math/kernels.ts'
import { blockDct } from '../../tensor/block-dct.ts'
import { imageBatchExtents } from '../../tensor/image-batch.ts'
import { tensor } from '../../tensor/tensor.ts'
import type { AttackState, StepTaken } from '../attack.ts'
import { noBall } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import { rowOf } from '../rows.ts'
import { optionalStepSize, steps } from '../settings.ts'

const settings = z.strictObject({
  epsilon: z
    .number()
    .positive()
    .default(8 / 255)
    .describe('Budget: the most that a cosine coefficient may change, as a fraction of the intensity range.'),
  steps: steps(20),
  stepSize: optionalStepSize('2.5·epsilon / steps'),
  block: z
    .int()
    .min(2)
    .default(8)
    .describe('Side of the blocks that are transformed, in pixels; as large as the image for one transform.'),
  band: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe(
      'Frequencies that may change along each axis, from the lowest on, as a fraction: 0.25 leaves 2 of 8.',
    ),
})

type Settings = z.output<typeof settings>

/**
 * Sign steps in the space of cosine coefficients, of which all or the low ones may change: Sharma et al.,
 * with a budget there.
 */
export const dctPgd = defineMethod({
  name: 'dct-pgd',
  title: 'PGD (frequencies)',
  summary:
    'Sign steps on the cosine coefficients of blocks, all or low ones; the budget bounds every coefficient instead of every pixel.',
  equation:
    'δ ← clip_ε(δ + α·M ⊙ sign(D(∇J(f(x_t), y)))), x_{t+1} = x + D⁻¹(δ), M the frequencies that may change',
  source: {
    authors: 'Y. Sharma, G. W. Ding, M. A. Brubaker',
    title: 'On the Effectiveness of Low Frequency Perturbations',
    venue: 'IJCAI 2019',
    identifier: 'arXiv:1903.00073',
  },
  access: 'white-box',
  stacks: true,
  settings,
  create: (chosen) => ({
    ball: noBall(),
    steps: chosen.steps,
    restarts: 1,
    randomStart: false,
    begin: (state) => coefficientSteps(state, chosen),
  }),
})

/** D is orthonormal, so that D(∇J) is the gradient by the coefficients. */
function coefficientSteps(state: AttackState, chosen: Settings): () => Promise<StepTaken> {
  const { epsilon, steps, stepSize = (2.5 * epsilon) / steps, block, band } = chosen
  const { x, images, box } = state
  const { channels, rows, columns } = imageBatchExtents(x, 'PGD')
  const dct = blockDct([channels, rows, columns], block)
  const mask = lowFrequencies({ channels, rows, columns, block, band })
  const changes = tensor(x.shape) //                                                δ, coefficients
  const moved = tensor(x.shape)

  return async () => {
    const gradient = await state.evaluate([state.deviation])
    for (const sample of state.active()) {
      const [row, change] = [rowOf(x, sample), rowOf(changes, sample)]
      const step = gradient.of(sample)
      dct.forward(step)
      toScaledSign(step, stepSize)
      multiply(step, mask)
      addScaled(change, change, step, 1)
      clampTo(change, epsilon)
      rowOf(moved, sample).set(row)
      row.set(change)
      dct.inverse(row)
      advance(row, rowOf(images, sample), rowOf(box.lower, sample), rowOf(box.upper, sample)) // x + D⁻¹(δ)
      addScaled(rowOf(moved, sample), row, rowOf(moved, sample), -1)
    }
    return { direction: { of: (sample) => rowOf(moved, sample) } }
  }
}

interface Band {
  readonly channels: number
  readonly rows: number
  readonly columns: number
  readonly block: number
  readonly band: number
}

/** M, [C·H·W]: 1 where a frequency may change; the constant one always may. */
function lowFrequencies({ channels, rows, columns, block, band }: Band): Float32Array {
  const isLow = (at: number, size: number) =>
    at % block < Math.max(1, Math.round(band * Math.min(block, size)))
  const across = Float32Array.from({ length: columns }, (_, column) => Number(isLow(column, columns)))
  const mask = new Float32Array(channels * rows * columns)
  for (let line = 0; line < channels * rows; line++)
    if (isLow(line % rows, rows)) mask.set(across, line * columns)
  return mask
}
